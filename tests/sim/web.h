/* The model of references: lists that refer to each other and to themselves, and the handles that clients have on them.
 * Whatever can be reached from a handle must be there; whatever can not is forgotten. */
#ifndef TESTS_SIM_WEB_H
#define TESTS_SIM_WEB_H

#include "tests/sim/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WEB_LISTS = 12,
	WEB_ITEMS = 800, /* of one list, at most */
	WEB_CLIENTS = 8,
};

struct web_list {
	bool is_there; /* somebody has opened it */
	uint64_t id;   /* 0: the reply is not read yet */
	unsigned handles[WEB_CLIENTS];
	unsigned items[WEB_ITEMS]; /* the numbers of lists */
	size_t count;
	bool is_reached;
};

struct web {
	struct web_list lists[WEB_LISTS];
	uint64_t gone;          /* the id of one that can not be reached any more; 0: none */
	uint64_t gone_since_ns; /* by when it could not; 0: not known */
};

/* A place for a new list, WEB_LISTS if all are taken; the client has a handle on it. */
unsigned web_open(struct web *web, unsigned client);

/* One of the lists whose ids are known, and one on which the client has a handle; WEB_LISTS if the draw finds none. */
unsigned web_draw(const struct web *web, struct random *random);
unsigned web_draw_handle(const struct web *web, struct random *random, unsigned client);

void web_append(struct web *web, unsigned list, unsigned item, size_t times);

/* What the item at an index is, and takes it out. */
unsigned web_get(const struct web *web, unsigned list, size_t index);
void web_remove(struct web *web, unsigned list, size_t index);

/* The client has a handle more, or less. */
void web_ref(struct web *web, unsigned list, unsigned client);
void web_unref(struct web *web, unsigned list, unsigned client);

/* All handles of the client go. */
void web_client_end(struct web *web, unsigned client);

#endif
