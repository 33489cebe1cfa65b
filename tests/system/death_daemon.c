/* The ends of daemons: of one that clients wait for, and of private ones when those end for whom they were started.
 * Nobody hangs, and no daemon is left behind. */
#include "config.h"

#include "tests/system/death.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4 };

/* -- a daemon that clients wait for ------------------------------------------------------------------------------- */

/* What the threads of a child wait for, each for another thing, and how that ended. */
struct waits {
	concur_queue *queue;
	concur_lock *lock;
	enum concur_status statuses[THREADS];
};

static void *
wait_to_get(void *arg)
{
	struct waits *waits = arg;
	struct concur_value value;

	waits->statuses[0] = concur_queue_get(waits->queue, CONCUR_FOREVER, &value);
	return NULL;
}

static void *
wait_to_get_within_an_hour(void *arg)
{
	struct waits *waits = arg;
	struct concur_value value;

	waits->statuses[1] = concur_queue_get(waits->queue, 3600 * CONCUR_SECOND, &value);
	return NULL;
}

static void *
wait_to_join(void *arg)
{
	struct waits *waits = arg;

	waits->statuses[2] = concur_queue_join(waits->queue, CONCUR_FOREVER);
	return NULL;
}

static void *
wait_for_lock(void *arg)
{
	struct waits *waits = arg;

	waits->statuses[3] = concur_lock_acquire(waits->lock, CONCUR_FOREVER, NULL);
	return NULL;
}

/* Waits in several threads and by a future, tells the statuses, and what a call gives afterwards. */
static void
wait_for_all(concur_session *session, int channel)
{
	void *(*const mains[THREADS])(
	    void *) = { wait_to_get, wait_to_get_within_an_hour, wait_to_join, wait_for_lock };
	struct waits waits = { .queue = death_queue(session, 0), .lock = death_lock(session, true) };
	concur_future *future = concur_queue_get_begin(waits.queue, CONCUR_FOREVER);
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&threads[i], NULL, mains[i], &waits) == 0);
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(threads[i], NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		child_say(channel, waits.statuses[i]);
	child_say(channel, await_future(future));
	child_say(channel, concur_ping(session));
	concur_free(waits.lock);
	concur_free(waits.queue);
}

/* Two clients wait for all that there is to wait for; then the daemon ends by the signal. */
static void
end_daemon_under_waiters(int signal, enum concur_status expected)
{
	concur_session *session = death_start(NULL, 0);
	concur_queue *queue = death_queue(session, 0);
	concur_lock *lock = death_lock(session, true);
	struct child children[2];
	concur_future *future;

	must_ok(concur_lock_acquire(lock, 0, NULL));
	/* One item is taken and not done, so that joins wait. */
	must_ok(concur_queue_put(queue, CV(1), 0));
	must_ok(concur_queue_get(queue, 0, &(struct concur_value){ 0 }));
	for (int i = 0; i < 2; i++)
		children[i] = child_start(wait_for_all);
	future = concur_queue_get_begin(queue, CONCUR_FOREVER);
	await_all_waiters(session, 2 * (THREADS + 1) + 1);
	death_end_daemon(signal);
	for (int i = 0; i < 2; i++) {
		for (int j = 0; j < THREADS + 1; j++)
			ck_assert_uint_eq(child_hear(children[i].channel), expected);
		ck_assert_uint_eq(child_hear(children[i].channel), CONCUR_CLOSED);
		child_join(&children[i]);
	}
	must_be(await_future(future), expected);
	must_be(concur_ping(session), CONCUR_CLOSED);
	must_be(concur_lock_release(lock), CONCUR_CLOSED);
	concur_free(lock);
	concur_free(queue);
}

START_TEST(daemon_killed_every_wait_ends_closed)
{
	end_daemon_under_waiters(SIGKILL, CONCUR_CLOSED);
}
END_TEST

START_TEST(daemon_terminated_every_wait_ends_stopping)
{
	end_daemon_under_waiters(SIGTERM, CONCUR_STOPPING);
}
END_TEST

/* A client that reads nothing can not keep the daemon from ending. */
START_TEST(daemon_terminated_under_a_stopped_client_ends)
{
	concur_session *session = death_start(NULL, 0);
	struct child child = child_start(wait_for_all);

	await_all_waiters(session, THREADS - 1); /* three gets; the join and the lock do not wait */
	child_stop(&child);
	death_end_daemon(SIGTERM);
	child_kill(&child);
}
END_TEST

START_TEST(daemon_killed_a_new_one_serves_at_the_same_place)
{
	concur_session *session = death_start(NULL, 0);

	death_end_daemon(SIGKILL);
	must_be(concur_ping(session), CONCUR_CLOSED);
	concur_close(session);
	must_be(concur_connect(death.url, NULL, &session), CONCUR_NO_DAEMON);
	must_ok(concur_ping(death_start(NULL, 0)));
}
END_TEST

/* -- private daemons ---------------------------------------------------------------------------------------------- */

/* Tells the pid of a private daemon, and waits to be killed. */
static void
spawn_and_stay(concur_session *session, int channel)
{
	(void)session;
	must_ok(concur_spawn(NULL, &session));
	child_say(channel, (uint64_t)death_daemon_of(session));
	(void)child_hear(channel);
}

/* The same, and has a child that uses the session too and goes on holding all descriptors. */
static void
spawn_and_fork(concur_session *session, int channel)
{
	must_ok(concur_spawn(NULL, &session));
	if (fork() == 0) {
		must_ok(concur_ping(session));
		child_say(channel, (uint64_t)death_daemon_of(session));
		(void)child_hear(channel);
		must_be(concur_ping(session), CONCUR_CLOSED);
		_exit(EXIT_SUCCESS);
	}
	for (;;)
		(void)pause();
}

START_TEST(spawner_killed_its_daemon_ends)
{
	struct child spawner;
	int end;

	(void)death_start(NULL, 0);
	spawner = child_start(spawn_and_stay);
	end = death_watch((pid_t)child_hear(spawner.channel));
	child_kill(&spawner);
	await_end(end);
}
END_TEST

START_TEST(spawner_killed_its_child_holds_all_the_daemon_ends)
{
	struct child spawner;
	int end, channel;

	(void)death_start(NULL, 0);
	spawner = child_start(spawn_and_fork);
	end = death_watch((pid_t)child_hear(spawner.channel));
	channel = dup(spawner.channel);
	child_kill(&spawner);
	await_end(end);
	child_say(channel, 0);
	/* The child ends, and with it the last other end of the channel. */
	ck_assert_int_eq(read(channel, &end, sizeof end), 0);
	(void)close(channel);
}
END_TEST

/* A running `concur run`, its command's output and input. */
struct runner {
	pid_t pid;
	FILE *output;
	int input;
};

/* The command tells where its daemon is, and ends when its input does. */
static struct runner
start_runner(void)
{
	struct runner runner;
	int output[2], input[2];
	char program[4096];

	must(pipe2(output, O_CLOEXEC) == 0 && pipe2(input, O_CLOEXEC) == 0);
	(void)snprintf(program, sizeof program, "%s/concur", getenv("CONCUR_TEST_BUILDDIR"));
	runner.pid = fork();
	if (runner.pid == 0) {
		(void)dup2(output[1], STDOUT_FILENO);
		(void)dup2(input[0], STDIN_FILENO);
		(void)execl(program, "concur", "run", "--", "sh", "-c", "echo $CONCUR_URL; read line", (char *)NULL);
		_exit(99);
	}
	(void)close(output[1]);
	(void)close(input[0]);
	runner.input = input[1];
	runner.output = fdopen(output[0], "r");
	return runner;
}

START_TEST(runner_killed_its_daemon_ends_though_the_command_goes_on)
{
	struct runner runner;
	concur_session *session;
	char url[128];
	int end, status;

	(void)death_start(NULL, 0);
	runner = start_runner();
	must(fgets(url, sizeof url, runner.output));
	url[strcspn(url, "\n")] = '\0';
	must_ok(concur_connect(url, NULL, &session));
	end = death_watch(death_daemon_of(session));
	must(kill(runner.pid, SIGKILL) == 0);
	must(waitpid(runner.pid, &status, 0) == runner.pid);
	await_end(end);
	must_be(concur_ping(session), CONCUR_CLOSED);
	concur_close(session);
	must_be(concur_connect(url, NULL, &session), CONCUR_NO_DAEMON);
	(void)close(runner.input);
	(void)fclose(runner.output);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		daemon_killed_every_wait_ends_closed,
		daemon_terminated_every_wait_ends_stopping,
		daemon_terminated_under_a_stopped_client_ends,
		daemon_killed_a_new_one_serves_at_the_same_place,
		spawner_killed_its_daemon_ends,
		spawner_killed_its_child_holds_all_the_daemon_ends,
		runner_killed_its_daemon_ends_though_the_command_goes_on,
		NULL,
	};

	return death_run("death_daemon", tests);
}
