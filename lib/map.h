/* An insertion-ordered hash map from values to pointers: compact, and without a long pause however large.
 *
 * Keys are blobs that hold values which can be keys (see value.h: 1, 1.0 and true are one key, and so is a NaN of the
 * same bytes); the map keeps one reference to each. What the pointers point to is the caller's.
 *
 * Layout: entries of 16 bytes in insertion order, in segments of 512; and an index of 32-bit slots, 25 bits of entry
 * number and 7 of the key's hash, in segments of 512 that are split and merged one at a time. Removed entries leave
 * holes; when holes outnumber what is left, each further change closes a few of them. So no call does more than a
 * segment's work: some tens of microseconds.
 *
 * A position is the number of an entry. Positions of entries that stay change only when holes are closed; `epoch` then
 * counts up, and whoever keeps a position across calls compares it. While it stays the same, a walk by map_next gives
 * every entry that stays exactly once; one that is inserted meanwhile may be missed.
 *
 * A copy shares all segments, of entries and of the index, with what it was made of. Whoever changes a shared segment
 * takes a copy of just that one first. So a copy costs a count per segment, 5,000,000 entries some 20,000 of them, and
 * a change to a shared map at most a segment's work more, once for each segment. Only for that does a removal need
 * memory.
 *
 * Thread-safety: none. */
#ifndef LIB_MAP_H
#define LIB_MAP_H

#include "blob.h"
#include "value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef MAP_NUMBER_BITS
#define MAP_NUMBER_BITS 25 /* of an entry's number; fewer only in the test that fills a map */
#endif

enum { MAP_ENTRIES_MAX = (1 << MAP_NUMBER_BITS) - 2 }; /* entries and holes together */

struct map_entry {
	struct blob *key; /* NULL: a hole */
	void *value;
};

struct map; /* see map.c */

/* NULL if there is no memory. `seed` keys the hash. An empty map takes no more than the struct itself. */
struct map *map_new(uint64_t seed);

/* Frees at most `steps` entries and parts of the index, calling `drop` (which may be NULL) for each entry, before its
 * key is given back, and the map itself when nothing is left.
 * True when the map is gone. A map that is being freed takes no other call. */
bool map_free(struct map *map, size_t steps, void (*drop)(struct map_entry *entry, void *arg), void *arg);

/* What a map that was copied asks of its user when it takes a copy of shared entries. */
struct map_sharing {
	/* Whether it may; if not, that is as if there were no memory. */
	bool (*may)(void *arg);
	/* One more entry has this key and value. The key's new reference is taken already. */
	void (*keep)(struct map_entry *entry, void *arg);
};

/* A map with the same entries; each may then be changed and freed without the other. NULL if there is no memory.
 * `sharing` and `arg` outlive both, and are the same for all copies of a map. For entries that are shared `drop` is
 * called once, when the last of the maps gives them up. */
struct map *map_copy(struct map *map, const struct map_sharing *sharing, void *arg);

size_t map_count(const struct map *map);
uint32_t map_epoch(const struct map *map);

/* Bytes of the map itself, without keys and values. What is shared counts in each map. */
size_t map_footprint(const struct map *map);

/* The entry of the key, or NULL. Valid until the map changes. */
struct map_entry *map_find(const struct map *map, const struct value *key);

/* The same entry where its value may be replaced; NULL if there is no memory for that, never for a map that was not
 * copied. */
struct map_entry *map_own(struct map *map, struct map_entry *entry);

/* Finds the key or inserts it with value NULL. *ret_created tells which. The map makes its own blob of a new key.
 * The value of either may be replaced. NULL if there is no memory, or MAP_ENTRIES_MAX is reached; nothing is changed
 * then. */
struct map_entry *map_insert(struct map *map, const struct value *key, bool *ret_created);

/* Takes an entry out and frees the map's reference to the key; the value is the caller's then. False if there is no
 * memory, never for a map that was not copied; nothing is changed then. */
bool map_remove(struct map *map, struct map_entry *entry);

/* The first entry at or behind *position, or NULL; *position is then behind it. Begin with 0. */
struct map_entry *map_next(const struct map *map, uint32_t *position);

/* The last entry in front of *position, or NULL; *position is then its own. Begin with UINT32_MAX. */
struct map_entry *map_previous(const struct map *map, uint32_t *position);

/* The same, by counted steps: looks at no more than *steps places, subtracting. NULL says that there are none left,
 * *position is 0 then, or no steps. */
struct map_entry *map_descend(const struct map *map, uint32_t *position, size_t *steps);

/* The last entry, or NULL. O(1). */
struct map_entry *map_last(const struct map *map);

/* Asserts all invariants; O(n), for tests. */
void map_check(const struct map *map);

#endif
