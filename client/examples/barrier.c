/* Processes that go through rounds together: none begins a round before all have ended the one before. Between two
 * rounds one of them, the last that comes, adds up what all have done; that is the barrier's action.
 *
 * At the end one dies while it waits, and another does not come: nobody waits for them. */
#include "client/examples/example.h"

#include <signal.h>

enum { PROCESSES = 4, ROUNDS = 10 };

struct team {
	concur_session *session;
	concur_barrier *barrier;
	concur_cell *done;   /* in this round */
	concur_cell *rounds; /* that were complete when they were added up */
	concur_cell *broken; /* processes that were told that the barrier broke */
};

static bool
add_up(const struct concur_value *action, void *arg)
{
	const struct team *team = arg;
	struct concur_value done;

	(void)action; /* "add up": any value, to be understood by those who share the barrier */
	must(concur_cell_exchange(team->done, CV(0), &done));
	if (done.integer == PROCESSES)
		must(concur_cell_add(team->rounds, CV(1), NULL));
	return true;
}

/* What is begun is carried out in order: once the ping is answered, the wait has begun. */
static void
die_waiting(const struct team *team)
{
	(void)concur_barrier_wait_begin(team->barrier, CONCUR_FOREVER);
	must(concur_ping(team->session));
	kill(getpid(), SIGKILL);
}

static int
work(int number, void *arg)
{
	struct team *team = arg;
	enum concur_status status;

	for (int i = 0; i < ROUNDS; i++) {
		must(concur_cell_add(team->done, CV(1), NULL));
		must(concur_barrier_wait_action(team->barrier, CONCUR_FOREVER, add_up, team, NULL));
	}
	if (number == 0)
		die_waiting(team);
	if (number == 1)
		return 0; /* does not come */
	status = concur_barrier_wait_action(team->barrier, CONCUR_FOREVER, add_up, team, NULL);
	if (status == CONCUR_BROKEN_BARRIER)
		must(concur_cell_add(team->broken, CV(1), NULL));
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open how = { .count = PROCESSES, .value = CV("add up") }, zero = { .value = CV(0) };
	struct concur_value rounds, broken;
	struct team team = { .session = session };

	must(concur_barrier_open(session, NULL, &how, &team.barrier));
	must(concur_cell_open(session, NULL, &zero, &team.done));
	must(concur_cell_open(session, NULL, &zero, &team.rounds));
	must(concur_cell_open(session, NULL, &zero, &team.broken));
	(void)example_processes(PROCESSES, work, &team); /* one of them is killed */
	must(concur_cell_get(team.rounds, &rounds));
	must(concur_cell_get(team.broken, &broken));
	printf("%lld rounds were complete, %lld were told of the end\n", (long long)rounds.integer,
	    (long long)broken.integer);
	concur_free(team.barrier);
	concur_free(team.done);
	concur_free(team.rounds);
	concur_free(team.broken);
	concur_close(session);
	return example_end(rounds.integer == ROUNDS && broken.integer == PROCESSES - 2,
	    "all rounds were in step, and nobody waits for the dead");
}
