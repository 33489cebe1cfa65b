/* Maps: against a model that keeps everything in one array in order of insertion, with and without memory; and which
 * keys are the same. */
#include "lib/map.h"

#include "map_keys.h"
#include "model.h"
#include "nomem.h"
#include "unit.h"

enum { KEYS = 6000, OPERATIONS = 60000, ORDER_MAX = 10 * OPERATIONS };

struct model {
	struct map *map;
	size_t *order; /* numbers of keys in order of insertion, holes of SIZE_MAX */
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

START_TEST(find_of_nan_finds_the_one_of_the_same_bytes)
{
	struct map *map = map_new(1);
	struct key key, other;
	bool created = false;

	value_set_number(&key.value, key.room, 0.0 / 0.0);
	value_set_number(&other.value, other.room, -(0.0 / 0.0));
	MODEL_ASSERT(map_insert(map, &key.value, &created));
	MODEL_ASSERT(created);
	MODEL_ASSERT(map_insert(map, &key.value, &created));
	MODEL_ASSERT(!created);
	MODEL_ASSERT(map_find(map, &key.value));
	MODEL_ASSERT(!map_find(map, &other.value));
	MODEL_ASSERT(map_free(map, 100, NULL, NULL));
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
	const TTest *const tests[] = {
		random_operations_agree_with_a_model,
		find_in_an_empty_map_gives_null,
		insert_of_equal_numbers_keeps_the_first_spelling,
		insert_of_texts_and_data_of_the_same_bytes_keeps_both,
		find_of_nan_finds_the_one_of_the_same_bytes,
		new_without_memory_fails,
		insert_without_memory_changes_nothing,
		changes_without_memory_for_closing_and_merging_keep_the_map_whole,
		NULL,
	};

	return unit_run("map", tests);
}
