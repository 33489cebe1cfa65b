/* What a process writes, and what is told to who owns it. */
#include "tests/unit/nomem.h"
#include "tests/unit/process_bench.h"

#include <string.h>

/* -- output ------------------------------------------------------------------------------------------------------- */

static void
write_lines(struct process_bench *bench, struct process *process, const char *letters)
{
	for (; *letters; letters++)
		process_has_written(bench->core, process, 0, false, letters, 1);
}

START_TEST(output_keeps_the_last_lines_within_output_max)
{
	const struct process_line *line;
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	bench.fixture.limits.output_max = 2 * (PROCESS_LINE_COST + 1);
	process = process_bench_new(&bench, NULL);
	process_bench_run(&bench, process, 1);
	ck_assert_ptr_null(process_line_from(&process->output, 0));
	write_lines(&bench, process, "abcd");
	line = process_line_from(&process->output, 0);
	ck_assert_uint_eq(line->number, 2);
	ck_assert_int_eq(line->text[0], 'c');
	ck_assert_int_eq(process_line_from(&process->output, 3)->text[0], 'd');
	ck_assert_ptr_null(process_line_from(&process->output, 4));
	process_bench_fini(&bench);
}
END_TEST

START_TEST(output_without_memory_loses_lines_and_nothing_else)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_run(&bench, process, 1);
	write_lines(&bench, process, "a");
	nomem_arm(0);
	write_lines(&bench, process, "b");
	ck_assert(nomem_disarm());
	ck_assert_ptr_null(process_line_from(&process->output, 0));
	write_lines(&bench, process, "c");
	ck_assert_uint_eq(process_line_from(&process->output, 0)->number, 2);
	process_bench_fini(&bench);
}
END_TEST

static const char *
await_line(struct process_bench *bench, struct process *process, uint64_t number, int64_t wait_ns)
{
	struct ask ask = fixture_ask(bench->session, 1, ++bench->call, wait_ns);
	struct result result = { 0 };
	enum concur_status status = process_await_line(bench->core, process, number, &ask, &result);

	if (status != CONCUR_OK)
		return status_name(status);
	return result.outcome == OUTCOME_END_OF_FILE ? "END_OF_FILE" : result.outcome ? "TIMED_OUT" : "DONE";
}

START_TEST(await_line_is_answered_by_the_next_line_and_by_the_end)
{
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_bench_run(&bench, process, 1);
	ck_assert_str_eq(await_line(&bench, process, 0, 0), "TIMED_OUT");
	ck_assert_str_eq(await_line(&bench, process, 0, -1), "PENDING");
	write_lines(&bench, process, "a");
	ck_assert_str_eq(fixture_said(&bench.fixture), "2:DONE");
	ck_assert_str_eq(await_line(&bench, process, 0, -1), "DONE");
	ck_assert_str_eq(await_line(&bench, process, 1, -1), "PENDING");
	process_bench_exit(&bench, process, 0);
	ck_assert_str_eq(fixture_said(&bench.fixture), "4:DONE");
	ck_assert_str_eq(await_line(&bench, process, 1, -1), "END_OF_FILE");
	ck_assert_str_eq(await_line(&bench, process, 0, -1), "DONE");
	process_bench_fini(&bench);
}
END_TEST

/* -- the watcher -------------------------------------------------------------------------------------------------- */

static void
note(struct process *process, const char *what)
{
	strcat(process->watcher_arg, what);
}

static void
on_started(struct core *core, struct process *process)
{
	(void)core;
	note(process, "started ");
}

static void
on_ended(struct core *core, struct process *process)
{
	(void)core;
	note(process, process->state == PROCESS_FAILED ? "failed" : "exited ");
	if (process_word(process, 1) == page_word(5, PAGE_STARTED))
		note(process, "at 5");
}

static void
on_line(struct core *core, struct process *process, uint64_t task, bool is_error, const char *line, size_t size)
{
	(void)core, (void)line, (void)size;
	note(process, is_error && task == 7 ? "err " : "out ");
}

static void
on_recalled(struct core *core, struct process *process, uint64_t task, enum page_state verdict)
{
	(void)core;
	note(process, task == 6 && verdict == PAGE_RECALLED ? "recalled " : "not ");
}

static const struct process_watcher watcher = { on_started, on_ended, on_line, on_recalled };

START_TEST(watcher_is_told_of_start_lines_verdicts_and_the_end_with_its_page)
{
	static const char *const command[] = { "worker", NULL };
	uint64_t words[PAGE_SLOTS] = { 0, page_word(5, PAGE_STARTED) };
	struct process_end end = { .code = 1, .page = words };
	char diary[256] = "";
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, &(struct process_options){ .arguments = command, .page = true });
	process_watch(process, &watcher, diary);
	process_bench_run(&bench, process, 1);
	process_put(bench.core, process, 1, 5);
	process_recall(bench.core, process, 2, 6);
	ck_assert_str_eq(process_bench_effects(&bench), "put 0 1 5, recall 0 2 6");
	process_has_recalled(bench.core, process, 6, PAGE_RECALLED);
	process_has_written(bench.core, process, 7, true, "x", 1);
	process_has_ended(bench.core, process, &end);
	ck_assert_str_eq(diary, "started recalled err exited at 5");
	ck_assert_uint_eq(process_word(process, 1), 0);
	process_bench_fini(&bench);
}
END_TEST

START_TEST(watcher_is_told_of_a_failed_start)
{
	char diary[256] = "";
	struct process_bench bench;
	struct process *process;

	process_bench_init(&bench);
	process = process_bench_new(&bench, NULL);
	process_watch(process, &watcher, diary);
	process_start(bench.core, process, NULL);
	fixture_turn(&bench.fixture, 1);
	process_has_failed(bench.core, process, 2, "no");
	ck_assert_str_eq(diary, "failed");
	process_bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		output_keeps_the_last_lines_within_output_max,
		output_without_memory_loses_lines_and_nothing_else,
		await_line_is_answered_by_the_next_line_and_by_the_end,
		watcher_is_told_of_start_lines_verdicts_and_the_end_with_its_page,
		watcher_is_told_of_a_failed_start,
		NULL,
	};

	return unit_run("process_watch", tests);
}
