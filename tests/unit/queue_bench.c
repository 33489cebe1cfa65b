/* A queue to test. */
#include "tests/unit/queue_bench.h"

#include <stdio.h>
#include <string.h>

enum { LETTERS = 64 };

void
queue_bench_init(struct queue_bench *bench, int64_t maxsize, enum queue_order order)
{
	fixture_init(&bench->fixture);
	for (uint64_t i = 0; i < CLIENTS; i++)
		bench->clients[i] = fixture_session(&bench->fixture, i + 1);
	bench->queue = fixture_open(&bench->fixture,
	    &(struct object_options){ .kind = KIND_QUEUE, .maxsize = maxsize, .order = order });
}

void
queue_bench_fini(struct queue_bench *bench)
{
	fixture_fini(&bench->fixture);
}

/* A call's answer as the diary writes it, or PENDING. */
static const char *
answer(struct queue_bench *bench, enum concur_status status, struct result *result)
{
	static const char *const outcomes[] = { "DONE", "NOT_THERE", "EMPTY", "FULL", "TIMED_OUT" };
	char *to = bench->answer;

	snprintf(to, sizeof bench->answer, "%s", status == CONCUR_OK ? outcomes[result->outcome] : status_name(status));
	for (size_t i = 0; i < result->count; i++) {
		strcat(to, " ");
		fixture_show_blob(to, sizeof bench->answer, result->values[i]);
	}
	if (result->value) {
		strcat(to, " ");
		fixture_show_blob(to, sizeof bench->answer, result->value);
	}
	result_fini(result);
	return to;
}

static const char *
put(struct queue_bench *bench, const struct ask *ask, const char *letters, uint64_t delay_ns, uint64_t ttl_ns)
{
	struct value values[LETTERS];
	bool refers[LETTERS] = { false };
	struct result result = { 0 };
	struct queue_load load = { .values = values, .refers = refers, .count = strlen(letters) };

	for (size_t i = 0; letters[i]; i++)
		values[i] = (struct value){ VALUE_TEXT, (const uint8_t *)letters + i, 1 };
	queue_load_times(&bench->fixture.core, &load, delay_ns, ttl_ns);
	return answer(bench, queue_put(&bench->fixture.core, bench->queue, ask, &load, &result), &result);
}

const char *
queue_bench_put(struct queue_bench *bench, unsigned client, uint64_t call, int64_t wait_ns, const char *letters)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);

	return put(bench, &ask, letters, 0, 0);
}

const char *
queue_bench_put_timed(struct queue_bench *bench, uint64_t call, int64_t wait_ns, const char *letters, uint64_t delay_ns,
    uint64_t ttl_ns)
{
	struct ask ask = fixture_ask(bench->clients[0], call, call, wait_ns);

	return put(bench, &ask, letters, delay_ns, ttl_ns);
}

const char *
queue_bench_get(struct queue_bench *bench, unsigned client, uint64_t call, int64_t wait_ns)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct result result = { 0 };

	return answer(bench, queue_get(&bench->fixture.core, bench->queue, &ask, false, 1, &result), &result);
}

const char *
queue_bench_get_many(struct queue_bench *bench, unsigned client, uint64_t call, int64_t wait_ns, size_t count)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct result result = { 0 };

	return answer(bench, queue_get(&bench->fixture.core, bench->queue, &ask, true, count, &result), &result);
}

const char *
queue_bench_join(struct queue_bench *bench, unsigned client, uint64_t call, int64_t wait_ns)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct result result = { 0 };

	return answer(bench, queue_join(&bench->fixture.core, bench->queue, &ask, &result), &result);
}

void
queue_bench_cancel(struct queue_bench *bench, unsigned client, uint64_t call)
{
	waiter_cancel(&bench->fixture.core, waiter_find(bench->clients[client], call), CONCUR_CANCELLED);
}

void
queue_bench_end(struct queue_bench *bench, unsigned client, enum farewell farewell)
{
	session_end(&bench->fixture.core, bench->clients[client], farewell);
}

/* Checks items, unfinished tasks, getters and putters. */
void
queue_bench_expect_state(const struct queue_bench *bench, uint64_t size, uint64_t unfinished, uint64_t getters,
    uint64_t putters)
{
	struct queue_state state;

	queue_state(bench->queue, &state);
	ck_assert_uint_eq(state.size, size);
	ck_assert_uint_eq(queue_kind.len((struct object *)bench->queue), size);
	ck_assert_uint_eq(state.unfinished, unfinished);
	ck_assert_uint_eq(state.getters, getters);
	ck_assert_uint_eq(state.putters, putters);
}
