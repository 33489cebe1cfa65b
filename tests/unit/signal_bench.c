/* An event, semaphore, barrier or latch to test. */
#include "tests/unit/signal_bench.h"

#include <stdio.h>
#include <string.h>

void
signal_bench_init(struct signal_bench *bench, const struct object_options *options)
{
	memset(bench, 0, sizeof *bench);
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	for (uint64_t i = 0; i < CLIENTS; i++)
		bench->clients[i] = fixture_session(&bench->fixture, i + 1);
	bench->object = fixture_open(&bench->fixture, options);
}

void
signal_bench_fini(struct signal_bench *bench)
{
	fixture_fini(&bench->fixture);
}

/* Appends an answer to the text. */
static void
show(const struct signal_bench *bench, char *to, enum concur_status status, const struct result *result)
{
	static const char *const outcomes[] = { [OUTCOME_DONE] = "DONE",
		[OUTCOME_TIMED_OUT] = "TIMED_OUT",
		[OUTCOME_OWNER_DIED] = "OWNER_DIED",
		[OUTCOME_RUN_ACTION] = "RUN_ACTION" };
	size_t used = strlen(to);

	used += (size_t)snprintf(to + used, SIGNAL_TEXT - used, "%s",
	    status == CONCUR_OK ? outcomes[result->outcome] : status_name(status));
	if (status == CONCUR_OK && bench->tells_number)
		used += (size_t)snprintf(to + used, SIGNAL_TEXT - used, " %llu", (unsigned long long)result->number);
	ck_assert_uint_lt(used + 1, SIGNAL_TEXT);
	if (result->value) {
		to[used] = ' ';
		to[used + 1] = '\0';
		fixture_show_blob(to, SIGNAL_TEXT, result->value);
	}
}

static void
on_reply(struct core *core, struct waiter *waiter)
{
	struct signal_bench *bench = (struct signal_bench *)core;
	size_t used = strlen(bench->diary);

	bench->fixture.death = waiter->result.death;
	snprintf(bench->diary + used, SIGNAL_TEXT - used, "%s%llu:", used ? ", " : "",
	    (unsigned long long)waiter->by_call.key);
	show(bench, bench->diary, waiter->status, &waiter->result);
}

struct ask
signal_bench_ask(struct signal_bench *bench, unsigned client, int64_t wait_ns)
{
	static const struct waiter_ops ops = { on_reply };

	return (struct ask){ bench->clients[client], 1, ++bench->call, wait_ns, true, &ops };
}

const char *
signal_bench_answer(struct signal_bench *bench, enum concur_status status, struct result *result)
{
	bench->answer[0] = '\0';
	bench->fixture.death = result->death;
	show(bench, bench->answer, status, result);
	result_fini(result);
	return bench->answer;
}

const char *
signal_bench_said(struct signal_bench *bench)
{
	core_answer(bench->core);
	memcpy(bench->said, bench->diary, SIGNAL_TEXT);
	bench->diary[0] = '\0';
	return bench->said;
}

void
signal_bench_cancel(struct signal_bench *bench, unsigned client, uint64_t call)
{
	waiter_cancel(bench->core, waiter_find(bench->clients[client], call), CONCUR_CANCELLED);
}

void
signal_bench_end(struct signal_bench *bench, unsigned client, enum farewell farewell)
{
	session_end(bench->core, bench->clients[client], farewell);
}
