/* Processes that must not begin before all is prepared: they wait for an event, and all go on when it is set. */
#include "client/examples/example.h"

enum { PROCESSES = 4, JOBS = 20 };

struct race {
	concur_event *start;
	concur_queue *jobs;
	concur_cell *early;
};

/* Whoever comes in front of the start would find no jobs. */
static int
run(int number, void *arg)
{
	const struct race *race = arg;

	if (number == 0) {
		for (int i = 0; i < JOBS; i++)
			must(concur_queue_put(race->jobs, CV(i), CONCUR_FOREVER));
		must(concur_event_set(race->start));
	}
	must(concur_event_wait(race->start, CONCUR_FOREVER));
	for (int i = 0; i < JOBS / PROCESSES; i++) {
		enum concur_status status = concur_queue_get(race->jobs, 0, NULL);

		if (status == CONCUR_EMPTY)
			must(concur_cell_add(race->early, CV(1), NULL));
		else
			must(status);
	}
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open zero = { .value = CV(0) };
	struct concur_value early;
	struct race race;
	bool well;

	must(concur_event_open(session, NULL, NULL, &race.start));
	must(concur_queue_open(session, NULL, NULL, &race.jobs));
	must(concur_cell_open(session, NULL, &zero, &race.early));
	well = example_processes(PROCESSES, run, &race);
	must(concur_cell_get(race.early, &early));
	printf("%lld jobs were not there yet\n", (long long)early.integer);
	concur_free(race.start);
	concur_free(race.jobs);
	concur_free(race.early);
	concur_close(session);
	return example_end(well && early.integer == 0, "nobody began too early");
}
