/* Steps on lists that refer to each other. Modelled, every list that can be reached is there, and every item is what
 * was stored; without a model the lists are just used, whether they are there or not. */
#include "tests/sim/sim_web.h"

#include <stdlib.h>

enum {
	SIM_WEB_SECONDS = 30, /* after which what can not be reached must be gone */
	SIM_WEB_TIMES = 200,  /* how often one call stores a reference, at most: a search shall take several turns */
};

/* One step. */
struct web_step {
	struct sim *sim;
	struct sim_client *client;
	unsigned number; /* the client's */
	struct web *web;
	struct random *random;
};

static ProtobufCBinaryData
reference_to(struct web_step *step, unsigned list)
{
	uint8_t bytes[16] = { 1 << 3 }, *end = value_varint_write(bytes + 1, step->web->lists[list].id);

	return world_value(&step->sim->world, &(struct value){ VALUE_OBJECT, bytes, (size_t)(end - bytes) });
}

static struct sim_call *
send_web(struct web_step *step, const char *method, const ProtobufCMessage *request)
{
	struct sim_call *sent = sim_send(step->sim, step->client, method, request);

	sent->web.is_one = true;
	sent->is_free = !step->sim->is_modelled;
	sent->model.is_over = true;
	sent->model.reply.status = CONCUR_OK;
	return sent;
}

static void
step_open(struct web_step *step)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;
	unsigned list = web_open(step->web, step->number);
	struct sim_call *sent;

	if (list == WEB_LISTS)
		return;
	request.kind = CONCUR__V1__KIND__KIND_LIST;
	sent = send_web(step, "/concur.v1.Object/Open", &request.base);
	sent->web.opens = true;
	sent->web.list = list;
}

static void
step_append(struct web_step *step)
{
	Concur__V1__ValuesRequest request = CONCUR__V1__VALUES_REQUEST__INIT;
	ProtobufCBinaryData values[SIM_WEB_TIMES];
	unsigned list = web_draw(step->web, step->random), item = web_draw(step->web, step->random);
	size_t times = 1 + random_below(step->random, random_once_in(step->random, 4) ? SIM_WEB_TIMES : 3);

	if (list == WEB_LISTS || item == WEB_LISTS || step->web->lists[list].count + times > WEB_ITEMS)
		return;
	for (size_t i = 0; i < times; i++)
		values[i] = reference_to(step, item);
	request.object = step->web->lists[list].id;
	request.values = values;
	request.n_values = times;
	send_web(step, "/concur.v1.List/Extend", &request.base);
	web_append(step->web, list, item, times);
}

/* Gets an item, or takes it out: from now on the client has a handle on what it refers to. */
static void
step_get(struct web_step *step)
{
	Concur__V1__IndexRequest request = CONCUR__V1__INDEX_REQUEST__INIT;
	unsigned list = web_draw(step->web, step->random), item;
	bool removes = random_once_in(step->random, 2);
	struct sim_call *sent;
	size_t index;

	if (list == WEB_LISTS || step->web->lists[list].count == 0)
		return;
	index = random_below(step->random, step->web->lists[list].count);
	item = web_get(step->web, list, index);
	request.object = step->web->lists[list].id;
	request.index = (int64_t)index;
	sent = send_web(step, removes ? "/concur.v1.List/Pop" : "/concur.v1.List/Get", &request.base);
	sent->web.id = step->web->lists[item].id;
	web_ref(step->web, item, step->number);
	if (removes)
		web_remove(step->web, list, index);
}

static void
step_ref(struct web_step *step)
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;
	unsigned list = web_draw(step->web, step->random);

	if (list == WEB_LISTS)
		return;
	request.object = step->web->lists[list].id;
	send_web(step, "/concur.v1.Object/Ref", &request.base);
	web_ref(step->web, list, step->number);
}

static void
step_unref(struct web_step *step)
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;
	unsigned list = web_draw_handle(step->web, step->random, step->number);

	if (list == WEB_LISTS)
		return;
	request.object = step->web->lists[list].id;
	send_web(step, "/concur.v1.Object/Unref", &request.base);
	web_unref(step->web, list, step->number);
}

/* Long after a list could be reached for the last time it is gone, cycles or not. */
static void
step_look_for_gone(struct web_step *step)
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct web *web = step->web;
	uint64_t now_ns = step->sim->world.now_ns;

	if (!web->gone)
		return;
	if (!web->gone_since_ns)
		web->gone_since_ns = now_ns;
	if (now_ns - web->gone_since_ns < SIM_WEB_SECONDS * WORLD_SECOND)
		return;
	request.object = web->gone;
	send_web(step, "/concur.v1.Object/Info", &request.base)->model.reply.status = CONCUR_NOT_FOUND;
	web->gone = web->gone_since_ns = 0;
}

void
sim_web_step(struct sim *sim, struct sim_client *client)
{
	static void (*const steps[])(struct web_step *) = { step_open, step_append, step_append, step_get, step_ref,
		step_unref, step_unref, step_unref, step_look_for_gone };
	struct web_step step = { sim, client, (unsigned)(client - sim->clients), &sim->web, &sim->random };

	steps[random_below(&sim->random, sizeof steps / sizeof *steps)](&step);
}

static uint64_t
reference_in(const struct world_call *call)
{
	const Concur__V1__ValueReply *reply = (const Concur__V1__ValueReply *)call->message;
	struct value_reference reference;
	struct value value;

	if (value_parse(reply->value.data, reply->value.len, &value) != CONCUR_OK || value.kind != VALUE_OBJECT)
		return 0;
	value_reference(&value, &reference);
	return reference.object;
}

void
sim_web_note(struct sim *sim, const struct sim_call *sent)
{
	if (sent->call->status != CONCUR_OK)
		return;
	if (sent->web.opens)
		sim->web.lists[sent->web.list].id = ((const Concur__V1__OpenReply *)sent->call->message)->object;
	if (sim->is_modelled && sent->web.id && reference_in(sent->call) != sent->web.id)
		sim_fail(sim, "%s gave another reference", sent->method);
}

void
sim_web_end(struct sim *sim, const struct sim_client *client)
{
	web_client_end(&sim->web, (unsigned)(client - sim->clients));
}
