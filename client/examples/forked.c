/* What a fork does to a session. The child goes on with the same handles, on a connection of its own; a call that was
 * in flight at the fork stays the parent's. */
#include "client/examples/example.h"

struct things {
	concur_queue *queue;
	concur_future *waiting; /* the parent waits for an item */
};

static int
child(int number, void *arg)
{
	const struct things *things = arg;
	struct concur_value unused;

	(void)number;
	if (concur_future_value(things->waiting, &unused) != CONCUR_FORKED)
		return 1;
	concur_future_free(things->waiting);
	must(concur_queue_put(things->queue, CV("from the child"), 0));
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct things things;
	struct concur_value item;
	bool well;

	must(concur_queue_open(session, NULL, NULL, &things.queue));
	things.waiting = concur_queue_get_begin(things.queue, CONCUR_FOREVER);
	well = example_processes(1, child, &things);
	must(concur_future_value(things.waiting, &item));
	concur_future_free(things.waiting);
	printf("the parent got \"%s\"\n", item.bytes);
	well &= strcmp(item.bytes, "from the child") == 0;
	concur_value_free(&item);
	concur_free(things.queue);
	concur_close(session);
	return example_end(well, "parent and child each have their own connection");
}
