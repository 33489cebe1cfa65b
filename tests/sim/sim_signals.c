/* What simulated clients do with semaphores, events, barriers and latches: each operation is drawn, sent, and made on
 * the model. */
#include "tests/sim/sim_signals.h"

#include <stdio.h>

enum { SIM_ACTION = 77 }; /* the action: any value */

static struct sim_call *
send_count(struct sim *sim, struct sim_client *client, const char *method, uint64_t object, int64_t count)
{
	Concur__V1__CountRequest request = CONCUR__V1__COUNT_REQUEST__INIT;

	request.object = object;
	request.count = count;
	return sim_send(sim, client, method, &request);
}

/* -- semaphores -------------------------------------------------------------------------------------------------- */

static void
semaphore_acquire(struct sim *sim, struct sim_client *client)
{
	unsigned which = (unsigned)random_below(&sim->random, SIGNALS_SEMAPHORES);
	Concur__V1__PermitsRequest request = CONCUR__V1__PERMITS_REQUEST__INIT;
	struct sim_call *sent;

	request.object = sim->signals.semaphores[which];
	request.wait_ns = sim_draw_wait(sim);
	request.count = (int64_t)(1 + random_below(&sim->random, 3));
	sent = sim_send(sim, client, "/concur.v1.Semaphore/Acquire", &request);
	sent->model.object = which;
	if (sim->is_modelled)
		signals_acquire(&sim->model, &sent->model, request.count, request.wait_ns, sim->world.now_ns);
}

static void
semaphore_release(struct sim *sim, struct sim_client *client)
{
	unsigned which = (unsigned)random_below(&sim->random, SIGNALS_SEMAPHORES);
	int64_t count = (int64_t)(1 + random_below(&sim->random, 2));
	struct sim_call *sent =
	    send_count(sim, client, "/concur.v1.Semaphore/Release", sim->signals.semaphores[which], count);

	sent->model.object = which;
	if (sim->is_modelled)
		signals_release(&sim->model.signals, &sent->model, count);
}

static void
semaphore_resize(struct sim *sim, struct sim_client *client)
{
	unsigned which = (unsigned)random_below(&sim->random, SIGNALS_SEMAPHORES);
	int64_t count = (int64_t)random_below(&sim->random, 5);
	struct sim_call *sent =
	    send_count(sim, client, "/concur.v1.Semaphore/Resize", sim->signals.semaphores[which], count);

	sent->model.object = which;
	if (sim->is_modelled)
		signals_resize(&sim->model.signals, &sent->model, count);
}

/* -- events ------------------------------------------------------------------------------------------------------ */

static void
event_set(struct sim *sim, struct sim_client *client)
{
	struct sim_call *sent = sim_send_object(sim, client, "/concur.v1.Event/Set", sim->signals.event);

	if (sim->is_modelled)
		signals_event_set(&sim->model.signals, &sent->model);
}

static void
event_clear(struct sim *sim, struct sim_client *client)
{
	struct sim_call *sent = sim_send_object(sim, client, "/concur.v1.Event/Clear", sim->signals.event);

	if (sim->is_modelled)
		signals_event_clear(&sim->model.signals, &sent->model);
}

static void
event_wait(struct sim *sim, struct sim_client *client)
{
	int64_t wait_ns = sim_draw_wait(sim);
	struct sim_call *sent = sim_send_wait(sim, client, "/concur.v1.Event/Wait", sim->signals.event, wait_ns);

	if (sim->is_modelled)
		signals_event_wait(&sim->model, &sent->model, wait_ns, sim->world.now_ns);
}

/* -- barriers ---------------------------------------------------------------------------------------------------- */

/* Seldom without waiting, which breaks it. */
static void
barrier_wait(struct sim *sim, struct sim_client *client)
{
	unsigned which = (unsigned)random_below(&sim->random, SIGNALS_BARRIERS);
	Concur__V1__BarrierWaitRequest request = CONCUR__V1__BARRIER_WAIT_REQUEST__INIT;
	struct sim_call *sent;

	request.object = sim->signals.barriers[which];
	request.wait_ns = random_once_in(&sim->random, 6) ? sim_draw_wait(sim) : -1;
	sent = sim_send(sim, client, "/concur.v1.Barrier/Wait", &request);
	sent->model.object = which;
	if (sim->is_modelled)
		signals_barrier_wait(&sim->model, &sent->model, request.wait_ns, sim->world.now_ns);
}

/* The one that runs the action, mostly; or else the one drawn. */
static struct sim_client *
actor(struct sim *sim, struct sim_client *client, const struct signals_barrier *barrier)
{
	for (unsigned i = 0; i < SIM_CLIENTS && barrier->is_acting && !random_once_in(&sim->random, 9); i++) {
		struct sim_client *other = &sim->clients[i];

		if (&other->session != barrier->session || !other->client || other->says_goodbye ||
		    other->client->is_cut || !server_wants_input(other->client->conn))
			continue;
		other->client->context = barrier->context;
		return other;
	}
	return client;
}

/* For a generation that some reply has told of. */
static void
action_done(struct sim *sim, struct sim_client *client)
{
	unsigned which = SIGNALS_BARRIERS - 1;
	size_t at = (size_t)((sim->is_modelled ? sim->model.signals.acts : sim->signals.told) % SIM_ACTS);
	Concur__V1__ActionDoneRequest request = CONCUR__V1__ACTION_DONE_REQUEST__INIT;
	struct sim_call *sent;

	if (random_once_in(&sim->random, 9))
		at = (size_t)random_below(&sim->random, SIM_ACTS);
	request.object = sim->signals.barriers[which];
	request.generation = sim->signals.acts[at].generation;
	request.failed = random_once_in(&sim->random, 9);
	client = actor(sim, client, &sim->model.signals.barriers[which]);
	sent = sim_send(sim, client, "/concur.v1.Barrier/ActionDone", &request);
	sent->model.object = which;
	if (sim->is_modelled)
		signals_action_done(&sim->model, &sent->model, sim->signals.acts[at].act, request.failed);
}

static void
barrier_break(struct sim *sim, struct sim_client *client, bool is_reset)
{
	unsigned which = (unsigned)random_below(&sim->random, SIGNALS_BARRIERS);
	struct sim_call *sent = sim_send_object(sim, client,
	    is_reset ? "/concur.v1.Barrier/Reset" : "/concur.v1.Barrier/Abort", sim->signals.barriers[which]);

	sent->model.object = which;
	if (sim->is_modelled)
		signals_barrier_break(&sim->model.signals, &sent->model, is_reset);
}

static void
barrier_abort(struct sim *sim, struct sim_client *client)
{
	barrier_break(sim, client, false);
}

static void
barrier_reset(struct sim *sim, struct sim_client *client)
{
	barrier_break(sim, client, true);
}

void
sim_signals_check(struct sim *sim, const struct sim_call *sent)
{
	const Concur__V1__BarrierReply *reply = (const Concur__V1__BarrierReply *)sent->call->message;

	if ((int64_t)reply->index != sent->model.reply.number)
		sim_fail(sim, "%s has index %llu, not %lld", sent->method, (unsigned long long)reply->index,
		    (long long)sent->model.reply.number);
	if (reply->outcome == CONCUR__V1__OUTCOME__RUN_ACTION && world_number(&reply->value) != SIM_ACTION)
		sim_fail(sim, "%s tells another action", sent->method);
}

void
sim_signals_note(struct sim *sim, const struct sim_call *sent)
{
	const Concur__V1__BarrierReply *reply = (const Concur__V1__BarrierReply *)sent->call->message;
	uint64_t act = sim->is_modelled ? sent->model.reply.grant : sim->signals.told + 1;

	if (reply->outcome != CONCUR__V1__OUTCOME__RUN_ACTION)
		return;
	sim->signals.told++;
	sim->signals.acts[act % SIM_ACTS].act = act;
	sim->signals.acts[act % SIM_ACTS].generation = reply->generation;
}

/* -- latches ----------------------------------------------------------------------------------------------------- */

static void
latch_count_down(struct sim *sim, struct sim_client *client)
{
	int64_t by = (int64_t)(1 + random_below(&sim->random, 3));
	struct sim_call *sent = send_count(sim, client, "/concur.v1.Latch/CountDown", sim->signals.latch, by);

	if (sim->is_modelled)
		signals_latch_count_down(&sim->model.signals, &sent->model, by);
}

static void
latch_wait(struct sim *sim, struct sim_client *client)
{
	int64_t wait_ns = sim_draw_wait(sim);
	struct sim_call *sent = sim_send_wait(sim, client, "/concur.v1.Latch/Wait", sim->signals.latch, wait_ns);

	if (sim->is_modelled)
		signals_latch_wait(&sim->model, &sent->model, wait_ns, sim->world.now_ns);
}

/* -- all --------------------------------------------------------------------------------------------------------- */

void
sim_signals_open(struct sim *sim, struct world_client *client)
{
	Concur__V1__OpenRequest latch = CONCUR__V1__OPEN_REQUEST__INIT;
	char name[32];

	for (unsigned i = 0; i < SIGNALS_SEMAPHORES; i++) {
		Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;
		const struct signals_semaphore *semaphore = &sim->model.signals.semaphores[i];

		snprintf(name, sizeof name, "semaphore %u", i);
		request.name = world_bytes(name);
		request.kind = CONCUR__V1__KIND__KIND_SEMAPHORE;
		request.count = semaphore->count;
		request.bounded = semaphore->bounded;
		request.strict = semaphore->strict;
		sim->signals.semaphores[i] = world_open_with(client, &request);
	}
	sim->signals.event = world_open(client, CONCUR__V1__KIND__KIND_EVENT, "event");
	for (unsigned i = 0; i < SIGNALS_BARRIERS; i++) {
		Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

		snprintf(name, sizeof name, "barrier %u", i);
		request.name = world_bytes(name);
		request.kind = CONCUR__V1__KIND__KIND_BARRIER;
		request.count = sim->model.signals.barriers[i].parties;
		if (sim->model.signals.barriers[i].has_action)
			request.value = world_integer(&sim->world, SIM_ACTION);
		sim->signals.barriers[i] = world_open_with(client, &request);
	}
	latch.name = world_bytes("latch");
	latch.kind = CONCUR__V1__KIND__KIND_LATCH;
	latch.count = SIGNALS_LATCH;
	sim->signals.latch = world_open_with(client, &latch);
}

static const struct {
	unsigned weight;
	void (*make)(struct sim *sim, struct sim_client *client);
} rows[] = {
	{ 8, semaphore_acquire },
	{ 12, semaphore_release },
	{ 1, semaphore_resize },
	{ 1, event_set },
	{ 2, event_clear },
	{ 3, event_wait },
	{ 8, barrier_wait },
	{ 4, action_done },
	{ 1, barrier_abort },
	{ 3, barrier_reset },
	{ 1, latch_count_down },
	{ 1, latch_wait },
};

void
sim_signals_step(struct sim *sim, struct sim_client *client)
{
	unsigned all = 0, row = 0;
	uint64_t at;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		all += rows[i].weight;
	for (at = random_below(&sim->random, all); at >= rows[row].weight; row++)
		at -= rows[row].weight;
	rows[row].make(sim, client);
}
