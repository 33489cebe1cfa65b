/* What a worker is made of: credit, tables of functions, the list of what is done. */
#include "tests/unit/unit.h"

#include "client/worker/credit.h"
#include "client/worker/done.h"
#include "client/worker/functions.h"

#include "concur/v1/worker.pb-c.h"

#include <string.h>

/* -- credit ------------------------------------------------------------------------------------------------------- */

static uint32_t
ask_often(struct credit *credit, int times)
{
	uint32_t count = 0;

	for (int i = 0; i < times; i++)
		count = credit_ask(credit);
	return count;
}

START_TEST(credit_of_a_new_worker_is_one)
{
	struct credit credit = { 0 };

	ck_assert_uint_eq(ask_often(&credit, 10), 1);
}
END_TEST

START_TEST(credit_for_short_tasks_doubles_up_to_the_most)
{
	struct credit credit = { 0 };

	(void)credit_ask(&credit);
	credit_note(&credit, 100);
	for (uint32_t expected = 2; expected <= CREDIT_MAX; expected *= 2)
		ck_assert_uint_eq(credit_ask(&credit), expected);
	ck_assert_uint_eq(credit_ask(&credit), CREDIT_MAX);
}
END_TEST

START_TEST(credit_after_a_slow_task_falls_at_once)
{
	struct credit credit = { 0 };

	credit_note(&credit, 100);
	(void)ask_often(&credit, 20);
	credit_note(&credit, INT64_C(1000000000));
	ck_assert_uint_eq(credit_ask(&credit), 1);
}
END_TEST

START_TEST(credit_for_tasks_of_a_tenth_is_ten)
{
	struct credit credit = { 0 };

	credit_note(&credit, CREDIT_NS / 10);
	ck_assert_uint_eq(ask_often(&credit, 20), 10);
}
END_TEST

/* -- functions ---------------------------------------------------------------------------------------------------- */

static const struct concur_function first[] = { { "b", NULL, false }, { "ab", NULL, false }, { NULL, NULL, false } };
static const struct concur_function second[] = { { "a", NULL, true }, { "abc", NULL, false }, { NULL, NULL, false } };

START_TEST(functions_of_two_tables_are_found_by_their_whole_names)
{
	const struct concur_function *const tables[] = { first, second, NULL };
	struct functions functions;

	ck_assert_int_eq(functions_init(&functions, tables), CONCUR_OK);
	ck_assert_ptr_eq(functions_find(&functions, "b", 1), &first[0]);
	ck_assert_ptr_eq(functions_find(&functions, "ab", 2), &first[1]);
	ck_assert_ptr_eq(functions_find(&functions, "a", 1), &second[0]);
	ck_assert_ptr_eq(functions_find(&functions, "abc", 3), &second[1]);
	ck_assert_ptr_null(functions_find(&functions, "abcd", 4));
	ck_assert_ptr_null(functions_find(&functions, "ab\0", 3));
	ck_assert_ptr_null(functions_find(&functions, "", 0));
	functions_fini(&functions);
}
END_TEST

START_TEST(functions_of_one_name_are_refused)
{
	const struct concur_function *const tables[] = { first, first, NULL };
	struct functions functions;

	ck_assert_int_eq(functions_init(&functions, tables), CONCUR_VALUE_ERROR);
}
END_TEST

/* -- done --------------------------------------------------------------------------------------------------------- */

START_TEST(done_entries_decode_as_what_was_put_in)
{
	const struct done_value value = { (const uint8_t *)"he", 2, (const uint8_t *)"ad", 2 };
	ProtobufCBinaryData views[DONE_COUNT];
	struct done_list list;
	Concur__V1__TaskDone *entry;

	ck_assert_int_eq(done_init(&list), 0);
	ck_assert(done_add(&list, UINT64_C(0x1122334455667788), CONCUR_PHASE_FAILED, &value));
	ck_assert(done_add(&list, 9, CONCUR_PHASE_PENDING, NULL));
	done_views(&list, views);
	ck_assert_uint_eq(views[0].len, done_measure(4));
	entry = concur__v1__task_done__unpack(NULL, views[0].len, views[0].data);
	ck_assert_ptr_nonnull(entry);
	ck_assert_uint_eq(entry->task, UINT64_C(0x1122334455667788));
	ck_assert_int_eq(entry->state, CONCUR__V1__FUTURE_STATE__FUTURE_FAILED);
	ck_assert_uint_eq(entry->value.len, 4);
	ck_assert_int_eq(memcmp(entry->value.data, "head", 4), 0);
	concur__v1__task_done__free_unpacked(entry, NULL);
	entry = concur__v1__task_done__unpack(NULL, views[1].len, views[1].data);
	ck_assert_ptr_nonnull(entry);
	ck_assert_uint_eq(entry->task, 9);
	ck_assert_uint_eq(entry->value.len, 0);
	concur__v1__task_done__free_unpacked(entry, NULL);
	done_fini(&list);
}
END_TEST

START_TEST(done_list_that_is_full_takes_no_more_until_it_is_cleared)
{
	struct done_list list;

	ck_assert_int_eq(done_init(&list), 0);
	for (int i = 0; i < DONE_COUNT; i++)
		ck_assert(done_add(&list, 1, CONCUR_PHASE_FINISHED, NULL));
	ck_assert(!done_add(&list, 1, CONCUR_PHASE_FINISHED, NULL));
	done_clear(&list);
	ck_assert(done_add(&list, 1, CONCUR_PHASE_FINISHED, NULL));
	done_fini(&list);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		credit_of_a_new_worker_is_one,
		credit_for_short_tasks_doubles_up_to_the_most,
		credit_after_a_slow_task_falls_at_once,
		credit_for_tasks_of_a_tenth_is_ten,
		functions_of_two_tables_are_found_by_their_whole_names,
		functions_of_one_name_are_refused,
		done_entries_decode_as_what_was_put_in,
		done_list_that_is_full_takes_no_more_until_it_is_cleared,
		NULL,
	};

	return unit_run("worker_parts", tests);
}
