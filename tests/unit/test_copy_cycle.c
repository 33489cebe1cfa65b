/* Copies, and the search for objects that only refer to each other: what a copy shares with its original keeps alive
 * what it refers to, whenever in a search the copy is made. */
#include "tests/unit/cycle_bench.h"

#include "daemon/core/dict.h"

static struct object *
copy_of(struct cycle_bench *bench, struct object *object)
{
	struct object *copy;

	ck_assert_status(object_copy(bench->core, object, LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	ck_assert_int_eq(session_ref(bench->core, bench->client, copy), 0);
	return copy;
}

START_TEST(copy_keeps_a_cycle_that_it_refers_to)
{
	static const enum kind_id kinds[] = { KIND_DICT, KIND_LIST, KIND_SET, KIND_CELL };

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		struct cycle_bench bench;
		struct object *object, *copy;
		uint64_t id;

		cycle_bench_init(&bench);
		object = cycle_bench_open(&bench, kinds[i]);
		id = object_id(object);
		cycle_bench_refer(&bench, object, object);
		copy = copy_of(&bench, object);
		cycle_bench_let_go(&bench, object);
		cycle_bench_pass(&bench);
		ck_assert(cycle_bench_lives(&bench, id));
		cycle_bench_let_go(&bench, copy);
		cycle_bench_pass(&bench);
		ck_assert_uint_eq(bench.core->objects.count, 0);
		cycle_bench_fini(&bench);
	}
}
END_TEST

/* A search has begun, of which a turn does a step; after so many turns the dict is copied and cleared, so that only the
 * copy leads to a ring of two lists. */
static void
copy_after_turns(int turns)
{
	struct cycle_bench bench;
	struct object *dict, *a, *b;
	uint64_t id;

	cycle_bench_init(&bench);
	dict = cycle_bench_open(&bench, KIND_DICT);
	a = cycle_bench_open(&bench, KIND_LIST);
	b = cycle_bench_open(&bench, KIND_LIST);
	id = object_id(a);
	cycle_bench_refer(&bench, dict, a);
	cycle_bench_refer(&bench, a, b);
	cycle_bench_refer(&bench, b, a);
	cycle_bench_pass(&bench);
	cycle_bench_let_go(&bench, a);
	cycle_bench_let_go(&bench, b);
	bench.fixture.limits.turn_steps = 1;
	bench.core->now_ns += PAUSE;
	for (int i = 0; i < turns; i++)
		fixture_turn(&bench.fixture, bench.core->now_ns);
	(void)copy_of(&bench, dict);
	ck_assert_status(dict_kind.clear(bench.core, dict), CONCUR_OK);
	bench.fixture.limits.turn_steps = 2000;
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, id));
	cycle_bench_pass(&bench);
	ck_assert(cycle_bench_lives(&bench, id));
	cycle_bench_fini(&bench);
}

START_TEST(copy_made_while_a_search_goes_on_keeps_what_it_refers_to)
{
	for (int turns = 0; turns < 20; turns++)
		copy_after_turns(turns);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		copy_keeps_a_cycle_that_it_refers_to,
		copy_made_while_a_search_goes_on_keeps_what_it_refers_to,
		NULL,
	};

	return unit_run("copy_cycle", tests);
}
