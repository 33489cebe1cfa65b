/* Sending calls of simulated clients, and what most steps draw and send alike. */
#include "tests/sim/sim.h"

#include <stdlib.h>

struct sim_call *
sim_send(struct sim *sim, struct sim_client *client, const char *method, const void *request)
{
	struct sim_call *sent = calloc(1, sizeof *sent);

	if (!sent)
		abort();
	sent->method = method;
	sent->model.session = &client->session;
	sent->model.context = client->client->context;
	sent->model.blocked = client->client->flags & FRAME_BLOCKED;
	sent->model.role = MODEL_OTHER;
	for (struct link *at = client->calls.next; at != &client->calls; at = at->next)
		sim_note_read(sim, client, LINK_ENTRY(at, struct sim_call, in_client));
	model_told(&sim->model, &client->session);
	sent->call = world_send(client->client, method, request);
	sent->model.id = sent->call->id;
	link_append(&client->calls, &sent->in_client);
	return sent;
}

int64_t
sim_draw_wait(struct sim *sim)
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

struct sim_call *
sim_send_object(struct sim *sim, struct sim_client *client, const char *method, uint64_t object)
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;

	request.object = object;
	return sim_send(sim, client, method, &request);
}

struct sim_call *
sim_send_wait(struct sim *sim, struct sim_client *client, const char *method, uint64_t object, int64_t wait_ns)
{
	Concur__V1__WaitRequest request = CONCUR__V1__WAIT_REQUEST__INIT;

	request.object = object;
	request.wait_ns = wait_ns;
	return sim_send(sim, client, method, &request);
}
