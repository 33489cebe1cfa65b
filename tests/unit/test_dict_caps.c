/* Dicts with a maxsize, and locks of keys. */
#include "tests/unit/dict_fixture.h"

#include "daemon/core/lock.h"
#include "tests/unit/nomem.h"

static int64_t said;

static void
note(void *arg, const char *name, int64_t number)
{
	if (strcmp(name, arg) == 0)
		said = number;
}

static int64_t
detail(struct dict_bench *bench, const char *name)
{
	char wanted[32];

	strcpy(wanted, name);
	said = -1;
	bench->object->kind->details(bench->object, note, wanted);
	return said;
}

/* -- maxsize ----------------------------------------------------------------------------------------------------- */

START_TEST(set_of_a_new_key_in_a_full_dict_is_refused)
{
	struct dict_item new = { .key = TEXT("c"), .value = INTEGER(1) };
	struct dict_bench bench;
	enum outcome outcome;
	struct blob *sum;
	uint64_t version;
	int64_t count;

	dict_bench_init(&bench, 2, false);
	dict_bench_set(&bench, TEXT("a"), 1);
	dict_bench_set(&bench, TEXT("b"), 2);
	version = bench.object->version;
	ck_assert_status(dict_set(bench.core, bench.dict, &new), CONCUR_FULL);
	ck_assert_status(dict_add(bench.core, bench.dict, &new, &sum), CONCUR_FULL);
	ck_assert_status(dict_append(bench.core, bench.dict, &new, &count), CONCUR_FULL);
	ck_assert_status(dict_compare_exchange(bench.core, bench.dict, &new, NULL, &outcome), CONCUR_FULL);
	ck_assert_uint_eq(bench.object->version, version);
	/* What is there may change, and what goes makes room. */
	ck_assert_status(dict_bench_set(&bench, TEXT("a"), 3), CONCUR_OK);
	blob_unref(dict_popped(bench.core, bench.dict, &TEXT("b")));
	ck_assert_status(dict_set(bench.core, bench.dict, &new), CONCUR_OK);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 3, 'c': 1}");
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(update_past_maxsize_puts_nothing)
{
	struct dict_item items[] = {
		{ .key = TEXT("a"), .value = INTEGER(2) },
		{ .key = TEXT("b"), .value = INTEGER(2) },
		{ .key = TEXT("c"), .value = INTEGER(2) },
	};
	struct dict_bench bench;

	dict_bench_init(&bench, 2, false);
	dict_bench_set(&bench, TEXT("a"), 1);
	ck_assert_status(dict_update(bench.core, bench.dict, items, 3), CONCUR_FULL);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 1}");
	ck_assert_status(dict_update(bench.core, bench.dict, items, 2), CONCUR_OK);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 2, 'b': 2}");
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(set_in_a_full_dict_that_evicts_takes_the_first_out)
{
	struct dict_item list = { .key = TEXT("e"), .value = TEXT("x") };
	struct dict_bench bench;
	struct blob *sum;
	int64_t count;

	dict_bench_init(&bench, 2, true);
	dict_bench_set(&bench, TEXT("a"), 1);
	dict_bench_set(&bench, TEXT("b"), 2);
	/* A key that is there takes nobody's place, and keeps its own. */
	dict_bench_set(&bench, TEXT("a"), 3);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 3, 'b': 2}");
	dict_bench_set(&bench, TEXT("c"), 4);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'b': 2, 'c': 4}");
	ck_assert_status(dict_add(bench.core, bench.dict, &(struct dict_item){ .key = TEXT("d"), .value = INTEGER(7) },
			     &sum),
	    CONCUR_OK);
	fixture_expect_blob(sum, false, "7");
	ck_assert_status(dict_append(bench.core, bench.dict, &list, &count), CONCUR_OK);
	ck_assert_int_eq(count, 1);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'d': 7, 'e': ['x']}");
	ck_assert_int_eq(detail(&bench, "evicted"), 3);
	ck_assert_int_eq(detail(&bench, "maxsize"), 2);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(update_of_a_dict_that_evicts_keeps_the_last)
{
	struct dict_item items[] = {
		{ .key = TEXT("b"), .value = INTEGER(2) },
		{ .key = TEXT("c"), .value = INTEGER(3) },
		{ .key = TEXT("d"), .value = INTEGER(4) },
	};
	struct dict_bench bench;

	dict_bench_init(&bench, 2, true);
	dict_bench_set(&bench, TEXT("a"), 1);
	ck_assert_status(dict_update(bench.core, bench.dict, items, 3), CONCUR_OK);
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'c': 3, 'd': 4}");
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(update_without_memory_of_a_dict_that_evicts_takes_nothing_out)
{
	struct dict_item items[] = {
		{ .key = TEXT("b"), .value = INTEGER(2) },
		{ .key = TEXT("c"), .value = INTEGER(3) },
	};
	struct dict_bench bench;
	bool failed = true;

	dict_bench_init(&bench, 2, true);
	dict_bench_set(&bench, TEXT("a"), 1);
	for (unsigned good = 0; failed; good++) {
		enum concur_status status;

		nomem_arm(good);
		status = dict_update(bench.core, bench.dict, items, 2);
		failed = nomem_disarm();
		ck_assert_status(status, failed ? CONCUR_NO_MEMORY : CONCUR_OK);
		ck_assert_str_eq(dict_bench_show(&bench, bench.object), failed ? "{'a': 1}" : "{'b': 2, 'c': 3}");
	}
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(copy_of_a_dict_with_a_maxsize_has_it_too)
{
	struct dict_bench bench;
	struct object *copy;

	dict_bench_init(&bench, 2, true);
	dict_bench_set(&bench, TEXT("a"), 1);
	dict_bench_set(&bench, TEXT("b"), 2);
	ck_assert_status(object_copy(bench.core, bench.object, LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	ck_assert_status(dict_set(bench.core, (struct dict *)copy,
			     &(struct dict_item){ .key = TEXT("c"), .value = INTEGER(3) }),
	    CONCUR_OK);
	ck_assert_str_eq(dict_bench_show(&bench, copy), "{'b': 2, 'c': 3}");
	ck_assert_str_eq(dict_bench_show(&bench, bench.object), "{'a': 1, 'b': 2}");
	dict_bench_fini(&bench);
}
END_TEST

/* -- locks of keys ----------------------------------------------------------------------------------------------- */

static struct object *
key_lock(struct dict_bench *bench, struct value key, bool expect_created)
{
	struct object *lock;
	bool created;

	ck_assert_status(dict_key_lock(bench->core, bench->dict, &key, &lock, &created), CONCUR_OK);
	ck_assert(created == expect_created);
	return lock;
}

START_TEST(key_lock_is_one_for_each_key_while_it_is_referred_to)
{
	struct dict_bench bench;
	struct object *lock, *other;
	uint64_t id;

	dict_bench_init(&bench, 0, false);
	lock = key_lock(&bench, TEXT("a"), true);
	id = object_id(lock);
	object_ref(bench.core, lock);
	fixture_settle(&bench.fixture);
	ck_assert_ptr_eq(key_lock(&bench, TEXT("a"), false), lock);
	other = key_lock(&bench, INTEGER(1), true);
	ck_assert_ptr_ne(other, lock);
	ck_assert_ptr_eq(key_lock(&bench, NUMBER(1.0), false), other);
	ck_assert_int_eq(lock->kind->id, KIND_LOCK);
	object_unref(bench.core, lock);
	fixture_settle(&bench.fixture);
	ck_assert_ptr_null(object_find(bench.core, id));
	ck_assert_uint_ne(object_id(key_lock(&bench, TEXT("a"), true)), id);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(key_lock_of_a_dict_that_is_destroyed_stays_a_lock)
{
	struct dict_bench bench;
	struct session *session;
	struct object *lock;
	struct result result = { 0 };
	struct ask ask;

	dict_bench_init(&bench, 0, false);
	session = fixture_session(&bench.fixture, 1);
	lock = key_lock(&bench, TEXT("a"), true);
	object_ref(bench.core, lock);
	object_destroy(bench.core, bench.object);
	fixture_settle(&bench.fixture);
	ask = fixture_ask(session, 1, 1, 0);
	ck_assert_status(lock_acquire(bench.core, (struct lock *)lock, &ask, &result), CONCUR_OK);
	ck_assert_int_eq(result.outcome, OUTCOME_DONE);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(key_locks_that_went_are_forgotten)
{
	struct dict_bench bench;

	dict_bench_init(&bench, 0, false);
	for (int64_t i = 0; i < 5000; i++) {
		(void)key_lock(&bench, INTEGER(i), true);
		fixture_settle(&bench.fixture);
	}
	ck_assert_int_le(detail(&bench, "key_locks"), 4);
	dict_bench_fini(&bench);
}
END_TEST

START_TEST(key_lock_without_memory_leaves_none_behind)
{
	struct value key = TEXT("a");
	bool failed = true, created;
	unsigned failures = 0;

	for (; failed; failures += failed) {
		enum concur_status status;
		struct dict_bench bench;
		struct object *lock;
		uint64_t objects;

		dict_bench_init(&bench, 0, false);
		objects = bench.core->objects.count;
		nomem_arm(failures);
		status = dict_key_lock(bench.core, bench.dict, &key, &lock, &created);
		failed = nomem_disarm();
		ck_assert_status(status, failed ? CONCUR_NO_MEMORY : CONCUR_OK);
		ck_assert_uint_eq(bench.core->objects.count, objects + !failed);
		ck_assert_int_eq(detail(&bench, "key_locks"), !failed);
		dict_bench_fini(&bench);
	}
	/* The table, its map, the key, index, entries and the lock. */
	ck_assert_uint_ge(failures, 6);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		set_of_a_new_key_in_a_full_dict_is_refused,
		update_past_maxsize_puts_nothing,
		set_in_a_full_dict_that_evicts_takes_the_first_out,
		update_of_a_dict_that_evicts_keeps_the_last,
		update_without_memory_of_a_dict_that_evicts_takes_nothing_out,
		copy_of_a_dict_with_a_maxsize_has_it_too,
		key_lock_is_one_for_each_key_while_it_is_referred_to,
		key_lock_of_a_dict_that_is_destroyed_stays_a_lock,
		key_locks_that_went_are_forgotten,
		key_lock_without_memory_leaves_none_behind,
		NULL,
	};

	return unit_run("dict_caps", tests);
}
