/* Tables: growth and shrinking bucket by bucket, walking, emptying; against an array of flags. */
#include "lib/table.h"

#include "model.h"
#include "nomem.h"
#include "unit.h"

enum { KEYS = 5000, OPERATIONS = 100000 };

struct model {
	struct table table;
	struct table_node nodes[KEYS]; /* node k has key k * k, to be no plain counter */
	bool in[KEYS];
	size_t visits[KEYS];
	size_t count;
};

static struct model *
model_new(void)
{
	struct model *model = calloc(1, sizeof *model);

	MODEL_ASSERT(table_init(&model->table) == 0);
	return model;
}

static void
model_free(struct model *model)
{
	table_fini(&model->table);
	free(model);
}

static void
model_toggle(struct model *model, size_t k)
{
	if (model->in[k]) {
		table_remove(&model->table, &model->nodes[k]);
		model->count--;
	} else {
		table_insert(&model->table, &model->nodes[k], k * k);
		model->count++;
	}
	model->in[k] = !model->in[k];
}

static void
model_look(const struct model *model)
{
	MODEL_ASSERT(model->table.count == model->count);
	for (size_t k = 0; k < KEYS; k++) {
		const struct table_node *node = table_find(&model->table, k * k);

		MODEL_ASSERT(node == (model->in[k] ? &model->nodes[k] : NULL));
	}
	MODEL_ASSERT(!table_find(&model->table, 2));
}

static void
compare_with_model(struct random *random)
{
	struct model *model = model_new();

	for (size_t i = 0; i < OPERATIONS; i++) {
		size_t k = random_below(random, KEYS);
		bool growing = i / 20000 % 2 == 0;

		if (model->in[k] != growing || random_below(random, 5) == 0)
			model_toggle(model, k);
		if (i % 5000 == 0)
			model_look(model);
		MODEL_ASSERT(model->table.buckets <= model->count * 5 + 16);
	}
	model_look(model);
	while (model->count) {
		struct table_node *node = table_any(&model->table);

		MODEL_ASSERT(node && model->in[node - model->nodes]);
		model_toggle(model, (size_t)(node - model->nodes));
		/* Others come in between. */
		if (random_below(random, 4) == 0)
			model_toggle(model, random_below(random, KEYS));
	}
	MODEL_ASSERT(!table_any(&model->table));
	model_free(model);
}

START_TEST(random_operations_agree_with_a_model)
{
	random_each_seed(compare_with_model);
}
END_TEST

START_TEST(any_until_empty_gives_each_node_once)
{
	struct model *model = model_new();
	struct table_node *node;

	for (size_t k = 0; k < KEYS; k++)
		model_toggle(model, k);
	while ((node = table_any(&model->table))) {
		size_t k = (size_t)(node - model->nodes);

		MODEL_ASSERT(model->in[k]);
		model_toggle(model, k);
	}
	MODEL_ASSERT(model->count == 0);
	MODEL_ASSERT(model->table.buckets <= 16);
	MODEL_ASSERT(model->table.first_room <= 32);
	model_look(model);
	model_free(model);
}
END_TEST

static void
visit_and_count(struct table_node *node, void *arg)
{
	struct model *model = arg;

	model->visits[node - model->nodes]++;
}

static void
visit_and_remove(struct table_node *node, void *arg)
{
	struct model *model = arg;
	size_t k = (size_t)(node - model->nodes);

	model->visits[k]++;
	if (k % 10 != 0)
		model_toggle(model, k);
}

START_TEST(any_of_a_table_that_shrank_gives_the_last_node)
{
	struct model *model = model_new();

	/* Few nodes, so that the last one is now in this bucket, now in that. */
	for (size_t from = 0; from + 30 < KEYS; from++) {
		for (size_t k = from; k < from + 30; k++)
			model_toggle(model, k);
		for (size_t k = from + 1; k < from + 30; k++)
			model_toggle(model, k);
		MODEL_ASSERT(table_any(&model->table) == &model->nodes[from]);
		model_toggle(model, from);
	}
	MODEL_ASSERT(!table_any(&model->table));
	model_free(model);
}
END_TEST

START_TEST(each_with_a_visit_that_removes_reaches_every_node_once)
{
	struct model *model = model_new();

	for (size_t k = 0; k < KEYS; k++)
		model_toggle(model, k);
	table_each(&model->table, visit_and_remove, model);
	for (size_t k = 0; k < KEYS; k++)
		MODEL_ASSERT(model->visits[k] == 1);
	model_look(model);
	table_each(&model->table, visit_and_count, model);
	for (size_t k = 0; k < KEYS; k++)
		MODEL_ASSERT(model->visits[k] == (k % 10 ? 1 : 2));
	model_free(model);
}
END_TEST

/* Walks by table_next, toggling keys above KEYS / 2 between two steps: those below must come exactly once each. */
static void
walk_while_it_changes(struct random *random)
{
	struct model *model = model_new();
	struct table_node *node;
	uint64_t position = 0;
	size_t steps = 0;

	for (size_t k = 0; k < KEYS; k += 1 + random_below(random, 3))
		model_toggle(model, k);
	do {
		bool growing = steps++ / 1500 % 2 == 0;

		node = table_next(&model->table, &position);
		if (node)
			visit_and_count(node, model);
		for (int i = 0; i < 4; i++) {
			size_t k = KEYS / 2 + random_below(random, KEYS / 2);

			if (model->in[k] != growing)
				model_toggle(model, k);
		}
	} while (position);
	for (size_t k = 0; k < KEYS / 2; k++)
		MODEL_ASSERT(model->visits[k] == (model->in[k] ? 1 : 0));
	MODEL_ASSERT(steps > KEYS / 4);
	model_free(model);
}

START_TEST(next_gives_each_node_that_stays_once_while_the_table_grows_and_shrinks)
{
	random_each_seed(walk_while_it_changes);
}
END_TEST

START_TEST(next_of_an_empty_table_is_none_and_ends)
{
	struct model *model = model_new();
	uint64_t position = 0;

	MODEL_ASSERT(!table_next(&model->table, &position) && position == 0);
	position = UINT64_MAX;
	MODEL_ASSERT(!table_next(&model->table, &position) && position == 0);
	model_free(model);
}
END_TEST

START_TEST(init_without_memory_fails)
{
	struct table table;

	for (unsigned n = 0; n < 2; n++) {
		nomem_arm(n);
		MODEL_ASSERT(table_init(&table) == -1);
		MODEL_ASSERT(nomem_disarm());
		table_fini(&table);
	}
}
END_TEST

START_TEST(insert_without_memory_does_not_grow_and_recovers)
{
	struct model *model = model_new();
	size_t failures = 0;

	for (size_t k = 0; k < KEYS; k++) {
		/* Every allocation fails for a while, then each second one. */
		nomem_arm(k < KEYS / 2 ? 0 : k % 2);
		model_toggle(model, k);
		failures += nomem_disarm();
	}
	MODEL_ASSERT(failures > 0);
	MODEL_ASSERT(model->count == KEYS);
	model_look(model);
	for (size_t k = 0; k < KEYS; k++) {
		nomem_arm(0);
		model_toggle(model, k);
		nomem_disarm();
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
		any_until_empty_gives_each_node_once,
		any_of_a_table_that_shrank_gives_the_last_node,
		each_with_a_visit_that_removes_reaches_every_node_once,
		next_gives_each_node_that_stays_once_while_the_table_grows_and_shrinks,
		next_of_an_empty_table_is_none_and_ends,
		init_without_memory_fails,
		insert_without_memory_does_not_grow_and_recovers,
		NULL,
	};

	return unit_run("table", tests);
}
