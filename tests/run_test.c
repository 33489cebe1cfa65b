/* run-test PROGRAM [ARGUMENT...]: runs one test, with an end to it.
 *
 * The test gets its own process group and nothing on standard input. Whatever it starts stays ours: orphans are adopted
 * (this process is a subreaper), however they tried to leave. So two promises can be held for every test: when the time
 * limit passes, all of its processes end; and a test that leaves a process behind fails, with the process named.
 *
 * $CONCUR_TEST_LIMIT is the limit in seconds, $CONCUR_TEST_GRACE how long processes may outlive the test. The time it
 * took is appended to the file $CONCUR_TEST_TIMES, if set. The exit status is the test's, 128 + N for signal N, 124
 * past the limit, 125 for a process left behind, 99 (a hard error to automake) if the test could not be run. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LIMIT_SECONDS = 300,
	GRACE_SECONDS = 10, /* for what the test started to notice that the test has ended */
	STATUS_LIMIT = 124,
	STATUS_LEFT = 125,
	STATUS_HARD = 99,
};

#define RUN_SECOND_NS INT64_C(1000000000)

struct run {
	const char *name;
	pid_t test;       /* also its process group */
	int status;       /* of the test, as waitpid gives it */
	bool ended;       /* the test itself has */
	bool alone;       /* no process is left */
	sigset_t awaited; /* blocked here, unblocked in the test */
};

static int64_t
run_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * RUN_SECOND_NS + now.tv_nsec;
}

static int64_t
run_seconds(const char *variable, int64_t otherwise)
{
	const char *text = getenv(variable);
	long long seconds = text ? atoll(text) : 0;

	return seconds > 0 ? seconds : otherwise;
}

/* The processes that are children of this one now; returns how many, at most `max`. */
static size_t
run_children(pid_t *pids, size_t max)
{
	char path[64];
	size_t count = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (count < max && fscanf(file, "%d", &pids[count]) == 1)
		count++;
	fclose(file);
	return count;
}

static void
run_name_children(const struct run *run)
{
	pid_t pids[64];
	size_t count = run_children(pids, sizeof pids / sizeof *pids);

	for (size_t i = 0; i < count; i++) {
		char path[64], command[64] = "?";
		FILE *file;

		snprintf(path, sizeof path, "/proc/%d/comm", (int)pids[i]);
		file = fopen(path, "re");
		if (file) {
			if (fgets(command, sizeof command, file))
				command[strcspn(command, "\n")] = '\0';
			fclose(file);
		}
		fprintf(stderr, "run-test: %s: still there: process %d (%s)\n", run->name, (int)pids[i], command);
	}
}

/* Reaps all that has ended. */
static void
run_reap(struct run *run)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == run->test) {
			run->status = status;
			run->ended = true;
		}
	}
	run->alone = pid < 0 && errno == ECHILD;
}

/* Ends every process there is. The children of those that end become ours, so it goes on until there are none. */
static void
run_kill_all(struct run *run)
{
	if (!run->ended)
		kill(-run->test, SIGKILL);
	while (run_reap(run), !run->alone) {
		pid_t pids[64];
		size_t count = run_children(pids, sizeof pids / sizeof *pids);
		struct timespec pause = { .tv_nsec = RUN_SECOND_NS / 100 };

		for (size_t i = 0; i < count; i++)
			kill(pids[i], SIGKILL);
		sigtimedwait(&run->awaited, NULL, &pause);
	}
}

/* Waits until *until is true or the time has come. Ends this process too if it is told to end. */
static bool
run_wait(struct run *run, const bool *until, int64_t seconds)
{
	int64_t end_ns = run_now_ns() + seconds * RUN_SECOND_NS;

	for (;;) {
		int64_t left_ns = end_ns - run_now_ns();
		struct timespec left;
		int signal_number;

		run_reap(run);
		if (*until)
			return true;
		if (left_ns <= 0)
			return false;
		left.tv_sec = left_ns / RUN_SECOND_NS;
		left.tv_nsec = left_ns % RUN_SECOND_NS;
		signal_number = sigtimedwait(&run->awaited, NULL, &left);
		if (signal_number > 0 && signal_number != SIGCHLD) {
			run_kill_all(run);
			_exit(128 + signal_number);
		}
	}
}

static void
run_exec(const struct run *run, char **arguments)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		close(null);
	}
	/* Whoever runs us in the background has these ignored, and the test would inherit that. */
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &run->awaited, NULL);
	execvp(arguments[0], arguments);
	fprintf(stderr, "run-test: can not run %s: %s\n", arguments[0], strerror(errno));
	_exit(STATUS_HARD);
}

static int
run_verdict(struct run *run, int64_t limit_seconds)
{
	bool in_time = run_wait(run, &run->ended, limit_seconds);
	int verdict;

	if (!in_time) {
		fprintf(stderr, "run-test: %s: not done after %lld seconds\n", run->name, (long long)limit_seconds);
		verdict = STATUS_LIMIT;
	} else if (WIFSIGNALED(run->status)) {
		fprintf(stderr, "run-test: %s: ended by signal %d (%s)\n", run->name, WTERMSIG(run->status),
		    strsignal(WTERMSIG(run->status)));
		verdict = 128 + WTERMSIG(run->status);
	} else {
		verdict = WEXITSTATUS(run->status);
	}
	if (!run_wait(run, &run->alone, in_time ? run_seconds("CONCUR_TEST_GRACE", GRACE_SECONDS) : 0)) {
		run_name_children(run);
		run_kill_all(run);
		if (verdict == 0)
			verdict = STATUS_LEFT;
	}
	return verdict;
}

/* One line in one write, since tests run side by side. */
static void
run_record(const struct run *run, int64_t took_ns)
{
	const char *path = getenv("CONCUR_TEST_TIMES");
	FILE *file = path && *path ? fopen(path, "ae") : NULL;

	if (!file)
		return;
	fprintf(file, "%9.3f %s\n", (double)took_ns / (double)RUN_SECOND_NS, run->name);
	fclose(file);
}

int
main(int count, char **arguments)
{
	int64_t begin_ns = run_now_ns();
	struct run run = { .name = arguments[count - 1] };
	int verdict;

	if (count < 2) {
		fprintf(stderr, "usage: run-test PROGRAM [ARGUMENT...]\n");
		return STATUS_HARD;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&run.awaited);
	sigaddset(&run.awaited, SIGCHLD);
	sigaddset(&run.awaited, SIGHUP);
	sigaddset(&run.awaited, SIGINT);
	sigaddset(&run.awaited, SIGTERM);
	sigprocmask(SIG_BLOCK, &run.awaited, NULL);
	run.test = fork();
	if (run.test < 0) {
		fprintf(stderr, "run-test: can not fork: %s\n", strerror(errno));
		return STATUS_HARD;
	}
	if (run.test == 0)
		run_exec(&run, arguments + 1);
	setpgid(run.test, run.test);
	verdict = run_verdict(&run, run_seconds("CONCUR_TEST_LIMIT", LIMIT_SECONDS));
	run_record(&run, run_now_ns() - begin_ns);
	return verdict;
}
