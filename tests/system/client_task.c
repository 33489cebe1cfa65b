/* Tasks by their ids: what they have written, how they fail, and why they wait. */
#include "tests/system/pool.h"

/* -- what they write ---------------------------------------------------------------------------------------------- */

static uint64_t
run(struct fixture *fixture, const char *function, struct concur_value arguments)
{
	uint64_t task = submit(fixture, function, arguments);
	struct concur_value value;

	ck_ok(concur_task_wait(fixture->session, task, CONCUR_FOREVER, &value));
	concur_value_free(&value);
	return task;
}

static void
check_line(const struct concur_process_line *line, uint64_t number)
{
	const char *text = line->is_error ? "warns one" : "says one";

	ck_assert_uint_eq(line->number, number);
	ck_assert_uint_eq(line->size, strlen(text));
	ck_assert_str_eq(line->text, text);
}

START_TEST(log_has_the_lines_of_both_outputs)
{
	struct fixture fixture = fixture_local(pool_paths().module);
	uint64_t task = run(&fixture, "say", CLIST(CV("one")));
	struct concur_output output;

	ck_ok(concur_task_log(fixture.session, task, 0, 0, &output));
	ck_assert_uint_eq(output.count, 2);
	ck_assert_uint_eq(output.cursor, 2);
	check_line(&output.items[0], 0);
	check_line(&output.items[1], 1);
	ck_assert_int_ne(output.items[0].is_error, output.items[1].is_error);
	concur_output_free(&output);
	fixture_free(&fixture);
}
END_TEST

/* Each page's cursor is where the next begins, also behind the last one. */
START_TEST(log_by_pages_gives_each_line_once)
{
	struct fixture fixture = fixture_local(pool_paths().module);
	uint64_t task = run(&fixture, "say", CLIST(CV("one"))), cursor = 0;
	struct concur_output output;

	for (uint64_t number = 0; number < 2; number++) {
		ck_ok(concur_task_log(fixture.session, task, cursor, 1, &output));
		ck_assert_uint_eq(output.count, 1);
		check_line(&output.items[0], number);
		cursor = output.cursor;
		concur_output_free(&output);
	}
	for (int i = 0; i < 2; i++) {
		ck_ok(concur_task_log(fixture.session, task, cursor, 0, &output));
		ck_assert_uint_eq(output.count, 0);
		ck_assert_uint_eq(output.cursor, 2);
		cursor = output.cursor;
		concur_output_free(&output);
	}
	fixture_free(&fixture);
}
END_TEST

START_TEST(log_past_task_output_max_has_the_last_lines)
{
	enum { LINES = 40, LINE = 4096 };
	struct fixture fixture = fixture_local(pool_paths().module);
	uint64_t task = run(&fixture, "flood", CV(LINES * LINE));
	struct concur_output output;

	ck_ok(concur_task_log(fixture.session, task, 0, 0, &output));
	ck_assert_uint_gt(output.count, 0);
	ck_assert_uint_lt(output.count, LINES);
	ck_assert_uint_eq(output.items[0].number, LINES - output.count);
	ck_assert_uint_eq(output.items[output.count - 1].number, LINES - 1);
	ck_assert_uint_eq(output.items[0].size, LINE - 1);
	ck_assert_uint_eq(output.cursor, LINES);
	concur_output_free(&output);
	fixture_free(&fixture);
}
END_TEST

START_TEST(log_of_a_task_that_has_not_begun_is_empty)
{
	struct fixture fixture = fixture_new();
	uint64_t task = submit(&fixture, "say", CLIST(CV("one")));
	struct concur_output output;

	ck_ok(concur_task_log(fixture.session, task, 0, 0, &output));
	ck_assert_uint_eq(output.count, 0);
	ck_assert_uint_eq(output.cursor, 0);
	concur_output_free(&output);
	fixture_free(&fixture);
}
END_TEST

START_TEST(log_of_which_nothing_is_kept_says_so)
{
	struct fixture fixture = fixture_local(pool_paths().module);
	uint64_t task = run(&fixture, "square", CV(3));
	concur_future *future = concur_task_log_begin(fixture.session, task, 0, 0);
	struct concur_output output;

	ck_status(concur_future_task_log(future, &output), CONCUR_NOT_THERE);
	concur_future_free(future);
	ck_status(concur_task_log(fixture.session, 1, 0, 0, &output), CONCUR_NOT_FOUND);
	fixture_free(&fixture);
}
END_TEST

/* -- how they fail ------------------------------------------------------------------------------------------------ */

START_TEST(error_has_the_traceback_of_its_worker)
{
	struct fixture fixture = fixture_local(pool_paths().module);
	uint64_t task = submit(&fixture, "trace", concur_null());
	concur_future *future = concur_task_wait_begin(fixture.session, task, CONCUR_FOREVER);
	struct concur_task_error error;

	ck_status(concur_future_wait(future, CONCUR_FOREVER), CONCUR_TASK_FAILED);
	ck_status(concur_future_task_error(future, &error), CONCUR_NO);
	ck_assert_str_eq(error.type, "KeyError");
	ck_assert_str_eq(error.message, "no pears");
	ck_assert_str_eq(error.traceback, "line 3, in basket\nline 7, in shop\n");
	concur_task_error_free(&error);
	concur_future_free(future);
	fixture_free(&fixture);
}
END_TEST

/* -- why they wait ------------------------------------------------------------------------------------------------ */

START_TEST(why_in_a_pool_without_a_name_says_how_to_attach)
{
	struct fixture fixture = fixture_new();
	struct concur_value why;

	concur_free(fixture.pool);
	ck_ok(concur_pool_open(fixture.session, NULL, NULL, &fixture.pool));
	ck_ok(concur_task_why(fixture.session, submit(&fixture, "square", CV(3)), &why));
	ck_assert_str_eq(why.bytes,
	    "the pool has no worker, and the daemon starts none for it: one has to attach by "
	    "its id, for it has no name");
	concur_value_free(&why);
	fixture_free(&fixture);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		log_has_the_lines_of_both_outputs,
		log_by_pages_gives_each_line_once,
		log_past_task_output_max_has_the_last_lines,
		log_of_a_task_that_has_not_begun_is_empty,
		log_of_which_nothing_is_kept_says_so,
		error_has_the_traceback_of_its_worker,
		why_in_a_pool_without_a_name_says_how_to_attach,
		NULL,
	};

	return unit_run("client_task", tests);
}
