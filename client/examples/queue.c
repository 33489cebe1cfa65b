/* Two producers and three consumers share a bounded queue: a put waits while it is full, a get while it is empty. The
 * consumers end when the queue is shut down and has nothing left. */
#include "client/examples/example.h"

enum { PRODUCERS = 2, CONSUMERS = 3, ITEMS = 300, ROOM = 8 };

struct work {
	concur_queue *queue;
	concur_cell *sum;
	concur_cell *left; /* producers that still produce */
};

static int
produce(const struct work *work, int number)
{
	struct concur_value left;

	for (int i = 0; i < ITEMS; i++)
		must(concur_queue_put(work->queue, CV(number * ITEMS + i), CONCUR_FOREVER));
	must(concur_cell_add(work->left, CV(-1), &left));
	if (left.integer == 0)
		must(concur_queue_shutdown(work->queue, false));
	return 0;
}

static int
consume(const struct work *work)
{
	struct concur_value item;
	enum concur_status status;

	while ((status = concur_queue_get(work->queue, CONCUR_FOREVER, &item)) == CONCUR_OK) {
		must(concur_cell_add(work->sum, item, NULL));
		concur_value_free(&item);
	}
	return status == CONCUR_SHUT_DOWN ? 0 : 1;
}

static int
run(int number, void *arg)
{
	return number < PRODUCERS ? produce(arg, number) : consume(arg);
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open bounded = { .maxsize = ROOM }, zero = { .value = CV(0) }, all = { .value = CV(PRODUCERS) };
	int64_t items = PRODUCERS * ITEMS;
	struct concur_value sum;
	struct work work;
	bool well;

	must(concur_queue_open(session, NULL, &bounded, &work.queue));
	must(concur_cell_open(session, NULL, &zero, &work.sum));
	must(concur_cell_open(session, NULL, &all, &work.left));
	well = example_processes(PRODUCERS + CONSUMERS, run, &work);
	must(concur_cell_get(work.sum, &sum));
	printf("%lld items add up to %lld\n", (long long)items, (long long)sum.integer);
	well &= sum.integer == items * (items - 1) / 2;
	concur_value_free(&sum);
	concur_free(work.queue);
	concur_free(work.sum);
	concur_free(work.left);
	concur_close(session);
	return example_end(well, "every item was taken once");
}
