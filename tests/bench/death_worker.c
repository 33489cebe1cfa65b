/* concur-bench-death-worker URL COUNT MIB MODULE [retried]: how long after kill -9 of a worker its client knows. COUNT
 * times a worker that has MIB mebibytes resident is killed while it runs a task for which the client waits: until it is
 * told that the task has failed, for its worker has died; or, with `retried`, until it has the result, which another
 * worker gives as soon as it begins the task. Prints a line of JSON. */
#include "config.h"

#include "tests/bench/conn.h"
#include "tests/bench/histogram.h"
#include "tests/bench/task_pool.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 2 };

struct bench {
	concur_session *session;
	concur_pool *pool;
	struct concur_task hold;
	enum concur_status expected;
	struct histogram latency;
};

/* The process that runs the task, once it has its memory. */
static pid_t
await_begun(const struct bench *bench, uint64_t task)
{
	struct concur_task_state state = { 0 };
	pid_t pid;

	do {
		concur_value_free(&state.progress);
		task_pool_check(concur_task_state(bench->session, task, &state));
	} while (state.progress.kind != CONCUR_VALUE_INTEGER);
	pid = (pid_t)state.progress.integer;
	concur_value_free(&state.progress);
	return pid;
}

static void
die_once(struct bench *bench)
{
	struct concur_value value = { 0 };
	enum concur_status status;
	pid_t workers[WORKERS], pid;
	concur_future *end;
	uint64_t killed_ns, task;

	task_pool_await(bench->pool, WORKERS, workers);
	task_pool_check(concur_pool_submit(bench->pool, &bench->hold, CONCUR_FOREVER, &task));
	pid = await_begun(bench, task);
	end = concur_task_wait_begin(bench->session, task, CONCUR_FOREVER);

	killed_ns = now_ns();
	kill(pid, SIGKILL);
	status = concur_future_value(end, &value);
	histogram_add(&bench->latency, now_ns() - killed_ns, 1);

	if (status != bench->expected)
		errx(EXIT_FAILURE, "%s: %s", concur_status_name(status), concur_message());
	concur_value_free(&value);
	concur_future_free(end);
	task_pool_check(concur_task_release(bench->session, task, 1, NULL));
}

int
main(int argc, char **argv)
{
	struct bench *bench = calloc(1, sizeof *bench);
	long count = argc > 2 ? atol(argv[2]) : 0, mebibytes = argc > 3 ? atol(argv[3]) : -1;
	bool retried = argc == 6 && strcmp(argv[5], "retried") == 0;

	if (!bench || argc < 5 || argc > 6 || count < 1 || mebibytes < 0 || (argc == 6 && !retried)) {
		fprintf(stderr, "usage: concur-bench-death-worker URL COUNT MIB MODULE [retried]\n");
		return 2;
	}
	task_pool_check(concur_connect(argv[1], NULL, &bench->session));
	bench->pool = task_pool_open(bench->session, argv[4], WORKERS);
	bench->hold = (struct concur_task){ .function = "hold", .arguments = CV(mebibytes), .retries = retried };
	bench->expected = retried ? CONCUR_OK : CONCUR_WORKER_DIED;
	for (long i = 0; i < count; i++)
		die_once(bench);
	printf("{\"deaths\": %ld, \"p50_ns\": %llu, \"p99_ns\": %llu, \"max_ns\": %llu}\n", count,
	    (unsigned long long)histogram_percentile_ns(&bench->latency, 50),
	    (unsigned long long)histogram_percentile_ns(&bench->latency, 99),
	    (unsigned long long)bench->latency.max_ns);
	concur_free(bench->pool);
	concur_close(bench->session);
	free(bench);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
