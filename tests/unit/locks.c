/* Clients that take locks. */
#include "tests/unit/locks.h"

void
locks_init(struct locks *locks)
{
	fixture_init(&locks->fixture);
	locks->core = &locks->fixture.core;
	locks->call = 0;
	for (unsigned i = 0; i < LOCKS_CLIENTS; i++)
		locks->clients[i] = fixture_session(&locks->fixture, i + 1);
}

void
locks_fini(struct locks *locks)
{
	fixture_fini(&locks->fixture);
}

struct ask
locks_ask(struct locks *locks, unsigned client, int64_t wait_ns)
{
	return fixture_ask(locks->clients[client], 1, ++locks->call, wait_ns);
}

const char *
locks_word(struct locks *locks, enum concur_status status, const struct result *result)
{
	locks->fixture.number = result->number;
	locks->fixture.death = result->death;
	if (status != CONCUR_OK)
		return status_name(status);
	return result->outcome == OUTCOME_DONE      ? "DONE"
	    : result->outcome == OUTCOME_TIMED_OUT  ? "TIMED_OUT"
	    : result->outcome == OUTCOME_OWNER_DIED ? "OWNER_DIED"
						    : "?";
}

struct lock *
locks_open(struct locks *locks, const struct object_options *options)
{
	return fixture_open(&locks->fixture, options);
}

struct lock *
locks_open_rlock(struct locks *locks)
{
	return locks_open(locks, &(struct object_options){ .kind = KIND_RLOCK });
}

struct lock *
locks_open_strict(struct locks *locks)
{
	return locks_open(locks, &(struct object_options){ .kind = KIND_LOCK, .strict = true });
}

const char *
locks_acquire(struct locks *locks, struct lock *lock, unsigned client, int64_t wait_ns)
{
	struct ask ask = locks_ask(locks, client, wait_ns);
	struct result result = { 0 };

	return locks_word(locks, lock_acquire(locks->core, lock, &ask, &result), &result);
}

const char *
locks_release(struct locks *locks, struct lock *lock, unsigned client)
{
	return status_name(lock_release(locks->core, lock, locks->clients[client], 1));
}

struct lock_state
locks_state(const struct lock *lock)
{
	struct lock_state state;

	lock_state(lock, &state);
	return state;
}

void
locks_kill(struct locks *locks, unsigned client)
{
	session_end(locks->core, locks->clients[client], FAREWELL_DEATH);
}
