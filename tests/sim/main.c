/* sim [SEED [STEPS]]: runs the simulator, with the model and short of memory, each twice: the same seed must give the
 * same bytes. Without a seed it runs a few that are fixed, or with $CONCUR_TEST_LONG many more.
 *
 * Each seed runs in a child, so that whatever happens to it can be told with the seed. */
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SHORT_SEEDS = 40,
	SHORT_STEPS = 10000,
	LONG_SEEDS = 1000,
	LONG_STEPS = 50000,
};

/* Never returns. */
static void
run_in_child(uint64_t seed, uint64_t steps)
{
	for (int is_modelled = 1; is_modelled >= 0; is_modelled--) {
		uint64_t answered, again;
		uint64_t digest = sim_run(seed, steps, is_modelled, &answered);

		if (sim_run(seed, steps, is_modelled, &again) != digest || again != answered) {
			fprintf(stderr, "the same seed has given other bytes\n");
			exit(EXIT_FAILURE);
		}
		printf("seed %" PRIu64 ", %s: %" PRIu64 " calls answered, %016" PRIx64 "\n", seed,
		    is_modelled ? "modelled" : "short of memory", answered, digest);
	}
	exit(EXIT_SUCCESS);
}

static bool
run(uint64_t seed, uint64_t steps)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0)
		run_in_child(seed, steps);
	if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	fprintf(stderr, "seed %" PRIu64 " fails; again: make check-sim SEED=%" PRIu64 " STEPS=%" PRIu64 "\n", seed,
	    seed, steps);
	return false;
}

int
main(int argc, char **argv)
{
	bool is_long = getenv("CONCUR_TEST_LONG") != NULL, passed = true;
	uint64_t steps = is_long ? LONG_STEPS : SHORT_STEPS;

	if (argc > 2)
		steps = strtoull(argv[2], NULL, 0);
	if (argc > 1)
		return run(strtoull(argv[1], NULL, 0), steps) ? EXIT_SUCCESS : EXIT_FAILURE;
	for (uint64_t seed = 1; seed <= (is_long ? LONG_SEEDS : SHORT_SEEDS); seed++)
		passed &= run(seed, steps);
	return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
