/* How tasks have ended that were run, until the daemon is told: a list of encoded concur.v1.TaskDone.
 *
 * Thread-safety: none; a worker's list is under its lock, and one that is being sent belongs to who sends it. */
#ifndef WORKER_DONE_H
#define WORKER_DONE_H

#include "client/concur.h"

#include <protobuf-c/protobuf-c.h>

enum {
	DONE_COUNT = 256,      /* entries at most */
	DONE_ROOM = 16 * 1024, /* bytes that a list always has: what fits them needs no memory */
	DONE_SMALL_MAX = 1024, /* bytes of an entry that is made when there is none */
};

struct done_list {
	uint8_t *bytes;
	size_t size, room;
	size_t ends[DONE_COUNT]; /* where each entry ends */
	size_t count;
	int64_t since_ns; /* the first one was put in */
};

/* An encoded value in two parts. Both may be empty, together they are a Value or nothing. */
struct done_value {
	const uint8_t *head;
	size_t head_size;
	const uint8_t *payload;
	size_t size;
};

/* 0, or -1 if there is no memory. */
int done_init(struct done_list *list);
void done_fini(struct done_list *list);

/* Bytes of an entry with a value of so many. */
size_t done_measure(size_t value_size);

/* Puts an entry in; `phase` is FINISHED, FAILED, or PENDING: not begun. False if it is full, or there is no memory. */
bool done_add(struct done_list *list, uint64_t task, enum concur_task_phase phase, const struct done_value *value);

/* Views of all entries, at most DONE_COUNT. */
void done_views(const struct done_list *list, ProtobufCBinaryData *ret_views);

void done_clear(struct done_list *list);

#endif
