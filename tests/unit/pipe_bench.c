/* A pipe to test. */
#include "tests/unit/pipe_bench.h"

#include <stdio.h>
#include <string.h>

enum { LETTER_BYTES = 32 }; /* that a value of one letter counts for */

void
pipe_bench_init(struct pipe_bench *bench, bool duplex)
{
	const struct pipe_options options = { .duplex = duplex };

	fixture_init(&bench->fixture);
	bench->fixture.limits.pipe_bytes_max = PIPE_ROOM * LETTER_BYTES;
	for (uint64_t i = 0; i < PIPE_CLIENTS; i++)
		bench->clients[i] = fixture_session(&bench->fixture, i + 1);
	ck_assert_status(pipe_new(&bench->fixture.core, &options, bench->ends), CONCUR_OK);
	for (unsigned i = 0; i < 2; i++)
		ck_assert_int_eq(session_ref(&bench->fixture.core, bench->clients[i], (struct object *)bench->ends[i]),
		    0);
	fixture_settle(&bench->fixture);
}

void
pipe_bench_fini(struct pipe_bench *bench)
{
	fixture_fini(&bench->fixture);
}

/* A call's answer as the diary writes it, or PENDING. */
static const char *
answer(struct pipe_bench *bench, enum concur_status status, struct result *result)
{
	const char *outcome = result->outcome == OUTCOME_DONE ? "DONE"
	    : result->outcome == OUTCOME_EMPTY                ? "EMPTY"
	    : result->outcome == OUTCOME_FULL                 ? "FULL"
							      : "END_OF_FILE";

	snprintf(bench->answer, sizeof bench->answer, "%s", status == CONCUR_OK ? outcome : status_name(status));
	if (result->value) {
		strcat(bench->answer, " ");
		fixture_show_blob(bench->answer, sizeof bench->answer, result->value);
	}
	result_fini(result);
	return bench->answer;
}

const char *
pipe_bench_send(struct pipe_bench *bench, unsigned end, unsigned client, uint64_t call, int64_t wait_ns,
    const char *text)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct result result = { 0 };

	return answer(bench, pipe_send(&bench->fixture.core, bench->ends[end], &ask, &TEXT(text), false, &result),
	    &result);
}

const char *
pipe_bench_recv(struct pipe_bench *bench, unsigned end, unsigned client, uint64_t call, int64_t wait_ns)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct result result = { 0 };

	return answer(bench, pipe_recv(&bench->fixture.core, bench->ends[end], &ask, &result), &result);
}

const char *
pipe_bench_poll(struct pipe_bench *bench, unsigned end, unsigned client, uint64_t call, int64_t wait_ns)
{
	struct ask ask = fixture_ask(bench->clients[client], call, call, wait_ns);
	struct result result = { 0 };

	return answer(bench, pipe_poll(&bench->fixture.core, bench->ends[end], &ask, &result), &result);
}

void
pipe_bench_send_letters(struct pipe_bench *bench, unsigned end, const char *letters)
{
	for (; *letters; letters++)
		ck_assert_str_eq(pipe_bench_send(bench, end, 2, 999, 0, (char[]){ *letters, 0 }), "DONE");
}

void
pipe_bench_expect_state(const struct pipe_bench *bench, unsigned end, uint64_t size, uint64_t receivers,
    uint64_t pollers, uint64_t senders)
{
	struct pipe_state state;

	pipe_state(bench->ends[end], &state);
	ck_assert_uint_eq(state.size, size);
	ck_assert_uint_eq(pipe_kind.len((struct object *)bench->ends[end]), size);
	ck_assert_uint_eq(state.receivers, receivers);
	ck_assert_uint_eq(state.pollers, pollers);
	ck_assert_uint_eq(state.senders, senders);
}

void
pipe_bench_end(struct pipe_bench *bench, unsigned client, enum farewell farewell)
{
	session_end(&bench->fixture.core, bench->clients[client], farewell);
	fixture_settle(&bench->fixture);
}
