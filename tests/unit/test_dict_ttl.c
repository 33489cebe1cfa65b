/* Times to live of a dict's entries, by a clock that the test turns. */
#include "tests/unit/dict_fixture.h"

#include "tests/unit/model.h"
#include "tests/unit/nomem.h"

static enum concur_status
set_for(struct dict_bench *bench, struct value key, int64_t value, uint64_t ttl_ns)
{
	return dict_set_for(bench->core, bench->dict, &(struct dict_item){ .key = key, .value = INTEGER(value) },
	    ttl_ns);
}

static enum outcome
expire_after(struct dict_bench *bench, struct value key, uint64_t ttl_ns)
{
	enum outcome outcome;

	ck_assert_status(dict_expire_after(bench->core, bench->dict, &key, ttl_ns, &outcome), CONCUR_OK);
	return outcome;
}

static uint64_t
ttl(struct dict_bench *bench, struct value key)
{
	return dict_ttl(bench->core, bench->dict, &key);
}

/* The turns that end by then; tells when the next one is needed. */
static uint64_t
at(struct dict_bench *bench, uint64_t now_ns)
{
	uint64_t next = fixture_turn(&bench->fixture, now_ns);

	while (next == 0)
		next = fixture_turn(&bench->fixture, now_ns);
	return next;
}

/* -- the clock goes on ------------------------------------------------------------------------------------------- */

START_TEST(set_for_a_time_is_there_until_then)
{
	struct dict_bench bench;

	dict_bench_init(&bench, 0, false);
	at(&bench, 100);
	dict_bench_set(&bench, TEXT("a"), 1);
	ck_assert_status(set_for(&bench, TEXT("b"), 2, 50), CONCUR_OK);
	ck_assert_uint_eq(ttl(&bench, TEXT("a")), UINT64_MAX);
	ck_assert_uint_eq(ttl(&bench, TEXT("b")), 50);
	ck_assert_uint_eq(ttl(&bench, TEXT("c")), 0);
	ck_assert_uint_eq(at(&bench, 149), 150);
	ck_assert_uint_eq(ttl(&bench, TEXT("b")), 1);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 1, 'b': 2}");
	ck_assert_uint_eq(at(&bench, 150), UINT64_MAX);
	ck_assert_uint_eq(dict_kind.len(bench.object), 1);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 1}");
	ck_assert_uint_eq(ttl(&bench, TEXT("b")), 0);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(set_anew_takes_the_time_away_and_add_does_not)
{
	struct dict_item one = { .key = TEXT("a"), .value = INTEGER(1) };
	struct dict_item both[] = { one, { .key = TEXT("b"), .value = INTEGER(1) } };
	struct dict_bench bench;
	struct blob *sum;

	dict_bench_init(&bench, 0, false);
	set_for(&bench, TEXT("a"), 1, 50);
	ck_assert_status(dict_add(bench.core, bench.dict, &one, &sum), CONCUR_OK);
	ck_assert_uint_eq(ttl(&bench, TEXT("a")), 50);
	set_for(&bench, TEXT("a"), 1, 70);
	ck_assert_uint_eq(ttl(&bench, TEXT("a")), 70);
	dict_bench_set(&bench, TEXT("a"), 2);
	ck_assert_uint_eq(ttl(&bench, TEXT("a")), UINT64_MAX);
	set_for(&bench, TEXT("b"), 1, 50);
	ck_assert_status(dict_update(bench.core, bench.dict, both, 2), CONCUR_OK);
	ck_assert_uint_eq(ttl(&bench, TEXT("b")), UINT64_MAX);
	ck_assert_uint_eq(at(&bench, 1000), UINT64_MAX);
	ck_assert_uint_eq(dict_kind.len(bench.object), 2);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(expire_gives_moves_and_takes_away_a_time)
{
	struct dict_bench bench;

	dict_bench_init(&bench, 0, false);
	ck_assert_int_eq(expire_after(&bench, TEXT("a"), 5), OUTCOME_NOT_THERE);
	dict_bench_set(&bench, TEXT("a"), 1);
	dict_bench_set(&bench, TEXT("b"), 1);
	ck_assert_int_eq(expire_after(&bench, TEXT("a"), 50), OUTCOME_DONE);
	ck_assert_int_eq(expire_after(&bench, TEXT("b"), 30), OUTCOME_DONE);
	ck_assert_uint_eq(at(&bench, 1), 30);
	ck_assert_int_eq(expire_after(&bench, TEXT("b"), UINT64_MAX), OUTCOME_DONE);
	ck_assert_uint_eq(at(&bench, 2), 50);
	ck_assert_int_eq(expire_after(&bench, TEXT("a"), UINT64_MAX - 1), OUTCOME_DONE);
	ck_assert_uint_eq(at(&bench, 60), UINT64_MAX - 1);
	ck_assert_uint_eq(dict_kind.len(bench.object), 2);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(key_that_goes_takes_its_time_along)
{
	struct dict_bench bench;

	dict_bench_init(&bench, 0, false);
	set_for(&bench, TEXT("a"), 1, 50);
	blob_unref(dict_popped(bench.core, bench.dict, &TEXT("a")));
	dict_bench_set(&bench, TEXT("a"), 1);
	ck_assert_uint_eq(ttl(&bench, TEXT("a")), UINT64_MAX);
	set_for(&bench, TEXT("b"), 1, 50);
	ck_assert_status(dict_kind.clear(bench.core, bench.object), CONCUR_OK);
	ck_assert_uint_eq(at(&bench, 1), UINT64_MAX);
	set_for(&bench, TEXT("b"), 1, 50);
	object_destroy(bench.core, bench.object);
	ck_assert_uint_eq(at(&bench, 2), UINT64_MAX);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(copy_takes_no_times_along)
{
	struct dict_bench bench;
	struct object *copy;

	dict_bench_init(&bench, 0, false);
	set_for(&bench, TEXT("a"), 1, 50);
	ck_assert_status(object_copy(bench.core, bench.object, LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	object_ref(bench.core, copy);
	at(&bench, 50);
	ck_assert_uint_eq(dict_kind.len(bench.object), 0);
	ck_assert_str_eq(dict_bench_show(&bench, copy), "{'a': 1}");
	dict_bench_fini(&bench);
}
END_TEST

/* -- late, and not yet taken out --------------------------------------------------------------------------------- */

/* Its time is over, but the turn could not take it out any more. */
static void
make_late(struct dict_bench *bench, struct value key, int64_t value)
{
	ck_assert_status(set_for(bench, key, value, 10), CONCUR_OK);
	bench->core->now_ns += 10;
}

START_TEST(late_entry_is_not_there_for_who_reads)
{
	struct dict_bench bench;
	struct blob *key, *value;

	dict_bench_init(&bench, 0, false);
	dict_bench_set(&bench, TEXT("a"), 1);
	make_late(&bench, TEXT("b"), 2);
	ck_assert_ptr_null(dict_get(bench.dict, &TEXT("b")));
	ck_assert_uint_eq(ttl(&bench, TEXT("b")), 0);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 1}");
	ck_assert_int_eq(expire_after(&bench, TEXT("b"), 100), OUTCOME_NOT_THERE);
	ck_assert_status(dict_pop_last(bench.core, bench.dict, &key, &value), CONCUR_OK);
	fixture_expect_blob(key, true, "'a'");
	fixture_expect_blob(value, true, "1");
	make_late(&bench, TEXT("b"), 2);
	ck_assert_ptr_null(dict_popped(bench.core, bench.dict, &TEXT("b")));
	ck_assert_uint_eq(dict_kind.len(bench.object), 0);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(late_entry_is_not_there_for_who_writes)
{
	struct dict_item item = { .key = TEXT("a"), .value = INTEGER(5) };
	struct dict_bench bench;
	struct object *other;
	struct blob *sum;

	dict_bench_init(&bench, 0, false);
	make_late(&bench, TEXT("a"), 1);
	dict_bench_set(&bench, TEXT("b"), 2);
	ck_assert_status(dict_add(bench.core, bench.dict, &item, &sum), CONCUR_OK);
	fixture_expect_blob(sum, false, "5");
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'b': 2, 'a': 5}");
	ck_assert_uint_eq(ttl(&bench, TEXT("a")), UINT64_MAX);
	make_late(&bench, TEXT("b"), 1);
	other = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_DICT });
	ck_assert_status(dict_merge(bench.core, (struct dict *)other, bench.dict), CONCUR_OK);
	ck_assert_str_eq(dict_bench_show(&bench, other), "{'a': 5}");
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(late_entry_does_not_come_back_by_an_update_that_fails)
{
	struct dict_item items[] = {
		{ .key = TEXT("a"), .value = INTEGER(5) },
		{ .key = TEXT("b"), .value = INTEGER(5) },
	};
	bool failed = true;

	for (unsigned good = 0; failed; good++) {
		struct dict_bench bench;

		dict_bench_init(&bench, 0, false);
		make_late(&bench, TEXT("a"), 1);
		nomem_arm(good);
		(void)dict_update(bench.core, bench.dict, items, 2);
		failed = nomem_disarm();
		ck_assert_str_eq(dict_bench_show(&bench, bench.object), failed ? "{}" : "{'a': 5, 'b': 5}");
		dict_bench_fini(&bench);
	}
}
END_TEST

START_TEST(late_entry_does_not_come_back_in_a_copy)
{
	struct dict_bench bench;
	struct object *copy;

	dict_bench_init(&bench, 0, false);
	dict_bench_set(&bench, TEXT("a"), 1);
	set_for(&bench, TEXT("b"), 2, 10);
	set_for(&bench, TEXT("c"), 3, 20);
	make_late(&bench, TEXT("d"), 4);
	bench.fixture.limits.sort_max = 1;
	ck_assert_status(object_copy(bench.core, bench.object, LIFETIME_DEFAULT, NULL, &copy), CONCUR_TOO_LARGE);
	ck_assert_str_eq(bench.core->limit, "sort_max");
	bench.fixture.limits.sort_max = 1000;
	ck_assert_status(object_copy(bench.core, bench.object, LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	object_ref(bench.core, copy);
	ck_assert_uint_eq(dict_kind.len(copy), 2);
	ck_assert_str_eq(dict_bench_show(&bench, copy), "{'a': 1, 'c': 3}");
	at(&bench, 100);
	ck_assert_str_eq(dict_bench_show(&bench, copy), "{'a': 1, 'c': 3}");
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(late_entries_past_the_steps_of_a_turn_go_in_the_next)
{
	struct dict_bench bench;

	dict_bench_init(&bench, 0, false);
	bench.fixture.limits.turn_steps = 2;
	for (int64_t i = 0; i < 5; i++)
		set_for(&bench, INTEGER(i), i, 10);
	ck_assert_uint_le(fixture_turn(&bench.fixture, 10), 10);
	ck_assert_uint_eq(dict_kind.len(bench.object), 3);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{}");
	fixture_turn(&bench.fixture, 10);
	fixture_turn(&bench.fixture, 10);
	ck_assert_uint_eq(dict_kind.len(bench.object), 0);
	bench.fixture.limits.turn_steps = 2000;
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(late_entry_that_can_not_be_taken_out_is_tried_again)
{
	struct dict_bench bench;
	struct object *copy;

	dict_bench_init(&bench, 0, false);
	set_for(&bench, TEXT("a"), 1, 10);
	ck_assert_status(object_copy(bench.core, bench.object, LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	object_ref(bench.core, copy);
	bench.fixture.limits.memory_max = 1;
	ck_assert_uint_gt(fixture_turn(&bench.fixture, 10), 10);
	ck_assert_uint_eq(dict_kind.len(bench.object), 1);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{}");
	bench.fixture.limits.memory_max = 0;
	fixture_turn(&bench.fixture, UINT64_C(20000000000));
	ck_assert_uint_eq(dict_kind.len(bench.object), 0);
	dict_bench_fini(&bench);
}
END_TEST

/* -- memory, and a model ----------------------------------------------------------------------------------------- */

START_TEST(set_for_without_memory_changes_nothing)
{
	for (int is_there = 0; is_there < 2; is_there++) {
		bool failed = true;

		for (unsigned good = 0; failed; good++) {
			enum concur_status status;
			struct dict_bench bench;

			dict_bench_init(&bench, 0, false);
			if (is_there)
				set_for(&bench, TEXT("a"), 1, 70);
			nomem_arm(good);
			status = set_for(&bench, TEXT("a"), 2, 50);
			failed = nomem_disarm();
			ck_assert_status(status, failed ? CONCUR_NO_MEMORY : CONCUR_OK);
			if (failed)
				ck_assert_str_eq(dict_bench_show(&bench, bench.object), is_there ? "{'a': 1}" : "{}");
			ck_assert_uint_eq(ttl(&bench, TEXT("a")), !failed ? 50 : is_there ? 70 : 0);
			dict_bench_fini(&bench);
		}
	}
}
END_TEST

enum { KEYS = 30, OPERATIONS = 20000 };

static void
compare_with_model(struct random *random)
{
	uint64_t until[KEYS] = { 0 }; /* 0: not there */
	uint64_t now = 1;
	struct dict_bench bench;

	dict_bench_init(&bench, 0, false);
	at(&bench, now);
	for (int i = 0; i < OPERATIONS; i++) {
		size_t n = random_below(random, KEYS);
		uint64_t ttl_ns = 1 + random_below(random, 100);
		size_t live = 0;

		switch (random_below(random, 6)) {
		case 0:
			MODEL_ASSERT(dict_bench_set(&bench, INTEGER((int64_t)n), 1) == CONCUR_OK);
			until[n] = UINT64_MAX;
			break;
		case 1:
		case 2:
			MODEL_ASSERT(set_for(&bench, INTEGER((int64_t)n), 1, ttl_ns) == CONCUR_OK);
			until[n] = now + ttl_ns;
			break;
		case 3:
			MODEL_ASSERT(expire_after(&bench, INTEGER((int64_t)n), ttl_ns) ==
			    (until[n] ? OUTCOME_DONE : OUTCOME_NOT_THERE));
			until[n] = until[n] ? now + ttl_ns : 0;
			break;
		case 4:
			blob_unref(dict_popped(bench.core, bench.dict, &INTEGER((int64_t)n)));
			until[n] = 0;
			break;
		default:
			now += random_below(random, 30);
			at(&bench, now);
		}
		for (size_t k = 0; k < KEYS; k++) {
			until[k] = until[k] <= now ? 0 : until[k];
			live += until[k] != 0;
			MODEL_ASSERT(ttl(&bench, INTEGER((int64_t)k)) ==
			    (until[k] == UINT64_MAX || !until[k] ? until[k] : until[k] - now));
		}
		MODEL_ASSERT(dict_kind.len(bench.object) == live);
	}
	dict_bench_fini(&bench);
}

START_TEST(random_operations_agree_with_a_model)
{
	random_each_seed(compare_with_model);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		set_for_a_time_is_there_until_then,
		set_anew_takes_the_time_away_and_add_does_not,
		expire_gives_moves_and_takes_away_a_time,
		key_that_goes_takes_its_time_along,
		copy_takes_no_times_along,
		late_entry_is_not_there_for_who_reads,
		late_entry_is_not_there_for_who_writes,
		late_entry_does_not_come_back_by_an_update_that_fails,
		late_entry_does_not_come_back_in_a_copy,
		late_entries_past_the_steps_of_a_turn_go_in_the_next,
		late_entry_that_can_not_be_taken_out_is_tried_again,
		set_for_without_memory_changes_nothing,
		random_operations_agree_with_a_model,
		NULL,
	};

	return unit_run("dict_ttl", tests);
}
