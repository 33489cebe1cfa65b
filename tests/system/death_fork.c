/* Forks: a child has a standing of its own with the daemon, whatever its parent's threads were doing, and takes nothing
 * of its parent's with it when it ends. */
#include "config.h"

#include "tests/system/death.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 3, FORKS = 30 };

/* -- what forked children do ------------------------------------------------------------------------------------ */

/* A session of the parent's, with objects, and a call in flight. */
struct heritage {
	concur_session *session;
	concur_dict *dict;
	concur_queue *queue;
	concur_lock *lock; /* the parent holds it */
	concur_future *get;
	int done; /* a pipe: the heir writes a byte when it has done its part; -1: not used */
};

static struct heritage
heritage_new(void)
{
	struct heritage heritage = { .session = death_start(NULL, 0), .done = -1 };

	heritage.dict = death_dict(heritage.session);
	heritage.queue = death_queue(heritage.session, 0);
	heritage.lock = death_lock(heritage.session, true);
	must_ok(concur_lock_acquire(heritage.lock, 0, NULL));
	heritage.get = concur_queue_get_begin(heritage.queue, CONCUR_FOREVER);
	await_waiters(CONCUR_OBJECT(heritage.queue), 1);
	return heritage;
}

/* The parent has all that it had: it holds its lock, and the item comes to its call. */
static void
heritage_must_be_whole(struct heritage *heritage)
{
	struct concur_lock_state state;
	struct concur_value value;

	must_ok(concur_lock_state(heritage->lock, &state));
	ck_assert(state.locked);
	ck_assert_uint_eq(state.holder.process, (uint64_t)getpid());
	await_waiters(CONCUR_OBJECT(heritage->queue), 1);
	must_be(concur_future_wait(heritage->get, 0), CONCUR_PENDING);
	must_ok(concur_queue_put(heritage->queue, CV(7), 0));
	must_ok(concur_future_value(heritage->get, &value));
	ck_assert_int_eq(value.integer, 7);
	must_ok(concur_lock_release(heritage->lock));
}

static void
heritage_free(struct heritage *heritage)
{
	concur_future_free(heritage->get);
	concur_free(heritage->dict);
	concur_free(heritage->queue);
	concur_free(heritage->lock);
}

typedef void heir_main(struct heritage *heritage);

/* Ends without having called anything. */
static void
heir_is_idle(struct heritage *heritage)
{
	(void)heritage;
}

/* Uses the session, and ends without a goodbye. */
static void
heir_calls(struct heritage *heritage)
{
	must_ok(concur_dict_set(heritage->dict, CV("heir"), CV(1)));
	must_be(concur_lock_release(heritage->lock), CONCUR_NOT_OWNER);
}

/* Frees all that it has inherited, and closes the session, at once or after it has used it. */
static void
heir_closes(struct heritage *heritage)
{
	heritage_free(heritage);
	concur_close(heritage->session);
}

static void
heir_calls_and_closes(struct heritage *heritage)
{
	heir_calls(heritage);
	heir_closes(heritage);
}

static void
heir_finds_its_futures_forked(struct heritage *heritage)
{
	struct concur_value value;

	must_be(concur_future_wait(heritage->get, CONCUR_FOREVER), CONCUR_FORKED);
	must_be(concur_future_value(heritage->get, &value), CONCUR_FORKED);
	concur_future_cancel(heritage->get);
	must_ok(concur_ping(heritage->session));
}

static pid_t
fork_heir(struct heritage *heritage, heir_main *run)
{
	pid_t pid = fork();

	must(pid >= 0);
	if (pid == 0) {
		run(heritage);
		_exit(EXIT_SUCCESS);
	}
	return pid;
}

static void
must_end_well(pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0) == pid);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
heir_takes_nothing(heir_main *run)
{
	struct heritage heritage = heritage_new();

	must_end_well(fork_heir(&heritage, run));
	heritage_must_be_whole(&heritage);
	heritage_free(&heritage);
}

START_TEST(child_ends_idle_parent_keeps_all)
{
	heir_takes_nothing(heir_is_idle);
}
END_TEST

START_TEST(child_ends_without_goodbye_parent_keeps_all)
{
	heir_takes_nothing(heir_calls);
}
END_TEST

START_TEST(child_closes_before_any_call_parent_keeps_all)
{
	heir_takes_nothing(heir_closes);
}
END_TEST

START_TEST(child_closes_after_calls_parent_keeps_all)
{
	heir_takes_nothing(heir_calls_and_closes);
}
END_TEST

START_TEST(child_waits_for_parents_call_and_gets_forked)
{
	heir_takes_nothing(heir_finds_its_futures_forked);
}
END_TEST

/* -- deaths ------------------------------------------------------------------------------------------------------- */

static void
heir_holds_its_own_lock(struct heritage *heritage)
{
	const struct concur_open strict = { .strict = true };
	concur_lock *lock;

	must_ok(concur_lock_open(heritage->session, "heir", &strict, &lock));
	must_ok(concur_lock_acquire(lock, 0, NULL));
	must(write(heritage->done, "", 1) == 1);
	for (;;)
		(void)pause();
}

START_TEST(child_killed_only_its_own_lock_passes_on)
{
	const struct concur_open strict = { .strict = true };
	struct heritage heritage = heritage_new();
	struct concur_grant grant;
	concur_lock *lock;
	int done[2], status;
	pid_t heir;
	char byte;

	must(pipe(done) == 0);
	heritage.done = done[1];
	must_ok(concur_lock_open(heritage.session, "heir", &strict, &lock));
	heir = fork_heir(&heritage, heir_holds_its_own_lock);
	must(read(done[0], &byte, 1) == 1);
	must(kill(heir, SIGKILL) == 0);
	must(waitpid(heir, &status, 0) == heir);
	must_be(concur_lock_acquire(lock, 0, &grant), CONCUR_OWNER_DIED);
	ck_assert_uint_eq(grant.death.process, (uint64_t)heir);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
	heritage_must_be_whole(&heritage);
	heritage_free(&heritage);
}
END_TEST

/* Holds the lock, and has a child that goes on with the session when its parent is dead. */
static void
hold_and_leave_a_heir(concur_session *session, int channel)
{
	concur_lock *lock = death_lock(session, true);
	concur_dict *dict = death_dict(session);

	must_ok(concur_lock_acquire(lock, 0, NULL));
	if (fork() == 0) {
		child_say(channel, (uint64_t)getpid());
		(void)child_hear(channel);
		must_be(concur_lock_acquire(lock, 0, NULL), CONCUR_OWNER_DIED);
		must_ok(concur_lock_release(lock));
		must_ok(concur_dict_set(dict, CV("heir"), CV(1)));
		concur_free(lock);
		concur_free(dict);
		concur_close(session);
		child_say(channel, 1);
		_exit(EXIT_SUCCESS);
	}
	for (;;)
		(void)pause();
}

START_TEST(parent_killed_child_goes_on_with_the_session)
{
	concur_dict *dict = death_dict(death_start(NULL, 0));
	struct child parent = child_start(hold_and_leave_a_heir);
	int end = death_watch((pid_t)child_hear(parent.channel)), channel = dup(parent.channel);

	child_kill(&parent);
	child_say(channel, 0);
	ck_assert_uint_eq(child_hear(channel), 1);
	await_end(end);
	(void)close(channel);
	must_ok(concur_dict_contains(dict, CV("heir")));
	concur_free(dict);
}
END_TEST

/* -- threads ------------------------------------------------------------------------------------------------------ */

struct busy {
	struct heritage heritage;
	atomic_bool stop;
	atomic_int added;
};

/* Calls all the time: some of them in flight, some waited for. */
static void *
stay_busy(void *arg)
{
	struct busy *busy = arg;

	while (!busy->stop) {
		concur_future *ahead = concur_dict_add_begin(busy->heritage.dict, CV("busy"), CV(1));

		must_ok(concur_dict_add(busy->heritage.dict, CV("busy"), CV(1), NULL));
		must_ok(await_future(ahead));
		busy->added += 2;
	}
	return NULL;
}

static void
heir_adds_and_closes(struct heritage *heritage)
{
	for (int i = 0; i < 10; i++)
		must_ok(concur_dict_add(heritage->dict, CV("heirs"), CV(1), NULL));
	must_be(concur_future_wait(heritage->get, 0), CONCUR_FORKED);
	heir_closes(heritage);
}

static int64_t
number_at(concur_dict *dict, const char *key)
{
	struct concur_value value;

	must_ok(concur_dict_get(dict, CV(key), &value));
	return value.integer;
}

START_TEST(fork_amid_calls_of_threads_loses_nothing_on_either_side)
{
	struct busy busy = { .heritage = heritage_new() };
	pthread_t threads[THREADS];
	pid_t heirs[FORKS];

	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&threads[i], NULL, stay_busy, &busy) == 0);
	for (int i = 0; i < FORKS; i++)
		heirs[i] = fork_heir(&busy.heritage, heir_adds_and_closes);
	for (int i = 0; i < FORKS; i++)
		must_end_well(heirs[i]);
	busy.stop = true;
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(threads[i], NULL) == 0);
	ck_assert_int_eq(number_at(busy.heritage.dict, "heirs"), 10 * FORKS);
	ck_assert_int_eq(number_at(busy.heritage.dict, "busy"), busy.added);
	heritage_must_be_whole(&busy.heritage);
	heritage_free(&busy.heritage);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		child_ends_idle_parent_keeps_all,
		child_ends_without_goodbye_parent_keeps_all,
		child_closes_before_any_call_parent_keeps_all,
		child_closes_after_calls_parent_keeps_all,
		child_waits_for_parents_call_and_gets_forked,
		child_killed_only_its_own_lock_passes_on,
		parent_killed_child_goes_on_with_the_session,
		fork_amid_calls_of_threads_loses_nothing_on_either_side,
		NULL,
	};

	return death_run("death_fork", tests);
}
