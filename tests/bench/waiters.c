/* concur-bench-waiters: what a waiter costs when many wait on one lock, each with a time to wait: to add one, to time
 * one out, to hand the lock to one. On the core alone, so that nothing but waiters is measured.
 *
 * With each number of waiters the same is done over and over until TOTAL waiters were measured; the least of the
 * rounds' means counts, since whatever disturbs a round only adds to it, and it is CPU time, which others disturb
 * least. Prints a line of JSON: nanoseconds each, by what is done and number.
 *
 * concur-bench-waiters COUNT is for counting instructions: one round of that many, of which all three are done in a
 * function each, and nothing is printed. */
#include "daemon/core/lock.h"
#include "daemon/core/object.h"
#include "daemon/core/owner.h"
#include "daemon/core/waiter.h"
#include "tests/bench/usage.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TOTAL = 400000, WAIT_NS = 1000000, CONTEXT_HOLDER = 1 };

/* A name that a profiler finds. */
#define MEASURED __attribute__((noinline))

enum what { ADD, TIME_OUT, HAND_OVER, WHATS };

struct scene {
	struct core core;
	struct limits limits;
	struct session *session;
	struct lock *lock;
	uint64_t call;
	uint64_t answered;
};

static void
on_reply(struct core *core, struct waiter *waiter)
{
	(void)waiter;
	((struct scene *)(void *)core)->answered++;
}

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "concur-bench-waiters: %s\n", what);
	exit(EXIT_FAILURE);
}

static enum concur_status
acquire(struct scene *scene, uint64_t context, int64_t wait_ns)
{
	static const struct waiter_ops ops = { on_reply };
	struct ask ask = { scene->session, context, ++scene->call, wait_ns, false, &ops };
	struct result result = { 0 };

	return lock_acquire(&scene->core, scene->lock, &ask, &result);
}

static void
scene_init(struct scene *scene)
{
	struct object_open open = { .options = { .kind = KIND_LOCK } };
	struct object *object;
	bool created;

	*scene = (struct scene){ 0 };
	limits_defaults(&scene->limits);
	must(core_init(&scene->core, &scene->limits, 1, 1) == 0, "no memory");
	scene->session = session_new(&scene->core, 1, NULL);
	must(scene->session && object_open(&scene->core, &open, &object, &created) == CONCUR_OK, "no memory");
	object_ref(&scene->core, object);
	scene->lock = (struct lock *)object;
	must(acquire(scene, CONTEXT_HOLDER, 0) == CONCUR_OK, "the lock is not free");
}

static void
scene_fini(struct scene *scene)
{
	session_end(&scene->core, scene->session, FAREWELL_GOODBYE);
	core_fini(&scene->core);
}

/* Waiters of contexts 2 to count + 1. */
static MEASURED void
waiters_add(struct scene *scene, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		must(acquire(scene, 2 + i, WAIT_NS + (int64_t)(i * 7919 % count)) == CONCUR_PENDING, "not waiting");
}

/* Turns until all have been told that their time is up. */
static MEASURED void
waiters_time_out(struct scene *scene, uint64_t count)
{
	uint64_t deadline_ns, until = scene->answered + count;

	scene->core.now_ns += WAIT_NS + count;
	while (scene->answered < until)
		core_turn_end(&scene->core, &deadline_ns);
	must(scene->core.waiting == 0, "somebody waits still");
}

/* Each releases to the next; the last becomes the holder of the next round. */
static MEASURED void
waiters_hand_over(struct scene *scene, uint64_t count)
{
	for (uint64_t context = CONTEXT_HOLDER; context <= count; context++) {
		must(lock_release(&scene->core, scene->lock, scene->session, context) == CONCUR_OK, "not the holder");
		core_answer(&scene->core);
	}
	must(lock_release(&scene->core, scene->lock, scene->session, count + 1) == CONCUR_OK &&
		acquire(scene, CONTEXT_HOLDER, 0) == CONCUR_OK,
	    "the lock is not free");
}

static double
least(double a, double b)
{
	return a < b ? a : b;
}

static void
measure(uint64_t count, double ret_ns[WHATS])
{
	struct scene scene;

	scene_init(&scene);
	for (uint64_t done = 0; done < TOTAL; done += count) {
		uint64_t start = usage_cpu_ns(getpid()), added, timed_out, added_again, handed;

		waiters_add(&scene, count);
		added = usage_cpu_ns(getpid());
		waiters_time_out(&scene, count);
		timed_out = usage_cpu_ns(getpid());
		waiters_add(&scene, count);
		added_again = usage_cpu_ns(getpid());
		waiters_hand_over(&scene, count);
		handed = usage_cpu_ns(getpid());
		if (done == 0) /* the first round warms up */
			ret_ns[ADD] = ret_ns[TIME_OUT] = ret_ns[HAND_OVER] = 1e9;
		else {
			ret_ns[ADD] = least(ret_ns[ADD], (double)(added - start) / (double)count);
			ret_ns[TIME_OUT] = least(ret_ns[TIME_OUT], (double)(timed_out - added) / (double)count);
			ret_ns[HAND_OVER] = least(ret_ns[HAND_OVER], (double)(handed - added_again) / (double)count);
		}
	}
	scene_fini(&scene);
}

static void
one_round(uint64_t count)
{
	struct scene scene;

	scene_init(&scene);
	waiters_add(&scene, count);
	waiters_time_out(&scene, count);
	waiters_add(&scene, count);
	waiters_hand_over(&scene, count);
	scene_fini(&scene);
}

int
main(int argc, char **argv)
{
	static const uint64_t counts[] = { 1000, 10000, 100000 };
	static const char *const names[] = { "add", "time-out", "hand-over" };
	double ns[3][WHATS];

	if (argc > 1) {
		uint64_t count = strtoull(argv[1], NULL, 10);

		must(count > 0, "how many waiters?");
		one_round(count);
		return EXIT_SUCCESS;
	}
	/* Memory is not given back between two rounds: getting it anew would be most of what is measured. */
	(void)mallopt(M_MXFAST, 0);
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		measure(counts[i], ns[i]);
	for (size_t what = 0; what < WHATS; what++) {
		printf("%s\"%s\": {", what ? ", " : "{", names[what]);
		for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
			printf("%s\"%llu\": %.1f", i ? ", " : "", (unsigned long long)counts[i], ns[i][what]);
		printf("}");
	}
	printf("}\n");
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
