/* concur-bench-crowd: starts --connections processes that do a work of crowd.h, counts their steps for --seconds, lets
 * them leave, and prints a line of JSON.
 *
 * The processes share a page with the parent: they count in it, and look there whether to leave. In lockstep they leave
 * after the same number of steps, which the parent sets well ahead of them. */
#include "config.h"

#include "tests/bench/crowd.h"
#include "tests/bench/usage.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CROWD_MAX = 64, CACHE_LINE = 64, STEPS_AHEAD = 1000 };

struct crowd_count {
	_Alignas(CACHE_LINE) _Atomic uint64_t steps;
};

struct crowd_shared {
	_Atomic uint64_t last; /* step after which to leave */
	struct crowd_count counts[CROWD_MAX];
};

struct crowd {
	const struct options *options;
	const struct crowd_work *work;
	struct crowd_shared *shared;
	uint64_t size;
	pid_t pids[CROWD_MAX]; /* 0: has ended */
};

/* What was used and counted up to a moment. */
struct crowd_moment {
	uint64_t at_ns, steps, driver_cpu_ns, server_cpu_ns;
};

/* -- a worker ---------------------------------------------------------------------------------------------------- */

static int
work_on(const struct crowd *crowd, struct crowd_worker *worker)
{
	_Atomic uint64_t *steps = &crowd->shared->counts[worker->conn.number].steps;

	if (crowd->work->prepare(worker) < 0)
		return -1;
	for (uint64_t done = 0; done < atomic_load_explicit(&crowd->shared->last, memory_order_relaxed); done++) {
		if (crowd->work->step(worker) < 0)
			return -1;
		atomic_store_explicit(steps, done + 1, memory_order_relaxed);
	}
	return crowd->work->leave(worker);
}

static void
worker_main(const struct crowd *crowd, uint64_t number)
{
	struct crowd_worker worker = { .crowd = crowd->size };
	int result = -1;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && conn_open(&worker.conn, crowd->options, number, 1) == 0)
		result = work_on(crowd, &worker);
	if (worker.conn.errors > 0)
		result = -1;
	conn_close(&worker.conn);
	_exit(result < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* -- the parent -------------------------------------------------------------------------------------------------- */

static int
start(struct crowd *crowd)
{
	for (uint64_t i = 0; i < crowd->size; i++) {
		crowd->pids[i] = fork();
		if (crowd->pids[i] < 0) {
			crowd->pids[i] = 0;
			perror("concur-bench-crowd: fork");
			return -1;
		}
		if (crowd->pids[i] == 0)
			worker_main(crowd, i);
	}
	return 0;
}

static uint64_t
steps_of_all(const struct crowd *crowd)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < crowd->size; i++)
		sum += atomic_load_explicit(&crowd->shared->counts[i].steps, memory_order_relaxed);
	return sum;
}

static struct crowd_moment
now(const struct crowd *crowd)
{
	struct crowd_moment moment = { .at_ns = now_ns(), .steps = steps_of_all(crowd) };

	for (uint64_t i = 0; i < crowd->size; i++)
		moment.driver_cpu_ns += usage_cpu_ns(crowd->pids[i]);
	moment.server_cpu_ns = usage_cpu_ns(crowd->options->server_pid);
	return moment;
}

static void
pass(double seconds)
{
	struct timespec time = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

/* Tells all to leave. */
static void
dismiss(const struct crowd *crowd)
{
	uint64_t last = 0;

	for (uint64_t i = 0; crowd->work->lockstep && i < crowd->size; i++) {
		uint64_t steps = atomic_load(&crowd->shared->counts[i].steps);

		last = steps > last ? steps : last;
	}
	atomic_store(&crowd->shared->last, crowd->work->lockstep ? last + STEPS_AHEAD : 0);
}

/* Waits for all to end; when one has failed, the others, who may wait for it, are ended. */
static int
gather(struct crowd *crowd)
{
	uint64_t left = 0;
	int result = 0;

	for (uint64_t i = 0; i < crowd->size; i++)
		left += crowd->pids[i] != 0;
	while (left > 0) {
		int status;
		pid_t pid = wait(&status);

		if (pid < 0)
			return -1;
		for (uint64_t i = 0; i < crowd->size; i++) {
			if (crowd->pids[i] == pid)
				crowd->pids[i] = 0;
			else if (status != 0 && crowd->pids[i])
				kill(crowd->pids[i], SIGKILL);
		}
		left--;
		if (status != 0)
			result = -1;
	}
	return result;
}

static void
report(const struct crowd *crowd, const struct crowd_moment *from, const struct crowd_moment *to)
{
	const struct options *options = crowd->options;
	uint64_t steps = to->steps - from->steps, elapsed_ns = to->at_ns - from->at_ns;

	printf("{\"peer\": \"%s\", \"work\": \"%s\", \"connections\": %llu", options->peer, options->work,
	    (unsigned long long)crowd->size);
	printf(", \"operations\": %llu, \"errors\": 0, \"elapsed_ns\": %llu, \"operations_per_s\": %.1f",
	    (unsigned long long)steps, (unsigned long long)elapsed_ns, (double)steps * 1e9 / (double)elapsed_ns);
	printf(", \"driver_cpu_ns\": %llu, \"server_cpu_ns\": %llu}\n",
	    (unsigned long long)(to->driver_cpu_ns - from->driver_cpu_ns),
	    (unsigned long long)(to->server_cpu_ns - from->server_cpu_ns));
}

static int
measure(struct crowd *crowd)
{
	struct crowd_moment from, to;
	int result = start(crowd);

	if (result == 0) {
		pass(crowd->options->warmup_seconds);
		from = now(crowd);
		pass(crowd->options->seconds);
		to = now(crowd);
		dismiss(crowd);
	} else {
		for (uint64_t i = 0; i < crowd->size; i++) {
			if (crowd->pids[i])
				kill(crowd->pids[i], SIGKILL);
		}
	}
	if (gather(crowd) < 0 || result < 0)
		return -1;
	if (to.steps == from.steps) {
		fprintf(stderr, "concur-bench-crowd: nothing changed hands\n");
		return -1;
	}
	report(crowd, &from, &to);
	return 0;
}

static const struct crowd_work *
find_work(const struct options *options)
{
	static const struct crowd_peer *const peers[] = { &crowd_concur, &crowd_redis, &crowd_ring };

	for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
		for (const struct crowd_work *work = peers[i]->works; work->name; work++) {
			if (strcmp(peers[i]->name, options->peer) == 0 && strcmp(work->name, options->work) == 0)
				return work;
		}
	}
	fprintf(stderr, "concur-bench-crowd: %s has no work %s\n", options->peer, options->work);
	return NULL;
}

int
main(int argc, char **argv)
{
	struct options options;
	int read = options_read(argc, argv, &options);
	struct crowd crowd = { .options = &options };

	if (read != 0)
		return read > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	crowd.size = options.connections;
	crowd.work = find_work(&options);
	if (!crowd.work)
		return EXIT_FAILURE;
	if (crowd.size < 2 || crowd.size > CROWD_MAX || (crowd.work->crowd && crowd.size != crowd.work->crowd)) {
		fprintf(stderr, "concur-bench-crowd: --connections does not fit this work\n");
		return EXIT_FAILURE;
	}
	crowd.shared = mmap(NULL, sizeof *crowd.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crowd.shared == MAP_FAILED) {
		perror("concur-bench-crowd: mmap");
		return EXIT_FAILURE;
	}
	atomic_store(&crowd.shared->last, UINT64_MAX);
	return measure(&crowd) < 0 || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
