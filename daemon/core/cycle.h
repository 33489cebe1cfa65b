/* Cycles: objects that only refer to each other, which counting references never frees, are looked for and ended.
 *
 * A search goes over all objects that ever stored a reference, the referrers; nothing else can be part of a cycle. One
 * that is referred to from outside of values (by a handle, a name, a creator, a waiter) is a root; what can be reached
 * from roots, through the values that they store, stays. The rest is out of reach from the moment the search is over,
 * and is destroyed.
 *
 * A search begins when a referrer loses a reference and only others in values are left, but not before a pause behind
 * the last one that is in proportion to the work it took. It takes counted steps a turn, while calls go on changing
 * what it walks through; it never fails, since it needs no memory. Nothing here depends on anything but the order of
 * calls and the turns' time.
 *
 * Thread-safety: none. */
#ifndef CORE_CYCLE_H
#define CORE_CYCLE_H

#include "lib/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct core;
struct object;

enum cycle_phase {
	CYCLE_IDLE,
	CYCLE_MARKING,
	CYCLE_ENDING, /* what was not reached is destroyed */
};

struct cycle {
	enum cycle_phase phase;
	uint64_t number;        /* of this search, or the last; the first is 1 */
	uint64_t ended;         /* the last search that has marked all: whom it did not reach is out of reach */
	struct link unseen;     /* referrers that are not looked at yet, and not reached */
	struct link apart;      /* that are no roots, and not reached; once all is marked, those that go */
	struct link reached;    /* whose references are to be followed; the first one's are now */
	struct link done;       /* that stay */
	uint64_t position;      /* in the first of `reached`: references below it are to be followed */
	uint64_t steps;         /* this search has taken */
	uint64_t kept_until_ns; /* the first time at which a search may find more than this one; UINT64_MAX: none */
	uint64_t due_ns;        /* no search begins before */
	bool is_wanted;         /* since the last one began, a referrer has lost a reference */
};

/* What a referrer that no search looks at says in object->reached. */
#define CYCLE_PLAIN UINT64_MAX

void cycle_init(struct cycle *cycle);

/* The object stores a reference, perhaps its first: it is a referrer from now on. */
void cycle_join(struct core *core, struct object *object);

/* The object is destroyed. */
void cycle_leave(struct core *core, struct object *object);

/* A reference to the referrer was taken, and no search has reached it yet: it stays. */
void cycle_reach(struct core *core, struct object *object);

/* A reference to the referrer was dropped, and others in values alone are left. */
void cycle_suspect(struct core *core);

/* Items of the object may have moved up by so many places (UINT64_MAX: anywhere), from where the references were not
 * yet followed to where they were; see each_reference of struct kind. */
void cycle_moved(struct core *core, const struct object *object, uint64_t places);

/* Goes on searching, at most `steps`. Destroys objects, so that waiters may wake. */
void cycle_search(struct core *core, size_t steps);

/* True if nothing that only awaits its time, or a search, is left to be ended. */
bool cycle_is_settled(const struct core *core);

/* When it has to go on: 0 if there is work left, UINT64_MAX if there is none. */
uint64_t cycle_next(const struct core *core);

#endif
