/* A bounded buffer of one place, made of a condition and a value: producers wait until the place is empty, consumers
 * until it is full. All processes find both by name. One consumer is killed while it waits, and one who was notified
 * would take the word with it: the daemon gives it to the next. */
#include "client/examples/example.h"

#include <signal.h>

enum { PROCESSES = 4, ITEMS = 60 };

struct place {
	concur_condition *condition;
	concur_cell *item; /* 0: the place is empty */
	concur_cell *sum;
	bool full; /* what is waited for */
};

static struct place
open_place(concur_session *session)
{
	struct concur_open zero = { .value = CV(0) };
	struct place place = { 0 };

	must(concur_condition_open(session, "place.condition", NULL, &place.condition));
	must(concur_cell_open(session, "place.item", &zero, &place.item));
	must(concur_cell_open(session, "place.sum", &zero, &place.sum));
	return place;
}

static void
free_place(struct place *place)
{
	concur_free(place->condition);
	concur_free(place->item);
	concur_free(place->sum);
}

static bool
is_as_wanted(void *arg)
{
	const struct place *place = arg;
	struct concur_value item;

	must(concur_cell_get(place->item, &item));
	return (item.integer != 0) == place->full;
}

/* Waits until the place is as wanted, puts `next` there, and wakes the others. */
static int64_t
exchange(struct place *place, bool full, int64_t next)
{
	struct concur_value before;
	enum concur_status status;

	must(concur_condition_acquire(place->condition, CONCUR_FOREVER, NULL));
	place->full = full;
	do
		status = concur_condition_wait_for(place->condition, is_as_wanted, place, CONCUR_FOREVER, NULL);
	while (status == CONCUR_OWNER_DIED); /* one call changes the place: nothing is half done */
	must(status);
	must(concur_cell_exchange(place->item, CV(next), &before));
	must(concur_condition_notify_all(place->condition, NULL));
	must(concur_condition_release(place->condition));
	return before.integer;
}

static int
work(int number, void *arg)
{
	struct place place = open_place(arg);

	for (int i = 1; i <= ITEMS; i++) {
		if (number % 2 == 0)
			(void)exchange(&place, false, i);
		else
			must(concur_cell_add(place.sum, CV(exchange(&place, true, 0)), NULL));
	}
	free_place(&place);
	return 0;
}

/* Waits for something that never comes, until it is killed. */
static pid_t
start_victim(concur_session *session, struct place *place)
{
	struct concur_listing about;
	uint64_t waiters;
	pid_t victim = fork();

	if (victim == 0) {
		struct place own = open_place(session);

		(void)exchange(&own, true, 0);
		_exit(0);
	}
	do {
		must(concur_object_info(CONCUR_OBJECT(place->condition), &about));
		waiters = about.items[0].waiters;
		concur_listing_free(&about);
	} while (waiters == 0);
	return victim;
}

int
main(void)
{
	concur_session *session = example_session();
	struct place place = open_place(session);
	struct concur_value sum;
	int64_t expected = PROCESSES / 2 * (int64_t)ITEMS * (ITEMS + 1) / 2;
	pid_t victim = start_victim(session, &place);

	kill(victim, SIGKILL);
	(void)waitpid(victim, NULL, 0);
	if (!example_processes(PROCESSES, work, session))
		return example_end(false, "a process has failed");
	must(concur_cell_get(place.sum, &sum));
	printf("the items add up to %lld\n", (long long)sum.integer);
	must(concur_remove(place.condition));
	must(concur_remove(place.item));
	must(concur_remove(place.sum));
	free_place(&place);
	concur_close(session);
	return example_end(sum.integer == expected, "every item was handed over once");
}
