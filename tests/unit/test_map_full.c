/* Maps at their limits: no more numbers for entries, no more bits to tell keys apart. The map is built anew here with
 * few bits, so that a full one is small. */
#include "lib/map.h"

#include "model.h"
#include "unit.h"

_Static_assert(MAP_NUMBER_BITS <= 16, "built with few bits");

enum { LIVE = MAP_ENTRIES_MAX / 4 * 3 };

static struct map_entry *
put(struct map *map, int64_t number)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value key;
	bool created = false;
	struct map_entry *entry;

	value_set_integer(&key, room, number);
	entry = map_insert(map, &key, &created);
	MODEL_ASSERT(!entry || created);
	return entry;
}

static struct map_entry *
find(struct map *map, int64_t number)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value key;

	value_set_integer(&key, room, number);
	return map_find(map, &key);
}

START_TEST(insert_into_a_full_map_fails_until_one_is_removed)
{
	struct map *map = map_new(1);

	for (int64_t i = 0; i < MAP_ENTRIES_MAX; i++)
		MODEL_ASSERT(put(map, i));
	MODEL_ASSERT(!put(map, MAP_ENTRIES_MAX));
	MODEL_ASSERT(map_count(map) == MAP_ENTRIES_MAX);
	map_check(map);
	map_remove(map, map_last(map));
	MODEL_ASSERT(put(map, MAP_ENTRIES_MAX));
	MODEL_ASSERT(!put(map, MAP_ENTRIES_MAX - 1));
	MODEL_ASSERT(find(map, 0));
	MODEL_ASSERT(find(map, MAP_ENTRIES_MAX));
	map_check(map);
	MODEL_ASSERT(map_free(map, SIZE_MAX, NULL, NULL));
}
END_TEST

START_TEST(churn_of_a_nearly_full_map_never_runs_out_of_numbers)
{
	struct map *map = map_new(1);

	for (int64_t i = 0; i < LIVE; i++)
		MODEL_ASSERT(put(map, i));
	for (int64_t i = LIVE; i < 20 * LIVE; i++) {
		map_remove(map, find(map, i - LIVE));
		MODEL_ASSERT(put(map, i));
	}
	MODEL_ASSERT(map_count(map) == LIVE);
	map_check(map);
	MODEL_ASSERT(map_free(map, SIZE_MAX, NULL, NULL));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		insert_into_a_full_map_fails_until_one_is_removed,
		churn_of_a_nearly_full_map_never_runs_out_of_numbers,
		NULL,
	};

	return unit_run("map_full", tests);
}
