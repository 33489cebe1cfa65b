/* Nested containers against plain structures: random changes at random depths, made to both, must leave the same. When
 * all is cleared, no object is left. */
#include "tests/unit/nest_fixture.h"
#include "tests/unit/tree.h"

#include "daemon/core/path.h"

#include <stdio.h>

enum {
	CHANGES = 3000,
	DEPTH = 3,  /* of what is stored in one change */
	WIDTH = 4,  /* items of one container that is stored */
	ITEMS = 12, /* past it items are taken out */
	KEYS = 8,
	NODES_MAX = 400, /* of all; past it everything is cleared */
};

/* -- the model: a structure of Python's, without sharing --------------------------------------------------------- */

struct node {
	enum value_kind kind; /* INTEGER, LIST, TUPLE, MAP */
	int64_t number;       /* of an INTEGER */
	int64_t key;          /* in a MAP */
	struct node *items[ITEMS + 2 * WIDTH];
	size_t count;
};

static struct node *
node_new(enum value_kind kind)
{
	struct node *node = calloc(1, sizeof *node);

	ck_assert_ptr_nonnull(node);
	node->kind = kind;
	return node;
}

static void
node_clear(struct node *node)
{
	while (node->count) {
		node_clear(node->items[--node->count]);
		free(node->items[node->count]);
	}
}

static void
node_insert(struct node *node, size_t at, struct node *item)
{
	ck_assert_uint_lt(node->count, UNIT_COUNT(node->items));
	memmove(&node->items[at + 1], &node->items[at], (node->count - at) * sizeof *node->items);
	node->items[at] = item;
	node->count++;
}

static void
node_remove(struct node *node, size_t at)
{
	node_clear(node->items[at]);
	free(node->items[at]);
	node->count--;
	memmove(&node->items[at], &node->items[at + 1], (node->count - at) * sizeof *node->items);
}

static void
node_replace(struct node *node, size_t at, struct node *item)
{
	item->key = node->items[at]->key;
	node_clear(node->items[at]);
	free(node->items[at]);
	node->items[at] = item;
}

/* Where the key is; the count if it is not there. */
static size_t
node_find(const struct node *map, int64_t key)
{
	size_t at = 0;

	while (at < map->count && map->items[at]->key != key)
		at++;
	return at;
}

static void
node_put(struct node *map, int64_t key, struct node *item)
{
	size_t at = node_find(map, key);

	item->key = key;
	if (at < map->count)
		node_replace(map, at, item);
	else
		node_insert(map, at, item);
}

static size_t
node_total(const struct node *node)
{
	size_t total = 1;

	for (size_t i = 0; i < node->count; i++)
		total += node_total(node->items[i]);
	return total;
}

static struct node *
node_random(uint64_t *random, unsigned depth)
{
	static const enum value_kind kinds[] = { VALUE_INTEGER, VALUE_LIST, VALUE_TUPLE, VALUE_MAP };
	struct node *node = node_new(kinds[depth ? tree_draw(random, 4) : 0]);

	if (node->kind == VALUE_INTEGER) {
		node->number = (int64_t)tree_draw(random, 100);
		return node;
	}
	for (uint64_t count = tree_draw(random, WIDTH + 1); count; count--) {
		struct node *item = node_random(random, depth - 1);

		if (node->kind == VALUE_MAP)
			node_put(node, (int64_t)tree_draw(random, KEYS), item);
		else
			node_insert(node, node->count, item);
	}
	return node;
}

static void
node_show(FILE *to, const struct node *node)
{
	const char *brackets = node->kind == VALUE_LIST ? "[]" : node->kind == VALUE_MAP ? "{}" : "()";

	if (node->kind == VALUE_INTEGER) {
		fprintf(to, "%lld", (long long)node->number);
		return;
	}
	fputc(brackets[0], to);
	for (size_t i = 0; i < node->count; i++) {
		fputs(i ? ", " : "", to);
		if (node->kind == VALUE_MAP)
			fprintf(to, "%lld: ", (long long)node->items[i]->key);
		node_show(to, node->items[i]);
	}
	fputs(node->kind == VALUE_TUPLE && node->count == 1 ? "," : "", to);
	fputc(brackets[1], to);
}

static char *
node_text(const struct node *node)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(to);
	node_show(to, node);
	ck_assert_int_eq(fclose(to), 0);
	return text;
}

/* -- both -------------------------------------------------------------------------------------------------------- */

struct bench {
	struct core_fixture fixture;
	struct core *core;
	uint64_t random;
	struct node *model;
	struct object *root;
};

/* A container somewhere inside, in the model and in the core. */
struct place {
	struct node *node;
	struct object *object;
};

/* A new random value: *ret_bytes, which *ret borrows, is the caller's. */
static struct node *
draw_value(struct bench *bench, struct value *ret, uint8_t **ret_bytes)
{
	struct node *node = node_random(&bench->random, DEPTH);
	char *text = node_text(node);

	*ret_bytes = nest_read(text, ret);
	free(text);
	return node;
}

static struct value
value_in(const struct place *place, size_t at)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value key;

	if (place->node->kind == VALUE_LIST)
		return store_value(list_get((struct list *)place->object, (int64_t)at));
	value_set_integer(&key, room, place->node->items[at]->key);
	return store_value(dict_get((struct dict *)place->object, &key));
}

/* From the root down by drawn steps, through tuples too, to some dict or list. */
static struct place
draw_place(struct bench *bench)
{
	struct place place = { bench->model, bench->root };

	for (;;) {
		size_t count = place.node->count, at = count ? tree_draw(&bench->random, count) : 0;
		struct node *node = place.node;
		struct value value;

		if (count == 0 || tree_draw(&bench->random, 3) == 0)
			return place;
		value = value_in(&place, at);
		node = node->items[at];
		while (node->kind == VALUE_TUPLE && node->count) {
			struct value_walk walk;
			struct value tuple = value;

			at = tree_draw(&bench->random, node->count);
			value_walk_begin(&walk, &tuple);
			for (size_t i = 0; i <= at; i++)
				ck_assert(value_walk_next(&walk, &value));
			node = node->items[at];
		}
		if (node->kind != VALUE_LIST && node->kind != VALUE_MAP)
			return place;
		place = (struct place){ node, nest_object_of(bench->core, &value) };
	}
}

static void
change_dict(struct bench *bench, struct place place, const struct value *value, struct node *node)
{
	struct dict *dict = (struct dict *)place.object;
	int64_t number = (int64_t)tree_draw(&bench->random, KEYS);
	size_t at = node_find(place.node, number);
	uint8_t room[VALUE_SCALAR_MAX];
	struct dict_item item = { .value = *value };
	struct value_place place_room;
	struct blob *blob;
	bool missing;

	value_set_integer(&item.key, room, number);
	struct path path = { .object = place.object,
		.steps = &item.key,
		.refers = (const bool[]){ false },
		.count = 1,
		.places = &place_room };
	switch (tree_draw(&bench->random, 4)) {
	case 0:
		ck_assert_status(dict_pop(bench->core, dict, &item.key, &blob), CONCUR_OK);
		ck_assert_int_eq(blob != NULL, at < place.node->count);
		blob_unref(blob);
		if (at < place.node->count)
			node_remove(place.node, at);
		node_clear(node);
		free(node);
		return;
	case 1:
		ck_assert_status(dict_update(bench->core, dict, &item, 1), CONCUR_OK);
		break;
	case 2:
		ck_assert_status(path_set(bench->core, &path, value, false, &missing), CONCUR_OK);
		break;
	default:
		ck_assert_status(dict_set(bench->core, dict, &item), CONCUR_OK);
	}
	node_put(place.node, number, node);
}

static void
change_list(struct bench *bench, struct place place, const struct value *value, struct node *node)
{
	struct list *list = (struct list *)place.object;
	const struct list_item item = { *value, false };
	size_t count = place.node->count, at = tree_draw(&bench->random, count + 1);
	const struct list_slice slice = { (int64_t)at, (int64_t)at + 1, 1, false, false };
	struct blob *blob;

	if (count > ITEMS || (at < count && tree_draw(&bench->random, 4) == 0)) {
		at = at < count ? at : 0;
		ck_assert_status(list_pop(bench->core, list, (int64_t)at, &blob), CONCUR_OK);
		blob_unref(blob);
		node_remove(place.node, at);
		node_clear(node);
		free(node);
	} else if (at == count && tree_draw(&bench->random, 2)) {
		ck_assert_status(list_extend(bench->core, list, &item, 1), CONCUR_OK);
		node_insert(place.node, at, node);
	} else if (at < count && tree_draw(&bench->random, 3) == 0) {
		ck_assert_status(list_set_slice(bench->core, list, &slice, &item, 1), CONCUR_OK);
		node_replace(place.node, at, node);
	} else if (at < count && tree_draw(&bench->random, 2)) {
		ck_assert_status(list_set(bench->core, list, (int64_t)at, &item), CONCUR_OK);
		node_replace(place.node, at, node);
	} else {
		ck_assert_status(list_insert(bench->core, list, (int64_t)at, &item), CONCUR_OK);
		node_insert(place.node, at, node);
	}
}

static void
change(struct bench *bench)
{
	struct place place = draw_place(bench);
	struct value value;
	uint8_t *bytes;
	struct node *node = draw_value(bench, &value, &bytes);

	if (place.node->kind == VALUE_MAP)
		change_dict(bench, place, &value, node);
	else
		change_list(bench, place, &value, node);
	free(bytes);
}

/* Everything goes, and nothing but the root is left. */
static void
clear_all(struct bench *bench)
{
	ck_assert_status(bench->root->kind->clear(bench->core, bench->root), CONCUR_OK);
	node_clear(bench->model);
	fixture_settle(&bench->fixture);
	ck_assert_uint_eq(bench->core->objects.count, 1);
}

static void
run(uint64_t seed, enum kind_id kind)
{
	struct bench bench = { .random = seed };

	fixture_init(&bench.fixture);
	bench.core = &bench.fixture.core;
	bench.model = node_new(kind == KIND_LIST ? VALUE_LIST : VALUE_MAP);
	bench.root = fixture_open(&bench.fixture, &(struct object_options){ .kind = kind, .nested = true });
	for (int i = 0; i < CHANGES; i++) {
		char *have, *want;

		change(&bench);
		have = nest_show(bench.core, bench.root);
		want = node_text(bench.model);
		ck_assert_msg(strcmp(have, want) == 0, "seed %llu, change %d:\n%s\n%s", (unsigned long long)seed, i,
		    have, want);
		free(have);
		free(want);
		if (tree_draw(&bench.random, 4) == 0)
			fixture_settle(&bench.fixture);
		if (node_total(bench.model) > NODES_MAX)
			clear_all(&bench);
	}
	clear_all(&bench);
	free(bench.model);
	fixture_fini(&bench.fixture);
}

START_TEST(random_changes_of_nested_containers_are_as_the_model_says)
{
	const char *seed = getenv("CONCUR_TEST_SEED");
	uint64_t first = seed ? strtoull(seed, NULL, 0) : 1;

	for (uint64_t i = 0; i < 3; i++) {
		run(first + i, KIND_DICT);
		run(first + i, KIND_LIST);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { random_changes_of_nested_containers_are_as_the_model_says, NULL };

	return unit_run("nest_random", tests);
}
