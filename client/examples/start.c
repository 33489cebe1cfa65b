/* Processes that must not begin before all is prepared: they wait for an event, and all go on when it is set. Whoever
 * waits for the end of their work waits for a latch, which each counts down. */
#include "client/examples/example.h"

enum { WORKERS = 4, JOBS = 20 };

struct race {
	concur_event *start;
	concur_latch *finish;
	concur_queue *jobs;
};

static void
prepare(const struct race *race)
{
	for (int i = 0; i < JOBS; i++)
		must(concur_queue_put(race->jobs, CV(i), CONCUR_FOREVER));
	must(concur_event_set(race->start));
}

/* Whoever came in front of the start would find no jobs; whoever came in front of the finish, some. */
static int
run(int number, void *arg)
{
	const struct race *race = arg;
	int64_t left;

	if (number == 0) {
		prepare(race);
		must(concur_latch_wait(race->finish, CONCUR_FOREVER));
		must(concur_len(race->jobs, &left));
		return left == 0 ? 0 : 1;
	}
	must(concur_event_wait(race->start, CONCUR_FOREVER));
	for (int i = 0; i < JOBS / WORKERS; i++)
		must(concur_queue_get(race->jobs, 0, NULL)); /* EMPTY would end the program */
	must(concur_latch_count_down(race->finish, 1, NULL));
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open workers = { .count = WORKERS };
	struct race race;
	bool well;

	must(concur_event_open(session, NULL, NULL, &race.start));
	must(concur_latch_open(session, NULL, &workers, &race.finish));
	must(concur_queue_open(session, NULL, NULL, &race.jobs));
	well = example_processes(1 + WORKERS, run, &race);
	concur_free(race.start);
	concur_free(race.finish);
	concur_free(race.jobs);
	concur_close(session);
	return example_end(well, "nobody began too early, and the end was told when all were there");
}
