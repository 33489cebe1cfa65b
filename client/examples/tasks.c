/* Jobs with a priority: whoever is free takes the most urgent one. A job that fails is put back with a delay, which
 * holds nobody up, and one that is only worth doing soon is put with a time to live. */
#include "client/examples/example.h"

enum { WORKERS = 3, JOBS = 30, TRIES = 3 };

/* A job is (urgency, number, tries). */
static void
put_job(concur_queue *jobs, int64_t urgency, int64_t number, int64_t tries, const struct concur_put *when)
{
	must(concur_queue_put_later(jobs, CTUPLE(CV(urgency), CV(number), CV(tries)), when, CONCUR_FOREVER));
}

/* Every third job fails at first. */
static bool
succeeds(int64_t number, int64_t tries)
{
	return number % 3 != 0 || tries + 1 == TRIES;
}

static int
work(concur_queue *jobs)
{
	const struct concur_put later = { .delay_ns = CONCUR_SECOND / 100 };
	struct concur_value job;
	enum concur_status status;

	while ((status = concur_queue_get(jobs, CONCUR_FOREVER, &job)) == CONCUR_OK) {
		const struct concur_value *parts = job.items;

		if (!succeeds(parts[1].integer, parts[2].integer))
			put_job(jobs, parts[0].integer, parts[1].integer, parts[2].integer + 1, &later);
		concur_value_free(&job);
		must(concur_queue_task_done(jobs, 1));
	}
	return status == CONCUR_SHUT_DOWN ? 0 : 1;
}

/* The workers, and one that tells them when all is done. */
static int
run(int number, void *arg)
{
	concur_queue *jobs = arg;

	if (number < WORKERS)
		return work(jobs);
	must(concur_queue_join(jobs, CONCUR_FOREVER));
	must(concur_queue_shutdown(jobs, false));
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open by_priority = { .order = CONCUR_PRIORITY };
	const struct concur_put soon = { .ttl_ns = 1 };
	struct concur_queue_state state;
	concur_queue *jobs;
	bool well;

	must(concur_queue_open(session, NULL, &by_priority, &jobs));
	for (int i = 0; i < JOBS; i++)
		put_job(jobs, i % 7, i, 0, NULL);
	/* Too late by the time that anybody looks. */
	put_job(jobs, 100, JOBS, 0, &soon);
	well = example_processes(WORKERS + 1, run, jobs);
	must(concur_queue_state(jobs, &state));
	concur_free(jobs);
	concur_close(session);
	return example_end(well && state.unfinished == 0, "every job was done in the end");
}
