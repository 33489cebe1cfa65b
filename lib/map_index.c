/* The map's index: extendible hashing over segments, linear probing inside each.
 *
 * The directory has 1 << depth places; the leading `depth` bits of a key's spread hash name its place. A segment of
 * lesser depth stands in several neighbouring places. A full segment is split in two by the next bit; two neighbours
 * that have become nearly empty are merged. A map with one segment resizes it instead, from 8 slots up.
 *
 *     directory  000 001 010 011 100 101 110 111
 *     segments   [ depth 1     ] [2    ] [3] [3]
 *
 * Invariants: at most 7/8 of a segment's slots are used, so that probing ends at an empty one; each slot that names an
 * entry can be reached from its key's home without passing an empty slot. A segment that several maps share is never
 * written to.
 *
 * The hash of a key is not stored: it is computed anew when its slot moves. That touches the entry and the key, which
 * are far apart, so they are fetched some slots ahead. */
#include "map_inner.h"

#include <assert.h>

enum {
	INDEX_MIN = 8,          /* slots of the smallest segment */
	INDEX_DEPTH_MAX = 18,   /* keys that are alike in more bits than even a full map needs are refused */
	INDEX_AHEAD_ENTRY = 24, /* slots ahead that an entry is fetched */
	INDEX_AHEAD_KEY = 12,   /* and its key */
};

static size_t
segment_bytes(uint32_t slots)
{
	return offsetof(struct map_index_segment, slots) + slots * sizeof(uint32_t);
}

static uint32_t
used_max(const struct map *map)
{
	return (map->index_mask + 1) / 8 * 7;
}

static struct map_index_segment *
segment_new(struct map *map, uint32_t slots)
{
	struct map_index_segment *segment = calloc(1, segment_bytes(slots));

	if (!segment)
		return NULL;
	map->footprint += segment_bytes(slots);
	segment->refs = 1;
	return segment;
}

static void
segment_free(struct map *map, struct map_index_segment *segment, uint32_t slots)
{
	if (!segment)
		return;
	map->footprint -= segment_bytes(slots);
	if (--segment->refs == 0)
		free(segment);
}

/* -- moving slots ------------------------------------------------------------------------------------------------ */

static void
put(struct map *map, uint64_t hash, uint32_t slot)
{
	struct map_index_segment *segment = map_index_segment(map, hash);
	uint32_t at = map_index_home(map, hash);

	while (segment->slots[at] > MAP_SLOT_REMOVED)
		at = (at + 1) & map->index_mask;
	segment->used += segment->slots[at] == MAP_SLOT_EMPTY;
	segment->live++;
	segment->slots[at] = slot;
}

/* Copies the slots that name an entry to `ret_slots`, which has MAP_INDEX_SEGMENT places; returns how many. */
static uint32_t
gather(const struct map *map, const struct map_index_segment *segment, uint32_t *ret_slots)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i <= map->index_mask; i++) {
		ret_slots[count] = segment->slots[i];
		count += segment->slots[i] > MAP_SLOT_REMOVED;
	}
	return count;
}

static void
clear(const struct map *map, struct map_index_segment *segment)
{
	memset(segment->slots, 0, (map->index_mask + 1) * sizeof *segment->slots);
	segment->used = segment->live = 0;
}

static const struct map_entry *
entry_of(const struct map *map, uint32_t slot)
{
	return map_at(map, (slot & MAP_SLOT_MASK) - MAP_SLOT_NUMBER);
}

/* Puts the slots where they belong now. */
static void
scatter(struct map *map, const uint32_t *slots, uint32_t count)
{
	/* The builtin stands in the loop itself: gcc drops the call of a function that only prefetches. */
	for (uint32_t i = 0; i < count && i < INDEX_AHEAD_ENTRY; i++)
		__builtin_prefetch(entry_of(map, slots[i]));
	for (uint32_t i = 0; i < count; i++) {
		if (i + INDEX_AHEAD_ENTRY < count)
			__builtin_prefetch(entry_of(map, slots[i + INDEX_AHEAD_ENTRY]));
		if (i + INDEX_AHEAD_KEY < count)
			__builtin_prefetch(entry_of(map, slots[i + INDEX_AHEAD_KEY])->key);
		put(map, map_hash(map, entry_of(map, slots[i])->key), slots[i]);
	}
}

/* Makes removed slots empty again. */
static void
rebuild(struct map *map, struct map_index_segment *segment)
{
	uint32_t slots[MAP_INDEX_SEGMENT];
	uint32_t count = gather(map, segment, slots);

	clear(map, segment);
	scatter(map, slots, count);
}

/* Gives the only segment another number of slots. */
static bool
resize(struct map *map, uint32_t slots)
{
	struct map_index_segment *old = map->index_only;
	struct map_index_segment *segment = segment_new(map, slots);
	uint32_t moved[MAP_INDEX_SEGMENT];
	uint32_t count = old ? gather(map, old, moved) : 0;

	if (!segment)
		return false;
	segment_free(map, old, map->index_mask + 1);
	map->index_only = segment;
	map->index_mask = slots - 1;
	scatter(map, moved, count);
	return true;
}

/* -- the directory ----------------------------------------------------------------------------------------------- */

static bool
double_directory(struct map *map)
{
	bool own = map->index != &map->index_only;
	uint32_t places = UINT32_C(1) << map->depth;
	struct map_index_segment **index;

	if (map->depth == INDEX_DEPTH_MAX)
		return false;
	index = reallocarray(own ? map->index : NULL, 2 * places, sizeof *index);
	if (!index)
		return false;
	if (!own)
		index[0] = map->index_only;
	for (uint32_t i = places; i-- > 0;)
		index[2 * i] = index[2 * i + 1] = index[i];
	map->footprint += (own ? places : 2 * places) * sizeof *index;
	map->index = index;
	map->depth++;
	map->deepest = 0;
	return true;
}

static void
free_directory(struct map *map)
{
	if (map->index == &map->index_only)
		return;
	map->footprint -= sizeof *map->index << map->depth;
	free(map->index);
	map->index = &map->index_only;
}

/* Halves the directory while no segment needs its last bit. In place, since this must not fail. */
static void
halve_directory(struct map *map)
{
	while (map->depth > 1 && map->deepest == 0) {
		uint32_t places = UINT32_C(1) << --map->depth;
		struct map_index_segment **index;

		for (uint32_t i = 0; i < places; i++) {
			map->index[i] = map->index[2 * i];
			map->deepest += map->index[i]->depth == map->depth;
		}
		map->footprint -= places * sizeof *index;
		index = reallocarray(map->index, places, sizeof *index);
		if (index)
			map->index = index;
	}
	if (map->depth == 1 && map->deepest == 0) {
		map->index_only = map->index[0];
		free_directory(map);
		map->depth = 0;
	}
}

/* Lets the places of all keys that share the first `depth` bits of the spread hash lead to the segment. */
static void
point(struct map *map, uint64_t spread, uint32_t depth, struct map_index_segment *segment)
{
	uint32_t span = UINT32_C(1) << (map->depth - depth);
	uint32_t place = (uint32_t)(spread >> (32 - depth)) * span;

	for (uint32_t i = 0; i < span; i++)
		map->index[place + i] = segment;
	segment->depth = depth;
}

bool
map_index_unshare(struct map *map, uint64_t hash)
{
	struct map_index_segment *segment = map_index_segment(map, hash);
	size_t bytes = segment_bytes(map->index_mask + 1);
	struct map_index_segment *own = malloc(bytes);

	if (!own)
		return false;
	memcpy(own, segment, bytes);
	own->refs = 1;
	segment->refs--;
	point(map, map_index_spread(hash), own->depth, own);
	return true;
}

/* Splits the segment that keys of this hash belong to. */
static bool
split(struct map *map, uint64_t hash)
{
	struct map_index_segment *segment = map_index_segment(map, hash);
	uint64_t spread = map_index_spread(hash);
	uint32_t depth = segment->depth + 1;
	struct map_index_segment *sibling;
	uint32_t slots[MAP_INDEX_SEGMENT];
	uint32_t count;

	if (segment->depth == map->depth && !double_directory(map))
		return false;
	sibling = segment_new(map, MAP_INDEX_SEGMENT);
	if (!sibling)
		return false;
	count = gather(map, segment, slots);
	clear(map, segment);
	point(map, spread, depth, segment);
	point(map, spread ^ (UINT64_C(1) << (32 - depth)), depth, sibling);
	if (depth == map->depth)
		map->deepest += 2;
	scatter(map, slots, count);
	return true;
}

/* Merges the segment that keys of this hash belong to with its sibling, if both are nearly empty. */
static void
merge(struct map *map, uint64_t hash)
{
	struct map_index_segment *segment = map_index_segment(map, hash), *sibling;
	uint32_t depth = segment->depth;
	uint64_t spread = map_index_spread(hash);
	uint32_t slots[MAP_INDEX_SEGMENT];
	uint32_t count;

	if (depth == 0) {
		/* It is the only one, and there was no memory for a smaller directory when it became so. */
		halve_directory(map);
		return;
	}
	sibling = map->index[(spread ^ (UINT64_C(1) << (32 - depth))) >> (32 - map->depth)];
	if (sibling->depth != depth || segment->live + sibling->live > MAP_INDEX_SEGMENT / 2)
		return;
	count = gather(map, segment, slots);
	count += gather(map, sibling, slots + count);
	clear(map, segment);
	point(map, spread, depth - 1, segment);
	if (depth == map->depth)
		map->deepest -= 2;
	scatter(map, slots, count);
	segment_free(map, sibling, MAP_INDEX_SEGMENT);
	halve_directory(map);
}

/* -- slots ------------------------------------------------------------------------------------------------------- */

bool
map_index_reserve(struct map *map, uint64_t hash)
{
	for (;;) {
		struct map_index_segment *segment = map_index_segment(map, hash);
		bool done;

		if (!segment)
			return resize(map, INDEX_MIN);
		if (!map_index_own(map, hash))
			return false;
		segment = map_index_segment(map, hash);
		if (segment->used < used_max(map))
			return true;
		if (segment->live < used_max(map) / 4 * 3) {
			rebuild(map, segment);
			return true;
		}
		if (map->index_mask < MAP_INDEX_SEGMENT - 1)
			done = resize(map, 2 * (map->index_mask + 1));
		else
			done = split(map, hash);
		if (!done)
			return false;
	}
}

void
map_index_put(struct map *map, uint64_t hash, uint32_t number)
{
	put(map, hash, map_index_tag(hash) | (number + MAP_SLOT_NUMBER));
}

uint32_t *
map_index_slot(const struct map *map, uint64_t hash, uint32_t number)
{
	struct map_index_segment *segment = map_index_segment(map, hash);
	uint32_t slot = map_index_tag(hash) | (number + MAP_SLOT_NUMBER);
	uint32_t at = map_index_home(map, hash);

	while (segment->slots[at] != slot) {
		assert(segment->slots[at] != MAP_SLOT_EMPTY);
		at = (at + 1) & map->index_mask;
	}
	return &segment->slots[at];
}

void
map_index_remove(struct map *map, uint64_t hash, uint32_t *slot)
{
	struct map_index_segment *segment = map_index_segment(map, hash);
	uint32_t at = (uint32_t)(slot - segment->slots);

	segment->live--;
	segment->slots[at] = MAP_SLOT_REMOVED;
	/* Nobody probes on into an empty slot, so the removed ones right before it can be empty, too. */
	if (segment->slots[(at + 1) & map->index_mask] == MAP_SLOT_EMPTY) {
		for (; segment->slots[at] == MAP_SLOT_REMOVED; at = (at - 1) & map->index_mask) {
			segment->slots[at] = MAP_SLOT_EMPTY;
			segment->used--;
		}
	}
	if (map->depth > 0) {
		if (segment->live < MAP_INDEX_SEGMENT / 4)
			merge(map, hash);
	} else if (map->index_mask >= INDEX_MIN && segment->live <= map->index_mask / 8) {
		(void)resize(map, (map->index_mask + 1) / 2);
	}
}

void
map_index_free(struct map *map, uint32_t place)
{
	struct map_index_segment *segment = map->index[place];

	if (place == 0 || map->index[place - 1] != segment)
		segment_free(map, segment, map->index_mask + 1);
	if (place == 0)
		free_directory(map);
}

void
map_index_share(struct map *map, struct map *copy)
{
	uint32_t places = UINT32_C(1) << map->depth;

	for (uint32_t place = 0; place < places; place++) {
		if (place + MAP_SHARE_AHEAD < places)
			__builtin_prefetch(map->index[place + MAP_SHARE_AHEAD], 1);
		if (map->index[place] && (place == 0 || map->index[place - 1] != map->index[place]))
			map->index[place]->refs++;
	}
	memcpy(copy->index, map->index, places * sizeof *map->index);
}
