/* Clients of a condition. */
#include "tests/unit/conditions.h"

struct condition *
bench_open(struct locks *locks, struct lock *lock)
{
	return fixture_open(&locks->fixture,
	    &(struct object_options){ .kind = KIND_CONDITION, .lock = (struct object *)lock });
}

void
bench_init_on(struct bench *bench, const struct object_options *lock)
{
	locks_init(&bench->locks);
	bench->condition = bench_open(&bench->locks, lock ? locks_open(&bench->locks, lock) : NULL);
	bench->lock = condition_lock(bench->condition);
}

void
bench_init(struct bench *bench)
{
	bench_init_on(bench, NULL);
}

void
bench_fini(struct bench *bench)
{
	locks_fini(&bench->locks);
}

const char *
bench_acquire(struct bench *bench, unsigned client)
{
	return locks_acquire(&bench->locks, bench->lock, client, 0);
}

const char *
bench_release(struct bench *bench, unsigned client)
{
	return locks_release(&bench->locks, bench->lock, client);
}

const char *
bench_wait(struct bench *bench, unsigned client, int64_t wait_ns)
{
	struct ask ask = locks_ask(&bench->locks, client, wait_ns);
	struct result result = { 0 };

	return locks_word(&bench->locks, condition_wait(bench->locks.core, bench->condition, &ask, &result), &result);
}

void
bench_acquire_and_wait(struct bench *bench, unsigned client, int64_t wait_ns)
{
	ck_assert_str_eq(bench_acquire(bench, client), "DONE");
	ck_assert_str_eq(bench_wait(bench, client, wait_ns), "PENDING");
}

const char *
bench_notify(struct bench *bench, unsigned client, uint64_t most, uint64_t expected)
{
	enum concur_status status;
	uint64_t woken;

	status = condition_notify(bench->locks.core, bench->condition, bench->locks.clients[client], 1, most, &woken);
	ck_assert_uint_eq(woken, expected);
	return status_name(status);
}

uint64_t
bench_holder(struct bench *bench)
{
	return locks_state(bench->lock).process;
}

uint64_t
bench_waits(struct bench *bench)
{
	return ((struct object *)bench->condition)->waiting;
}
