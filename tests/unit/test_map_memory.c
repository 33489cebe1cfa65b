/* Maps: what they take and give back as they grow, shrink, churn and are freed, and the order that they keep. */
#include "lib/map.h"

#include "map_keys.h"
#include "model.h"
#include "unit.h"

enum { MANY = 200000 };

static struct map *
map_of_many(size_t many)
{
	struct map *map = map_new(7);

	for (size_t n = 0; n < many; n++) {
		struct key key;
		bool created = false;

		MODEL_ASSERT(map_insert(map, key_of(n, &key), &created));
		MODEL_ASSERT(created);
	}
	return map;
}

static void
remove_number(struct map *map, size_t n)
{
	struct key key;
	struct map_entry *entry = map_find(map, key_of(n, &key));

	MODEL_ASSERT(entry);
	map_remove(map, entry);
}

static void
free_at_once(struct map *map)
{
	MODEL_ASSERT(map_free(map, SIZE_MAX, NULL, NULL));
}

START_TEST(insert_of_many_takes_24_bytes_an_entry_at_most)
{
	struct map *map = map_of_many(MANY);

	MODEL_ASSERT(map_footprint(map) <= MANY * 24);
	map_check(map);
	free_at_once(map);
}
END_TEST

START_TEST(remove_of_all_in_any_order_gives_the_memory_back)
{
	/* Steps through all numbers, since it and their count have no factor in common. */
	static const size_t steps[] = { 1, MANY - 1, 77777 };

	for (size_t i = 0; i < UNIT_COUNT(steps); i++) {
		struct map *map = map_of_many(MANY);
		size_t n = 0;

		for (size_t left = MANY; left > 0; left--) {
			remove_number(map, n);
			n = (n + steps[i]) % MANY;
			if (left % 25000 == 0)
				map_check(map);
			MODEL_ASSERT(map_footprint(map) <= MANY * 24);
		}
		MODEL_ASSERT(map_count(map) == 0);
		MODEL_ASSERT(map_footprint(map) <= 1000);
		map_check(map);
		free_at_once(map);
	}
}
END_TEST

static void
remove_all_in_random_order(struct random *random)
{
	enum { FEW = 300 };

	for (int round = 0; round < 50; round++) {
		struct map *map = map_of_many(FEW);
		size_t order[FEW];

		for (size_t i = 0; i < FEW; i++) {
			size_t other = random_below(random, i + 1);

			order[i] = order[other];
			order[other] = i;
		}
		for (size_t i = 0; i < FEW; i++) {
			remove_number(map, order[i]);
			map_check(map);
			MODEL_ASSERT(map_count(map) == FEW - i - 1);
		}
		free_at_once(map);
	}
}

START_TEST(remove_of_all_in_random_order_keeps_the_map_whole)
{
	random_each_seed(remove_all_in_random_order);
}
END_TEST

START_TEST(remove_from_both_ends_while_holes_are_closed_keeps_the_map_whole)
{
	/* What was closed already goes first, then the rest from behind. */
	for (size_t front = 0; front < 1000; front += 50) {
		struct map *map = map_of_many(1000);
		uint32_t epoch = map_epoch(map);

		for (size_t n = 0; map_epoch(map) == epoch; n++) {
			if (n % 3)
				remove_number(map, n);
		}
		while (map_count(map) > 0) {
			uint32_t position = 0;
			struct map_entry *entry = map_next(map, &position);

			map_remove(map, number_of(entry) < front ? entry : map_last(map));
			map_check(map);
		}
		free_at_once(map);
	}
}
END_TEST

START_TEST(remove_of_most_closes_the_holes)
{
	struct map *map = map_of_many(MANY);
	uint32_t epoch = map_epoch(map), position = 0;

	for (size_t n = 0; n < MANY; n++) {
		if (n % 100 != 0)
			remove_number(map, n);
	}
	MODEL_ASSERT(map_epoch(map) != epoch);
	map_check(map);
	MODEL_ASSERT(map_footprint(map) <= 300000);
	for (size_t n = 0; n < MANY; n += 100)
		MODEL_ASSERT(number_of(map_next(map, &position)) == n);
	free_at_once(map);
}
END_TEST

START_TEST(churn_of_new_keys_keeps_memory_bounded)
{
	enum { LIVE = 1000 };
	struct map *map = map_of_many(LIVE);

	for (size_t n = LIVE; n < MANY; n++) {
		struct key key;
		bool created;

		MODEL_ASSERT(map_insert(map, key_of(n, &key), &created));
		remove_number(map, n - LIVE);
		MODEL_ASSERT(map_footprint(map) <= 300000);
		if (n % 20000 == 0)
			map_check(map);
	}
	MODEL_ASSERT(map_count(map) == LIVE);
	free_at_once(map);
}
END_TEST

START_TEST(churn_through_many_segments_keeps_the_map_whole)
{
	enum { LIVE = 20000 };
	struct map *map = map_of_many(LIVE);
	uint32_t epoch = map_epoch(map);
	size_t n = LIVE;

	/* Looks at the map when the closing has just begun, and then while it goes on. */
	for (size_t looks = 0; looks < 20; n++) {
		struct key key;
		bool created;

		remove_number(map, n - LIVE);
		MODEL_ASSERT(map_insert(map, key_of(n, &key), &created));
		if (map_epoch(map) == epoch)
			continue;
		epoch = map_epoch(map);
		map_check(map);
		looks++;
	}
	free_at_once(map);
}
END_TEST

START_TEST(churn_in_no_order_keeps_memory_bounded)
{
	enum { LIVE = 20000 };
	struct map *map = map_of_many(LIVE);
	struct random random = { 1 };
	size_t *live = calloc(LIVE, sizeof *live);
	size_t footprints = 0;

	for (size_t n = 0; n < LIVE; n++)
		live[n] = n;
	for (size_t n = LIVE; n < LIVE + 2 * MANY; n++) {
		size_t i = random_below(&random, LIVE);
		struct key key;
		bool created;

		remove_number(map, live[i]);
		MODEL_ASSERT(map_insert(map, key_of(n, &key), &created));
		live[i] = n;
		footprints += map_footprint(map) / LIVE;
		MODEL_ASSERT(map_footprint(map) <= LIVE * 48);
	}
	/* On average half as many holes as entries, and an index that does not grow for removed slots. */
	MODEL_ASSERT(footprints / (2 * MANY) <= 36);
	map_check(map);
	free(live);
	free_at_once(map);
}
END_TEST

START_TEST(last_until_empty_gives_the_reverse_of_insertion)
{
	struct map *map = map_of_many(10000);

	for (size_t n = 10000; n > 0; n--) {
		MODEL_ASSERT(number_of(map_last(map)) == n - 1);
		map_remove(map, map_last(map));
	}
	MODEL_ASSERT(!map_last(map));
	free_at_once(map);
}
END_TEST

START_TEST(next_while_the_epoch_stays_gives_what_stays_once)
{
	struct map *map = map_of_many(10000);
	uint32_t position = 0, epoch = map_epoch(map);
	size_t expected = 0;
	struct map_entry *entry;

	/* Removes behind the walk and ahead of it, too few for the holes to be closed. */
	while ((entry = map_next(map, &position))) {
		MODEL_ASSERT(number_of(entry) == expected);
		if (expected % 10 == 0) {
			map_remove(map, entry);
			remove_number(map, expected + 5);
		}
		expected += expected % 10 == 4 ? 2 : 1;
	}
	MODEL_ASSERT(expected == 10000);
	MODEL_ASSERT(map_epoch(map) == epoch);
	free_at_once(map);
}
END_TEST

static void
count_drop(struct map_entry *entry, void *arg)
{
	size_t *drops = arg;

	MODEL_ASSERT(entry->value);
	++*drops;
}

START_TEST(free_by_steps_never_drops_more_than_told)
{
	struct map *map = map_of_many(10000);
	size_t drops = 0, before = 0, calls = 0;
	uint32_t position = 0;
	struct map_entry *entry;

	while ((entry = map_next(map, &position)))
		entry->value = map;
	for (size_t n = 0; n < 10000; n += 3)
		remove_number(map, n);
	while (!map_free(map, 7, count_drop, &drops)) {
		MODEL_ASSERT(drops - before <= 7);
		before = drops;
		calls++;
	}
	MODEL_ASSERT(drops == 6666);
	MODEL_ASSERT(calls >= 6666 / 7);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		insert_of_many_takes_24_bytes_an_entry_at_most,
		remove_of_all_in_any_order_gives_the_memory_back,
		remove_of_all_in_random_order_keeps_the_map_whole,
		remove_from_both_ends_while_holes_are_closed_keeps_the_map_whole,
		remove_of_most_closes_the_holes,
		churn_of_new_keys_keeps_memory_bounded,
		churn_through_many_segments_keeps_the_map_whole,
		churn_in_no_order_keeps_memory_bounded,
		last_until_empty_gives_the_reverse_of_insertion,
		next_while_the_epoch_stays_gives_what_stays_once,
		free_by_steps_never_drops_more_than_told,
		NULL,
	};

	return unit_run("map_memory", tests);
}
