/* Calls on sets: items that are hashable values, each there once, in the order in which they were put in. Part of
 * <concur.h>, which has the rules that all calls share.
 *
 * Semantics are those of Python's set. Items that are lists, maps or arrays give UNHASHABLE. NEEDS_COMPARE where only
 * the client can tell whether an item is there: see concur_future_candidates(). */
#ifndef CONCUR_SET_H
#define CONCUR_SET_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* Puts all `count` items in or none; *ret_new of them were not there. */
CONCUR_CHECKED enum concur_status concur_set_add(concur_set *set, const struct concur_value *items, size_t count,
    int64_t *ret_new);
concur_future *concur_set_add_begin(concur_set *set, const struct concur_value *items, size_t count);

/* Takes items out; *ret_gone of them were there. */
CONCUR_CHECKED enum concur_status concur_set_discard(concur_set *set, const struct concur_value *items, size_t count,
    int64_t *ret_gone);
concur_future *concur_set_discard_begin(concur_set *set, const struct concur_value *items, size_t count);

/* OK if the item is there, NOT_THERE if not. */
CONCUR_CHECKED enum concur_status concur_set_contains(concur_set *set, struct concur_value item);
concur_future *concur_set_contains_begin(concur_set *set, struct concur_value item);

/* Takes the item out that was put in last, and gives it. NOT_THERE if the set is empty. */
CONCUR_CHECKED enum concur_status concur_set_pop(concur_set *set, struct concur_value *ret_item);
concur_future *concur_set_pop_begin(concur_set *set);

/* A page of at most `count` items (0: as many as fit) in the order in which they were put in: `cursor` 0 begins, then
 * what the page before said. CHANGED if the set's layout changed since that. */
CONCUR_CHECKED enum concur_status concur_set_page(concur_set *set, uint64_t cursor, uint32_t count,
    struct concur_values *ret_items);
concur_future *concur_set_page_begin(concur_set *set, uint64_t cursor, uint32_t count);

/* A page of those items that have something opaque inside; see concur_future_candidates(). */
CONCUR_CHECKED enum concur_status concur_set_candidates(concur_set *set, uint64_t cursor, uint32_t count,
    struct concur_values *ret_items);
concur_future *concur_set_candidates_begin(concur_set *set, uint64_t cursor, uint32_t count);

/* -- algebra -----------------------------------------------------------------------------------------------------
 *
 * The other side of a call is a set, or are items one by one (some may be there twice). One step in the daemon, which
 * looks at no more than sort_max items of both sides for it: TOO_LARGE. */

struct concur_set_side {
	concur_set *set; /* NULL: the items */
	const struct concur_value *items;
	size_t count;
};

static inline struct concur_set_side
concur_side_set(concur_set *set)
{
	struct concur_set_side side = { set, NULL, 0 };
	return side;
}

static inline struct concur_set_side
concur_side_items(const struct concur_value *items, size_t count)
{
	struct concur_set_side side = { NULL, items, count };
	return side;
}

enum concur_set_operation {
	CONCUR_SET_UNION = 0,                /* | */
	CONCUR_SET_INTERSECTION = 1,         /* & */
	CONCUR_SET_DIFFERENCE = 2,           /* - */
	CONCUR_SET_SYMMETRIC_DIFFERENCE = 3, /* ^ */
};

enum concur_set_question {
	CONCUR_SET_IS_SUBSET = 0,   /* <= */
	CONCUR_SET_IS_SUPERSET = 1, /* >= */
	CONCUR_SET_IS_DISJOINT = 2, /* nothing is in both */
};

/* A new set without a name, made of the two; the handle is freed with concur_free(). The future's result is an object:
 * concur_future_object(). */
CONCUR_CHECKED enum concur_status concur_set_combine(concur_set *set, enum concur_set_operation operation,
    struct concur_set_side other, concur_set **ret_set);
concur_future *concur_set_combine_begin(concur_set *set, enum concur_set_operation operation,
    struct concur_set_side other);

/* The same in place, as |= &= -= ^=. *ret_count items came or went. */
CONCUR_CHECKED enum concur_status concur_set_change(concur_set *set, enum concur_set_operation operation,
    struct concur_set_side other, int64_t *ret_count);
concur_future *concur_set_change_begin(concur_set *set, enum concur_set_operation operation,
    struct concur_set_side other);

/* OK if it is so, NO if it is not. */
CONCUR_CHECKED enum concur_status concur_set_ask(concur_set *set, enum concur_set_question question,
    struct concur_set_side other);
concur_future *concur_set_ask_begin(concur_set *set, enum concur_set_question question, struct concur_set_side other);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
