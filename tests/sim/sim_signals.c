/* What simulated clients do with events: each operation is drawn, sent, and made on the model. */
#include "tests/sim/sim_signals.h"

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
	sim->signals.event = world_open(client, CONCUR__V1__KIND__KIND_EVENT, "event");
}

void
sim_signals_step(struct sim *sim, struct sim_client *client)
{
	static void (*const steps[])(struct sim * sim, struct sim_client * client) = { event_set, event_clear,
		event_clear, event_wait, event_wait, event_wait };

	steps[random_below(&sim->random, sizeof steps / sizeof *steps)](sim, client);
}
