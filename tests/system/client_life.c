/* How sessions, threads and processes begin and end, against a daemon: death, forks, signals, contexts. */
#include "config.h"

#include "tests/system/client.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t
daemon_pid(concur_session *session)
{
	struct concur_manager manager;

	ck_ok(concur_manager_info(session, &manager));
	return (pid_t)manager.process;
}

static void
wait_until_gone(pid_t pid)
{
	while (kill(pid, 0) == 0)
		sched_yield();
	ck_assert_int_eq(errno, ESRCH);
}

/* Until so many calls wait in the daemon. */
static void
wait_for_waiters(concur_session *session, uint64_t waiters)
{
	struct concur_manager manager;

	do
		ck_ok(concur_manager_info(session, &manager));
	while (manager.waiters != waiters);
}

/* Runs in a child; ck_assert works there no more, so it says by its exit status how it went. */
static bool
child_ends_well(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* -- ends --------------------------------------------------------------------------------------------------------- */

START_TEST(close_spawned_session_ends_the_daemon)
{
	concur_session *session = client_session(), *none;
	pid_t pid = daemon_pid(session);
	char *url = strdup(concur_url(session));

	concur_close(session);
	wait_until_gone(pid);
	ck_status(concur_connect(url, NULL, &none), CONCUR_NO_DAEMON);
	ck_assert_int_eq(access(url + 5, F_OK), -1);
	free(url);
}
END_TEST

START_TEST(spawner_is_killed_the_daemon_ends)
{
	concur_session *session;
	pid_t daemon, child;
	int pipes[2];

	ck_assert_int_eq(pipe(pipes), 0);
	child = fork();
	if (child == 0) {
		session = client_session();
		daemon = daemon_pid(session);
		if (write(pipes[1], &daemon, sizeof daemon) == (ssize_t)sizeof daemon)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	close(pipes[1]); /* so that a child that fails ends the read */
	ck_assert_int_eq(read(pipes[0], &daemon, sizeof daemon), sizeof daemon);
	ck_assert(!child_ends_well(child));
	wait_until_gone(daemon);
	close(pipes[0]);
}
END_TEST

START_TEST(spawn_of_nothing_is_no_daemon)
{
	struct concur_options missing = { .concurd = "/nonexistent/concurd" }, wrong = { .concurd = "/bin/false" };
	concur_session *session;

	ck_status(concur_spawn(&missing, &session), CONCUR_NO_DAEMON);
	ck_status(concur_spawn(&wrong, &session), CONCUR_NO_DAEMON);
	ck_assert_ptr_nonnull(strstr(concur_message(), "/bin/false"));
}
END_TEST

static void *
get_until_closed(void *arg)
{
	struct concur_value value;

	ck_status(concur_queue_get(arg, CONCUR_FOREVER, &value), CONCUR_CLOSED);
	return NULL;
}

START_TEST(daemon_is_killed_everyone_gets_closed)
{
	concur_session *session = client_session();
	pid_t pid = daemon_pid(session);
	concur_future *future;
	pthread_t threads[3];
	concur_queue *queue;

	ck_ok(concur_queue_open(session, NULL, NULL, &queue));
	future = concur_queue_get_begin(queue, CONCUR_FOREVER);
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, get_until_closed, queue);
	wait_for_waiters(session, 4);
	kill(pid, SIGKILL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	ck_status(client_end(future), CONCUR_CLOSED);
	ck_status(concur_ping(session), CONCUR_CLOSED);
	ck_assert_ptr_nonnull(strstr(concur_message(), "connect again"));
	concur_free(queue);
	concur_close(session);
}
END_TEST

START_TEST(close_with_calls_in_flight_gives_closed)
{
	concur_session *session = client_session();
	concur_future *future;
	concur_queue *queue;

	ck_ok(concur_queue_open(session, NULL, NULL, &queue));
	future = concur_queue_get_begin(queue, CONCUR_FOREVER);
	concur_close(session);
	ck_status(client_end(future), CONCUR_CLOSED);
	ck_status(concur_queue_put(queue, CV(1), 0), CONCUR_CLOSED);
	concur_free(queue);
}
END_TEST

/* -- cancelling --------------------------------------------------------------------------------------------------- */

START_TEST(cancel_waiting_call_is_cancelled)
{
	concur_session *session = client_session();
	concur_future *future, *forgotten;
	struct concur_value value;
	concur_queue *queue;

	ck_ok(concur_queue_open(session, NULL, NULL, &queue));
	forgotten = concur_queue_get_begin(queue, CONCUR_FOREVER);
	concur_future_free(forgotten);
	future = concur_queue_get_begin(queue, CONCUR_FOREVER);
	ck_assert(!concur_future_done(future));
	ck_status(concur_future_wait(future, 0), CONCUR_PENDING);
	concur_future_cancel(future);
	ck_status(concur_future_value(future, &value), CONCUR_CANCELLED);
	concur_future_cancel(future);
	concur_future_free(future);
	ck_ok(concur_queue_put(queue, CV(1), 0));
	ck_ok(concur_queue_get(queue, 0, &value));
	concur_free(queue);
	concur_close(session);
}
END_TEST

struct interrupted {
	concur_queue *queue;
	_Atomic bool ended;
};

static void *
get_until_interrupted(void *arg)
{
	struct interrupted *interrupted = arg;
	struct concur_value value;

	ck_status(concur_queue_get(interrupted->queue, CONCUR_FOREVER, &value), CONCUR_INTERRUPTED);
	interrupted->ended = true;
	return NULL;
}

static void
ignore(int number)
{
	(void)number;
}

START_TEST(signal_interrupts_a_blocking_call_without_effect)
{
	struct sigaction action = { .sa_handler = ignore, .sa_flags = SA_RESTART };
	concur_session *session = client_session();
	struct interrupted interrupted = { .ended = false };
	struct concur_value value;
	pthread_t thread;

	sigaction(SIGUSR1, &action, NULL);
	ck_ok(concur_queue_open(session, NULL, NULL, &interrupted.queue));
	pthread_create(&thread, NULL, get_until_interrupted, &interrupted);
	wait_for_waiters(session, 1);
	while (!interrupted.ended) {
		pthread_kill(thread, SIGUSR1);
		sched_yield();
	}
	pthread_join(thread, NULL);
	wait_for_waiters(session, 0);
	ck_ok(concur_queue_put(interrupted.queue, CV(1), 0));
	ck_ok(concur_queue_get(interrupted.queue, 0, &value));
	concur_free(interrupted.queue);
	concur_close(session);
}
END_TEST

/* -- contexts ----------------------------------------------------------------------------------------------------- */

static void *
acquire_and_end(void *arg)
{
	ck_ok(concur_lock_acquire(arg, CONCUR_FOREVER, NULL));
	return NULL;
}

START_TEST(thread_ends_holding_a_lock_the_next_is_told)
{
	concur_session *session = client_session();
	struct concur_open strict = { .strict = true };
	struct concur_grant grant;
	concur_lock *lock;
	pthread_t thread;

	ck_ok(concur_lock_open(session, NULL, &strict, &lock));
	pthread_create(&thread, NULL, acquire_and_end, lock);
	pthread_join(thread, NULL);
	ck_status(concur_lock_acquire(lock, CONCUR_FOREVER, &grant), CONCUR_OWNER_DIED);
	ck_assert_uint_eq(grant.death.process, (uint64_t)getpid());
	ck_assert_uint_ne(grant.death.context, 0);
	concur_free(lock);
	concur_close(session);
}
END_TEST

START_TEST(context_owns_what_its_users_acquire)
{
	concur_session *session = client_session();
	struct concur_open strict = { .strict = true };
	concur_context *context;
	concur_lock *lock;

	ck_ok(concur_lock_open(session, NULL, &strict, &lock));
	ck_ok(concur_context_new(session, &context));
	ck_ok(concur_context_use(session, context));
	ck_ok(concur_lock_acquire(lock, 0, NULL));
	ck_ok(concur_context_use(session, NULL));
	ck_status(concur_lock_release(lock), CONCUR_NOT_OWNER);
	ck_ok(concur_context_use(session, context));
	ck_ok(concur_lock_release(lock));
	ck_ok(concur_lock_acquire(lock, 0, NULL));
	ck_ok(concur_context_use(session, NULL));
	concur_context_free(context);
	ck_status(concur_lock_acquire(lock, CONCUR_FOREVER, NULL), CONCUR_OWNER_DIED);
	concur_free(lock);
	concur_close(session);
}
END_TEST

/* -- forks -------------------------------------------------------------------------------------------------------- */

static int
use_after_fork(concur_session *session, concur_dict *dict, concur_future *future)
{
	struct concur_value value;
	struct concur_manager manager;

	if (concur_future_value(future, &value) != CONCUR_FORKED)
		return 2;
	concur_future_cancel(future);
	concur_future_free(future);
	if (concur_dict_get(dict, CV("a"), &value) || value.integer != 1)
		return 3;
	if (concur_manager_info(session, &manager) || manager.sessions != 2)
		return 4;
	concur_free(dict);
	concur_close(session); /* ends the child's session, and not the daemon */
	return 0;
}

START_TEST(fork_child_has_its_own_session_and_the_parent_keeps_its)
{
	concur_session *session = client_session();
	concur_future *future;
	concur_queue *queue;
	concur_dict *dict;
	pid_t pid;

	ck_ok(concur_dict_open(session, NULL, NULL, &dict));
	ck_ok(concur_queue_open(session, NULL, NULL, &queue));
	ck_ok(concur_dict_set(dict, CV("a"), CV(1)));
	future = concur_queue_get_begin(queue, CONCUR_FOREVER);
	pid = fork();
	if (pid == 0)
		_exit(use_after_fork(session, dict, future));
	ck_assert(child_ends_well(pid));
	ck_ok(concur_queue_put(queue, CV(1), 0));
	ck_ok(client_end(future));
	ck_ok(concur_dict_contains(dict, CV("a")));
	concur_free(dict);
	concur_free(queue);
	concur_close(session);
}
END_TEST

struct busy {
	concur_dict *dict;
	_Atomic bool stop;
};

static void *
stay_busy(void *arg)
{
	struct busy *busy = arg;

	while (!busy->stop)
		ck_ok(concur_dict_add(busy->dict, CV("busy"), CV(1), NULL));
	return NULL;
}

START_TEST(fork_while_other_threads_call_works_in_the_child)
{
	concur_session *session = client_session();
	struct busy busy = { .stop = false };
	struct concur_value value;
	pthread_t threads[3];
	pid_t pid;

	ck_ok(concur_dict_open(session, NULL, NULL, &busy.dict));
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, stay_busy, &busy);
	for (int i = 0; i < 20; i++) {
		pid = fork();
		if (pid == 0)
			_exit(concur_dict_add(busy.dict, CV("children"), CV(1), NULL) != CONCUR_OK);
		ck_assert(child_ends_well(pid));
	}
	busy.stop = true;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	ck_ok(concur_dict_get(busy.dict, CV("children"), &value));
	ck_assert_int_eq(value.integer, 20);
	concur_free(busy.dict);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		close_spawned_session_ends_the_daemon,
		spawner_is_killed_the_daemon_ends,
		spawn_of_nothing_is_no_daemon,
		daemon_is_killed_everyone_gets_closed,
		close_with_calls_in_flight_gives_closed,
		cancel_waiting_call_is_cancelled,
		signal_interrupts_a_blocking_call_without_effect,
		thread_ends_holding_a_lock_the_next_is_told,
		context_owns_what_its_users_acquire,
		fork_child_has_its_own_session_and_the_parent_keeps_its,
		fork_while_other_threads_call_works_in_the_child,
		NULL,
	};

	return unit_run("client_life", tests);
}
