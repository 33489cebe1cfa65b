/* Eight processes do work of which three may go on at a time, say because a licence or a server allows no more: each
 * takes a permit for it. One of them dies with its permit, which returns at once. */
#include "client/examples/example.h"

#include <signal.h>

enum { PROCESSES = 8, ROUNDS = 20, PERMITS = 3 };

struct limit {
	concur_semaphore *permits;
	concur_cell *working; /* how many are at work now */
	concur_cell *excess;  /* how often there were more than the permits allow */
};

static void
acquire(const struct limit *limit)
{
	enum concur_status status = concur_semaphore_acquire(limit->permits, 1, CONCUR_FOREVER, NULL);

	/* The dead one was at work. */
	if (status == CONCUR_OWNER_DIED)
		must(concur_cell_add(limit->working, CV(-1), NULL));
	else
		must(status);
}

static int
work(int number, void *arg)
{
	const struct limit *limit = arg;
	struct concur_value working;

	for (int i = 0; i < ROUNDS; i++) {
		acquire(limit);
		must(concur_cell_add(limit->working, CV(1), &working));
		if (working.integer > PERMITS)
			must(concur_cell_add(limit->excess, CV(1), NULL));
		if (number == 0 && i == ROUNDS / 2)
			kill(getpid(), SIGKILL);
		must(concur_cell_add(limit->working, CV(-1), NULL));
		must(concur_semaphore_release(limit->permits, 1));
	}
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open owned = { .count = PERMITS, .strict = true }, zero = { .value = CV(0) };
	struct concur_semaphore_state state;
	struct concur_value excess;
	struct limit limit;

	must(concur_semaphore_open(session, NULL, &owned, &limit.permits));
	must(concur_cell_open(session, NULL, &zero, &limit.working));
	must(concur_cell_open(session, NULL, &zero, &limit.excess));
	(void)example_processes(PROCESSES, work, &limit); /* one of them is killed */
	must(concur_semaphore_state(limit.permits, &state));
	must(concur_cell_get(limit.excess, &excess));
	printf("%lld of %lld permits are free\n", (long long)state.value, (long long)state.count);
	concur_free(limit.permits);
	concur_free(limit.working);
	concur_free(limit.excess);
	concur_close(session);
	return example_end(state.value == PERMITS && excess.integer == 0,
	    "no more were at work than may be, and the permit of the dead is back");
}
