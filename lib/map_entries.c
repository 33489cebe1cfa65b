/* The map's entries, in the order of insertion, and the closing of holes.
 *
 * Closing goes through all entries once, a few a change, and moves each down to where the last one went:
 *
 *     0            close_to         close_from               end
 *     | closed      | holes          | entries and holes      |
 *
 * Invariants: entries 0 <= n < end of a segment that is there are initialised; a segment without a live entry is not
 * there (but segment 0 of a small map); first and end - 1 are live, or the map is empty and both are 0. */
#include "map_inner.h"

enum {
	ENTRIES_MIN = 4,        /* places of segment 0 of a new map; doubles up to MAP_SEGMENT */
	ENTRIES_HOLES_MIN = 16, /* fewer holes are not worth closing */
	ENTRIES_STEPS = 6,      /* entries looked at by one change while holes are closed */
	ENTRIES_AHEAD = 8,      /* entries ahead that the next keys to move are fetched */
};

/* -- segments ---------------------------------------------------------------------------------------------------- */

/* Gives segment 0 another number of places. */
static bool
resize_first(struct map *map, uint32_t places)
{
	struct map_entry *entries = reallocarray(map->segments[0].entries, places, sizeof *entries);

	if (!entries)
		return false;
	map->footprint += places * sizeof *entries;
	map->footprint -= map->places * sizeof *entries;
	map->segments[0].entries = entries;
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
	struct map_entry *entries = map->spare;

	if (!entries) {
		entries = reallocarray(NULL, MAP_SEGMENT, sizeof *entries);
		if (!entries)
			return false;
		map->footprint += MAP_SEGMENT * sizeof *entries;
	}
	map->spare = NULL;
	map->segments[segment].entries = entries;
	if (segment == 0)
		map->places = MAP_SEGMENT;
	return true;
}

static void
free_spare(struct map *map)
{
	if (!map->spare)
		return;
	map->footprint -= MAP_SEGMENT * sizeof *map->spare;
	free(map->spare);
	map->spare = NULL;
}

void
map_entries_free(struct map *map, uint32_t segment)
{
	struct map_segment *from = &map->segments[segment];

	if (!from->entries)
		return;
	map->footprint -= (segment == 0 ? map->places : MAP_SEGMENT) * sizeof *from->entries;
	free(from->entries);
	from->entries = NULL;
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
	map->spare = from->entries;
	from->entries = NULL;
	if (segment == 0)
		map->places = 0;
}

/* The map has become empty: begin again with the first number. */
static void
start_again(struct map *map)
{
	map->first = map->end = 0;
	map->closing = false;
	free_spare(map);
	if (map->segments != &map->only) {
		map->footprint -= map->segments_room * sizeof *map->segments;
		map->only = map->segments[0];
		free(map->segments);
		map->segments = &map->only;
		map->segments_room = 1;
	}
}

/* After `end` has come down: gives back what a small map does not need. Without memory it is kept. */
static void
shrink(struct map *map)
{
	uint32_t places = map->places;

	if (map->end > MAP_SEGMENT / 2)
		return;
	free_spare(map);
	while (places > ENTRIES_MIN && map->end <= places / 4)
		places /= 2;
	if (places < map->places)
		(void)resize_first(map, places);
}

bool
map_entries_reserve(struct map *map)
{
	uint32_t segment = map->end / MAP_SEGMENT;

	if (map->end >= MAP_ENTRIES_MAX)
		return false;
	if (segment == 0)
		return map->end < map->places || resize_first(map, map->places ? map->places * 2 : ENTRIES_MIN);
	if (map->end % MAP_SEGMENT != 0)
		return true;
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
	return !map->segments[number / MAP_SEGMENT].entries || !map_at(map, number)->key;
}

uint32_t
map_entries_skip(const struct map *map, uint32_t number)
{
	while (number < map->end && is_hole(map, number)) {
		if (map->segments[number / MAP_SEGMENT].entries)
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
		if (map->segments[(map->end - 1) / MAP_SEGMENT].entries)
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

/* Moves the entry at close_from, which is none, down to close_to. False without memory. */
static bool
move_entry(struct map *map)
{
	struct map_segment *to = &map->segments[map->close_to / MAP_SEGMENT];
	struct map_entry *entry = map_at(map, map->close_from);

	if (!to->entries) {
		if (!fill_segment(map, map->close_to / MAP_SEGMENT))
			return false;
		memset(to->entries, 0, MAP_SEGMENT * sizeof *to->entries);
	}
	*map_index_slot(map, map_hash(map, entry->key), map->close_from) += map->close_to - map->close_from;
	*map_at(map, map->close_to) = *entry;
	to->live++;
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

	if (!map->segments[map->close_from / MAP_SEGMENT].entries) {
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
