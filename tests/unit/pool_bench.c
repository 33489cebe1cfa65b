/* A pool to test. */
#include "tests/unit/pool_bench.h"

#include <stdio.h>

void
pool_bench_init(struct pool_bench *bench)
{
	memset(bench, 0, sizeof *bench);
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	for (unsigned i = 0; i < POOL_CLIENTS; i++)
		bench->clients[i] = fixture_session(&bench->fixture, i + 1);
	bench->pool = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_POOL });
	(void)fixture_turn(&bench->fixture, 1);
}

void
pool_bench_fini(struct pool_bench *bench)
{
	fixture_fini(&bench->fixture);
	ck_assert_uint_eq(bench->core->tasks.count, 0);
}

struct ask
pool_bench_ask(struct pool_bench *bench, unsigned client, int64_t wait_ns)
{
	return fixture_ask(bench->clients[client], 1, ++bench->call, wait_ns);
}

const char *
pool_bench_name(enum concur_status status, const struct result *result)
{
	static const char *const outcomes[] = { [OUTCOME_FULL] = "FULL",
		[OUTCOME_EXISTS] = "EXISTS",
		[OUTCOME_NO] = "NO",
		[OUTCOME_TIMED_OUT] = "TIMED_OUT",
		[OUTCOME_EMPTY] = "EMPTY",
		[OUTCOME_END_OF_FILE] = "END_OF_FILE" };

	if (status != CONCUR_OK || result->outcome == OUTCOME_DONE)
		return status_name(status);
	return outcomes[result->outcome];
}

uint64_t
pool_bench_submit_as(struct pool_bench *bench, unsigned client, const char *letters, const struct task_spec *spec)
{
	struct task_spec full = *spec;
	struct value function = TEXT("f"), values[32];
	size_t count = strlen(letters);
	bool refers[32] = { false };
	struct result result = { 0 };
	struct ask ask = pool_bench_ask(bench, client, 0);
	enum concur_status status;

	if (!full.function)
		full.function = &function;
	for (size_t i = 0; i < count; i++)
		values[i] = (struct value){ VALUE_TEXT, (const uint8_t *)&letters[i], 1 };
	status = pool_submit(bench->core, bench->pool, &ask, &full, values, refers, count, &result);
	return status == CONCUR_OK && result.outcome == OUTCOME_DONE ? result.generation : 0;
}

uint64_t
pool_bench_submit(struct pool_bench *bench, unsigned client, const char *letters)
{
	return pool_bench_submit_as(bench, client, letters, &(struct task_spec){ 0 });
}

struct worker *
pool_bench_attach(struct pool_bench *bench, unsigned client)
{
	struct worker_spec spec = { .pool = bench->pool, .any = true, .threads = 1 };
	struct worker *worker;

	ck_assert_status(worker_attach(bench->core, bench->clients[client], &spec, &worker), CONCUR_OK);
	return worker;
}

const char *
pool_bench_fetch(struct pool_bench *bench, struct worker *worker)
{
	struct handed handed;
	size_t used = 0;

	while (worker_next_fresh(bench->core, worker, &handed))
		bench->text[used++] = (char)blob_data(handed.arguments)[0];
	bench->text[used] = '\0';
	return bench->text;
}

const char *
pool_bench_take(struct pool_bench *bench, struct worker *worker, uint32_t count)
{
	struct result result = { 0 };
	struct ask ask;
	enum concur_status status;
	unsigned client = 0;

	while (!bench->clients[client] || worker_find(bench->clients[client], worker_id(worker)) != worker)
		client++;
	ask = pool_bench_ask(bench, client, -1);
	status = worker_take(bench->core, worker, &ask, count, &result);
	if (status == CONCUR_PENDING)
		return "-";
	if (status != CONCUR_OK)
		return status_name(status);
	return result.outcome == OUTCOME_END_OF_FILE ? "." : pool_bench_fetch(bench, worker);
}

void
pool_bench_done(struct pool_bench *bench, struct worker *worker, uint64_t task, const char *text)
{
	struct value value = TEXT(text);

	ck_assert_status(worker_done(bench->core, worker, task, FUTURE_FINISHED, &value, false), CONCUR_OK);
}

const char *
pool_bench_state(struct pool_bench *bench, uint64_t id)
{
	static const char *const names[] = { "PENDING", "RUNNING", "CANCELLED", "FINISHED", "FAILED" };
	struct task *task = task_find(bench->core, id);
	struct future_view view;

	if (!task)
		return "GONE";
	future_view(bench->core, task, &view);
	snprintf(bench->text, sizeof bench->text, "%s%s", names[view.state], view.value ? " " : "");
	if (view.value)
		fixture_show_blob(bench->text, sizeof bench->text, view.value);
	return bench->text;
}

void
pool_bench_end(struct pool_bench *bench, unsigned client, enum farewell farewell)
{
	session_end(bench->core, bench->clients[client], farewell);
	bench->clients[client] = NULL;
}
