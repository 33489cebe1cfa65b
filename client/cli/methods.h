/* The methods of the protocol, from the descriptors of its services. A new service is one line in methods.c. */
#ifndef CLI_METHODS_H
#define CLI_METHODS_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

enum { METHOD_NAME_MAX = 96 };

struct method {
	const ProtobufCMessageDescriptor *input;
	const ProtobufCMessageDescriptor *output;
	char name[METHOD_NAME_MAX]; /* "/concur.v1.Dict/Get" */
};

/* Method number `index`, in the order of the services; false behind the last. */
bool methods_at(size_t index, struct method *ret);

/* By name: "/concur.v1.Dict/Get", "Dict/Get" or "dict.get". */
bool methods_find(const char *name, struct method *ret);

#endif
