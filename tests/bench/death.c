/* concur-bench-death URL COUNT MIB [forked]: how long after kill -9 of a local lock holder the next in line has the
 * lock. COUNT times a process that has MIB mebibytes resident takes the lock and is killed while this one waits for it;
 * with `forked` it leaves a child behind that holds its socket open. Prints a line of JSON. */
#include "config.h"

#include "client/concur.h"
#include "tests/bench/conn.h"
#include "tests/bench/histogram.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1024 * 1024, PAGE = 4096 };

struct bench {
	const char *url;
	size_t resident;
	bool forked;
	concur_session *session;
	concur_lock *lock;
	struct histogram latency;
};

static void
check(enum concur_status status, enum concur_status expected)
{
	if (status != expected)
		errx(EXIT_FAILURE, "%s, not %s: %s", concur_status_name(status), concur_status_name(expected),
		    concur_message());
}

static concur_lock *
open_lock(concur_session *session)
{
	concur_lock *lock;

	check(concur_lock_open(session, "death", &(struct concur_open){ .strict = true }, &lock), CONCUR_OK);
	return lock;
}

/* Memory as a program has it that does something. */
static void
fill_memory(size_t size)
{
	volatile char *memory = malloc(size);

	if (!memory)
		err(EXIT_FAILURE, "malloc");
	for (size_t at = 0; at < size; at += PAGE)
		memory[at] = 1;
}

/* Takes the lock and says so. A child that it leaves behind ends when the bench closes its end of the leash. */
static _Noreturn void
hold(const struct bench *bench, int channel, const int leash[2])
{
	concur_session *session;
	char word = 0;

	close(leash[1]);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		err(EXIT_FAILURE, "prctl");
	fill_memory(bench->resident);
	check(concur_connect(bench->url, NULL, &session), CONCUR_OK);
	check(concur_lock_acquire(open_lock(session), CONCUR_FOREVER, NULL), CONCUR_OK);
	if (bench->forked && fork() == 0)
		_exit(read(leash[0], &word, sizeof word) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
	if (write(channel, &word, sizeof word) != sizeof word)
		err(EXIT_FAILURE, "the holder");
	for (;;)
		(void)pause();
}

/* Until the daemon has the call that waits. */
static void
await_waiter(struct bench *bench)
{
	struct concur_lock_state state;

	do
		check(concur_lock_state(bench->lock, &state), CONCUR_OK);
	while (state.waiters == 0);
}

static void
die_once(struct bench *bench)
{
	concur_future *grant;
	int channel[2], leash[2];
	uint64_t killed_ns;
	pid_t holder;
	char word;

	if (pipe(channel) < 0 || pipe(leash) < 0 || (holder = fork()) < 0)
		err(EXIT_FAILURE, "fork");
	if (holder == 0)
		hold(bench, channel[1], leash);
	close(channel[1]);
	close(leash[0]);
	if (read(channel[0], &word, sizeof word) != sizeof word)
		errx(EXIT_FAILURE, "the holder does not hold it");
	close(channel[0]);
	grant = concur_lock_acquire_begin(bench->lock, CONCUR_FOREVER);
	await_waiter(bench);

	killed_ns = now_ns();
	kill(holder, SIGKILL);
	check(concur_future_grant(grant, NULL), CONCUR_OWNER_DIED);
	histogram_add(&bench->latency, now_ns() - killed_ns, 1);

	concur_future_free(grant);
	check(concur_lock_release(bench->lock), CONCUR_OK);
	close(leash[1]);
	(void)waitpid(holder, NULL, 0);
}

int
main(int argc, char **argv)
{
	struct bench *bench = calloc(1, sizeof *bench);
	long count = argc > 2 ? atol(argv[2]) : 0, mebibytes = argc > 3 ? atol(argv[3]) : -1;

	if (!bench || argc < 4 || argc > 5 || count < 1 || mebibytes < 0 ||
	    (argc == 5 && strcmp(argv[4], "forked") != 0)) {
		fprintf(stderr, "usage: concur-bench-death URL COUNT MIB [forked]\n");
		return 2;
	}
	bench->url = argv[1];
	bench->resident = (size_t)mebibytes * MIB;
	bench->forked = argc == 5;
	check(concur_connect(bench->url, NULL, &bench->session), CONCUR_OK);
	bench->lock = open_lock(bench->session);
	for (long i = 0; i < count; i++)
		die_once(bench);
	printf("{\"deaths\": %ld, \"p50_ns\": %llu, \"p99_ns\": %llu, \"max_ns\": %llu}\n", count,
	    (unsigned long long)histogram_percentile_ns(&bench->latency, 50),
	    (unsigned long long)histogram_percentile_ns(&bench->latency, 99),
	    (unsigned long long)bench->latency.max_ns);
	concur_free(bench->lock);
	concur_close(bench->session);
	free(bench);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
