/* A core with a few clients that take locks of all kinds, for tests of these. Clients are processes 1, 2 ...; each
 * calls from its context 1, blocked while it waits, and calls are numbered from 1. */
#ifndef TESTS_UNIT_LOCKS_H
#define TESTS_UNIT_LOCKS_H

#include "tests/unit/core_fixture.h"

#include "daemon/core/lock.h"

enum { LOCKS_CLIENTS = 4 };

struct locks {
	struct core_fixture fixture;
	struct core *core;
	struct session *clients[LOCKS_CLIENTS];
	uint64_t call; /* the last one's id */
};

void locks_init(struct locks *locks);
void locks_fini(struct locks *locks);

/* The next call of that client. */
struct ask locks_ask(struct locks *locks, unsigned client, int64_t wait_ns);

/* "DONE", "OWNER_DIED", "TIMED_OUT" or the status; what was granted goes to the fixture's number and death. */
const char *locks_word(struct locks *locks, enum concur_status status, const struct result *result);

struct lock *locks_open(struct locks *locks, const struct object_options *options);
struct lock *locks_open_rlock(struct locks *locks);
struct lock *locks_open_strict(struct locks *locks);

const char *locks_acquire(struct locks *locks, struct lock *lock, unsigned client, int64_t wait_ns);
const char *locks_release(struct locks *locks, struct lock *lock, unsigned client);
struct lock_state locks_state(const struct lock *lock);

void locks_kill(struct locks *locks, unsigned client);

/* What was answered since the last look. */
#define ck_assert_said(locks, expected) ck_assert_str_eq(fixture_said(&(locks)->fixture), expected)

#endif
