/* A hash table of intrusive nodes with 64-bit keys, by linear hashing: it grows by one bucket an insertion, and shrinks
 * by a few a removal, so no call is ever slow. Buckets stand in fixed segments of 4 KiB; the first one begins small.
 *
 * Keys are ids drawn from counters, mixed but not seeded: no peer chooses them. Walking gives an order that is the same
 * for the same history of calls. Thread-safety: none. */
#ifndef LIB_TABLE_H
#define LIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_node {
	struct table_node *next;
	uint64_t key;
};

struct table {
	struct table_node ***segments; /* directory of segments of buckets */
	size_t buckets;                /* in use; those at and above it are not yet split off */
	size_t mask;                   /* of the bits of a hash that name a bucket: as many as `buckets` has */
	size_t count;                  /* nodes */
	size_t room;                   /* places in the directory */
	size_t first_room;             /* buckets that the first segment has room for */
	size_t top;                    /* no bucket above it holds a node */
	bool held;                     /* keep the buckets as they are, whatever goes: a visit is under way */
};

/* 0, or -1 if there is no memory. */
int table_init(struct table *table);
void table_fini(struct table *table); /* the nodes are the caller's */

/* The key must not be there yet. Never fails: without memory the table just does not grow. Not from inside a visit. */
void table_insert(struct table *table, struct table_node *node, uint64_t key);

/* NULL if it is not there. */
struct table_node *table_find(const struct table *table, uint64_t key);

/* Takes the node out; it must be in this table. */
void table_remove(struct table *table, struct table_node *node);

/* Any one node, or NULL if the table is empty; for emptying it. O(buckets) over the whole emptying, not a call. */
struct table_node *table_any(struct table *table);

/* The next node at or behind *position, in the order of the hashes; begin with 0. *position is then behind it, and 0 if
 * nothing can follow. NULL, and *position 0, at the end. A node that stays is given exactly once however the table
 * changes between two calls; one that comes meanwhile may be missed. Amortised O(1). */
struct table_node *table_next(const struct table *table, uint64_t *position);

/* Calls visit for every node; visit may remove the node it is given, and no other, and must not insert. O(n): for
 * inspection and ends only. */
void table_each(struct table *table, void (*visit)(struct table_node *node, void *arg), void *arg);

#endif
