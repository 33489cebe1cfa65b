/* What simulated clients do with semaphores and events: each operation is drawn, sent, and made on the model. */
#include "tests/sim/sim_signals.h"

#include <stdio.h>

static int64_t
draw_wait(struct sim *sim)
{
	switch (random_below(&sim->random, 3)) {
	case 0:
		return 0;
	case 1:
		return -1;
	default:
		return (int64_t)(1 + random_below(&sim->random, 8 * WORLD_SECOND));
	}
}

static struct sim_call *
send_object(struct sim *sim, struct sim_client *client, const char *method, uint64_t object)
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;

	request.object = object;
	return sim_send(sim, client, method, &request);
}

static struct sim_call *
send_wait(struct sim *sim, struct sim_client *client, const char *method, uint64_t object, int64_t wait_ns)
{
	Concur__V1__WaitRequest request = CONCUR__V1__WAIT_REQUEST__INIT;

	request.object = object;
	request.wait_ns = wait_ns;
	return sim_send(sim, client, method, &request);
}

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
	request.wait_ns = draw_wait(sim);
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
	struct sim_call *sent = send_object(sim, client, "/concur.v1.Event/Set", sim->signals.event);

	if (sim->is_modelled)
		signals_event_set(&sim->model.signals, &sent->model);
}

static void
event_clear(struct sim *sim, struct sim_client *client)
{
	struct sim_call *sent = send_object(sim, client, "/concur.v1.Event/Clear", sim->signals.event);

	if (sim->is_modelled)
		signals_event_clear(&sim->model.signals, &sent->model);
}

static void
event_wait(struct sim *sim, struct sim_client *client)
{
	int64_t wait_ns = draw_wait(sim);
	struct sim_call *sent = send_wait(sim, client, "/concur.v1.Event/Wait", sim->signals.event, wait_ns);

	if (sim->is_modelled)
		signals_event_wait(&sim->model, &sent->model, wait_ns, sim->world.now_ns);
}

/* -- all --------------------------------------------------------------------------------------------------------- */

void
sim_signals_open(struct sim *sim, struct world_client *client)
{
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
