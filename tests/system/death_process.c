/* Deaths around processes that the daemon starts: of who made them, of who waits for them, and of the daemon. What a
 * process writes, and that its pidfd tells its end, is all that anybody waits for. */
#include "config.h"

#include "tests/system/death.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static concur_process *
start(concur_session *session, const char *name, const char *script, bool is_daemon, pid_t *ret_pid)
{
	const char *const words[] = { "sh", "-c", script, NULL };
	const struct concur_process_options how = { .words = words, .is_daemon = is_daemon };
	concur_process *process;
	int64_t pid;

	must_ok(concur_process_new(session, name, &how, &process));
	must_ok(concur_process_start(process, &pid));
	*ret_pid = (pid_t)pid;
	return process;
}

static const char *const sleeper = "exec sleep 1000";
static const char *const stubborn = "trap '' TERM; echo ready; while :; do sleep 0.05; done";

/* -- the maker ---------------------------------------------------------------------------------------------------- */

static void
make_two_and_wait(concur_session *session, int channel)
{
	pid_t pid;

	concur_free(start(session, "plain", sleeper, false, &pid));
	child_say(channel, (uint64_t)pid);
	concur_free(start(session, "daemon", sleeper, true, &pid));
	child_say(channel, (uint64_t)pid);
	(void)child_hear(channel);
}

static void
makers_end(int signal)
{
	concur_session *session = death_start(NULL, 0);
	struct child child = child_start(make_two_and_wait);
	pid_t plain = (pid_t)child_hear(child.channel);
	int daemon = death_watch((pid_t)child_hear(child.channel));
	concur_process *process;
	int64_t code;

	if (signal) {
		child_kill(&child);
	} else {
		child_say(child.channel, 0);
		child_join(&child);
	}
	await_end(daemon);
	must_ok(concur_process_open(session, "daemon", NULL, &process));
	must_ok(concur_process_join(process, CONCUR_FOREVER, &code));
	must(code == -SIGTERM);
	concur_free(process);
	must(kill(plain, 0) == 0);
	must_ok(concur_process_open(session, "plain", NULL, &process));
	must_be(concur_process_join(process, 0, &code), CONCUR_TIMED_OUT);
	must_ok(concur_process_kill(process));
	must_ok(concur_process_join(process, CONCUR_FOREVER, &code));
	concur_free(process);
}

START_TEST(kill_of_the_maker_stops_its_daemons_and_no_others)
{
	makers_end(SIGKILL);
}
END_TEST

START_TEST(goodbye_of_the_maker_stops_its_daemons_and_no_others)
{
	makers_end(0);
}
END_TEST

static void
make_stubborn_and_wait(concur_session *session, int channel)
{
	pid_t pid;
	concur_process *process = start(session, NULL, stubborn, true, &pid);

	must_ok(concur_process_await_output(process, 0, CONCUR_FOREVER));
	child_say(channel, (uint64_t)pid);
	(void)child_hear(channel);
	concur_free(process);
}

START_TEST(kill_of_the_maker_kills_a_daemon_that_does_not_listen_after_the_grace)
{
	const char *const arguments[] = { "--limit", "stop_seconds=1", NULL };
	struct child child;
	int pidfd;

	death_start(arguments, 0);
	child = child_start(make_stubborn_and_wait);
	pidfd = death_watch((pid_t)child_hear(child.channel));
	child_kill(&child);
	await_end(pidfd);
}
END_TEST

/* -- who waits ---------------------------------------------------------------------------------------------------- */

static void
join_for_ever(concur_session *session, int channel)
{
	concur_process *process;
	int64_t code;

	must_ok(concur_process_open(session, "joined", NULL, &process));
	child_say(channel, 0);
	must_ok(concur_process_join(process, CONCUR_FOREVER, &code));
	child_say(channel, (uint64_t)code);
	concur_free(process);
}

START_TEST(kill_of_one_who_joins_leaves_the_others_and_the_process)
{
	concur_session *session = death_start(NULL, 0);
	struct child first, second;
	concur_process *process;
	pid_t pid;

	process = start(session, "joined", "read x; exec sleep 1000", false, &pid);
	first = child_start(join_for_ever);
	second = child_start(join_for_ever);
	(void)child_hear(first.channel);
	(void)child_hear(second.channel);
	await_waiters(CONCUR_OBJECT(process), 2);
	child_kill(&first);
	await_waiters(CONCUR_OBJECT(process), 1);
	must(kill(pid, SIGKILL) == 0);
	must((int64_t)child_hear(second.channel) == -SIGKILL);
	child_join(&second);
	concur_free(process);
}
END_TEST

/* -- the daemon --------------------------------------------------------------------------------------------------- */

START_TEST(kill_of_the_daemon_ends_its_processes)
{
	concur_session *session = death_start(NULL, 0);
	int pidfd;
	pid_t pid;

	concur_free(start(session, NULL, sleeper, false, &pid));
	pidfd = death_watch(pid);
	death_end_daemon(SIGKILL);
	await_end(pidfd);
}
END_TEST

START_TEST(stop_of_the_daemon_ends_its_processes_by_and_by)
{
	const char *const arguments[] = { "--limit", "stop_seconds=1", NULL };
	concur_session *session = death_start(arguments, 0);
	concur_process *process;
	int polite, last;
	pid_t pid;

	concur_free(start(session, NULL, sleeper, false, &pid));
	polite = death_watch(pid);
	process = start(session, NULL, stubborn, false, &pid);
	must_ok(concur_process_await_output(process, 0, CONCUR_FOREVER));
	concur_free(process);
	last = death_watch(pid);
	death_end_daemon(SIGTERM);
	await_end(polite);
	await_end(last);
	/* Nobody was left for us, its next ancestor that reaps. */
	must(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}
END_TEST

/* Each is started, and has ended, again and again: no zombie, no descriptor, no record stays. */
START_TEST(many_that_come_and_go_leave_nothing)
{
	concur_session *session = death_start(NULL, 0);
	struct concur_manager manager;
	int64_t code;
	pid_t pid;

	for (int i = 0; i < 200; i++) {
		concur_process *process = start(session, NULL, "exit 1", false, &pid);

		must_ok(concur_process_join(process, CONCUR_FOREVER, &code));
		must(code == 1);
		must(kill(pid, 0) == -1 && errno == ESRCH);
		concur_free(process);
	}
	must_ok(concur_manager_info(session, &manager));
	must(manager.waiters == 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		kill_of_the_maker_stops_its_daemons_and_no_others,
		goodbye_of_the_maker_stops_its_daemons_and_no_others,
		kill_of_the_maker_kills_a_daemon_that_does_not_listen_after_the_grace,
		kill_of_one_who_joins_leaves_the_others_and_the_process,
		kill_of_the_daemon_ends_its_processes,
		stop_of_the_daemon_ends_its_processes_by_and_by,
		many_that_come_and_go_leave_nothing,
		NULL,
	};

	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	return death_run("death_process", tests);
}
