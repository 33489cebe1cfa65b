/* Runs a work of tasks.h: some of it to warm up, then for --seconds or --count tasks; prints a line of JSON. */
#include "config.h"

#include "tests/bench/tasks.h"

#include "tests/bench/conn.h"
#include "tests/bench/usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was used and counted up to a moment. */
struct tasks_moment {
	uint64_t at_ns, done, driver_cpu_ns, workers_cpu_ns;
	struct usage server;
};

static int
now(const struct tasks *tasks, uint64_t done, struct tasks_moment *ret)
{
	*ret = (struct tasks_moment){ .at_ns = now_ns(), .done = done, .driver_cpu_ns = usage_own_cpu_ns() };
	for (size_t i = 0; i < TASKS_WORKERS; i++)
		ret->workers_cpu_ns += usage_cpu_ns(tasks->workers[i]);
	return usage_of(tasks->options->server_pid, &ret->server);
}

/* For so long, or until `count` are done if that is not 0. */
static int
work_for(struct tasks *tasks, const struct tasks_work *work, double seconds, uint64_t count, uint64_t *ret_done)
{
	uint64_t end_ns = now_ns() + (uint64_t)(seconds * 1e9);

	*ret_done = 0;
	while (count ? *ret_done < count : now_ns() < end_ns) {
		uint64_t some;

		if (work->step(tasks, count ? count - *ret_done : UINT64_MAX, &some) < 0)
			return -1;
		*ret_done += some;
	}
	return 0;
}

static void
report(const struct options *options, const struct tasks_moment *from, const struct tasks_moment *to)
{
	uint64_t done = to->done - from->done, elapsed_ns = to->at_ns - from->at_ns;

	printf("{\"peer\": \"%s\", \"work\": \"%s\", \"operations\": %llu, \"errors\": 0, \"elapsed_ns\": %llu",
	    options->peer, options->work, (unsigned long long)done, (unsigned long long)elapsed_ns);
	printf(", \"operations_per_s\": %.1f", (double)done * 1e9 / (double)elapsed_ns);
	printf(", \"driver_cpu_ns\": %llu, \"server_cpu_ns\": %llu, \"workers_cpu_ns\": %llu",
	    (unsigned long long)(to->driver_cpu_ns - from->driver_cpu_ns),
	    (unsigned long long)(to->server.cpu_ns - from->server.cpu_ns),
	    (unsigned long long)(to->workers_cpu_ns - from->workers_cpu_ns));
	printf(", \"resident_before_bytes\": %llu, \"resident_after_bytes\": %llu}\n",
	    (unsigned long long)from->server.resident_bytes, (unsigned long long)to->server.resident_bytes);
}

static int
measure(struct tasks *tasks, const struct tasks_work *work)
{
	const struct options *options = tasks->options;
	struct tasks_moment from, to;
	uint64_t done;

	if (options->count == 0 && work_for(tasks, work, options->warmup_seconds, 0, &done) < 0)
		return -1;
	if (now(tasks, 0, &from) < 0 || work_for(tasks, work, options->seconds, options->count, &done) < 0 ||
	    now(tasks, done, &to) < 0)
		return -1;
	report(options, &from, &to);
	return fflush(stdout);
}

int
tasks_main(int argc, char **argv, const struct tasks_work *works)
{
	struct options options;
	struct tasks tasks = { .options = &options };
	int read = options_read(argc, argv, &options), status = EXIT_FAILURE;

	if (read != 0)
		return read > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	while (works->name && strcmp(works->name, options.work) != 0)
		works++;
	if (!works->name) {
		fprintf(stderr, "concur-bench-tasks: %s has no work %s\n", options.peer, options.work);
		return EXIT_FAILURE;
	}
	if (works->open(&tasks) == 0 && measure(&tasks, works) == 0)
		status = EXIT_SUCCESS;
	works->close(&tasks);
	return status;
}
