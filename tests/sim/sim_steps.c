/* What simulated clients do, one step at a time: each operation is drawn, sent, and made on the model. */
#include "tests/sim/sim.h"

#include "tests/sim/sim_guards.h"
#include "tests/sim/sim_signals.h"
#include "tests/sim/sim_web.h"

#include <stdlib.h>

/* What one step has drawn. */
struct step {
	struct sim *sim;
	struct sim_client *client;
	struct random *random;
};

static void *
request_of(struct step *step, const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *message = arena_alloc(&step->sim->world.arena, descriptor->sizeof_message);

	if (!message)
		abort();
	descriptor->message_init(message);
	return message;
}

static const void *
object_request(struct step *step, uint64_t object)
{
	Concur__V1__ObjectRequest *request = request_of(step, &concur__v1__object_request__descriptor);

	request->object = object;
	return request;
}

static const void *
wait_request(struct step *step, uint64_t object, int64_t wait_ns)
{
	Concur__V1__WaitRequest *request = request_of(step, &concur__v1__wait_request__descriptor);

	request->object = object;
	request->wait_ns = wait_ns;
	return request;
}

static struct sim_call *
send_step(struct step *step, const char *method, const void *request)
{
	return sim_send(step->sim, step->client, method, request);
}

/* A call that is answered at once, with what stands in its model's reply. */
static void
over(struct sim_call *sent, enum concur_status status)
{
	sent->model.is_over = true;
	sent->model.reply.status = status;
}

/* -- locks ------------------------------------------------------------------------------------------------------- */

static void
step_acquire(struct step *step)
{
	unsigned lock = (unsigned)random_below(step->random, MODEL_LOCKS);
	int64_t wait_ns = sim_draw_wait(step->sim);
	struct sim_call *sent =
	    send_step(step, "/concur.v1.Lock/Acquire", wait_request(step, step->sim->locks[lock], wait_ns));

	sent->model.object = lock;
	sent->model.role = MODEL_ACQUIRE;
	if (step->sim->is_modelled)
		model_acquire(&step->sim->model, &sent->model, wait_ns, step->sim->world.now_ns);
}

static void
step_release(struct step *step)
{
	unsigned lock = (unsigned)random_below(step->random, MODEL_LOCKS);
	struct sim_call *sent =
	    send_step(step, "/concur.v1.Lock/Release", object_request(step, step->sim->locks[lock]));

	sent->model.object = lock;
	if (step->sim->is_modelled)
		model_release(&step->sim->model, &sent->model);
}

/* Under a token that somebody was given, perhaps long ago. */
static void
step_guarded(struct step *step)
{
	struct sim *sim = step->sim;
	Concur__V1__Options *options = request_of(step, &concur__v1__options__descriptor);
	uint64_t back = random_below(step->random, 4);
	struct sim_grant grant;
	struct sim_call *sent;
	bool holds;

	if (!sim->is_modelled || back >= sim->model.grants || !sim->grants[sim->model.grants - back].token)
		return;
	grant = sim->grants[sim->model.grants - back];
	holds = sim->model.locks[grant.lock].locked && sim->model.locks[grant.lock].grant == sim->model.grants - back;
	options->guard_lock = sim->locks[grant.lock];
	options->guard_token = grant.token;
	step->client->client->options = options;
	sent = send_step(step, "/concur.v1.Session/Ping", NULL);
	step->client->client->options = NULL;
	over(sent, holds ? CONCUR_OK : CONCUR_STALE_TOKEN);
}

/* -- queues ------------------------------------------------------------------------------------------------------ */

/* Most items are there at once, and stay. */
static void
draw_times(struct step *step, uint64_t *ret_delay_ns, uint64_t *ret_ttl_ns)
{
	if (random_below(step->random, 8) == 0)
		*ret_delay_ns = 1 + random_below(step->random, 5 * WORLD_SECOND);
	if (random_below(step->random, 8) == 0)
		*ret_ttl_ns = 1 + random_below(step->random, 5 * WORLD_SECOND);
}

static void
model_times(const struct step *step, struct sim_call *sent, uint64_t delay_ns, uint64_t ttl_ns)
{
	uint64_t due_ns = step->sim->world.now_ns + delay_ns;

	sent->model.due_ns = delay_ns ? due_ns : 0;
	sent->model.expires_ns = ttl_ns ? due_ns + ttl_ns : 0;
}

static void
step_put(struct step *step)
{
	unsigned queue = (unsigned)random_below(step->random, MODEL_QUEUES);
	Concur__V1__PutRequest *request = request_of(step, &concur__v1__put_request__descriptor);
	struct sim_call *sent;

	if (step->sim->model.queues[queue].count + SIM_STEP_ITEMS > SIM_QUEUE)
		return;
	request->object = step->sim->queues[queue];
	request->wait_ns = sim_draw_wait(step->sim);
	request->value = world_integer(&step->sim->world, ++step->sim->last_item);
	draw_times(step, &request->delay_ns, &request->ttl_ns);
	sent = send_step(step, "/concur.v1.Queue/Put", request);
	model_times(step, sent, request->delay_ns, request->ttl_ns);
	sent->model.object = queue;
	sent->model.amount = 1;
	sent->model.items[0] = step->sim->last_item;
	if (step->sim->is_modelled)
		model_put(&step->sim->model, &sent->model, request->wait_ns, step->sim->world.now_ns);
}

static void
step_put_many(struct step *step)
{
	unsigned queue = (unsigned)random_below(step->random, MODEL_QUEUES);
	Concur__V1__PutManyRequest *request = request_of(step, &concur__v1__put_many_request__descriptor);
	ProtobufCBinaryData values[SIM_STEP_ITEMS];
	size_t count = 1 + random_below(step->random, SIM_STEP_ITEMS);
	struct sim_call *sent;

	if (step->sim->model.queues[queue].count + SIM_STEP_ITEMS > SIM_QUEUE)
		return;
	for (size_t i = 0; i < count; i++)
		values[i] = world_integer(&step->sim->world, step->sim->last_item + (int64_t)(count - i));
	request->object = step->sim->queues[queue];
	request->wait_ns = sim_draw_wait(step->sim);
	request->values = values;
	request->n_values = count;
	draw_times(step, &request->delay_ns, &request->ttl_ns);
	sent = send_step(step, "/concur.v1.Queue/PutMany", request);
	model_times(step, sent, request->delay_ns, request->ttl_ns);
	sent->model.object = queue;
	sent->model.amount = count;
	sent->model.is_many = true;
	for (size_t i = 0; i < count; i++)
		sent->model.items[i] = step->sim->last_item + (int64_t)(count - i);
	step->sim->last_item += (int64_t)count;
	if (step->sim->is_modelled)
		model_put(&step->sim->model, &sent->model, request->wait_ns, step->sim->world.now_ns);
}

static void
step_get(struct step *step)
{
	unsigned queue = (unsigned)random_below(step->random, MODEL_QUEUES);
	int64_t wait_ns = sim_draw_wait(step->sim);
	struct sim_call *sent =
	    send_step(step, "/concur.v1.Queue/Get", wait_request(step, step->sim->queues[queue], wait_ns));

	sent->model.object = queue;
	sent->model.role = MODEL_GET;
	sent->model.amount = 1;
	if (step->sim->is_modelled)
		model_get(&step->sim->model, &sent->model, wait_ns, step->sim->world.now_ns);
}

static void
step_get_many(struct step *step)
{
	unsigned queue = (unsigned)random_below(step->random, MODEL_QUEUES);
	Concur__V1__GetManyRequest *request = request_of(step, &concur__v1__get_many_request__descriptor);
	struct sim_call *sent;

	request->object = step->sim->queues[queue];
	request->wait_ns = sim_draw_wait(step->sim);
	request->count = (uint32_t)(1 + random_below(step->random, 8));
	sent = send_step(step, "/concur.v1.Queue/GetMany", request);
	sent->model.object = queue;
	sent->model.role = MODEL_GET_MANY;
	sent->model.amount = request->count;
	if (step->sim->is_modelled)
		model_get(&step->sim->model, &sent->model, request->wait_ns, step->sim->world.now_ns);
}

static void
step_task_done(struct step *step)
{
	unsigned queue = (unsigned)random_below(step->random, MODEL_QUEUES);
	Concur__V1__CountRequest *request = request_of(step, &concur__v1__count_request__descriptor);
	struct sim_call *sent;

	request->object = step->sim->queues[queue];
	request->count = (int64_t)(1 + random_below(step->random, 3));
	sent = send_step(step, "/concur.v1.Queue/TaskDone", request);
	sent->model.object = queue;
	if (step->sim->is_modelled)
		model_task_done(&step->sim->model, &sent->model, (uint64_t)request->count);
}

static void
step_join(struct step *step)
{
	unsigned queue = (unsigned)random_below(step->random, MODEL_QUEUES);
	int64_t wait_ns = sim_draw_wait(step->sim);
	struct sim_call *sent =
	    send_step(step, "/concur.v1.Queue/Join", wait_request(step, step->sim->queues[queue], wait_ns));

	sent->model.object = queue;
	if (step->sim->is_modelled)
		model_join(&step->sim->model, &sent->model, wait_ns, step->sim->world.now_ns);
}

static void
step_clear(struct step *step)
{
	unsigned queue = (unsigned)random_below(step->random, MODEL_QUEUES);
	struct sim_call *sent =
	    send_step(step, "/concur.v1.Object/Clear", object_request(step, step->sim->queues[queue]));

	sent->model.object = queue;
	if (step->sim->is_modelled)
		model_clear(&step->sim->model, &sent->model);
}

static void
step_pipe(struct step *step)
{
	sim_step_pipe(step->sim, step->client, sim_draw_wait(step->sim));
}

/* -- signals ----------------------------------------------------------------------------------------------------- */

static void
step_signals(struct step *step)
{
	sim_signals_step(step->sim, step->client);
}

/* -- containers and references ----------------------------------------------------------------------------------- */

static void
step_data(struct step *step)
{
	struct data_call call;
	struct sim_call *sent;

	switch (random_below(step->random, 5)) {
	case 0:
		sets_draw(&step->sim->sets, step->random, &step->sim->world, &call);
		break;
	case 1:
		arrays_draw(&step->sim->array, step->random, &step->sim->world, &call);
		break;
	case 2:
		maze_draw(&step->sim->maze, step->random, &step->sim->world, &call);
		break;
	default:
		data_draw(&step->sim->data, step->random, &step->sim->world, &call);
	}
	sent = send_step(step, call.method, call.request);
	sent->model.reply = call.reply;
	over(sent, call.reply.status);
}

static void
step_web(struct step *step)
{
	sim_web_step(step->sim, step->client);
}

static void
step_nest(struct step *step)
{
	sim_step_nest(step->sim, step->client);
}

/* An anonymous object that is soon referred to by nothing but a value in the box, or by nothing at all. */
static void
step_open(struct step *step)
{
	Concur__V1__OpenRequest *request = request_of(step, &concur__v1__open_request__descriptor);

	request->kind = (Concur__V1__Kind)(1 + random_below(step->random, CONCUR__V1__KIND__KIND_VALUE));
	if (random_once_in(step->random, 2))
		request->lifetime = CONCUR__V1__LIFETIME__LIFETIME_SESSION;
	over(send_step(step, "/concur.v1.Object/Open", request), CONCUR_OK);
}

static void
step_box(struct step *step)
{
	struct sim *sim = step->sim;
	Concur__V1__ValueRequest *request = request_of(step, &concur__v1__value_request__descriptor);
	uint64_t object = sim->queues[random_below(step->random, MODEL_QUEUES)];
	uint8_t bytes[16] = { 1 << 3 }, *at = value_varint_write(bytes + 1, object);

	*at++ = 2 << 3;
	*at++ = CONCUR__V1__KIND__KIND_QUEUE;
	request->object = sim->box;
	request->value = world_value(&sim->world, &(struct value){ VALUE_OBJECT, bytes, (size_t)(at - bytes) });
	over(send_step(step, random_once_in(step->random, 2) ? "/concur.v1.Cell/Set" : "/concur.v1.Cell/Exchange",
		 request),
	    CONCUR_OK);
	over(send_step(step, "/concur.v1.Cell/Get", object_request(step, sim->box)), CONCUR_OK);
}

/* A queue that is removed under those who wait in it, when its session ends, or loses its name and goes with the last
 * of them. */
static void
step_victim(struct step *step)
{
	struct sim *sim = step->sim;
	Concur__V1__OpenRequest *open = request_of(step, &concur__v1__open_request__descriptor);
	Concur__V1__PutRequest *put = request_of(step, &concur__v1__put_request__descriptor);
	struct sim_call *sent;

	switch (random_below(step->random, 6)) {
	case 0:
		put->object = sim->victim;
		put->value = world_integer(&sim->world, 1);
		sent = send_step(step, "/concur.v1.Queue/Put", put);
		break;
	case 1:
		sent = send_step(step, "/concur.v1.Object/Remove", object_request(step, sim->victim));
		break;
	case 2:
		sent = send_step(step, "/concur.v1.Object/Unref", object_request(step, sim->victim));
		break;
	case 3:
	case 4:
		sent =
		    send_step(step, "/concur.v1.Queue/Get", wait_request(step, sim->victim, sim_draw_wait(step->sim)));
		break;
	default:
		open->name = world_bytes("victim");
		open->kind = CONCUR__V1__KIND__KIND_QUEUE;
		open->lifetime = CONCUR__V1__LIFETIME__LIFETIME_SESSION;
		sent = send_step(step, "/concur.v1.Object/Open", open);
		break;
	}
	sent->is_free = true;
}

/* -- sessions ---------------------------------------------------------------------------------------------------- */

void
sim_cancel(struct sim *sim, struct sim_client *client, uint64_t id)
{
	Concur__V1__CancelRequest request = CONCUR__V1__CANCEL_REQUEST__INIT;

	request.call = id;
	over(sim_send(sim, client, "/concur.v1.Session/Cancel", &request), CONCUR_OK);
	if (sim->is_modelled)
		(void)model_cancel(&sim->model, &client->session, id);
}

static void
step_cancel(struct step *step)
{
	sim_cancel(step->sim, step->client, step->client->client->last_call - random_below(step->random, 6));
}

static void
step_context_end(struct step *step)
{
	Concur__V1__ContextRequest *request = request_of(step, &concur__v1__context_request__descriptor);
	uint64_t *context = &step->client->contexts[random_below(step->random, SIM_CONTEXTS)];
	struct sim_call *sent;

	/* One context tells of the end of another. */
	if (*context == step->client->client->context || model_is_ambiguous(&step->sim->model, &step->client->session))
		return;
	request->context = *context;
	sent = send_step(step, "/concur.v1.Session/ContextEnd", request);
	over(sent, CONCUR_OK);
	if (step->sim->is_modelled)
		model_context_end(&step->sim->model, &step->client->session, *context);
	*context = ++step->client->last_context;
}

void
sim_say_goodbye(struct sim *sim, struct sim_client *client)
{
	struct sim_call *sent = sim_send(sim, client, "/concur.v1.Session/Goodbye", NULL);

	over(sent, CONCUR_OK);
	client->says_goodbye = true;
	sim_web_end(sim, client);
	if (sim->is_modelled)
		model_session_end(&sim->model, &client->session, false);
}

static void
step_goodbye(struct step *step)
{
	if (!model_is_ambiguous(&step->sim->model, &step->client->session))
		sim_say_goodbye(step->sim, step->client);
}

/* Reads nothing for a while, or a few bytes a turn, or all again. */
static void
draw_reading(struct step *step)
{
	static const size_t sizes[] = { 0, 1, 7, 100, SIZE_MAX, SIZE_MAX, SIZE_MAX };

	step->client->client->take_max = sizes[random_below(step->random, sizeof sizes / sizeof *sizes)];
}

static void
step_info(struct step *step)
{
	over(send_step(step, "/concur.v1.Manager/Info", NULL), CONCUR_OK);
	over(send_step(step, "/concur.v1.Object/Info", object_request(step, step->sim->queues[0])), CONCUR_OK);
	over(send_step(step, "/concur.v1.Lock/State", object_request(step, step->sim->locks[0])), CONCUR_OK);
	over(send_step(step, "/concur.v1.Queue/State", object_request(step, step->sim->queues[0])), CONCUR_OK);
}

static void
step_guards(struct step *step)
{
	sim_guards_step(step->sim, step->client);
}

static void
step_copy(struct step *step)
{
	sim_step_copy(step->sim, step->client);
}

/* -- drawing ----------------------------------------------------------------------------------------------------- */

static const struct step_row {
	unsigned weight;
	void (*make)(struct step *step);
} rows[] = {
	{ 20, step_acquire },
	{ 16, step_release },
	{ 4, step_guarded },
	{ 12, step_put },
	{ 6, step_put_many },
	{ 12, step_get },
	{ 6, step_get_many },
	{ 6, step_task_done },
	{ 3, step_join },
	{ 1, step_clear },
	{ 16, step_pipe },
	{ 40, step_signals },
	{ 32, step_guards },
	{ 30, step_data },
	{ 12, step_web },
	{ 8, step_copy },
	{ 12, step_nest },
	{ 3, step_open },
	{ 3, step_box },
	{ 6, step_victim },
	{ 4, step_cancel },
	{ 2, step_context_end },
	{ 1, step_goodbye },
	{ 2, step_info },
};

static const struct step_row *
draw_row(struct random *random)
{
	const struct step_row *row = rows;
	unsigned all = 0;
	uint64_t at;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		all += rows[i].weight;
	for (at = random_below(random, all); at >= row->weight; row++)
		at -= row->weight;
	return row;
}

bool
sim_can_call(const struct sim_client *client, uint64_t context)
{
	for (struct link *at = client->calls.next; at != &client->calls; at = at->next) {
		const struct sim_call *sent = LINK_ENTRY(at, struct sim_call, in_client);

		if (sent->model.context == context && sent->model.blocked)
			return false;
	}
	if (client->client->is_cut)
		return client->speaks_in_vain;
	return server_wants_input(client->client->conn);
}

static void
connect(struct sim *sim, struct sim_client *client)
{
	*client = (struct sim_client){ .client = sim_join(sim), .last_context = SIM_CONTEXTS };
	client->speaks_in_vain = !sim->is_modelled;
	model_session_init(&client->session);
	link_init(&client->calls);
	for (unsigned i = 0; i < SIM_CONTEXTS; i++)
		client->contexts[i] = i + 1;
	if (client->client && !client->client->session && client->client->conn)
		world_end(client->client, SERVER_PEER_CLOSED);
	if (client->client && !client->client->conn) {
		world_client_free(client->client);
		client->client = NULL;
	}
	if (!client->client && sim->is_modelled)
		sim_fail(sim, "a client is not let in");
}

/* Whoever can not be killed withdraws what it waits for in one call, from outside of its contexts: they may all be
 * blocked, and nothing would go on. */
static void
kill_or_cancel(struct sim *sim, struct sim_client *client)
{
	if (!model_is_ambiguous(&sim->model, &client->session)) {
		sim_kill(sim, client);
	} else if (!link_empty(&client->calls) && server_wants_input(client->client->conn)) {
		client->client->flags = 0;
		sim_cancel(sim, client, LINK_ENTRY(client->calls.next, struct sim_call, in_client)->model.id);
	}
}

/* What happens to a client whatever it is doing; false if nothing does. */
static bool
befall(struct step *step)
{
	switch (random_below(step->random, 40)) {
	case 0:
		if (!step->client->client->is_cut)
			kill_or_cancel(step->sim, step->client);
		return true;
	case 1:
	case 2:
		draw_reading(step);
		return true;
	case 3:
		return sim_cut(step->sim, step->client);
	default:
		return false;
	}
}

void
sim_step(struct sim *sim)
{
	struct sim_client *client = &sim->clients[random_below(&sim->random, SIM_CLIENTS)];
	struct step step = { sim, client, &sim->random };
	uint64_t context;

	if (!client->client) {
		/* Joining ends a turn. */
		if (sim->is_modelled)
			model_turn_end(&sim->model, sim->world.now_ns);
		connect(sim, client);
		sim_harvest(sim);
		return;
	}
	context = client->contexts[random_below(&sim->random, SIM_CONTEXTS)];
	if (sim_is_away(sim, client) || client->says_goodbye || befall(&step) || !sim_can_call(client, context))
		return;
	client->client->context = context;
	client->client->flags = random_once_in(&sim->random, 2) ? FRAME_BLOCKED : 0;
	draw_row(&sim->random)->make(&step);
}
