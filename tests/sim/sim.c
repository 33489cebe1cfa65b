/* The simulator: the run from its beginning, with nothing there, to its end, with nothing left. */
#include "tests/sim/sim.h"

#include "tests/sim/sim_guards.h"
#include "tests/sim/sim_signals.h"
#include "tests/unit/nomem.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	SIM_FRAMES = 4,          /* steps in one turn, at most */
	SIM_GRACE = 1000000,     /* seconds; with a model everybody comes back in time */
	SIM_SHORT_OF_MEMORY = 8, /* once in so many inputs an allocation fails */
	SIM_ALLOCATIONS = 6,     /* after up to so many */
};

/* -- the beginning ----------------------------------------------------------------------------------------------- */

static void
sim_open(struct sim *sim, struct world_client *client)
{
	char name[32];

	for (unsigned i = 0; i < MODEL_LOCKS; i++) {
		Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

		snprintf(name, sizeof name, "lock %u", i);
		request.name = world_bytes(name);
		request.kind = CONCUR__V1__KIND__KIND_LOCK;
		request.strict = sim->model.locks[i].strict;
		sim->locks[i] = world_open_with(client, &request);
	}
	for (unsigned i = 0; i < MODEL_QUEUES; i++) {
		Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

		snprintf(name, sizeof name, "queue %u", i);
		request.name = world_bytes(name);
		request.kind = CONCUR__V1__KIND__KIND_QUEUE;
		request.maxsize = (int64_t)sim->model.queues[i].maxsize;
		if (sim->model.queues[i].lifo)
			request.order = CONCUR__V1__QUEUE_ORDER__LIFO;
		if (sim->model.queues[i].priority)
			request.order = CONCUR__V1__QUEUE_ORDER__PRIORITY;
		sim->queues[i] = world_open_with(client, &request);
	}
	sim->data.dict = world_open(client, CONCUR__V1__KIND__KIND_DICT, "dict");
	sim->data.list = world_open(client, CONCUR__V1__KIND__KIND_LIST, "list");
	sim->data.cell = world_open(client, CONCUR__V1__KIND__KIND_VALUE, "cell");
	sets_open(&sim->sets, client);
	arrays_open(&sim->array, client);
	maze_open(&sim->maze, client);
	sim->box = world_open(client, CONCUR__V1__KIND__KIND_VALUE, "box");
	sim_open_nest(sim, client);
	sim_signals_open(sim, client);
	sim_guards_open(sim, client);
}

/* Without a model every limit may be reached, and a turn leaves work over. */
static void
sim_tighten(struct limits *limits)
{
	limits->outbox_max = 2000;
	limits->outbox_high = 500;
	limits->memory_max = 17000;
	limits->container_max = 20;
	limits->objects_max = 65;
	limits->calls_max = 6;
	limits->turn_steps = 3;
	limits->grace_seconds = 1;
	limits->kept_max = 200;
}

static void
sim_init(struct sim *sim, uint64_t seed, uint64_t steps, bool is_modelled)
{
	struct limits limits = world_limits();
	Concur__V1__ValueRequest zero = CONCUR__V1__VALUE_REQUEST__INIT;
	struct world_client *client;

	*sim = (struct sim){ .seed = seed, .is_modelled = is_modelled, .random = { seed } };
	sim->got = calloc(steps * SIM_STEP_ITEMS + 1, sizeof *sim->got);
	/* Every grant is to a call, and every step makes at most SIM_FRAMES of them. */
	sim->grants = calloc(steps * SIM_FRAMES + 1, sizeof *sim->grants);
	if (!sim->got || !sim->grants)
		abort();
	if (!is_modelled)
		sim_tighten(&limits);
	else
		limits.grace_seconds = SIM_GRACE;
	limits.pipe_bytes_max = MODEL_PIPE_BYTES;
	world_init(&sim->world, &limits);
	model_init(&sim->model);
	client = world_join(&sim->world);
	sim_open(sim, client);
	zero.object = sim->data.cell;
	zero.value = world_integer(&sim->world, 0);
	world_call(client, "/concur.v1.Cell/Set", &zero.base);
	world_end(client, SERVER_PEER_CLOSED);
	world_client_free(client);
}

static void
sim_fini(struct sim *sim)
{
	world_fini(&sim->world);
	maze_fini(&sim->maze);
	free(sim->got);
	free(sim->grants);
}

/* -- steps ------------------------------------------------------------------------------------------------------- */

static void
sim_on_server(void *arg, bool entered)
{
	struct sim *sim = arg;

	if (!entered)
		nomem_disarm();
	else if (random_once_in(&sim->random, SIM_SHORT_OF_MEMORY))
		nomem_arm((unsigned)random_below(&sim->random, SIM_ALLOCATIONS));
}

static void
sim_turn(struct sim *sim, uint64_t pass_ns)
{
	if (sim->is_modelled)
		model_turn_end(&sim->model, sim->world.now_ns);
	world_turn(&sim->world, pass_ns);
	sim->model.now_ns = sim->world.now_ns;
	sim_harvest(sim);
	arena_reset(&sim->world.arena);
}

/* Mostly no time passes or little; now and then more than anybody waits. */
static uint64_t
sim_draw_pass(struct sim *sim)
{
	switch (random_below(&sim->random, 20)) {
	case 0:
		return random_below(&sim->random, 10 * WORLD_SECOND);
	case 1:
	case 2:
	case 3:
		return random_below(&sim->random, WORLD_SECOND);
	default:
		return 0;
	}
}

static void
sim_steps(struct sim *sim, uint64_t steps)
{
	if (!sim->is_modelled) {
		sim->world.on_server = sim_on_server;
		sim->world.on_server_arg = sim;
	}
	while (sim->step < steps) {
		uint64_t frames = 1 + random_below(&sim->random, SIM_FRAMES);

		for (; frames && sim->step < steps; frames--, sim->step++)
			sim_step(sim);
		sim_turn(sim, sim_draw_pass(sim));
	}
	sim->world.on_server = NULL;
}

/* -- the end ----------------------------------------------------------------------------------------------------- */

/* Whatever still waits, for ever that is, is cancelled. */
static void
sim_cancel_all(struct sim *sim)
{
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		struct sim_client *client = &sim->clients[i];
		struct link *last = client->calls.prev;

		if (!client->client || link_empty(&client->calls))
			continue;
		for (struct link *at = &client->calls; at != last;) {
			at = at->next;
			sim_cancel(sim, client, LINK_ENTRY(at, struct sim_call, in_client)->model.id);
		}
	}
}

static void
sim_check_answered(struct sim *sim)
{
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		const struct sim_client *client = &sim->clients[i];

		for (struct link *at = client->calls.next; client->client && at != &client->calls; at = at->next) {
			const struct sim_call *sent = LINK_ENTRY(at, struct sim_call, in_client);

			/* One that takes its lock back waits for as long as another has it. */
			if (!sent->takes_back)
				sim_fail(sim, "%s was cancelled, and is not answered", sent->method);
		}
	}
}

/* All read what there is; whoever waits for some time is told, the others cancel; then all go, one way or the other. */
static void
sim_end_clients(struct sim *sim)
{
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		struct sim_client *client = &sim->clients[i];

		if (client->client && client->client->is_cut)
			sim_come_back(sim, client);
		if (client->client)
			client->client->take_max = SIZE_MAX;
	}
	sim_turn(sim, 0);
	sim_turn(sim, 100 * WORLD_SECOND);
	sim_turn(sim, 0);
	sim_cancel_all(sim);
	sim_turn(sim, 0);
	sim_check_answered(sim);
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		struct sim_client *client = &sim->clients[i];

		if (!client->client || client->says_goodbye)
			continue;
		if (random_once_in(&sim->random, 2))
			sim_say_goodbye(sim, client);
		else
			sim_kill(sim, client);
	}
	sim_turn(sim, 0);
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		if (sim->clients[i].client)
			sim_fail(sim, "client %u is still there at the end", i);
	}
}

/* A few at a time: the reply has to fit into a tight outbox. */
static void
sim_remove_names(struct world_client *client)
{
	Concur__V1__ListRequest few = CONCUR__V1__LIST_REQUEST__INIT;
	const Concur__V1__ListReply *reply;

	few.count = 8;
	do {
		reply =
		    (const Concur__V1__ListReply *)world_call(client, "/concur.v1.Manager/List", &few.base)->message;
		for (size_t i = 0; i < reply->n_objects; i++) {
			Concur__V1__NameRequest request = CONCUR__V1__NAME_REQUEST__INIT;

			request.name = reply->objects[i]->name;
			world_call(client, "/concur.v1.Manager/Remove", &request.base);
		}
	} while (reply->n_objects);
}

static void
sim_check_empty(struct sim *sim)
{
	struct world_client *client = world_join(&sim->world);
	const Concur__V1__ManagerInfo *info;

	sim_remove_names(client);
	/* A search for cycles may have to await its time. */
	world_settle(&sim->world);
	world_turn(&sim->world, 100 * WORLD_SECOND);
	world_settle(&sim->world);
	if (sim->world.deadline_ns != UINT64_MAX)
		sim_fail(sim, "something still waits for time");
	info = (const Concur__V1__ManagerInfo *)world_call(client, "/concur.v1.Manager/Info", NULL)->message;
	if (info->sessions != 1 || info->objects || info->waiters || info->bytes)
		sim_fail(sim, "left at the end: %llu sessions, %llu objects, %llu waiters, %llu bytes",
		    (unsigned long long)info->sessions - 1, (unsigned long long)info->objects,
		    (unsigned long long)info->waiters, (unsigned long long)info->bytes);
}

uint64_t
sim_run(uint64_t seed, uint64_t steps, bool is_modelled, uint64_t *ret_answered)
{
	struct sim sim;
	uint64_t digest;

	sim_init(&sim, seed, steps, is_modelled);
	sim_steps(&sim, steps);
	sim_end_clients(&sim);
	sim_check_grants(&sim);
	sim_check_empty(&sim);
	digest = sim.world.digest;
	*ret_answered = sim.answered;
	sim_fini(&sim);
	return digest;
}
