/* The map: finding, inserting, removing, walking. map_entries.c holds the entries and closes holes, map_index.c finds
 * an entry's number by its key's hash.
 *
 *     hash -> segment of the index -> slot {tag, number} -> entry {key, value} -> key
 *
 * Each arrow is a cache line that is likely cold in a large map; the tag saves the last two for other keys. */
#include "map_inner.h"

#include <assert.h>

struct map *
map_new(uint64_t seed)
{
	struct map *map = malloc(sizeof *map);

	if (!map)
		return NULL;
	*map = (struct map){ .seed = seed, .footprint = sizeof *map };
	map->segments = &map->only;
	map->segments_room = 1;
	map->index = &map->index_only;
	return map;
}

/* Directories for the copy, as large as the map's own; false without memory. */
static bool
copy_directories(const struct map *map, struct map *copy)
{
	copy->segments = &copy->only;
	copy->index = &copy->index_only;
	if (map->segments != &map->only)
		copy->segments = reallocarray(NULL, map->segments_room, sizeof *map->segments);
	if (map->index != &map->index_only)
		copy->index = reallocarray(NULL, (size_t)1 << map->depth, sizeof *map->index);
	if (copy->segments && copy->index)
		return true;
	if (map->segments != &map->only)
		free(copy->segments);
	if (map->index != &map->index_only)
		free(copy->index);
	return false;
}

struct map *
map_copy(struct map *map, const struct map_sharing *sharing, void *arg)
{
	struct map *copy = malloc(sizeof *copy);

	if (!copy)
		return NULL;
	map_entries_spare(map);
	map->sharing = sharing;
	map->sharing_arg = arg;
	*copy = *map;
	if (!copy_directories(map, copy)) {
		free(copy);
		return NULL;
	}
	map_entries_share(map, copy);
	map_index_share(map, copy);
	return copy;
}

bool
map_was_copied(const struct map *map)
{
	return map->sharing != NULL;
}

/* Frees the last entry or what is behind it, or gives up a block that others share. */
static void
free_entry(struct map *map, void (*drop)(struct map_entry *entry, void *arg), void *arg)
{
	uint32_t number = map->end - 1, segment = number / MAP_SEGMENT;
	struct map_block *block = map->segments[segment].block;
	struct map_entry *entry;

	if (!block || block->refs > 1) {
		map->end = segment * MAP_SEGMENT;
		map_entries_free(map, segment);
		return;
	}
	entry = map_at(map, number);
	if (entry->key) {
		if (drop)
			drop(entry, arg);
		blob_unref(entry->key);
	}
	map->end--;
	if (number % MAP_SEGMENT == 0)
		map_entries_free(map, segment);
}

bool
map_free(struct map *map, size_t steps, void (*drop)(struct map_entry *entry, void *arg), void *arg)
{
	for (; map->end > 0 && steps > 0; steps--)
		free_entry(map, drop, arg);
	if (map->end > 0)
		return false;
	if (!map->freeing) {
		map->freeing = true;
		map->close_from = UINT32_C(1) << map->depth;
	}
	for (; map->close_from > 0 && steps > 0; steps--)
		map_index_free(map, --map->close_from);
	if (map->close_from > 0)
		return false;
	map_entries_free(map, 0);
	if (map->segments != &map->only)
		free(map->segments);
	map_entries_spare(map);
	free(map);
	return true;
}

size_t
map_count(const struct map *map)
{
	return map->count;
}

uint32_t
map_epoch(const struct map *map)
{
	return map->epoch;
}

size_t
map_footprint(const struct map *map)
{
	return map->footprint;
}

/* Whether these are the same key: as Python's dict, what is identical is the same, even a NaN; else what is equal. */
static bool
is_key(const struct blob *blob, const struct value *key)
{
	struct value other = map_key(blob);

	if (value_identical(&other, key))
		return true;
	if (other.kind == key->kind &&
	    (key->kind == VALUE_TEXT || key->kind == VALUE_DATA || key->kind == VALUE_INTEGER))
		return false;
	return value_equal(&other, key) == VALUE_SAME;
}

static inline struct map_entry *
find(const struct map *map, const struct value *key, uint64_t hash, uint32_t *ret_number)
{
	const struct map_index_segment *segment = map_index_segment(map, hash);
	uint32_t tag = map_index_tag(hash);

	if (!segment)
		return NULL;
	for (uint32_t at = map_index_home(map, hash);; at = (at + 1) & map->index_mask) {
		uint32_t slot = segment->slots[at];

		if (slot == MAP_SLOT_EMPTY)
			return NULL;
		if (map_index_match(slot, tag, ret_number)) {
			struct map_entry *entry = map_at(map, *ret_number);

			if (is_key(entry->key, key))
				return entry;
		}
	}
}

struct map_entry *
map_find(const struct map *map, const struct value *key)
{
	uint32_t number;

	return find(map, key, value_hash(key, map->seed), &number);
}

struct map_entry *
map_insert(struct map *map, const struct value *key, bool *ret_created)
{
	uint64_t hash = value_hash(key, map->seed);
	struct blob *blob;
	uint32_t number;

	*ret_created = false;
	if (find(map, key, hash, &number))
		return map_entries_own(map, number / MAP_SEGMENT) ? map_at(map, number) : NULL;
	map_entries_close(map);
	blob = blob_new((uint8_t)key->kind, key->data, key->size);
	/* The entry's place comes last, since it must not stay without an entry. */
	if (!blob || !map_index_reserve(map, hash) || !map_entries_reserve(map)) {
		blob_unref(blob);
		return NULL;
	}
	number = map_entries_append(map, blob);
	map_index_put(map, hash, number);
	*ret_created = true;
	return map_at(map, number);
}

/* The slot of an entry, and its number. */
static uint32_t *
slot_of(const struct map *map, const struct map_entry *entry, uint64_t hash, uint32_t *ret_number)
{
	struct map_index_segment *segment = map_index_segment(map, hash);
	uint32_t tag = map_index_tag(hash);
	uint32_t at = map_index_home(map, hash);

	while (!map_index_match(segment->slots[at], tag, ret_number) || map_at(map, *ret_number) != entry) {
		assert(segment->slots[at] != MAP_SLOT_EMPTY);
		at = (at + 1) & map->index_mask;
	}
	return &segment->slots[at];
}

struct map_entry *
map_own(struct map *map, struct map_entry *entry)
{
	uint32_t number;

	if (!map->sharing)
		return entry;
	(void)slot_of(map, entry, map_hash(map, entry->key), &number);
	return map_entries_own(map, number / MAP_SEGMENT) ? map_at(map, number) : NULL;
}

bool
map_remove(struct map *map, struct map_entry *entry)
{
	struct blob *key = entry->key;
	uint64_t hash = map_hash(map, key);
	uint32_t number, *slot;

	/* Before the entry is looked for: its slot may move to a segment of the map's own. */
	if (!map_index_own(map, hash))
		return false;
	slot = slot_of(map, entry, hash, &number);
	if (!map_entries_own(map, number / MAP_SEGMENT))
		return false;
	map_index_remove(map, hash, slot);
	map_entries_remove(map, number);
	blob_unref(key);
	map_entries_close(map);
	return true;
}

struct map_entry *
map_next(const struct map *map, uint32_t *position)
{
	uint32_t number = *position > map->first ? *position : map->first;

	number = map_entries_skip(map, number);
	if (number >= map->end)
		return NULL;
	*position = number + 1;
	return map_at(map, number);
}

struct map_entry *
map_descend(const struct map *map, uint32_t *position, size_t *steps)
{
	if (*position > map->end)
		*position = map->end;
	for (; *steps && *position > map->first; --*steps) {
		uint32_t number = *position - 1;

		if (!map->segments[number / MAP_SEGMENT].block) {
			*position = number - number % MAP_SEGMENT;
			continue;
		}
		*position = number;
		if (map_at(map, number)->key) {
			--*steps;
			return map_at(map, number);
		}
	}
	/* In front of the first one are only holes. */
	if (*position <= map->first)
		*position = 0;
	return NULL;
}

struct map_entry *
map_previous(const struct map *map, uint32_t *position)
{
	size_t steps = SIZE_MAX;
	uint32_t number = *position;
	struct map_entry *entry = map_descend(map, &number, &steps);

	if (entry)
		*position = number;
	return entry;
}

struct map_entry *
map_last(const struct map *map)
{
	return map->end > 0 ? map_at(map, map->end - 1) : NULL;
}

/* -- for tests --------------------------------------------------------------------------------------------------- */

static void
check_entries(const struct map *map)
{
	uint32_t count = 0;

	assert(map->first <= map->end && map->end <= MAP_ENTRIES_MAX);
	assert((map->end == 0) == (map->count == 0));
	assert(map->count == 0 || (map_at(map, map->first)->key && map_at(map, map->end - 1)->key));
	for (uint32_t segment = 0; segment < map->segments_room; segment++) {
		const struct map_block *block = map->segments[segment].block;
		uint32_t live = 0;

		assert(!block || block->refs == 1 || map->segments[segment].shared);

		for (uint32_t i = 0; i < MAP_SEGMENT && map->segments[segment].block; i++) {
			uint32_t number = segment * MAP_SEGMENT + i;
			struct blob *key = number < map->end ? map_at(map, number)->key : NULL;

			if (!key)
				continue;
			assert(number >= map->first);
			assert(!map->closing || number < map->close_to || number >= map->close_from);
			(void)map_index_slot(map, map_hash(map, key), number);
			live++;
		}
		assert(live == map->segments[segment].live);
		assert(live > 0 || !map->segments[segment].block || (segment == 0 && map->places < MAP_SEGMENT));
		count += live;
	}
	assert(count == map->count);
}

static void
check_index_segment(const struct map *map, const struct map_index_segment *segment)
{
	uint32_t live = 0, used = 0;

	for (uint32_t i = 0; i <= map->index_mask; i++) {
		used += segment->slots[i] != MAP_SLOT_EMPTY;
		live += segment->slots[i] > MAP_SLOT_REMOVED;
	}
	assert(live == segment->live && used == segment->used);
	assert(used <= (map->index_mask + 1) / 8 * 7);
}

static void
check_index(const struct map *map)
{
	uint32_t live = 0, deepest = 0, place = 0;

	while (place < UINT32_C(1) << map->depth && map->index[place]) {
		const struct map_index_segment *segment = map->index[place];
		uint32_t span = UINT32_C(1) << (map->depth - segment->depth);

		assert(segment->depth <= map->depth && place % span == 0);
		for (uint32_t i = 0; i < span; i++)
			assert(map->index[place + i] == segment);
		check_index_segment(map, segment);
		live += segment->live;
		deepest += segment->depth == map->depth;
		place += span;
	}
	assert(live == map->count);
	assert(map->depth == 0 || (deepest == map->deepest && map->index_mask == MAP_INDEX_SEGMENT - 1));
}

void
map_check(const struct map *map)
{
	check_entries(map);
	check_index(map);
}
