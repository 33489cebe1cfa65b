/* Connections of simulated clients that are cut, and sessions that come back.
 *
 * What was sent to the client and not yet taken is lost with the connection, and so is what it sends until it is back;
 * with a model it sends nothing meanwhile, since the model's order is that of sending. A few send everything again that
 * they have ever sent. */
#include "tests/sim/sim.h"

enum { COMES_BACK = 4 }; /* once in so many steps */

struct world_client *
sim_join(struct sim *sim)
{
	struct world_client *client;

	if (random_once_in(&sim->random, 2))
		return world_join(&sim->world);
	client = world_join_far(&sim->world);
	if (client)
		client->sends_all_again = random_once_in(&sim->random, 2);
	return client;
}

bool
sim_cut(struct sim *sim, struct sim_client *client)
{
	bool is_noticed = random_once_in(&sim->random, 2);

	if (!client->client->has_secret || client->client->is_cut)
		return false;
	/* Its session may end before it comes back. */
	if (!sim->is_modelled)
		sim_forget_items(sim, client);
	world_cut(client->client, is_noticed ? SERVER_LOST : SERVER_GOODBYE);
	return true;
}

void
sim_drop_before(struct sim_client *client)
{
	if (!client->before)
		return;
	if (client->before->conn)
		world_end(client->before, SERVER_LOST);
	world_client_free(client->before);
	client->before = NULL;
}

void
sim_come_back(struct sim *sim, struct sim_client *client)
{
	struct world_client *before = client->client, *now;

	if (before->resuming)
		return;
	/* Its Hello tells what it has read. */
	for (struct link *at = client->calls.next; at != &client->calls; at = at->next)
		sim_note_read(sim, client, LINK_ENTRY(at, struct sim_call, in_client));
	model_told(&sim->model, &client->session);
	now = world_resume(before);
	if (!now)
		return;
	client->client = now;
	sim_drop_before(client);
	client->before = before;
}

bool
sim_is_away(struct sim *sim, struct sim_client *client)
{
	if (!client->client->is_cut)
		return false;
	if (random_once_in(&sim->random, COMES_BACK))
		sim_come_back(sim, client);
	return sim->is_modelled;
}

bool
sim_is_refused(const struct sim *sim, const struct sim_client *client)
{
	/* Or has closed the connection before it has told so. */
	if (!client->client->is_refused && !(client->client->resuming && client->client->is_closed))
		return false;
	if (sim->is_modelled)
		sim_fail(sim, "a session can not be resumed");
	return true;
}
