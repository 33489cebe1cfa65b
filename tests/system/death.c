/* The fixture of the tests of death.
 *
 * The daemon is a child of the test process and watches it by --parent-fd, so it ends even if the test is killed for
 * being late. Children that a failed test leaves behind are in its process group, which Check ends. */
#include "config.h"

#include "tests/system/death.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	READY_FD = 10, /* in the daemon */
	PARENT_FD = 11,
	ARGUMENTS_MAX = 24,
	LIMIT_SECONDS = 120, /* of one test; it is there to end what hangs */
};

struct death death;

/* -- checks ------------------------------------------------------------------------------------------------------- */

static void
give_up(const char *what, const char *why, const char *file, int line)
{
	if (getpid() == death.test)
		ck_abort_msg("%s:%d: %s: %s", file, line, what, why);
	(void)fprintf(stderr, "child %d: %s:%d: %s: %s\n", (int)getpid(), file, line, what, why);
	_exit(EXIT_FAILURE);
}

void
death_must(bool holds, const char *what, const char *file, int line)
{
	if (!holds)
		give_up(what, "does not hold", file, line);
}

void
death_must_be(enum concur_status status, enum concur_status expected, const char *what, const char *file, int line)
{
	char why[512];

	if (status == expected)
		return;
	(void)snprintf(why, sizeof why, "%s and not %s: %s", concur_status_name(status), concur_status_name(expected),
	    concur_message());
	give_up(what, why, file, line);
}

/* -- the daemon --------------------------------------------------------------------------------------------------- */

/* In the child that becomes the daemon. */
static _Noreturn void
become_daemon(const char *const *more, unsigned files, int ready, int parent)
{
	const char *arguments[ARGUMENTS_MAX] = { "concurd", "--foreground", "--log-level", "error", "--ready-fd", "10",
		"--parent-fd", "11" };
	const struct rlimit limit = { files, files };
	int count = 8;

	if (death.tcp_url[0]) {
		arguments[count++] = "--listen";
		arguments[count++] = death.tcp_url;
	}
	arguments[count++] = "--listen";
	arguments[count++] = death.url;
	for (; more && *more && count < ARGUMENTS_MAX - 1; more++)
		arguments[count++] = *more;
	if (dup2(ready, READY_FD) < 0 || dup2(parent, PARENT_FD) < 0 || (files && setrlimit(RLIMIT_NOFILE, &limit)))
		_exit(99);
	(void)execv(getenv("CONCUR_CONCURD"), (char *const *)(void *)arguments);
	_exit(98);
}

/* The daemon says its first address when it serves. */
static void
await_ready(int ready)
{
	char line[sizeof death.url + 1] = "";
	size_t size = 0;
	ssize_t got;

	while (size < sizeof line - 1 && (got = read(ready, line + size, sizeof line - 1 - size)) > 0)
		size += (size_t)got;
	must(size > 0 && line[size - 1] == '\n');
	line[size - 1] = '\0';
	if (death.tcp_url[0])
		strcpy(death.tcp_url, line);
	else
		ck_assert_str_eq(line, death.url);
}

concur_session *
death_start(const char *const *arguments, unsigned files)
{
	int ready[2], parent = death_watch(death.test);

	must(pipe2(ready, O_CLOEXEC) == 0);
	must(getenv("CONCUR_CONCURD"));
	death.daemon = fork();
	must(death.daemon >= 0);
	if (death.daemon == 0)
		become_daemon(arguments, files, ready[1], parent);
	(void)close(ready[1]);
	(void)close(parent);
	await_ready(ready[0]);
	(void)close(ready[0]);
	must_ok(concur_connect(death.url, NULL, &death.session));
	return death.session;
}

concur_session *
death_start_on_tcp(const char *url, const char *const *arguments)
{
	(void)snprintf(death.tcp_url, sizeof death.tcp_url, "%s", url);
	return death_start(arguments, 0);
}

void
death_end_daemon(int signal)
{
	int status;

	must(kill(death.daemon, signal) == 0);
	must(waitpid(death.daemon, &status, 0) == death.daemon);
	death.daemon = 0;
	if (signal == SIGTERM)
		must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
set_up(void)
{
	death = (struct death){ .directory = "/tmp/concur-death-XXXXXX", .test = getpid() };
	must(mkdtemp(death.directory));
	(void)snprintf(death.url, sizeof death.url, "unix:%s/socket", death.directory);
}

/* Whatever happened: nothing of it stays in the daemon. Deaths have been seen by now, mere ends of file may not. */
static void
await_solitude(void)
{
	struct concur_manager manager;

	do
		must_ok(concur_manager_info(death.session, &manager));
	while (manager.sessions != 1 || manager.waiters != 0);
}

static void
tear_down(void)
{
	if (death.daemon && death.session)
		await_solitude();
	concur_close(death.session);
	if (death.daemon)
		death_end_daemon(SIGTERM);
	(void)unlink(death.url + strlen("unix:"));
	(void)rmdir(death.directory);
}

int
death_run(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *cases = tcase_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_set_timeout(cases, LIMIT_SECONDS);
	for (; *tests; tests++)
		tcase_add_test(cases, *tests);
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* -- children ----------------------------------------------------------------------------------------------------- */

static _Noreturn void
be_child(child_main *run, int channel)
{
	concur_session *session;

	/* Check's handlers would end the whole test. */
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	must_ok(concur_connect(death.url, NULL, &session));
	run(session, channel);
	concur_close(session);
	_exit(EXIT_SUCCESS);
}

struct child
child_start(child_main *run)
{
	struct child child;
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	child.pid = fork();
	must(child.pid >= 0);
	if (child.pid == 0) {
		(void)close(pair[0]);
		be_child(run, pair[1]);
	}
	(void)close(pair[1]);
	child.channel = pair[0];
	return child;
}

void
child_signal(const struct child *child, int signal)
{
	must(kill(child->pid, signal) == 0);
}

void
child_end(struct child *child, int signal)
{
	int status;

	must(waitpid(child->pid, &status, 0) == child->pid);
	if (signal)
		must(WIFSIGNALED(status) && WTERMSIG(status) == signal);
	else
		must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)close(child->channel);
}

void
child_kill(struct child *child)
{
	child_signal(child, SIGKILL);
	child_end(child, SIGKILL);
}

void
child_join(struct child *child)
{
	child_end(child, 0);
}

void
child_stop(const struct child *child)
{
	int status;

	child_signal(child, SIGSTOP);
	must(waitpid(child->pid, &status, WUNTRACED) == child->pid && WIFSTOPPED(status));
}

void
child_say(int channel, uint64_t number)
{
	must(send(channel, &number, sizeof number, MSG_NOSIGNAL) == (ssize_t)sizeof number);
}

uint64_t
child_hear(int channel)
{
	uint64_t number = 0;

	must(recv(channel, &number, sizeof number, 0) == (ssize_t)sizeof number);
	return number;
}

/* -- objects ------------------------------------------------------------------------------------------------------ */

concur_dict *
death_dict(concur_session *session)
{
	concur_dict *dict;

	must_ok(concur_dict_open(session, "dict", NULL, &dict));
	return dict;
}

concur_queue *
death_queue(concur_session *session, int64_t maxsize)
{
	const struct concur_open how = { .maxsize = maxsize };
	concur_queue *queue;

	must_ok(concur_queue_open(session, "queue", &how, &queue));
	return queue;
}

void
death_get_one(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);
	struct concur_value value;

	must_ok(concur_queue_get(queue, CONCUR_FOREVER, &value));
	child_say(channel, (uint64_t)value.integer);
	concur_value_free(&value);
	concur_free(queue);
}

concur_lock *
death_lock(concur_session *session, bool strict)
{
	const struct concur_open how = { .strict = strict };
	concur_lock *lock;

	must_ok(concur_lock_open(session, "lock", &how, &lock));
	return lock;
}

void
await_waiters(concur_object *object, uint64_t waiters)
{
	struct concur_listing listing;
	bool is_there = false;

	while (!is_there) {
		must_ok(concur_object_info(object, &listing));
		is_there = listing.items[0].waiters == waiters;
		concur_listing_free(&listing);
		(void)sched_yield();
	}
}

void
await_all_waiters(concur_session *session, uint64_t waiters)
{
	struct concur_manager manager;

	do {
		must_ok(concur_manager_info(session, &manager));
		(void)sched_yield();
	} while (manager.waiters != waiters);
}

int
death_watch(pid_t pid)
{
	int pidfd = pidfd_open(pid, 0);

	must(pidfd >= 0);
	return pidfd;
}

void
await_end(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	while (poll(&end, 1, -1) < 0)
		must(errno == EINTR);
	(void)close(pidfd);
}

enum concur_status
await_future(concur_future *future)
{
	enum concur_status status = concur_future_wait(future, CONCUR_FOREVER);

	concur_future_free(future);
	return status;
}

pid_t
death_daemon_of(concur_session *session)
{
	struct concur_manager manager;

	must_ok(concur_manager_info(session, &manager));
	return (pid_t)manager.process;
}
