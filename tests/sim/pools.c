/* pools [SEED [STEPS]]: the simulation of pools. See pools.h. */
#include "tests/sim/pools.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SHORT_SEEDS = 40,
	SHORT_STEPS = 2000,
	LONG_SEEDS = 2000,
	LONG_STEPS = 3000,
	MOST_STEPS = 100000,
	HIRED = 3, /* processes of a pool, at most */
};

/* -- turns -------------------------------------------------------------------------------------------------------- */

static void
turn(struct run *run, uint64_t pass_ns)
{
	run->ended_ns = run->world.now_ns;
	world_turn(&run->world, pass_ns);
	model_pass_time(&run->model, run->ended_ns);
	pools_read(run);
	run->model.now_ns = run->world.now_ns;
	pools_hear(run);
	arena_reset(&run->world.arena);
}

void
pools_settle(struct run *run)
{
	/* The last one tells what came of the one before it. */
	for (int calm = 0; calm < 2; calm++) {
		turn(run, run->world.deadline_ns == run->world.now_ns + 1);
		if (run->world.deadline_ns <= run->world.now_ns + 1)
			calm = -1;
	}
}

/* -- for steps ---------------------------------------------------------------------------------------------------- */

unsigned
pools_draw_client(struct run *run)
{
	unsigned client = (unsigned)random_below(&run->random, CLIENTS);

	if (!run->clients[client])
		run->clients[client] = world_join(&run->world);
	return client;
}

struct model_pool *
pools_draw_pool(struct run *run)
{
	return run->pools[random_below(&run->random, POOLS)];
}

struct model_task *
pools_draw_task(struct run *run)
{
	uint64_t back = 1 + random_below(&run->random, random_once_in(&run->random, 4) ? 100 : 12);
	struct model_task *task;

	if (back > run->model.count)
		return NULL;
	task = &run->model.tasks[run->model.count - back];
	return task->id ? task : NULL;
}

int64_t
pools_draw_wait(struct run *run)
{
	switch (random_below(&run->random, 3)) {
	case 0:
		return 0;
	case 1:
		return -1;
	default:
		return (int64_t)(1 + random_below(&run->random, 4 * WORLD_SECOND));
	}
}

struct world_call *
pools_call(struct run *run, unsigned client, const char *method, const void *request, enum concur_status status)
{
	struct world_call *call;

	run->clients[client]->context = 1;
	call = world_send(run->clients[client], method, request);
	pools_settle(run);
	if (!call->answered || call->status != status)
		pools_fail(run, "%s is answered with %d, and not %u", method, call->answered ? (int)call->status : -1,
		    status);
	return call;
}

struct pools_call *
pools_begin(struct run *run, enum pools_kind kind, unsigned client, const char *method, const void *request,
    int64_t wait_ns)
{
	struct world_client *sender = run->clients[client];
	struct pools_call *call = calloc(1, sizeof *call);

	if (!call)
		abort();
	*call = (struct pools_call){ .kind = kind, .client = client, .step = run->step, .deadline_ns = MODEL_NEVER };
	if (wait_ns >= 0)
		call->deadline_ns = run->world.now_ns + (uint64_t)wait_ns;
	sender->context = 2 + random_below(&run->random, 3);
	if (random_once_in(&run->random, 3)) {
		/* It does nothing else meanwhile, so it is new. */
		sender->context = ++run->last_context;
		sender->flags = FRAME_BLOCKED;
	}
	call->context = sender->context;
	call->call = world_send(sender, method, request);
	sender->flags = 0;
	link_init(&call->link);
	link_append(&run->calls, &call->link);
	return call;
}

/* -- sessions ------------------------------------------------------------------------------------------------------ */

static void
drop_calls(struct run *run, unsigned client)
{
	struct link *next;

	for (struct link *at = run->calls.next; at != &run->calls; at = next) {
		struct pools_call *call = LINK_ENTRY(at, struct pools_call, link);

		next = at->next;
		if (call->client != client)
			continue;
		if (call->task)
			call->task->waits--;
		link_remove(&call->link);
		free(call);
	}
}

/* The worker of that client that attached first; NULL if none is left. */
static struct model_worker *
first_worker(struct run *run, unsigned client)
{
	struct model_worker *first = NULL;

	for (size_t i = 0; i < MODEL_WORKERS; i++) {
		struct model_worker *worker = &run->model.workers[i];

		if (worker->is_there && worker->client == client && (!first || worker->id < first->id))
			first = worker;
	}
	return first;
}

static void
drop_workers(struct run *run, unsigned client, bool died)
{
	struct model_worker *worker;

	while ((worker = first_worker(run, client))) {
		if (worker->process && worker->pool && (died || worker->in_hand)) {
			/* How its process ends says what became of what it had in hand. */
			worker->client = MODEL_CLIENTS;
			worker->is_draining = true;
			continue;
		}
		if (worker->pool)
			worker->pool->lost += died;
		model_worker_gone(&run->model, worker, NULL);
	}
}

void
pools_end(struct run *run, unsigned client, bool says_goodbye)
{
	struct world_client *ending = run->clients[client];

	drop_calls(run, client);
	drop_workers(run, client, !says_goodbye);
	run->abandoned = client;
	if (says_goodbye)
		world_send(ending, "/concur.v1.Session/Goodbye", NULL);
	else
		world_end_read(ending, SERVER_PEER_DIED, random_once_in(&run->random, 2));
	pools_settle(run);
	if (ending->conn)
		pools_fail(run, "a session has said goodbye, and is not closed");
	world_client_free(ending);
	run->clients[client] = NULL;
	run->processes[client] = 0;
}

static void
step_end(struct run *run)
{
	unsigned client = pools_draw_client(run);

	if (random_once_in(&run->random, 2))
		pools_end(run, client, random_once_in(&run->random, 2));
}

/* -- objects ------------------------------------------------------------------------------------------------------- */

/* Named; or it goes with the session of *ret_maker. */
static uint64_t
open_object(struct run *run, Concur__V1__Kind kind, const char *name, unsigned *ret_maker)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;
	Concur__V1__ObjectRequest unref = CONCUR__V1__OBJECT_REQUEST__INIT;

	*ret_maker = MODEL_CLIENTS;
	request.kind = kind;
	request.lifetime = CONCUR__V1__LIFETIME__LIFETIME_SESSION;
	if (random_once_in(&run->random, 3)) {
		*ret_maker = pools_draw_client(run);
		return world_open_with(run->clients[*ret_maker], &request);
	}
	request.lifetime = CONCUR__V1__LIFETIME__LIFETIME_DEFAULT;
	request.name = world_bytes(name);
	unref.object = world_open_with(run->audit, &request);
	world_forget(run->audit, world_call(run->audit, "/concur.v1.Object/Unref", &unref.base));
	return unref.object;
}

static void
remove_name(struct run *run, const char *name)
{
	Concur__V1__NameRequest request = CONCUR__V1__NAME_REQUEST__INIT;

	request.name = world_bytes(name);
	world_forget(run->audit, world_call(run->audit, "/concur.v1.Manager/Remove", &request.base));
	pools_settle(run);
}

static void
configure(struct run *run, struct model_pool *pool)
{
	Concur__V1__PoolOptions request = CONCUR__V1__POOL_OPTIONS__INIT;
	ProtobufCBinaryData word = world_bytes("--exec");

	pool->capacity = 10000000;
	pool->backoff_ns = WORLD_SECOND / 10;
	if (random_once_in(&run->random, 2))
		request.capacity = pool->capacity = 4 + random_below(&run->random, 8);
	if (random_once_in(&run->random, 2))
		request.backoff_ns = pool->backoff_ns = 1 + random_below(&run->random, WORLD_SECOND);
	if (random_once_in(&run->random, 3))
		request.timeout_ns = pool->timeout_ns = 1 + random_below(&run->random, 4 * WORLD_SECOND);
	if (random_once_in(&run->random, 3))
		request.retries = pool->retries = 1;
	request.object = pool->id;
	if (pool->hires) {
		request.workers = (uint32_t)(pool->workers_max = 1 + random_below(&run->random, HIRED));
		request.grace_ns = 1 + random_below(&run->random, 2 * WORLD_SECOND);
		request.n_words = 1;
		request.words = &word;
	}
	world_forget(run->audit, world_call(run->audit, "/concur.v1.Pool/Configure", &request.base));
}

/* A new pool in that place; the one before it goes on for as long as it has tasks that have begun. */
static void
open_pool(struct run *run, size_t place)
{
	char name[16];
	unsigned maker;

	snprintf(name, sizeof name, "pool %zu", place);
	if (run->pools[place] && run->pools[place]->maker == MODEL_CLIENTS) {
		model_unname(&run->model, run->pools[place]);
		remove_name(run, name);
	}
	run->pools[place] = model_add_pool(&run->model, open_object(run, CONCUR__V1__KIND__KIND_POOL, name, &maker));
	run->pools[place]->maker = maker;
	run->pools[place]->hires = place == POOLS - 1;
	configure(run, run->pools[place]);
}

/* What is to be told to the one before it is read no more. */
static void
open_queue(struct run *run, size_t place)
{
	struct pools_queue *queue = &run->queues[place];
	char name[16];

	snprintf(name, sizeof name, "queue %zu", place);
	if (queue->id) {
		model_lose_queue(&run->model, queue->id, false);
		remove_name(run, name);
	}
	queue->id = open_object(run, CONCUR__V1__KIND__KIND_QUEUE, name, &queue->maker);
}

static void
renew(struct run *run)
{
	for (size_t i = 0; i < QUEUES; i++) {
		if (!run->queues[i].id || (run->queues[i].maker == MODEL_CLIENTS && random_once_in(&run->random, 300)))
			open_queue(run, i);
	}
	for (size_t i = 0; i < POOLS; i++) {
		const struct model_pool *pool = run->pools[i];

		if (!pool || pool->is_gone ||
		    ((pool->is_closed || pool->is_broken) && random_once_in(&run->random, 30)))
			open_pool(run, i);
	}
}

/* -- time ---------------------------------------------------------------------------------------------------------- */

/* Mostly until the next thing happens; sometimes past several. */
static void
pass(struct run *run)
{
	uint64_t next_ns = model_next_time(&run->model), pass_ns = random_below(&run->random, WORLD_SECOND);

	for (const struct link *at = run->calls.next; at != &run->calls; at = at->next) {
		const struct pools_call *call = LINK_ENTRY(at, const struct pools_call, link);

		next_ns = call->deadline_ns < next_ns ? call->deadline_ns : next_ns;
	}
	if (!random_once_in(&run->random, 5) && next_ns != MODEL_NEVER && next_ns - run->world.now_ns < pass_ns)
		pass_ns = next_ns - run->world.now_ns;
	turn(run, pass_ns);
	pools_settle(run);
}

/* -- the run ------------------------------------------------------------------------------------------------------- */

static const struct {
	unsigned weight;
	void (*step)(struct run *run);
} steps[] = {
	{ 14, step_submit },
	{ 3, step_submit_many },
	{ 4, step_apply },
	{ 2, step_promise },
	{ 2, step_complete },
	{ 5, step_wait },
	{ 6, step_cancel },
	{ 2, step_ref },
	{ 4, step_release },
	{ 2, step_withdraw },
	{ 1, step_context_end },
	{ 2, step_join },
	{ 1, step_close },
	{ 1, step_terminate },
	{ 1, step_break },
	{ 5, step_attach },
	{ 22, step_take },
	{ 14, step_done },
	{ 5, step_watch },
	{ 4, step_recalled },
	{ 2, step_claim },
	{ 1, step_drain },
	{ 1, step_detach },
	{ 6, step_process },
	{ 3, step_page },
	{ 1, step_slow },
	{ 2, step_end },
	{ 14, pass },
};

static void
draw_step(struct run *run)
{
	uint64_t drawn = 0;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		drawn += steps[i].weight;
	drawn = random_below(&run->random, drawn);
	for (size_t i = 0;; drawn -= steps[i++].weight) {
		if (drawn >= steps[i].weight)
			continue;
		steps[i].step(run);
		return;
	}
}

static void
check_empty(struct run *run)
{
	const Concur__V1__ManagerInfo *info;

	info = (const Concur__V1__ManagerInfo *)world_call(run->audit, "/concur.v1.Manager/Info", NULL)->message;
	if (info->sessions != 1 || info->objects || info->waiters || info->bytes)
		pools_fail(run,
		    "left at the end: %" PRIu64 " sessions, %" PRIu64 " objects, %" PRIu64 " waiters, %" PRIu64
		    " bytes",
		    info->sessions - 1, info->objects, info->waiters, info->bytes);
	if (run->world.processes.count)
		pools_fail(run, "%zu processes are left at the end", run->world.processes.count);
}

static void
end(struct run *run)
{
	char name[16];

	run->world.processes.is_slow = false;
	for (unsigned i = 0; i < MODEL_CLIENTS; i++) {
		if (run->clients[i])
			pools_end(run, i, random_once_in(&run->random, 2));
	}
	for (unsigned i = 0; i < POOLS; i++) {
		snprintf(name, sizeof name, "pool %u", i);
		remove_name(run, name);
		snprintf(name, sizeof name, "queue %u", i);
		remove_name(run, name);
	}
	/* What is detached goes with its time; what else waits, its pools take along. */
	for (size_t i = 0; i < run->model.pools_count; i++) {
		Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;

		request.object = run->model.pools[i].id;
		world_call(run->audit, "/concur.v1.Pool/Terminate", &request.base);
	}
	for (int i = 0; i < 20; i++) {
		for (size_t k = 0; k < run->world.processes.count; k++)
			world_processes_exit(&run->world.processes, run->world.processes.items[k].number, 0);
		run->news_count = 0;
		world_turn(&run->world, WORLD_SECOND);
		world_settle(&run->world);
	}
	run->news_count = 0;
	/* What it has got counts for it until its end. */
	world_end(run->audit, SERVER_PEER_CLOSED);
	world_client_free(run->audit);
	world_settle(&run->world);
	run->audit = world_join(&run->world);
	check_empty(run);
}

static void
begin_step(struct run *run)
{
	run->model.releases = 0;
	run->back = run->model.back;
	run->has_taken_in = false;
	for (size_t i = 0; i < MODEL_WORKERS; i++)
		run->model.workers[i].was_draining = run->model.workers[i].is_draining;
}

/* Of what was taken in and what became ready otherwise nobody is told which came first. */
static void
end_step(struct run *run)
{
	if (run->has_taken_in && run->model.releases > 1)
		model_blur(&run->model, run->back);
}

static void
run_seed(uint64_t seed, uint64_t steps_max)
{
	struct run *run = calloc(1, sizeof *run);

	if (!run || steps_max > MOST_STEPS)
		abort();
	*run = (struct run){ .seed = seed, .random = { seed }, .last_context = 1000, .abandoned = MODEL_CLIENTS };
	link_init(&run->calls);
	world_init(&run->world, NULL);
	model_init(&run->model, (steps_max + 1) * SPECS);
	run->world.processes.on_news = pools_on_news;
	run->world.processes.on_news_arg = run;
	run->audit = world_join(&run->world);
	run->model.now_ns = run->world.now_ns;
	for (; run->step < steps_max; run->step++) {
		renew(run);
		begin_step(run);
		draw_step(run);
		pools_settle(run);
		end_step(run);
		pools_check(run);
	}
	end(run);
	world_fini(&run->world);
	model_fini(&run->model);
	free(run);
}

/* In a child, so that whatever happens to it can be told with the seed. */
static bool
run_apart(uint64_t seed, uint64_t steps_max)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		run_seed(seed, steps_max);
		exit(EXIT_SUCCESS);
	}
	if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	fprintf(stderr, "seed %" PRIu64 " fails; again: tests/sim/pools %" PRIu64 " %" PRIu64 "\n", seed, seed,
	    steps_max);
	return false;
}

int
main(int argc, char **argv)
{
	bool is_long = getenv("CONCUR_TEST_LONG") != NULL, passed = true;
	uint64_t steps_max = argc > 2 ? strtoull(argv[2], NULL, 0) : is_long ? LONG_STEPS : SHORT_STEPS;

	if (argc > 1) {
		run_seed(strtoull(argv[1], NULL, 0), steps_max);
		return EXIT_SUCCESS;
	}
	for (uint64_t seed = 1; seed <= (is_long ? LONG_SEEDS : SHORT_SEEDS); seed++)
		passed &= run_apart(seed, steps_max);
	return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
