/* The model of an array. */
#include "tests/sim/arrays.h"

#include "concur/v1/array.pb-c.h"
#include "concur/v1/list.pb-c.h"

#include <stdlib.h>

struct draw {
	struct arrays *array;
	struct random *random;
	struct world *world;
	int64_t index, value;
	struct data_call *call;
};

/* The item that the index names; NULL: there is none, as the reply has to tell. */
static int64_t *
item_at(struct draw *draw)
{
	int64_t at = draw->index < 0 ? draw->index + ARRAYS_ITEMS : draw->index;

	if (at >= 0 && at < ARRAYS_ITEMS)
		return &draw->array->items[at];
	draw->call->reply.status = CONCUR_INDEX_ERROR;
	return NULL;
}

/* Sets the item, if the value fits. */
static bool
put(struct draw *draw, int64_t *item, int64_t value)
{
	if (value < INT16_MIN || value > INT16_MAX) {
		draw->call->reply.status = CONCUR_OVERFLOW;
		return false;
	}
	*item = value;
	return true;
}

static void
index_value_request(struct draw *draw)
{
	Concur__V1__IndexValueRequest *request =
	    data_request(draw->call, draw->world, &concur__v1__index_value_request__descriptor);

	request->object = draw->array->id;
	request->index = draw->index;
	request->value = world_integer(draw->world, draw->value);
}

/* -- items ------------------------------------------------------------------------------------------------------- */

static void
array_get(struct draw *draw)
{
	Concur__V1__IndexRequest *request =
	    data_request(draw->call, draw->world, &concur__v1__index_request__descriptor);
	const int64_t *item = item_at(draw);

	request->object = draw->array->id;
	request->index = draw->index;
	if (item)
		data_reply_value(draw->call, *item);
}

static void
array_set(struct draw *draw)
{
	int64_t *item = item_at(draw);

	index_value_request(draw);
	if (item)
		put(draw, item, draw->value);
}

static void
array_exchange(struct draw *draw)
{
	int64_t *item = item_at(draw), old = item ? *item : 0;

	index_value_request(draw);
	if (item && put(draw, item, draw->value))
		data_reply_value(draw->call, old);
}

/* What the item becomes is the reply. */
static void
become(struct draw *draw, int64_t *item, int64_t value)
{
	index_value_request(draw);
	if (item && put(draw, item, value))
		data_reply_value(draw->call, value);
}

static void
array_add(struct draw *draw)
{
	int64_t *item = item_at(draw);

	become(draw, item, (item ? *item : 0) + draw->value);
}

static void
array_subtract(struct draw *draw)
{
	int64_t *item = item_at(draw);

	become(draw, item, (item ? *item : 0) - draw->value);
}

static void
array_maximum(struct draw *draw)
{
	int64_t *item = item_at(draw);

	become(draw, item, item && *item > draw->value ? *item : draw->value);
}

static void
array_minimum(struct draw *draw)
{
	int64_t *item = item_at(draw);

	become(draw, item, item && *item < draw->value ? *item : draw->value);
}

static void
array_compare_exchange(struct draw *draw)
{
	Concur__V1__IndexCompareRequest *request =
	    data_request(draw->call, draw->world, &concur__v1__index_compare_request__descriptor);
	int64_t *item = item_at(draw), expected = (item ? *item : 0) + random_once_in(draw->random, 2);

	request->object = draw->array->id;
	request->index = draw->index;
	request->expected = world_integer(draw->world, expected);
	request->value = world_integer(draw->world, draw->value);
	if (!item)
		return;
	if (*item != expected)
		draw->call->reply.outcome = MODEL_CHANGED;
	else if (!put(draw, item, draw->value))
		return;
	data_reply_value(draw->call, *item);
}

/* -- slices ------------------------------------------------------------------------------------------------------ */

static int64_t
draw_bound(struct draw *draw)
{
	return (int64_t)random_below(draw->random, 3 * ARRAYS_ITEMS) - 3 * ARRAYS_ITEMS / 2;
}

static Concur__V1__SliceRequest *
draw_slice(struct draw *draw)
{
	Concur__V1__SliceRequest *request =
	    data_request(draw->call, draw->world, &concur__v1__slice_request__descriptor);

	request->object = draw->array->id;
	request->start = draw_bound(draw);
	request->stop = draw_bound(draw);
	request->step = (int64_t)random_below(draw->random, 7) - 3;
	request->from_start = random_once_in(draw->random, 3);
	request->to_end = random_once_in(draw->random, 3);
	if (request->step == 0)
		draw->call->reply.status = CONCUR_VALUE_ERROR;
	return request;
}

/* A bound of a slice as Python reads it: an index, or just outside. */
static int64_t
bound_of(int64_t bound, bool backwards)
{
	int64_t least = backwards ? -1 : 0, most = backwards ? ARRAYS_ITEMS - 1 : ARRAYS_ITEMS;

	if (bound < 0)
		bound += ARRAYS_ITEMS;
	return bound < least ? least : bound > most ? most : bound;
}

/* The indexes that the slice names, in its order. */
static size_t
indexes_of(const Concur__V1__SliceRequest *slice, int64_t *ret)
{
	bool backwards = slice->step < 0;
	int64_t start = slice->from_start ? (backwards ? ARRAYS_ITEMS - 1 : 0) : bound_of(slice->start, backwards);
	int64_t stop = slice->to_end ? (backwards ? -1 : ARRAYS_ITEMS) : bound_of(slice->stop, backwards);
	size_t count = 0;

	if (slice->step == 0)
		return 0;
	for (int64_t at = start; backwards ? at > stop : at < stop; at += slice->step)
		ret[count++] = at;
	return count;
}

static void
array_get_slice(struct draw *draw)
{
	const Concur__V1__SliceRequest *request = draw_slice(draw);
	int64_t indexes[ARRAYS_ITEMS];
	size_t count = indexes_of(request, indexes);

	draw->call->reply.has_values = true;
	for (size_t i = 0; i < count; i++)
		data_reply_value(draw->call, draw->array->items[indexes[i]]);
}

static void
array_get_value(struct draw *draw)
{
	Concur__V1__PageRequest *request = data_request(draw->call, draw->world, &concur__v1__page_request__descriptor);

	request->object = draw->array->id;
	for (size_t i = 0; i < ARRAYS_ITEMS; i++)
		data_reply_value(draw->call, draw->array->items[i]);
}

static ProtobufCBinaryData
encode_items(struct draw *draw, const int64_t *items, size_t count, char typecode)
{
	uint8_t bytes[8 + 2 * (ARRAYS_ITEMS + 1)] = { 1 << 3, (uint8_t)typecode }, *at = bytes + 2;

	if (count) {
		*at++ = 2 << 3 | 2;
		*at++ = (uint8_t)(2 * count);
	}
	for (size_t i = 0; i < count; i++) {
		*at++ = (uint8_t)items[i];
		*at++ = (uint8_t)(items[i] >> 8);
	}
	return world_value(draw->world, &(struct value){ VALUE_ARRAY, bytes, (size_t)(at - bytes) });
}

/* Mostly to as many items as there must be, and of the right typecode. */
static void
array_set_slice(struct draw *draw)
{
	Concur__V1__SliceRequest *request = draw_slice(draw);
	ProtobufCBinaryData *value = arena_alloc(&draw->world->arena, sizeof *value);
	int64_t indexes[ARRAYS_ITEMS], items[ARRAYS_ITEMS + 1];
	size_t count = indexes_of(request, indexes), given = count + random_once_in(draw->random, 8);
	bool is_other = random_once_in(draw->random, 8);

	if (!value)
		abort();
	for (size_t i = 0; i < given; i++)
		items[i] = (int64_t)random_below(draw->random, 1000) - 500;
	*value = encode_items(draw, items, given, is_other ? 'H' : 'h');
	request->values = value;
	request->n_values = 1;
	if (is_other)
		draw->call->reply.status = CONCUR_TYPE_ERROR;
	else if (given != count)
		draw->call->reply.status = CONCUR_VALUE_ERROR;
	for (size_t i = 0; draw->call->reply.status == CONCUR_OK && i < count; i++)
		draw->array->items[indexes[i]] = items[i];
}

/* -- drawing ----------------------------------------------------------------------------------------------------- */

static const struct {
	const char *method;
	void (*make)(struct draw *draw);
} rows[] = {
	{ "/concur.v1.Array/Get", array_get },
	{ "/concur.v1.Array/Set", array_set },
	{ "/concur.v1.Array/GetSlice", array_get_slice },
	{ "/concur.v1.Array/SetSlice", array_set_slice },
	{ "/concur.v1.Array/GetValue", array_get_value },
	{ "/concur.v1.Array/Add", array_add },
	{ "/concur.v1.Array/Subtract", array_subtract },
	{ "/concur.v1.Array/Maximum", array_maximum },
	{ "/concur.v1.Array/Minimum", array_minimum },
	{ "/concur.v1.Array/Exchange", array_exchange },
	{ "/concur.v1.Array/CompareExchange", array_compare_exchange },
};

void
arrays_draw(struct arrays *array, struct random *random, struct world *world, struct data_call *ret)
{
	size_t row = random_below(random, sizeof rows / sizeof *rows);
	struct draw draw = { .array = array, .random = random, .world = world, .call = ret };

	draw.index = (int64_t)random_below(random, 2 * ARRAYS_ITEMS + 2) - ARRAYS_ITEMS - 1;
	draw.value = (int64_t)random_below(random, 2 * INT16_MAX) - INT16_MAX;
	if (random_once_in(random, 8))
		draw.value *= 4;
	*ret = (struct data_call){ .method = rows[row].method };
	rows[row].make(&draw);
}

void
arrays_open(struct arrays *array, struct world_client *client)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

	request.name = world_bytes("array");
	request.kind = CONCUR__V1__KIND__KIND_ARRAY;
	request.typecode = 'h';
	request.count = ARRAYS_ITEMS;
	array->id = world_open_with(client, &request);
}
