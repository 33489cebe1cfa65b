/* The flusher: a result never waits behind a running task.
 *
 * Runners send results when they take the next tasks. Where a batch takes longer than was expected, this thread sends
 * what has waited for FLUSH_NS. It looks once in that time while there are results to be seen, and sleeps when there
 * were none for some time: a stream of short tasks costs it one look a millisecond, an idle worker nothing. */
#include "worker.h"

#include "client/clock.h"

#include <time.h>

enum {
	FLUSH_NS = 1000000,
	LOOKS_IN_VAIN = 16, /* after so many it sleeps */
};

/* Under the lock: sends what has waited long enough. Whether there was anything. */
static bool
look(struct concur_worker *worker)
{
	if (worker->done.count == 0)
		return false;
	if (clock_now_ns() - worker->done.since_ns >= FLUSH_NS)
		worker_send_done(worker, &worker->done);
	return true;
}

void *
worker_flush(void *arg)
{
	const struct timespec tick = { .tv_nsec = FLUSH_NS };
	struct concur_worker *worker = arg;
	unsigned vain = LOOKS_IN_VAIN;

	pthread_mutex_lock(&worker->lock);
	while (worker->is_attached) {
		if (vain >= LOOKS_IN_VAIN && worker->done.count == 0) {
			pthread_cond_wait(&worker->waiting, &worker->lock);
			vain = 0;
			continue;
		}
		pthread_mutex_unlock(&worker->lock);
		(void)nanosleep(&tick, NULL);
		pthread_mutex_lock(&worker->lock);
		vain = look(worker) ? 0 : vain + 1;
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}
