/* One worker is started for each task that finds no other, so a task for each of them is run until all are there. */
#include "tests/bench/task_pool.h"

#include <err.h>
#include <stdlib.h>

enum { WORKERS_MAX = 64 };

void
task_pool_check(enum concur_status status)
{
	if (status != CONCUR_OK)
		errx(EXIT_FAILURE, "%s: %s", concur_status_name(status), concur_message());
}

concur_pool *
task_pool_open(concur_session *session, const char *module, unsigned workers)
{
	const char *const words[] = { "--module", module, NULL };
	/* A task that is run again is so at once. */
	const struct concur_pool_options options = { .workers = workers, .arguments = words, .backoff_ns = 1 };
	concur_pool *pool;

	if (!module)
		errx(EXIT_FAILURE, "--module is needed: what workers are to load");
	task_pool_check(concur_pool_open(session, NULL, NULL, &pool));
	task_pool_check(concur_pool_configure(pool, &options));
	return pool;
}

void
task_pool_await(concur_pool *pool, size_t workers, pid_t *ret_pids)
{
	const struct concur_task negate = { .function = "negate" };
	const struct concur_chunks one = { .size = 1 };
	struct concur_pool_workers there = { 0 };
	struct concur_value items[WORKERS_MAX];
	struct concur_values values;

	for (size_t i = 0; i < workers; i++)
		items[i] = CV((int64_t)i);
	do {
		concur_pool_workers_free(&there);
		task_pool_check(concur_pool_map(pool, &negate, items, workers, &one, &values));
		concur_values_free(&values);
		task_pool_check(concur_pool_workers(pool, 0, WORKERS_MAX, &there));
	} while (there.count < workers);
	for (size_t i = 0; i < workers; i++)
		ret_pids[i] = (pid_t)there.items[i].process;
	concur_pool_workers_free(&there);
}
