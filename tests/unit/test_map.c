/* Maps: against a model that keeps everything in one array in order of insertion; growth, churn, closing of holes,
 * freeing by steps, no memory. */
#include "lib/map.h"

#include "model.h"
#include "nomem.h"
#include "unit.h"

enum { KEYS = 6000, OPERATIONS = 60000, ORDER_MAX = 10 * OPERATIONS };

/* A key and the bytes it borrows. */
struct key {
	struct value value;
	uint8_t room[VALUE_SCALAR_MAX];
	char text[24];
};

/* Key number n: texts and integers in turn. */
static const struct value *
key_of(size_t n, struct key *key)
{
	if (n % 2) {
		value_set_integer(&key->value, key->room, (int64_t)n);
	} else {
		int size = snprintf(key->text, sizeof key->text, "key-%zu", n);

		key->value = (struct value){ VALUE_TEXT, (const uint8_t *)key->text, (size_t)size };
	}
	return &key->value;
}

struct model {
	struct map *map;
	size_t *order;      /* numbers of keys in order of insertion, holes of SIZE_MAX */
	size_t order_count;
	size_t place[KEYS]; /* of key n in `order`, plus 1; 0: not there */
	uintptr_t value[KEYS];
	size_t count;
};

static struct model *
model_new(uint64_t seed)
{
	struct model *model = calloc(1, sizeof *model);

	model->map = map_new(seed);
	model->order = calloc(ORDER_MAX, sizeof *model->order);
	MODEL_ASSERT(model->map);
	return model;
}

static void
count_drop(struct map_entry *entry, void *arg)
{
	size_t *drops = arg;

	MODEL_ASSERT(entry->value);
	++*drops;
}

static void
model_free(struct model *model)
{
	size_t drops = 0, calls = 1;

	while (!map_free(model->map, 10, count_drop, &drops))
		calls++;
	MODEL_ASSERT(drops == model->count);
	MODEL_ASSERT(calls * 10 >= model->count);
	free(model->order);
	free(model);
}

static struct map_entry *
model_find(struct model *model, size_t n)
{
	struct key key;
	struct map_entry *entry = map_find(model->map, key_of(n, &key));

	MODEL_ASSERT((entry != NULL) == (model->place[n] != 0));
	if (entry)
		MODEL_ASSERT((uintptr_t)entry->value == model->value[n]);
	return entry;
}

/* Inserts key n, or gives it another value. */
static void
model_put(struct model *model, size_t n, uintptr_t value)
{
	struct key key;
	bool created = false;
	struct map_entry *entry = map_insert(model->map, key_of(n, &key), &created);

	MODEL_ASSERT(entry);
	MODEL_ASSERT(created == (model->place[n] == 0));
	MODEL_ASSERT((uintptr_t)entry->value == (created ? 0 : model->value[n]));
	entry->value = (void *)value;
	model->value[n] = value;
	if (!created)
		return;
	MODEL_ASSERT(model->order_count < ORDER_MAX);
	model->order[model->order_count] = n;
	model->place[n] = ++model->order_count;
	model->count++;
}

static void
model_remove(struct model *model, size_t n)
{
	struct map_entry *entry = model_find(model, n);

	if (!entry)
		return;
	map_remove(model->map, entry);
	model->order[model->place[n] - 1] = SIZE_MAX;
	model->place[n] = 0;
	model->count--;
}

static size_t
number_of(const struct map_entry *entry)
{
	struct value key = { (enum value_kind)(entry->key->kind & BLOB_KIND), blob_data(entry->key),
		blob_size(entry->key) };
	char text[24] = "";

	if (key.kind == VALUE_INTEGER)
		return (size_t)value_integer(&key);
	MODEL_ASSERT(key.size < sizeof text);
	memcpy(text, key.data, key.size);
	return strtoull(text + strlen("key-"), NULL, 10);
}

static void
model_look(struct model *model)
{
	uint32_t position = 0;
	struct map_entry *entry, *last = NULL;

	map_check(model->map);
	MODEL_ASSERT(map_count(model->map) == model->count);
	for (size_t i = 0; i < model->order_count; i++) {
		if (model->order[i] == SIZE_MAX)
			continue;
		entry = map_next(model->map, &position);
		MODEL_ASSERT(entry);
		MODEL_ASSERT(number_of(entry) == model->order[i]);
		MODEL_ASSERT((uintptr_t)entry->value == model->value[model->order[i]]);
		last = entry;
	}
	MODEL_ASSERT(!map_next(model->map, &position));
	MODEL_ASSERT(map_last(model->map) == last);
}

/* -- the model --------------------------------------------------------------------------------------------------- */

static void
compare_with_model(struct random *random)
{
	struct model *model = model_new(random_next(random));

	for (size_t i = 0; i < OPERATIONS; i++) {
		size_t phase = i / 6000 % 5;
		/* Few keys and many in turn; mostly in, mostly out, or as much in as out. */
		size_t n = random_below(random, phase % 2 ? 200 : KEYS);
		size_t in = phase == 0 || phase == 3 ? 8 : phase == 4 ? 1 : 5;

		if (random_below(random, 10) < in)
			model_put(model, n, random_next(random) | 1);
		else if (random_below(random, 10) == 0 && map_last(model->map))
			model_remove(model, number_of(map_last(model->map)));
		else
			model_remove(model, n);
		model_find(model, random_below(random, KEYS));
		if (i % 500 == 0)
			model_look(model);
	}
	for (size_t n = 0; n < KEYS; n++)
		model_remove(model, n);
	model_look(model);
	for (size_t n = 0; n < KEYS / 2; n++)
		model_put(model, n, n + 1);
	model_look(model);
	model_free(model);
}

START_TEST(random_operations_agree_with_a_model)
{
	random_each_seed(compare_with_model);
}
END_TEST

/* -- keys -------------------------------------------------------------------------------------------------------- */

START_TEST(find_in_an_empty_map_gives_null)
{
	struct model *model = model_new(1);
	uint32_t position = 0;

	MODEL_ASSERT(!model_find(model, 1));
	MODEL_ASSERT(!map_last(model->map));
	MODEL_ASSERT(!map_next(model->map, &position));
	MODEL_ASSERT(map_count(model->map) == 0);
	MODEL_ASSERT(map_footprint(model->map) <= 160);
	map_check(model->map);
	model_free(model);
}
END_TEST

START_TEST(insert_of_equal_numbers_keeps_the_first_spelling)
{
	struct map *map = map_new(1);
	struct key keys[3];
	struct map_entry *entries[3];
	bool created[3];

	value_set_number(&keys[0].value, keys[0].room, 1.0);
	value_set_integer(&keys[1].value, keys[1].room, 1);
	value_set_boolean(&keys[2].value, keys[2].room, true);
	for (int i = 0; i < 3; i++) {
		entries[i] = map_insert(map, &keys[i].value, &created[i]);
		MODEL_ASSERT(entries[i]);
		MODEL_ASSERT(created[i] == (i == 0));
		MODEL_ASSERT(entries[i] == map_find(map, &keys[0].value));
	}
	MODEL_ASSERT(map_last(map)->key->kind == VALUE_NUMBER);
	MODEL_ASSERT(map_free(map, 100, NULL, NULL));
}
END_TEST

START_TEST(insert_of_texts_and_data_of_the_same_bytes_keeps_both)
{
	static const enum value_kind kinds[] = { VALUE_TEXT, VALUE_DATA };
	struct map *map = map_new(1);

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		struct value key = { kinds[i], (const uint8_t *)"same", 4 };
		bool created = false;

		MODEL_ASSERT(map_insert(map, &key, &created));
		MODEL_ASSERT(created);
	}
	MODEL_ASSERT(map_count(map) == 2);
	MODEL_ASSERT(map_free(map, 100, NULL, NULL));
}
END_TEST

START_TEST(insert_of_nan_is_never_found_but_can_be_removed)
{
	struct map *map = map_new(1);
	struct key key;
	bool created = false;

	value_set_number(&key.value, key.room, 0.0 / 0.0);
	for (size_t i = 1; i <= 3; i++) {
		MODEL_ASSERT(map_insert(map, &key.value, &created));
		MODEL_ASSERT(created);
		MODEL_ASSERT(map_count(map) == i);
		MODEL_ASSERT(!map_find(map, &key.value));
	}
	for (int i = 0; i < 3; i++) {
		map_remove(map, map_last(map));
		map_check(map);
	}
	MODEL_ASSERT(map_count(map) == 0);
	MODEL_ASSERT(map_free(map, 100, NULL, NULL));
}
END_TEST

/* -- memory ------------------------------------------------------------------------------------------------------ */

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

/* -- no memory --------------------------------------------------------------------------------------------------- */

START_TEST(new_without_memory_fails)
{
	nomem_arm(0);
	MODEL_ASSERT(!map_new(1));
	MODEL_ASSERT(nomem_disarm());
}
END_TEST

/* Inserts key n, failing its first allocation, then its second and so on, until it passes without a failure. */
static size_t
put_until_clean(struct model *model, size_t n)
{
	for (unsigned good = 0;; good++) {
		struct key key;
		bool created = false;
		struct map_entry *entry;

		nomem_arm(good);
		entry = map_insert(model->map, key_of(n, &key), &created);
		/* Memory that is only given back may fail to be, and the insertion succeeds. */
		if (nomem_disarm() && !entry) {
			MODEL_ASSERT(!map_find(model->map, key_of(n, &key)));
			MODEL_ASSERT(map_count(model->map) == model->count);
			continue;
		}
		MODEL_ASSERT(entry);
		MODEL_ASSERT(created);
		map_remove(model->map, entry);
		model_put(model, n, n + 1);
		return good;
	}
}

START_TEST(insert_without_memory_changes_nothing)
{
	struct model *model = model_new(1);
	size_t failures = 0;

	for (size_t n = 0; n < KEYS; n++) {
		failures += put_until_clean(model, n);
		if (n % 500 == 0)
			model_look(model);
	}
	MODEL_ASSERT(failures >= KEYS);
	model_look(model);
	model_free(model);
}
END_TEST

START_TEST(changes_without_memory_for_closing_and_merging_keep_the_map_whole)
{
	struct model *model = model_new(1);

	for (size_t n = 0; n < KEYS; n++)
		model_put(model, n, n + 1);
	for (size_t i = 0; i < 4 * KEYS; i++) {
		size_t n = i * 7 % KEYS;

		/* A removal never needs memory; what it would like to have it may get a little later, or never. */
		nomem_arm(i % 3 ? 0 : 1);
		model_remove(model, n);
		nomem_disarm();
		if (i % 5 == 0 && i < 3 * KEYS)
			put_until_clean(model, n);
		if (i % 500 == 0)
			model_look(model);
	}
	model_look(model);
	model_free(model);
}
END_TEST

int
main(void)
{
	return unit_run("map", (const TTest *const[]){
	    random_operations_agree_with_a_model,
	    find_in_an_empty_map_gives_null,
	    insert_of_equal_numbers_keeps_the_first_spelling,
	    insert_of_texts_and_data_of_the_same_bytes_keeps_both,
	    insert_of_nan_is_never_found_but_can_be_removed,
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
	    new_without_memory_fails,
	    insert_without_memory_changes_nothing,
	    changes_without_memory_for_closing_and_merging_keep_the_map_whole,
	    NULL });
}
