/* The table of methods, made from the services' descriptors: nothing is listed twice.
 *
 * What a descriptor can not say (may it be the first call, does it store, may it wait) stands in one table of
 * exceptions in method.c, by name; a name there that no service has is found at start-up. */
#ifndef RPC_METHOD_H
#define RPC_METHOD_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

enum method_flags {
	METHOD_FIRST = 1,  /* may be called without a session */
	METHOD_GROWS = 2,  /* stores what it is given: refused past memory_max */
	METHOD_WAITS = 4,  /* may wait, so it can not be one-way */
	METHOD_PROVES = 8, /* may be called before the key is proven */
};

struct method {
	uint32_t id; /* CRC-32 of the full name */
	unsigned flags;
	unsigned index;                  /* in its service */
	const ProtobufCService *service; /* with the handlers */
	const ProtobufCMessageDescriptor *input;
};

enum { METHOD_SLOTS = 512 }; /* a power of two, well above the number of methods */

struct method_table {
	struct method slots[METHOD_SLOTS]; /* open addressing by id; service NULL: empty */
	size_t count;
};

/* The services that make up the daemon, in no special order; ends with NULL. A new kind adds its service in
 * services.c. */
extern const ProtobufCService *const services[];

/* False, with words in ret_why, if two names have the same id, a request does not lie flat (unpack.h), or an exception
 * names no method. */
bool method_table_init(struct method_table *table, const char **ret_why);

/* NULL if there is none. */
const struct method *method_find(const struct method_table *table, uint32_t id);

#endif
