/* Sets against a naive model: random operations, in some of which an allocation fails. A call that failed has changed
 * nothing; one that has not did what the model does. */
#include "tests/unit/core_fixture.h"
#include "tests/unit/model.h"
#include "tests/unit/nomem.h"

#include "daemon/core/set.h"

enum {
	NUMBERS = 40, /* items are 0 ... */
	STEPS = 20000,
	GOOD_MAX = 6, /* allocations that succeed before one fails */
};

struct pair {
	struct core_fixture fixture;
	struct set *sets[2];
	bool model[2][NUMBERS];
	size_t counts[2];
	unsigned failures;
};

static void
check(struct pair *pair, int which)
{
	struct object *object = (struct object *)pair->sets[which];

	MODEL_ASSERT(object->kind->len(object) == pair->counts[which]);
	for (int i = 0; i < NUMBERS; i++)
		MODEL_ASSERT(set_contains(pair->sets[which], &INTEGER(i)) == pair->model[which][i]);
	map_check(set_items(pair->sets[which]));
}

static void
model_put(struct pair *pair, int which, int number, bool there)
{
	pair->counts[which] += (size_t)there - (size_t)pair->model[which][number];
	pair->model[which][number] = there;
}

/* A few items are added or taken out; true if memory was short. */
static bool
step_items(struct pair *pair, struct random *random, int which)
{
	struct set_item items[4];
	uint8_t rooms[4][FIXTURE_ROOM];
	int numbers[4];
	size_t count = 1 + random_below(random, 4), before = pair->counts[which];
	bool adds = random_below(random, 2);
	enum concur_status status;
	int64_t changed;

	for (size_t i = 0; i < count; i++) {
		numbers[i] = (int)random_below(random, NUMBERS);
		items[i] = (struct set_item){ fixture_integer(rooms[i], numbers[i]), false };
	}
	nomem_arm((unsigned)random_below(random, GOOD_MAX));
	if (adds)
		status = set_add(&pair->fixture.core, pair->sets[which], items, count, &changed);
	else
		status = set_discard(&pair->fixture.core, pair->sets[which], items, count, &changed);
	(void)nomem_disarm();
	if (status == CONCUR_NO_MEMORY)
		return true;
	MODEL_ASSERT(status == CONCUR_OK);
	for (size_t i = 0; i < count; i++)
		model_put(pair, which, numbers[i], adds);
	MODEL_ASSERT((size_t)changed == (adds ? pair->counts[which] - before : before - pair->counts[which]));
	return false;
}

static bool
model_operation(enum set_operation operation, bool a, bool b)
{
	switch (operation) {
	case SET_UNION:
		return a || b;
	case SET_INTERSECTION:
		return a && b;
	case SET_DIFFERENCE:
		return a && !b;
	default:
		return a != b;
	}
}

static bool
step_algebra(struct pair *pair, struct random *random, int which)
{
	enum set_operation operation = (enum set_operation)random_below(random, 4);
	int other = random_below(random, 5) ? !which : which;
	enum concur_status status;
	int64_t changed, expected = 0;

	nomem_arm((unsigned)random_below(random, GOOD_MAX * 3));
	status = set_change(&pair->fixture.core, pair->sets[which], operation, set_items(pair->sets[other]), &changed);
	(void)nomem_disarm();
	if (status == CONCUR_NO_MEMORY)
		return true;
	MODEL_ASSERT(status == CONCUR_OK);
	for (int i = 0; i < NUMBERS; i++) {
		bool there = model_operation(operation, pair->model[which][i], pair->model[other][i]);

		expected += there != pair->model[which][i];
		model_put(pair, which, i, there);
	}
	MODEL_ASSERT(changed == expected);
	return false;
}

static void
step_questions(struct pair *pair)
{
	bool expected[] = { true, true, true, true }, yes;

	for (int i = 0; i < NUMBERS; i++) {
		bool a = pair->model[0][i], b = pair->model[1][i];

		expected[SET_IS_SUBSET] &= b || !a;
		expected[SET_IS_SUPERSET] &= a || !b;
		expected[SET_IS_DISJOINT] &= !(a && b);
		expected[SET_IS_EQUAL] &= a == b;
	}
	for (int question = SET_IS_SUBSET; question <= SET_IS_EQUAL; question++) {
		MODEL_ASSERT(set_ask(&pair->fixture.core, pair->sets[0], (enum set_question)question,
				 set_items(pair->sets[1]), &yes) == CONCUR_OK);
		MODEL_ASSERT(yes == expected[question]);
	}
}

static void
run(struct random *random)
{
	struct pair pair = { 0 };

	fixture_init(&pair.fixture);
	for (int i = 0; i < 2; i++)
		pair.sets[i] = fixture_open(&pair.fixture, &(struct object_options){ .kind = KIND_SET });
	for (int step = 0; step < STEPS; step++) {
		int which = (int)random_below(random, 2);

		if (random_below(random, 4))
			pair.failures += step_items(&pair, random, which);
		else
			pair.failures += step_algebra(&pair, random, which);
		check(&pair, which);
		if (step % 16 == 0)
			step_questions(&pair);
		if (step % 64 == 0)
			fixture_settle(&pair.fixture);
	}
	ck_assert_uint_gt(pair.failures, 100);
	fixture_fini(&pair.fixture);
}

START_TEST(operations_do_what_the_model_does)
{
	random_each_seed(run);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { operations_do_what_the_model_does, NULL };

	return unit_run("set_random", tests);
}
