/* Clients of an rwlock. */
#include "tests/unit/rwlocks.h"

struct rwlock *
bench_open(struct locks *locks)
{
	return fixture_open(&locks->fixture, &(struct object_options){ .kind = KIND_RWLOCK });
}

void
bench_init(struct bench *bench)
{
	locks_init(&bench->locks);
	bench->rwlock = bench_open(&bench->locks);
}

void
bench_fini(struct bench *bench)
{
	locks_fini(&bench->locks);
}

const char *
bench_read_on(struct locks *locks, struct rwlock *rwlock, unsigned client, int64_t wait_ns)
{
	struct ask ask = locks_ask(locks, client, wait_ns);
	struct result result = { 0 };

	return locks_word(locks, rwlock_read(locks->core, rwlock, &ask, &result), &result);
}

const char *
bench_write_on(struct locks *locks, struct rwlock *rwlock, unsigned client, int64_t wait_ns)
{
	struct ask ask = locks_ask(locks, client, wait_ns);
	struct result result = { 0 };

	return locks_word(locks, rwlock_write(locks->core, rwlock, &ask, &result), &result);
}

const char *
bench_read(struct bench *bench, unsigned client, int64_t wait_ns)
{
	return bench_read_on(&bench->locks, bench->rwlock, client, wait_ns);
}

const char *
bench_write(struct bench *bench, unsigned client, int64_t wait_ns)
{
	return bench_write_on(&bench->locks, bench->rwlock, client, wait_ns);
}

const char *
bench_release_read(struct bench *bench, unsigned client)
{
	return status_name(rwlock_release_read(bench->locks.core, bench->rwlock, bench->locks.clients[client], 1));
}

const char *
bench_release_write(struct bench *bench, unsigned client)
{
	return status_name(rwlock_release_write(bench->locks.core, bench->rwlock, bench->locks.clients[client], 1));
}

const char *
bench_downgrade(struct bench *bench, unsigned client)
{
	return status_name(rwlock_downgrade(bench->locks.core, bench->rwlock, bench->locks.clients[client], 1,
	    &bench->locks.fixture.number));
}

struct rwlock_state
bench_state(const struct bench *bench)
{
	struct rwlock_state state;

	rwlock_state(bench->rwlock, &state);
	return state;
}
