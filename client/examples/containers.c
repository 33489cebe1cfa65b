/* Four processes look for primes and tell what they find in shared containers: a namespace with the settings, a set of
 * primes, an array of counts by last digit, and a value that knows the largest. Sets are then put together in the
 * daemon, and what was read is changed only if nobody else has changed it. */
#include "client/examples/example.h"

enum { PROCESSES = 4, DIGITS = 10 };

struct shared {
	concur_namespace *settings;
	concur_set *primes;
	concur_array *digits;
	concur_cell *largest;
};

static bool
is_prime(int64_t number)
{
	for (int64_t factor = 2; factor * factor <= number; factor++) {
		if (number % factor == 0)
			return false;
	}
	return number > 1;
}

/* Every process looks at every number from 2 on: of each prime only one of them finds that it is new. */
static int
search(int number, void *arg)
{
	struct shared *shared = arg;
	struct concur_value limit;
	int64_t is_new;

	(void)number;
	must(concur_namespace_get(shared->settings, "limit", &limit));
	for (int64_t candidate = 2; candidate < limit.integer; candidate++) {
		if (!is_prime(candidate))
			continue;
		must(concur_set_add(shared->primes, &(struct concur_value[]){ CV(candidate) }[0], 1, &is_new));
		if (!is_new)
			continue;
		must(concur_array_add(shared->digits, candidate % DIGITS, CV(1), NULL));
		must(concur_cell_maximum(shared->largest, CV(candidate), NULL));
	}
	return 0;
}

static void
open_all(concur_session *session, struct shared *ret)
{
	const struct concur_open counts = { .typecode = 'i', .count = DIGITS }, whole = { .typecode = 'q' };

	must(concur_namespace_open(session, NULL, NULL, &ret->settings));
	must(concur_set_open(session, NULL, NULL, &ret->primes));
	must(concur_array_open(session, NULL, &counts, &ret->digits));
	must(concur_cell_open(session, NULL, &whole, &ret->largest));
	must(concur_namespace_set(ret->settings, "limit", CV(300)));
}

/* The primes that are also Fibonacci numbers: one call, a new set. */
static int64_t
count_in_both(concur_set *primes)
{
	const struct concur_value fibonacci[] = { CV(1), CV(2), CV(3), CV(5), CV(8), CV(13), CV(21), CV(34), CV(55),
		CV(89), CV(144), CV(233) };
	concur_set *both;
	int64_t count;

	must(concur_set_combine(primes, CONCUR_SET_INTERSECTION,
	    concur_side_items(fibonacci, sizeof fibonacci / sizeof *fibonacci), &both));
	must(concur_len(both, &count));
	concur_free(both);
	return count;
}

/* Doubles the limit from what was read, unless somebody else has changed the settings since. */
static int64_t
double_limit(concur_session *session, concur_namespace *settings)
{
	struct concur_values pairs;
	struct concur_value limit;
	enum concur_status status;

	do {
		must(concur_namespace_page(settings, 0, 0, &pairs));
		limit = CV(2 * pairs.items[1].integer);
		must(concur_if_version(session, pairs.version));
		concur_values_free(&pairs);
		status = concur_namespace_set(settings, "limit", limit);
	} while (status == CONCUR_CHANGED);
	must(status);
	return limit.integer;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_value threes, largest;
	struct shared shared;
	int64_t primes, both, limit;
	bool well;

	open_all(session, &shared);
	well = example_processes(PROCESSES, search, &shared);
	must(concur_len(shared.primes, &primes));
	must(concur_array_get(shared.digits, 3, &threes));
	must(concur_cell_get(shared.largest, &largest));
	both = count_in_both(shared.primes);
	limit = double_limit(session, shared.settings);
	printf("%lld primes, %lld of them end in 3, %lld are Fibonacci numbers; the largest is %lld\n",
	    (long long)primes, (long long)threes.integer, (long long)both, (long long)largest.integer);
	well &= primes == 62 && threes.integer == 17 && both == 6 && largest.integer == 293 && limit == 600;
	concur_free(shared.settings);
	concur_free(shared.primes);
	concur_free(shared.digits);
	concur_free(shared.largest);
	concur_close(session);
	return example_end(well, "each prime was counted once");
}
