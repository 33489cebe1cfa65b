/* Processes to test. */
#include "tests/unit/process_bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void
write_down(struct process_bench *bench, const char *format, ...)
{
	size_t used = strlen(bench->effects);
	va_list arguments;

	if (used)
		used += (size_t)snprintf(bench->effects + used, PROCESS_TEXT - used, ", ");
	va_start(arguments, format);
	used += (size_t)vsnprintf(bench->effects + used, PROCESS_TEXT - used, format, arguments);
	va_end(arguments);
	ck_assert_uint_lt(used, PROCESS_TEXT);
}

/* Which of the bench's processes it is. */
static unsigned
number_of(const struct process_bench *bench, uint64_t process)
{
	unsigned number = 0;

	while (number < bench->count && bench->numbers[number] != process)
		number++;
	ck_assert_uint_lt(number, bench->count);
	return number;
}

static void
on_spawn(void *arg, uint64_t process, const struct process_spec *spec)
{
	struct process_bench *bench = arg;
	char words[PROCESS_TEXT / 2] = "";

	for (const char *const *word = spec->argv; *word; word++)
		(void)snprintf(words + strlen(words), sizeof words - strlen(words), " %s", *word);
	for (const char *const *word = spec->environment; *word; word++)
		(void)snprintf(words + strlen(words), sizeof words - strlen(words), " %s", *word);
	write_down(bench, "spawn %u%s%s%s", number_of(bench, process), words, spec->directory ? " in " : "",
	    spec->directory ? spec->directory : "");
}

static void
on_signal(void *arg, uint64_t process, int signal, bool group)
{
	write_down(arg, "signal %u %d%s", number_of(arg, process), signal, group ? " group" : "");
}

static void
on_page_put(void *arg, uint64_t process, unsigned slot, uint64_t task)
{
	write_down(arg, "put %u %u %u", number_of(arg, process), slot, (unsigned)task);
}

static void
on_page_recall(void *arg, uint64_t process, unsigned slot, uint64_t task)
{
	write_down(arg, "recall %u %u %u", number_of(arg, process), slot, (unsigned)task);
}

void
process_bench_init(struct process_bench *bench)
{
	static const struct core_effects effects = { on_spawn, on_signal, on_page_put, on_page_recall };

	memset(bench, 0, sizeof *bench);
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	core_connect(bench->core, &effects, bench, NULL);
	bench->session = fixture_session(&bench->fixture, 1);
}

void
process_bench_fini(struct process_bench *bench)
{
	core_answer(bench->core);
	fixture_fini(&bench->fixture);
	ck_assert_uint_eq(bench->core->processes, 0);
	ck_assert(link_empty(&bench->core->starting) && link_empty(&bench->core->running));
}

struct process *
process_bench_new(struct process_bench *bench, const struct process_options *options)
{
	static const char *const command[] = { "sh", "-c", "true", NULL };
	const struct process_options usual = { .creator = bench->session, .arguments = command };
	struct process *process;

	ck_assert_status(process_new(bench->core, options ? options : &usual, &process), CONCUR_OK);
	object_ref(bench->core, &process->object);
	ck_assert_uint_lt(bench->count, PROCESSES);
	bench->numbers[bench->count++] = process_number(process);
	return process;
}

const char *
process_bench_effects(struct process_bench *bench)
{
	memcpy(bench->seen, bench->effects, PROCESS_TEXT);
	bench->effects[0] = '\0';
	return bench->seen;
}

/* A call that is answered at once is written down like one that is answered later. */
static const char *
answer(struct process_bench *bench, enum concur_status status, const struct result *result)
{
	static const char *const outcomes
	    [] = { [OUTCOME_DONE] = "DONE", [OUTCOME_TIMED_OUT] = "TIMED_OUT", [OUTCOME_END_OF_FILE] = "END_OF_FILE" };

	bench->fixture.number = result->number;
	return status == CONCUR_OK ? outcomes[result->outcome] : status_name(status);
}

const char *
process_bench_start(struct process_bench *bench, struct process *process)
{
	struct ask ask = fixture_ask(bench->session, 1, ++bench->call, -1);
	struct result none = { 0 };

	return answer(bench, process_start(bench->core, process, &ask), &none);
}

const char *
process_bench_join(struct process_bench *bench, struct process *process, int64_t wait_ns)
{
	struct ask ask = fixture_ask(bench->session, 1, ++bench->call, wait_ns);
	struct result result = { 0 };
	enum concur_status status = process_join(bench->core, process, &ask, &result);

	return answer(bench, status, &result);
}

void
process_bench_run(struct process_bench *bench, struct process *process, uint64_t pid)
{
	if (process->state == PROCESS_NEW)
		ck_assert_status(process_start(bench->core, process, NULL), CONCUR_OK);
	while (!process->is_asked_for)
		fixture_turn(&bench->fixture, bench->core->now_ns);
	process_has_started(bench->core, process, pid);
	(void)process_bench_effects(bench);
}

void
process_bench_exit(struct process_bench *bench, struct process *process, int code)
{
	process_has_ended(bench->core, process, &(struct process_end){ .code = code });
}
