/* Copies of the dict, the list and the array, and new sets made of two others: each client has one at most. What it
 * held when it was made is kept, and changed as the client changes it; that is what must be read, whatever others do to
 * the original. */
#include "tests/sim/sim.h"

#include <string.h>

struct copy_step {
	struct sim *sim;
	struct sim_client *client;
	struct sim_copy *copy;
};

static struct sim_call *
send_over(struct copy_step *step, const char *method, const void *request)
{
	struct sim_call *sent = sim_send(step->sim, step->client, method, request);

	sent->model.is_over = true;
	return sent;
}

static void
step_copy_dict(struct copy_step *step)
{
	const struct data *data = &step->sim->data;

	step->copy->count = 2 * data->dict_count;
	for (size_t i = 0; i < data->dict_count; i++) {
		step->copy->values[2 * i] = data->keys[i];
		step->copy->values[2 * i + 1] = data->values[i];
	}
}

static void
step_copy_items(struct copy_step *step, const int64_t *items, size_t count)
{
	step->copy->count = count;
	memcpy(step->copy->values, items, count * sizeof *items);
}

static void
step_make(struct copy_step *step)
{
	Concur__V1__CopyRequest request = CONCUR__V1__COPY_REQUEST__INIT;
	struct sim *sim = step->sim;
	struct data_call call = { .method = "/concur.v1.Object/Copy", .request = &request.base };
	struct sets_one made;

	data_settle(&sim->data, sim->world.now_ns);
	*step->copy = (struct sim_copy){ .of = (enum sim_copied)random_below(&sim->random, SIM_COPIES) };
	switch (step->copy->of) {
	case SIM_COPY_OF_DICT:
		request.object = sim->data.dict;
		step_copy_dict(step);
		break;
	case SIM_COPY_OF_LIST:
		request.object = sim->data.list;
		step_copy_items(step, sim->data.items, sim->data.list_count);
		break;
	case SIM_COPY_OF_ARRAY:
		request.object = sim->array.id;
		step_copy_items(step, sim->array.items, ARRAYS_ITEMS);
		break;
	default:
		sets_draw_make(&sim->sets, &sim->random, &sim->world, &call, &made);
		step_copy_items(step, made.items, made.count);
	}
	send_over(step, call.method, call.request)->is_copy = true;
}

static void
step_read(struct copy_step *step)
{
	static const char *const methods[] = { [SIM_COPY_OF_DICT] = "/concur.v1.Dict/Page",
		[SIM_COPY_OF_LIST] = "/concur.v1.List/GetSlice",
		[SIM_COPY_OF_ARRAY] = "/concur.v1.Array/GetValue",
		[SIM_COPY_OF_SET] = "/concur.v1.Set/Page" };
	Concur__V1__PageRequest page = CONCUR__V1__PAGE_REQUEST__INIT;
	Concur__V1__SliceRequest slice = CONCUR__V1__SLICE_REQUEST__INIT;
	const struct sim_copy *copy = step->copy;
	bool is_list = copy->of == SIM_COPY_OF_LIST;
	struct sim_call *sent;

	page.object = slice.object = copy->object;
	slice.from_start = slice.to_end = true;
	slice.step = 1;
	sent = send_over(step, methods[copy->of], is_list ? (const void *)&slice : &page);
	sent->model.reply.has_values = true;
	sent->model.reply.count = copy->count;
	memcpy(sent->model.reply.values, copy->values, copy->count * sizeof *copy->values);
}

/* Sets the value of the first entry, or the first item; takes the last one out of a set. Of what is empty nothing. */
static void
step_change(struct copy_step *step)
{
	Concur__V1__KeyValueRequest set = CONCUR__V1__KEY_VALUE_REQUEST__INIT;
	Concur__V1__IndexValueRequest set_item = CONCUR__V1__INDEX_VALUE_REQUEST__INIT;
	Concur__V1__ObjectRequest pop = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct sim_copy *copy = step->copy;
	struct world *world = &step->sim->world;
	int64_t value = (int64_t)random_below(&step->sim->random, 1000);

	if (copy->count == 0)
		return;
	set.object = set_item.object = pop.object = copy->object;
	set.value = set_item.value = world_integer(world, value);
	if (copy->of == SIM_COPY_OF_DICT) {
		set.key = world_integer(world, copy->values[0]);
		send_over(step, "/concur.v1.Dict/Set", &set);
		copy->values[1] = value;
	} else if (copy->of == SIM_COPY_OF_SET) {
		send_over(step, "/concur.v1.Set/Pop", &pop);
		copy->count--;
	} else {
		send_over(step, copy->of == SIM_COPY_OF_LIST ? "/concur.v1.List/Set" : "/concur.v1.Array/Set",
		    &set_item);
		copy->values[0] = value;
	}
}

static void
step_give_up(struct copy_step *step)
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;

	request.object = step->copy->object;
	send_over(step, "/concur.v1.Object/Unref", &request);
	*step->copy = (struct sim_copy){ 0 };
}

void
sim_step_copy(struct sim *sim, struct sim_client *client)
{
	struct copy_step step = { sim, client, &client->copy };

	if (client->copy.is_asked && !client->copy.object)
		return;
	if (!client->copy.object) {
		step_make(&step);
		client->copy.is_asked = true;
		return;
	}
	switch (random_below(&sim->random, 6)) {
	case 0:
		step_give_up(&step);
		break;
	case 1:
		step_change(&step);
		break;
	default:
		step_read(&step);
	}
}

void
sim_note_copy(struct sim_client *client, const struct sim_call *sent)
{
	if (sent->call->status == CONCUR_OK)
		client->copy.object = ((const Concur__V1__OpenReply *)sent->call->message)->object;
	else
		client->copy = (struct sim_copy){ 0 };
}
