/* The map's entries, in the order of insertion, the sharing of their blocks, and the closing of holes.
 *
 * Closing goes through all entries once, a few a change, and moves each down to where the last one went:
 *
 *     0            close_to         close_from               end
 *     | closed      | holes          | entries and holes      |
 *
 * Invariants: entries 0 <= n < end of a segment that is there are initialised; a segment without a live entry is not
 * there (but segment 0 of a small map); first and end - 1 are live, or the map is empty and both are 0. A block that
 * several maps share is never written to, so they all see the same live entries in it; each of these keeps one
 * reference to the key and counts once for the value, for all the maps together. */
#include "map_inner.h"

enum {
	ENTRIES_MIN = 4,         /* places of segment 0 of a new map; doubles up to MAP_SEGMENT */
	ENTRIES_HOLES_MIN = 16,  /* fewer holes are not worth closing */
	ENTRIES_STEPS = 6,       /* entries looked at by one change while holes are closed */
	ENTRIES_AHEAD = 8,       /* entries ahead that the next keys to move are fetched */
	ENTRIES_AHEAD_COPY = 12, /* and that keys and values are fetched when a block is copied */
};

/* -- blocks ------------------------------------------------------------------------------------------------------- */

static size_t
block_bytes(uint32_t places)
{
	return offsetof(struct map_block, entries) + places * sizeof(struct map_entry);
}

/* A new block, or the spare one; it is not cleared. */
static struct map_block *
block_new(struct map *map, uint32_t places)
{
	struct map_block *block = places == MAP_SEGMENT ? map->spare : NULL;

	if (block) {
		map->spare = NULL;
		return block;
	}
	block = malloc(block_bytes(places));
	if (!block)
		return NULL;
	map->footprint += block_bytes(places);
	block->refs = 1;
	return block;
}

static void
block_free(struct map *map, struct map_block *block, uint32_t places)
{
	if (!block)
		return;
	map->footprint -= block_bytes(places);
	if (--block->refs == 0)
		free(block);
}

static uint32_t
places_of(const struct map *map, uint32_t segment)
{
	return segment == 0 ? map->places : MAP_SEGMENT;
}

/* Entries of the segment below the end. */
static uint32_t
used_of(const struct map *map, uint32_t segment)
{
	uint32_t begin = segment * MAP_SEGMENT;

	return map->end <= begin ? 0 : map->end - begin < MAP_SEGMENT ? map->end - begin : MAP_SEGMENT;
}

/* One more block has these entries now. */
static void
keep_entries(const struct map *map, struct map_entry *entries, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i + ENTRIES_AHEAD_COPY < count) {
			__builtin_prefetch(entries[i + ENTRIES_AHEAD_COPY].key, 1);
			__builtin_prefetch(entries[i + ENTRIES_AHEAD_COPY].value, 1);
		}
		if (!entries[i].key)
			continue;
		blob_ref(entries[i].key);
		map->sharing->keep(&entries[i], map->sharing_arg);
	}
}

/* Puts a copy of the segment's shared block in its place. */
static bool
copy_block(struct map *map, uint32_t segment, uint32_t places)
{
	struct map_segment *of = &map->segments[segment];
	uint32_t used = used_of(map, segment);
	struct map_block *block;

	if (!map->sharing->may(map->sharing_arg) || !(block = block_new(map, places)))
		return false;
	memcpy(block->entries, of->block->entries, used * sizeof *block->entries);
	keep_entries(map, block->entries, used);
	block_free(map, of->block, places_of(map, segment));
	of->block = block;
	of->shared = false;
	if (segment == 0)
		map->places = places;
	return true;
}

bool
map_entries_unshare(struct map *map, uint32_t segment)
{
	if (map->segments[segment].block->refs > 1)
		return copy_block(map, segment, places_of(map, segment));
	map->segments[segment].shared = false;
	return true;
}

void
map_entries_share(struct map *map, struct map *copy)
{
	/* The first one may be there without an entry. */
	uint32_t used = map->end ? (map->end + MAP_SEGMENT - 1) / MAP_SEGMENT : 1;

	for (uint32_t i = 0; i < used; i++) {
		if (i + MAP_SHARE_AHEAD < used)
			__builtin_prefetch(map->segments[i + MAP_SHARE_AHEAD].block, 1);
		if (!map->segments[i].block)
			continue;
		map->segments[i].block->refs++;
		map->segments[i].shared = true;
	}
	memcpy(copy->segments, map->segments, map->segments_room * sizeof *map->segments);
}

/* -- segments ---------------------------------------------------------------------------------------------------- */

/* Gives segment 0 another number of places. */
static bool
resize_first(struct map *map, uint32_t places)
{
	struct map_segment *first = &map->segments[0];
	struct map_block *block;

	if (first->shared && first->block->refs > 1)
		return copy_block(map, 0, places);
	block = realloc(first->block, block_bytes(places));
	if (!block)
		return false;
	if (first->block)
		map->footprint -= block_bytes(map->places);
	map->footprint += block_bytes(places);
	block->refs = 1;
	first->block = block;
	first->shared = false;
	map->places = places;
	return true;
}

static bool
reserve_directory(struct map *map, uint32_t segment)
{
	bool own = map->segments != &map->only;
	struct map_segment *segments;
	uint32_t room = map->segments_room * 2;

	if (segment < map->segments_room)
		return true;
	segments = reallocarray(own ? map->segments : NULL, room, sizeof *segments);
	if (!segments)
		return false;
	if (!own)
		segments[0] = map->only;
	memset(&segments[map->segments_room], 0, (room - map->segments_room) * sizeof *segments);
	map->footprint += (own ? room - map->segments_room : room) * sizeof *segments;
	map->segments = segments;
	map->segments_room = room;
	return true;
}

/* Gives the segment full-sized memory, which is not cleared. */
static bool
fill_segment(struct map *map, uint32_t segment)
{
	struct map_block *block = block_new(map, MAP_SEGMENT);

	if (!block)
		return false;
	map->segments[segment].block = block;
	map->segments[segment].shared = false;
	if (segment == 0)
		map->places = MAP_SEGMENT;
	return true;
}

void
map_entries_spare(struct map *map)
{
	block_free(map, map->spare, MAP_SEGMENT);
	map->spare = NULL;
}

void
map_entries_free(struct map *map, uint32_t segment)
{
	struct map_segment *from = &map->segments[segment];

	block_free(map, from->block, places_of(map, segment));
	from->block = NULL;
	if (segment == 0)
		map->places = 0;
}

/* Counts one live entry less; a segment that has none left is kept as the spare, or freed. */
static void
lose_entry(struct map *map, uint32_t segment)
{
	struct map_segment *from = &map->segments[segment];

	if (--from->live > 0 || (segment == 0 && map->places < MAP_SEGMENT))
		return;
	if (map->spare) {
		map_entries_free(map, segment);
		return;
	}
	map->spare = from->block;
	from->block = NULL;
	if (segment == 0)
		map->places = 0;
}

/* The map has become empty: begin again with the first number. */
static void
start_again(struct map *map)
{
	map->first = map->end = 0;
	map->closing = false;
	map_entries_spare(map);
	if (map->segments != &map->only) {
		map->footprint -= map->segments_room * sizeof *map->segments;
		map->only = map->segments[0];
		free(map->segments);
		map->segments = &map->only;
		map->segments_room = 1;
	}
}

/* After `end` has come down: gives back what a small map does not need. Without memory it is kept, and what is shared
 * is not copied for this. */
static void
shrink(struct map *map)
{
	uint32_t places = map->places;

	if (map->end > MAP_SEGMENT / 2)
		return;
	map_entries_spare(map);
	while (places > ENTRIES_MIN && map->end <= places / 4)
		places /= 2;
	if (places < map->places && !map->segments[0].shared)
		(void)resize_first(map, places);
}

bool
map_entries_reserve(struct map *map)
{
	uint32_t segment = map->end / MAP_SEGMENT;

	if (map->end >= MAP_ENTRIES_MAX)
		return false;
	if (segment == 0 && map->end == map->places)
		return resize_first(map, map->places ? map->places * 2 : ENTRIES_MIN);
	if (segment == 0 || map->end % MAP_SEGMENT != 0)
		return map_entries_own(map, segment);
	return reserve_directory(map, segment) && fill_segment(map, segment);
}

/* -- entries ----------------------------------------------------------------------------------------------------- */

uint32_t
map_entries_append(struct map *map, struct blob *key)
{
	uint32_t number = map->end++;

	*map_at(map, number) = (struct map_entry){ .key = key };
	map->segments[number / MAP_SEGMENT].live++;
	map->count++;
	return number;
}

static bool
is_hole(const struct map *map, uint32_t number)
{
	return !map->segments[number / MAP_SEGMENT].block || !map_at(map, number)->key;
}

uint32_t
map_entries_skip(const struct map *map, uint32_t number)
{
	while (number < map->end && is_hole(map, number)) {
		if (map->segments[number / MAP_SEGMENT].block)
			number++;
		else
			number += MAP_SEGMENT - number % MAP_SEGMENT;
	}
	return number < map->end ? number : map->end;
}

/* Lets `end` come down to behind the last entry; there is one. */
static void
trim(struct map *map)
{
	while (is_hole(map, map->end - 1)) {
		if (map->segments[(map->end - 1) / MAP_SEGMENT].block)
			map->end--;
		else
			map->end -= (map->end - 1) % MAP_SEGMENT + 1;
	}
}

void
map_entries_remove(struct map *map, uint32_t number)
{
	*map_at(map, number) = (struct map_entry){ .key = NULL };
	map->count--;
	lose_entry(map, number / MAP_SEGMENT);
	if (map->count == 0) {
		start_again(map);
		shrink(map);
		return;
	}
	if (number == map->first)
		map->first = map_entries_skip(map, number + 1);
	if (number == map->end - 1) {
		trim(map);
		shrink(map);
	}
}

/* -- closing holes ----------------------------------------------------------------------------------------------- */

/* Near the end of the numbers even a few holes are worth it. */
static bool
has_too_many_holes(const struct map *map)
{
	uint32_t holes = map->end - map->count;

	if (holes > map->count + ENTRIES_HOLES_MIN)
		return true;
	return map->end > MAP_ENTRIES_MAX / 4 * 3 && holes > map->count / 16 + ENTRIES_HOLES_MIN;
}

/* Makes what the moving of the entry at close_from changes the map's own. */
static bool
own_move(struct map *map, uint64_t hash)
{
	uint32_t to = map->close_to / MAP_SEGMENT;

	if (!map_entries_own(map, map->close_from / MAP_SEGMENT) || !map_index_own(map, hash))
		return false;
	if (map->segments[to].block)
		return map_entries_own(map, to);
	if (!fill_segment(map, to))
		return false;
	memset(map->segments[to].block->entries, 0, MAP_SEGMENT * sizeof(struct map_entry));
	return true;
}

/* Moves the entry at close_from, which is none, down to close_to. False without memory. */
static bool
move_entry(struct map *map)
{
	uint64_t hash = map_hash(map, map_at(map, map->close_from)->key);
	struct map_entry *entry;

	if (!own_move(map, hash))
		return false;
	entry = map_at(map, map->close_from);
	*map_index_slot(map, hash, map->close_from) += map->close_to - map->close_from;
	*map_at(map, map->close_to) = *entry;
	map->segments[map->close_to / MAP_SEGMENT].live++;
	*entry = (struct map_entry){ .key = NULL };
	lose_entry(map, map->close_from / MAP_SEGMENT);
	if (map->first > map->close_to)
		map->first = map->close_to;
	map->epoch++;
	return true;
}

/* Deals with the entry at close_from, or with a whole segment that is not there. False without memory. */
static bool
close_step(struct map *map)
{
	uint32_t left = MAP_SEGMENT - map->close_from % MAP_SEGMENT;

	if (!map->segments[map->close_from / MAP_SEGMENT].block) {
		map->close_from += left;
		return true;
	}
	if (left > ENTRIES_AHEAD && map->close_from + ENTRIES_AHEAD < map->end)
		__builtin_prefetch(map_at(map, map->close_from + ENTRIES_AHEAD)->key);
	if (map_at(map, map->close_from)->key) {
		if (map->close_from != map->close_to && !move_entry(map))
			return false;
		map->close_to++;
	}
	map->close_from++;
	return true;
}

void
map_entries_close(struct map *map)
{
	if (!map->closing) {
		if (!has_too_many_holes(map))
			return;
		map->closing = true;
		map->close_from = map->first;
		map->close_to = 0;
	}
	for (int i = 0; i < ENTRIES_STEPS && map->close_from < map->end; i++) {
		if (!close_step(map))
			return;
	}
	if (map->close_from < map->end)
		return;
	map->closing = false;
	if (map->end > map->close_to)
		map->end = map->close_to;
	shrink(map);
}
