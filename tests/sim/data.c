/* The model of containers. */
#include "tests/sim/data.h"

#include <stdlib.h>
#include <string.h>

enum { DATA_KEYS = 16, DATA_NUMBERS = 1000 };

/* What an operation is given: the numbers it draws, and room for its request. */
struct draw {
	struct data *data;
	struct world *world;
	int64_t key, value, index;
	struct data_call *call;
};

void *
data_request(struct data_call *call, struct world *world, const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *message = arena_alloc(&world->arena, descriptor->sizeof_message);

	if (!message)
		abort();
	descriptor->message_init(message);
	call->request = message;
	return message;
}

void
data_reply_value(struct data_call *call, int64_t value)
{
	call->reply.has_values = true;
	call->reply.values[call->reply.count++] = value;
}

void
data_reply_nothing(struct data_call *call, enum model_outcome outcome)
{
	call->reply.has_values = true;
	call->reply.outcome = outcome;
}

static void *
draw_request(struct draw *draw, const ProtobufCMessageDescriptor *descriptor)
{
	return data_request(draw->call, draw->world, descriptor);
}

static void
insert(int64_t *items, size_t count, size_t at, int64_t item)
{
	memmove(items + at + 1, items + at, (count - at) * sizeof *items);
	items[at] = item;
}

static void
erase(int64_t *items, size_t count, size_t at)
{
	memmove(items + at, items + at + 1, (count - at - 1) * sizeof *items);
}

/* -- the dict ---------------------------------------------------------------------------------------------------- */

/* The key's place, or the count. */
static size_t
dict_place(const struct data *data, int64_t key)
{
	size_t at = 0;

	while (at < data->dict_count && data->keys[at] != key)
		at++;
	return at;
}

static void
dict_erase(struct data *data, size_t at)
{
	erase(data->keys, data->dict_count, at);
	erase(data->values, data->dict_count, at);
	erase(data->until_ns, data->dict_count, at);
	data->dict_count--;
}

void
data_settle(struct data *data, uint64_t now_ns)
{
	for (size_t at = data->dict_count; at-- > 0;) {
		if (data->until_ns[at] && (uint64_t)data->until_ns[at] <= now_ns)
			dict_erase(data, at);
	}
}

static void
dict_put(struct data *data, size_t at, int64_t key, int64_t value)
{
	if (at == data->dict_count)
		data->until_ns[data->dict_count++] = 0;
	data->keys[at] = key;
	data->values[at] = value;
}

static Concur__V1__KeyRequest *
dict_key_request(struct draw *draw)
{
	Concur__V1__KeyRequest *request = draw_request(draw, &concur__v1__key_request__descriptor);

	request->object = draw->data->dict;
	request->key = world_integer(draw->world, draw->key);
	return request;
}

static void
dict_key_value_request(struct draw *draw)
{
	Concur__V1__KeyValueRequest *request = draw_request(draw, &concur__v1__key_value_request__descriptor);

	request->object = draw->data->dict;
	request->key = world_integer(draw->world, draw->key);
	request->value = world_integer(draw->world, draw->value);
}

static void
dict_get(struct draw *draw)
{
	size_t at = dict_place(draw->data, draw->key);

	dict_key_request(draw);
	if (at < draw->data->dict_count)
		data_reply_value(draw->call, draw->data->values[at]);
	else
		data_reply_nothing(draw->call, MODEL_NOT_THERE);
}

static void
dict_pop(struct draw *draw)
{
	size_t at = dict_place(draw->data, draw->key);

	dict_get(draw);
	if (at < draw->data->dict_count)
		dict_erase(draw->data, at);
}

static void
dict_set(struct draw *draw)
{
	size_t at = dict_place(draw->data, draw->key);

	dict_key_value_request(draw);
	dict_put(draw->data, at, draw->key, draw->value);
	draw->data->until_ns[at] = 0;
}

/* For as many tenths of seconds as the value drawn says. */
static int64_t
dict_ttl(const struct draw *draw)
{
	return (1 + draw->value) * (int64_t)(WORLD_SECOND / 10);
}

static void
dict_set_for(struct draw *draw)
{
	dict_set(draw);
	((Concur__V1__KeyValueRequest *)draw->call->request)->ttl_ns = dict_ttl(draw);
	draw->data->until_ns[dict_place(draw->data, draw->key)] = (int64_t)draw->world->now_ns + dict_ttl(draw);
}

static void
dict_expire(struct draw *draw)
{
	Concur__V1__ExpireRequest *request = draw_request(draw, &concur__v1__expire_request__descriptor);
	size_t at = dict_place(draw->data, draw->key);

	request->object = draw->data->dict;
	request->key = world_integer(draw->world, draw->key);
	request->ttl_ns = draw->index > 0 ? dict_ttl(draw) : -1;
	if (at == draw->data->dict_count)
		draw->call->reply.outcome = MODEL_NOT_THERE;
	else
		draw->data->until_ns[at] = draw->index > 0 ? (int64_t)draw->world->now_ns + request->ttl_ns : 0;
}

static void
dict_delete(struct draw *draw)
{
	size_t at = dict_place(draw->data, draw->key);

	dict_key_request(draw);
	if (at < draw->data->dict_count)
		dict_erase(draw->data, at);
	else
		draw->call->reply.outcome = MODEL_NOT_THERE;
}

static void
dict_contains(struct draw *draw)
{
	dict_key_request(draw);
	if (dict_place(draw->data, draw->key) == draw->data->dict_count)
		draw->call->reply.outcome = MODEL_NOT_THERE;
}

static void
dict_set_default(struct draw *draw)
{
	size_t at = dict_place(draw->data, draw->key);

	dict_key_value_request(draw);
	if (at < draw->data->dict_count)
		draw->call->reply.outcome = MODEL_EXISTS;
	else
		dict_put(draw->data, at, draw->key, draw->value);
	data_reply_value(draw->call, draw->data->values[at]);
}

static void
dict_add(struct draw *draw)
{
	size_t at = dict_place(draw->data, draw->key);

	dict_key_value_request(draw);
	dict_put(draw->data, at, draw->key, draw->value + (at < draw->data->dict_count ? draw->data->values[at] : 0));
	data_reply_value(draw->call, draw->data->values[at]);
}

static void
dict_pop_item(struct draw *draw)
{
	struct data *data = draw->data;
	Concur__V1__ObjectRequest *request = draw_request(draw, &concur__v1__object_request__descriptor);

	request->object = data->dict;
	if (data->dict_count == 0) {
		data_reply_nothing(draw->call, MODEL_NOT_THERE);
		return;
	}
	data->dict_count--;
	data_reply_value(draw->call, data->keys[data->dict_count]);
	data_reply_value(draw->call, data->values[data->dict_count]);
}

/* -- the list ---------------------------------------------------------------------------------------------------- */

static void
list_append(struct draw *draw)
{
	Concur__V1__ValueRequest *request = draw_request(draw, &concur__v1__value_request__descriptor);

	request->object = draw->data->list;
	request->value = world_integer(draw->world, draw->value);
	draw->data->items[draw->data->list_count++] = draw->value;
}

/* The place that an index names, or the count. */
static size_t
list_place(const struct draw *draw)
{
	int64_t count = (int64_t)draw->data->list_count;
	int64_t at = draw->index < 0 ? draw->index + count : draw->index;

	return (size_t)(at >= 0 && at < count ? at : count);
}

static void
list_get(struct draw *draw)
{
	Concur__V1__IndexRequest *request = draw_request(draw, &concur__v1__index_request__descriptor);
	size_t at = list_place(draw);

	request->object = draw->data->list;
	request->index = draw->index;
	if (at < draw->data->list_count)
		data_reply_value(draw->call, draw->data->items[at]);
	else
		draw->call->reply.status = CONCUR_INDEX_ERROR;
}

static void
list_pop(struct draw *draw)
{
	size_t at = list_place(draw);

	list_get(draw);
	if (at < draw->data->list_count)
		erase(draw->data->items, draw->data->list_count--, at);
}

static void
list_insert(struct draw *draw)
{
	Concur__V1__IndexValueRequest *request = draw_request(draw, &concur__v1__index_value_request__descriptor);
	int64_t count = (int64_t)draw->data->list_count;
	int64_t at = draw->index < 0 ? draw->index + count : draw->index;

	request->object = draw->data->list;
	request->index = draw->index;
	request->value = world_integer(draw->world, draw->value);
	at = at < 0 ? 0 : at > count ? count : at;
	insert(draw->data->items, draw->data->list_count++, (size_t)at, draw->value);
}

static void
list_reverse(struct draw *draw)
{
	struct data *data = draw->data;
	Concur__V1__ObjectRequest *request = draw_request(draw, &concur__v1__object_request__descriptor);

	request->object = data->list;
	for (size_t i = 0; i < data->list_count / 2; i++) {
		int64_t item = data->items[i];

		data->items[i] = data->items[data->list_count - 1 - i];
		data->items[data->list_count - 1 - i] = item;
	}
}

/* -- the cell ---------------------------------------------------------------------------------------------------- */

static void
cell_request(struct draw *draw)
{
	Concur__V1__ValueRequest *request = draw_request(draw, &concur__v1__value_request__descriptor);

	request->object = draw->data->cell;
	request->value = world_integer(draw->world, draw->value);
}

static void
cell_add(struct draw *draw)
{
	cell_request(draw);
	draw->data->number += draw->value;
	data_reply_value(draw->call, draw->data->number);
}

static void
cell_exchange(struct draw *draw)
{
	cell_request(draw);
	data_reply_value(draw->call, draw->data->number);
	draw->data->number = draw->value;
}

static void
cell_compare_exchange(struct draw *draw)
{
	Concur__V1__CompareRequest *request = draw_request(draw, &concur__v1__compare_request__descriptor);
	int64_t expected = draw->data->number + (draw->index > 0);

	request->object = draw->data->cell;
	request->expected = world_integer(draw->world, expected);
	request->value = world_integer(draw->world, draw->value);
	if (expected == draw->data->number)
		draw->data->number = draw->value;
	else
		draw->call->reply.outcome = MODEL_CHANGED;
	data_reply_value(draw->call, draw->data->number);
}

/* -- drawing ----------------------------------------------------------------------------------------------------- */

static const struct data_row {
	const char *method;
	void (*make)(struct draw *draw);
	bool grows_list;
} rows[] = {
	{ "/concur.v1.Dict/Get", dict_get, false },
	{ "/concur.v1.Dict/Set", dict_set, false },
	{ "/concur.v1.Dict/Set", dict_set_for, false },
	{ "/concur.v1.Dict/Expire", dict_expire, false },
	{ "/concur.v1.Dict/Delete", dict_delete, false },
	{ "/concur.v1.Dict/Contains", dict_contains, false },
	{ "/concur.v1.Dict/Pop", dict_pop, false },
	{ "/concur.v1.Dict/PopItem", dict_pop_item, false },
	{ "/concur.v1.Dict/SetDefault", dict_set_default, false },
	{ "/concur.v1.Dict/Add", dict_add, false },
	{ "/concur.v1.List/Append", list_append, true },
	{ "/concur.v1.List/Insert", list_insert, true },
	{ "/concur.v1.List/Get", list_get, false },
	{ "/concur.v1.List/Pop", list_pop, false },
	{ "/concur.v1.List/Reverse", list_reverse, false },
	{ "/concur.v1.Cell/Add", cell_add, false },
	{ "/concur.v1.Cell/Exchange", cell_exchange, false },
	{ "/concur.v1.Cell/CompareExchange", cell_compare_exchange, false },
};

void
data_draw(struct data *data, struct random *random, struct world *world, struct data_call *ret)
{
	const struct data_row *row = &rows[random_below(random, sizeof rows / sizeof *rows)];
	struct draw draw = { .data = data, .world = world, .call = ret };

	draw.key = (int64_t)random_below(random, DATA_KEYS);
	draw.value = (int64_t)random_below(random, DATA_NUMBERS);
	draw.index = (int64_t)random_below(random, DATA_MAX) - DATA_MAX / 2;
	*ret = (struct data_call){ 0 };
	data_settle(data, world->now_ns);
	if (row->grows_list && data->list_count == DATA_MAX)
		row = &rows[0];
	ret->method = row->method;
	row->make(&draw);
}
