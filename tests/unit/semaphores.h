/* What tests do with the semaphore of a signal bench. Each client calls from its context 1. */
#ifndef TESTS_UNIT_SEMAPHORES_H
#define TESTS_UNIT_SEMAPHORES_H

#include "tests/unit/signal_bench.h"

#include "daemon/core/semaphore.h"

static inline const char *
semaphores_acquire(struct signal_bench *bench, unsigned client, int64_t count, int64_t wait_ns)
{
	struct ask ask = signal_bench_ask(bench, client, wait_ns);
	struct result result = { 0 };
	enum concur_status status = semaphore_acquire(bench->core, bench->object, &ask, count, &result);

	return signal_bench_answer(bench, status, &result);
}

static inline const char *
semaphores_release(struct signal_bench *bench, unsigned client, int64_t count)
{
	return status_name(semaphore_release(bench->core, bench->object, bench->clients[client], 1, count));
}

static inline struct semaphore_state
semaphores_state(const struct signal_bench *bench)
{
	struct semaphore_state state;

	semaphore_state(bench->object, &state);
	return state;
}

#endif
