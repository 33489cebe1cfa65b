/* Eight threads on one session, which is one connection: each call finds its own answer. Half of the threads hand items
 * to the other half through a queue, and each thread holds a lock as itself. */
#include "client/examples/example.h"

#include <pthread.h>

enum { PAIRS = 4, ITEMS = 500 };

struct shared {
	concur_queue *queue;
	concur_lock *lock;
	long long sum; /* under the lock */
};

static void *
give(void *arg)
{
	struct shared *shared = arg;

	for (int i = 1; i <= ITEMS; i++)
		must(concur_queue_put(shared->queue, CV(i), CONCUR_FOREVER));
	return NULL;
}

static void *
take(void *arg)
{
	struct shared *shared = arg;
	struct concur_value item;

	for (int i = 0; i < ITEMS; i++) {
		must(concur_queue_get(shared->queue, CONCUR_FOREVER, &item));
		must(concur_lock_acquire(shared->lock, CONCUR_FOREVER, NULL));
		shared->sum += item.integer;
		must(concur_lock_release(shared->lock));
		concur_value_free(&item);
	}
	return NULL;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open bounded = { .maxsize = 4 }, strict = { .strict = true };
	long long expected = (long long)PAIRS * ITEMS * (ITEMS + 1) / 2;
	struct shared shared = { .sum = 0 };
	pthread_t threads[2 * PAIRS];

	must(concur_queue_open(session, NULL, &bounded, &shared.queue));
	must(concur_lock_open(session, NULL, &strict, &shared.lock));
	for (int i = 0; i < 2 * PAIRS; i++)
		if (pthread_create(&threads[i], NULL, i % 2 ? take : give, &shared))
			return EXIT_FAILURE;
	for (int i = 0; i < 2 * PAIRS; i++)
		pthread_join(threads[i], NULL);
	printf("the items add up to %lld\n", shared.sum);
	concur_free(shared.queue);
	concur_free(shared.lock);
	concur_close(session);
	return example_end(shared.sum == expected, "every thread had its own answers");
}
