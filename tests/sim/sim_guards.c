/* What simulated clients do with the rlock, its condition, and the rwlock: each operation is drawn, sent, and made on
 * the model. */
#include "tests/sim/sim_guards.h"

/* -- the rlock and its condition --------------------------------------------------------------------------------- */

static void
monitor_acquire(struct sim *sim, struct sim_client *client)
{
	int64_t wait_ns = sim_draw_wait(sim);
	struct sim_call *sent = sim_send_wait(sim, client, "/concur.v1.Lock/Acquire", sim->condition, wait_ns);

	if (sim->is_modelled)
		guards_acquire(&sim->model, &sent->model, wait_ns, sim->world.now_ns);
}

static void
monitor_release(struct sim *sim, struct sim_client *client)
{
	struct sim_call *sent = sim_send_object(sim, client, "/concur.v1.Lock/Release", sim->condition);

	if (sim->is_modelled)
		guards_release(&sim->model.guards, &sent->model);
}

static void
condition_wait(struct sim *sim, struct sim_client *client)
{
	int64_t wait_ns = sim_draw_wait(sim);
	struct sim_call *sent = sim_send_wait(sim, client, "/concur.v1.Condition/Wait", sim->condition, wait_ns);

	sent->takes_back = true;
	if (sim->is_modelled)
		guards_wait(&sim->model, &sent->model, wait_ns, sim->world.now_ns);
}

static void
condition_notify(struct sim *sim, struct sim_client *client)
{
	Concur__V1__CountRequest request = CONCUR__V1__COUNT_REQUEST__INIT;
	struct sim_call *sent;

	request.object = sim->condition;
	request.count = (int64_t)random_below(&sim->random, 3);
	sent = sim_send(sim, client, "/concur.v1.Condition/Notify", &request);
	if (sim->is_modelled)
		guards_notify(&sim->model.guards, &sent->model, (uint64_t)request.count);
}

static void
condition_notify_all(struct sim *sim, struct sim_client *client)
{
	struct sim_call *sent = sim_send_object(sim, client, "/concur.v1.Condition/NotifyAll", sim->condition);

	if (sim->is_modelled)
		guards_notify(&sim->model.guards, &sent->model, UINT64_MAX);
}

/* -- the rwlock -------------------------------------------------------------------------------------------------- */

static void
rwlock_enter(struct sim *sim, struct sim_client *client, const char *method, bool writes)
{
	int64_t wait_ns = sim_draw_wait(sim);
	struct sim_call *sent = sim_send_wait(sim, client, method, sim->rwlock, wait_ns);

	if (sim->is_modelled)
		guards_enter(&sim->model, &sent->model, writes, wait_ns, sim->world.now_ns);
}

static void
rwlock_read(struct sim *sim, struct sim_client *client)
{
	rwlock_enter(sim, client, "/concur.v1.RWLock/Read", false);
}

static void
rwlock_write(struct sim *sim, struct sim_client *client)
{
	rwlock_enter(sim, client, "/concur.v1.RWLock/Write", true);
}

static void
rwlock_release_read(struct sim *sim, struct sim_client *client)
{
	struct sim_call *sent = sim_send_object(sim, client, "/concur.v1.RWLock/ReleaseRead", sim->rwlock);

	if (sim->is_modelled)
		guards_leave(&sim->model.guards, &sent->model, false);
}

static void
rwlock_release_write(struct sim *sim, struct sim_client *client)
{
	struct sim_call *sent = sim_send_object(sim, client, "/concur.v1.RWLock/ReleaseWrite", sim->rwlock);

	if (sim->is_modelled)
		guards_leave(&sim->model.guards, &sent->model, true);
}

static void
rwlock_downgrade(struct sim *sim, struct sim_client *client)
{
	struct sim_call *sent = sim_send_object(sim, client, "/concur.v1.RWLock/Downgrade", sim->rwlock);

	if (sim->is_modelled)
		guards_downgrade(&sim->model.guards, &sent->model);
}

/* -- all --------------------------------------------------------------------------------------------------------- */

void
sim_guards_open(struct sim *sim, struct world_client *client)
{
	sim->condition = world_open(client, CONCUR__V1__KIND__KIND_CONDITION, "condition");
	sim->rwlock = world_open(client, CONCUR__V1__KIND__KIND_RWLOCK, "rwlock");
}

void
sim_guards_check(struct sim *sim, const struct sim_call *sent)
{
	const Concur__V1__LockReply *reply = (const Concur__V1__LockReply *)sent->call->message;
	uint64_t death = reply->death ? reply->death->context : 0;

	if (sent->model.role == MODEL_SLEEP || reply->outcome != CONCUR__V1__OUTCOME__TIMED_OUT) {
		if (reply->token == 0)
			sim_fail(sim, "%s: a grant without a token", sent->method);
	}
	if (death != sent->model.reply.death_context)
		sim_fail(sim, "%s tells of the death of context %llu, not %llu", sent->method,
		    (unsigned long long)death, (unsigned long long)sent->model.reply.death_context);
}

static const struct {
	unsigned weight;
	void (*make)(struct sim *sim, struct sim_client *client);
} rows[] = {
	{ 12, monitor_acquire },
	{ 8, monitor_release },
	{ 12, condition_wait },
	{ 6, condition_notify },
	{ 2, condition_notify_all },
	{ 8, rwlock_read },
	{ 6, rwlock_write },
	{ 8, rwlock_release_read },
	{ 6, rwlock_release_write },
	{ 2, rwlock_downgrade },
};

/* Mostly somebody calls who has something to wait with, or to give back. */
static struct sim_client *
draw_holder(struct sim *sim, struct sim_client *client)
{
	const struct guards *guards = &sim->model.guards;
	const struct guards_share *share = &guards->rwlock.shares[random_below(&sim->random, GUARDS_SHARES)];
	bool monitor = random_once_in(&sim->random, 2);
	const struct model_session *session = monitor ? guards->monitor.holder : share->session;
	uint64_t context = monitor ? guards->monitor.context : share->context;
	struct sim_client *holder = session ? LINK_ENTRY(session, struct sim_client, session) : client;

	if (!session || holder->says_goodbye || !sim_can_call(holder, context))
		return client;
	holder->client->context = context;
	return holder;
}

void
sim_guards_step(struct sim *sim, struct sim_client *client)
{
	unsigned all = 0, row = 0;
	uint64_t at;

	if (!random_once_in(&sim->random, 3))
		client = draw_holder(sim, client);
	client->client->flags = random_once_in(&sim->random, 3) ? FRAME_BLOCKED : 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		all += rows[i].weight;
	for (at = random_below(&sim->random, all); at >= rows[row].weight; row++)
		at -= rows[row].weight;
	rows[row].make(sim, client);
}
