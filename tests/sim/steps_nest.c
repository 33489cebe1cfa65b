/* What simulated clients do with a nested dict: they put whole structures into it, and change by paths what is inside.
 * None of it is anybody's: a death changes nothing, and at the end no object may be left. */
#include "tests/sim/sim.h"

#include "concur/v1/path.pb-c.h"

#include <string.h>

enum { NEST_BYTES = 32 * NEST_ITEMS }; /* of an encoded list of dicts, at most */

struct nest_step {
	struct sim *sim;
	struct sim_client *client;
	struct nest *nest;
	unsigned key; /* drawn */
	size_t index;
	int64_t number;
	ProtobufCBinaryData path[3]; /* key, index, 0 */
};

/* {0: number}, the payload of a map; returns behind its last byte. */
static uint8_t *
write_dict(struct nest_step *step, uint8_t *to, int64_t number)
{
	ProtobufCBinaryData key = world_integer(&step->sim->world, 0), value = world_integer(&step->sim->world, number);

	*to++ = 1 << 3 | 2;
	*to++ = (uint8_t)(2 + key.len + 2 + value.len);
	*to++ = 1 << 3 | 2;
	*to++ = (uint8_t)key.len;
	to = (uint8_t *)memcpy(to, key.data, key.len) + key.len;
	*to++ = 2 << 3 | 2;
	*to++ = (uint8_t)value.len;
	return (uint8_t *)memcpy(to, value.data, value.len) + value.len;
}

static ProtobufCBinaryData
dict_value(struct nest_step *step, int64_t number)
{
	uint8_t bytes[NEST_BYTES];
	size_t size = (size_t)(write_dict(step, bytes, number) - bytes);

	return world_value(&step->sim->world, &(struct value){ VALUE_MAP, bytes, size });
}

static ProtobufCBinaryData
list_value(struct nest_step *step, const int64_t *numbers, size_t count)
{
	uint8_t bytes[NEST_BYTES], *to = bytes;

	for (size_t i = 0; i < count; i++) {
		ProtobufCBinaryData dict = dict_value(step, numbers[i]);

		*to++ = VALUE_ITEM_TAG;
		*to++ = (uint8_t)dict.len;
		to = (uint8_t *)memcpy(to, dict.data, dict.len) + dict.len;
	}
	return world_value(&step->sim->world, &(struct value){ VALUE_LIST, bytes, (size_t)(to - bytes) });
}

static struct model_reply *
send_over(struct nest_step *step, const char *method, const void *request)
{
	struct sim_call *sent = sim_send(step->sim, step->client, method, request);

	sent->model.is_over = true;
	return &sent->model.reply;
}

static void
step_set(struct nest_step *step)
{
	Concur__V1__KeyValueRequest request = CONCUR__V1__KEY_VALUE_REQUEST__INIT;
	size_t count = random_below(&step->sim->random, NEST_ITEMS / 2);
	int64_t numbers[NEST_ITEMS];

	for (size_t i = 0; i < count; i++)
		numbers[i] = step->number + (int64_t)i;
	request.object = step->nest->dict;
	request.key = step->path[0];
	request.value = list_value(step, numbers, count);
	send_over(step, "/concur.v1.Dict/Set", &request);
	nest_set(step->nest, step->key, numbers, count);
}

static void
step_append(struct nest_step *step)
{
	Concur__V1__KeyValueRequest request = CONCUR__V1__KEY_VALUE_REQUEST__INIT;
	struct model_reply *reply;

	if (step->nest->lists[step->key].count == NEST_ITEMS)
		return;
	request.object = step->nest->dict;
	request.key = step->path[0];
	request.value = dict_value(step, step->number);
	reply = send_over(step, "/concur.v1.Dict/Append", &request);
	reply->has_number = true;
	reply->number = (int64_t)nest_append(step->nest, step->key, step->number);
}

static void
step_delete(struct nest_step *step)
{
	Concur__V1__KeyRequest request = CONCUR__V1__KEY_REQUEST__INIT;
	struct model_reply *reply;

	request.object = step->nest->dict;
	request.key = step->path[0];
	reply = send_over(step, "/concur.v1.Dict/Delete", &request);
	reply->outcome = nest_delete(step->nest, step->key) ? MODEL_DONE : MODEL_NOT_THERE;
}

/* What any path to a number gives: a value only if it is there. */
static void
expect_number(struct nest_step *step, struct model_reply *reply, const int64_t *number)
{
	reply->has_values = true;
	if (number) {
		reply->count = 1;
		reply->values[0] = *number;
	} else if (step->nest->lists[step->key].is_there) {
		reply->status = CONCUR_INDEX_ERROR;
	} else {
		reply->outcome = MODEL_NOT_THERE;
	}
}

static void
step_get(struct nest_step *step)
{
	Concur__V1__PathRequest request = CONCUR__V1__PATH_REQUEST__INIT;

	request.object = step->nest->dict;
	request.path = step->path;
	request.n_path = 3;
	expect_number(step, send_over(step, "/concur.v1.Path/Get", &request),
	    nest_number(step->nest, step->key, step->index));
}

static void
step_add(struct nest_step *step)
{
	Concur__V1__PathValueRequest request = CONCUR__V1__PATH_VALUE_REQUEST__INIT;
	int64_t *number = nest_number(step->nest, step->key, step->index);

	request.object = step->nest->dict;
	request.path = step->path;
	request.n_path = 3;
	request.value = world_integer(&step->sim->world, step->number);
	if (number)
		*number += step->number;
	expect_number(step, send_over(step, "/concur.v1.Path/Add", &request), number);
}

/* Puts a whole dict in place of another. */
static void
step_set_inside(struct nest_step *step)
{
	Concur__V1__PathValueRequest request = CONCUR__V1__PATH_VALUE_REQUEST__INIT;
	int64_t *number = nest_number(step->nest, step->key, step->index);

	if (!number)
		return;
	request.object = step->nest->dict;
	request.path = step->path;
	request.n_path = 2;
	request.value = dict_value(step, step->number);
	*number = step->number;
	send_over(step, "/concur.v1.Path/Set", &request);
}

static void
step_remove(struct nest_step *step)
{
	Concur__V1__PathRequest request = CONCUR__V1__PATH_REQUEST__INIT;

	if (!nest_number(step->nest, step->key, step->index))
		return;
	request.object = step->nest->dict;
	request.path = step->path;
	request.n_path = 2;
	send_over(step, "/concur.v1.Path/Delete", &request);
	nest_remove(step->nest, step->key, step->index);
}

void
sim_step_nest(struct sim *sim, struct sim_client *client)
{
	static void (*const steps[])(struct nest_step *) = { step_set, step_append, step_append, step_delete, step_get,
		step_get, step_add, step_add, step_add, step_set_inside, step_remove };
	struct nest_step step = {
		.sim = sim,
		.client = client,
		.nest = &sim->nest,
		.key = (unsigned)random_below(&sim->random, NEST_KEYS),
		.index = random_below(&sim->random, NEST_ITEMS / 2),
		.number = (int64_t)random_below(&sim->random, 1000),
	};

	step.path[0] = world_integer(&sim->world, step.key);
	step.path[1] = world_integer(&sim->world, (int64_t)step.index);
	step.path[2] = world_integer(&sim->world, 0);
	steps[random_below(&sim->random, sizeof steps / sizeof *steps)](&step);
}

void
sim_open_nest(struct sim *sim, struct world_client *client)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

	request.name = world_bytes("nest");
	request.kind = CONCUR__V1__KIND__KIND_DICT;
	request.nested = true;
	sim->nest.dict = world_open_with(client, &request);
}
