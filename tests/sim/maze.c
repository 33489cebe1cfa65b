/* The model of what paths lead through: nodes as they are nested. */
#include "tests/sim/maze.h"

#include "concur/v1/path.pb-c.h"
#include "concur/v1/value.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAZE_STEPS = 6,
	MAZE_DOOR = MAZE_KEYS - 1, /* the key under which each object has a reference to the other */
	MAZE_REPLY = 60,           /* numbers in a reply that is compared, at most */
};

/* -- nodes ------------------------------------------------------------------------------------------------------- */

static struct maze_node *
node_new(enum maze_kind kind, int64_t number)
{
	struct maze_node *node = calloc(1, sizeof *node);

	if (!node)
		abort();
	node->kind = kind;
	node->number = number;
	return node;
}

static bool
is_object(const struct maze_node *node)
{
	return node->kind == MAZE_DICT || node->kind == MAZE_NAMESPACE;
}

/* The objects are the maze's. */
static void
node_free(struct maze_node *node)
{
	if (is_object(node))
		return;
	for (size_t i = 0; i < node->count; i++)
		node_free(node->items[i]);
	free(node);
}

/* The place of what the key or index names; the count if there is nothing. */
static size_t
place_of(const struct maze_node *node, int64_t key)
{
	size_t at = 0;

	if (node->kind == MAZE_LIST) {
		key += key < 0 ? (int64_t)node->count : 0;
		return key >= 0 && (size_t)key < node->count ? (size_t)key : node->count;
	}
	while (at < node->count && node->keys[at] != key)
		at++;
	return at;
}

static void
put(struct maze_node *node, int64_t key, struct maze_node *item)
{
	size_t at = place_of(node, key);

	if (at < node->count)
		node_free(node->items[at]);
	else
		node->keys[node->count++] = key;
	node->items[at] = item;
}

static void
take_out(struct maze_node *node, size_t at)
{
	node_free(node->items[at]);
	node->count--;
	memmove(node->items + at, node->items + at + 1, (node->count - at) * sizeof *node->items);
	memmove(node->keys + at, node->keys + at + 1, (node->count - at) * sizeof *node->keys);
}

/* Appends the numbers that the value is, as numbers_append() has them; further ones are only counted. */
static size_t
append_numbers(const struct maze_node *node, int64_t *ret, size_t count)
{
	bool is_leaf = node->kind == MAZE_NUMBER || is_object(node), has_keys = node->kind == MAZE_MAP;

	if (count < MAZE_REPLY)
		ret[count] = is_leaf ? node->number : (int64_t)(has_keys ? 2 * node->count : node->count);
	count++;
	for (size_t i = 0; !is_leaf && i < node->count; i++) {
		if (has_keys && count < MAZE_REPLY)
			ret[count] = node->keys[i];
		count = append_numbers(node->items[i], ret, count + has_keys);
	}
	return count;
}

/* -- drawing values ---------------------------------------------------------------------------------------------- */

struct draw {
	struct maze *maze;
	struct random *random;
	struct world *world;
	struct data_call *call;
};

static struct maze_node *
draw_node(struct draw *draw, unsigned depth)
{
	enum maze_kind kind = depth ? (enum maze_kind)random_below(draw->random, MAZE_LIST + 1) : MAZE_NUMBER;
	struct maze_node *node = node_new(kind, (int64_t)random_below(draw->random, 1000));
	size_t count = kind == MAZE_NUMBER ? 0 : random_below(draw->random, MAZE_KEYS);

	while (node->count < count) {
		node->keys[node->count] = (int64_t)node->count;
		node->items[node->count] = draw_node(draw, depth - 1);
		node->count++;
	}
	return node;
}

static void *
arena_get(struct draw *draw, size_t size)
{
	void *memory = arena_alloc(&draw->world->arena, size);

	if (!memory)
		abort();
	return memory;
}

static Concur__V1__Value *message_of(struct draw *draw, const struct maze_node *node);

static Concur__V1__Value *
message_of_number(struct draw *draw, int64_t number)
{
	Concur__V1__Value *message = arena_get(draw, sizeof *message);

	concur__v1__value__init(message);
	message->kind_case = CONCUR__V1__VALUE__KIND_INTEGER;
	message->integer = number;
	return message;
}

static Concur__V1__Mapping *
mapping_of(struct draw *draw, const struct maze_node *node)
{
	Concur__V1__Mapping *mapping = arena_get(draw, sizeof *mapping);

	concur__v1__mapping__init(mapping);
	mapping->pairs = arena_get(draw, MAZE_KEYS * sizeof *mapping->pairs);
	for (; mapping->n_pairs < node->count; mapping->n_pairs++) {
		Concur__V1__Pair *pair = arena_get(draw, sizeof *pair);

		concur__v1__pair__init(pair);
		pair->key = message_of_number(draw, node->keys[mapping->n_pairs]);
		pair->value = message_of(draw, node->items[mapping->n_pairs]);
		mapping->pairs[mapping->n_pairs] = pair;
	}
	return mapping;
}

static Concur__V1__Sequence *
sequence_of(struct draw *draw, const struct maze_node *node)
{
	Concur__V1__Sequence *sequence = arena_get(draw, sizeof *sequence);

	concur__v1__sequence__init(sequence);
	sequence->items = arena_get(draw, MAZE_KEYS * sizeof *sequence->items);
	for (; sequence->n_items < node->count; sequence->n_items++)
		sequence->items[sequence->n_items] = message_of(draw, node->items[sequence->n_items]);
	return sequence;
}

static Concur__V1__Value *
message_of(struct draw *draw, const struct maze_node *node)
{
	Concur__V1__Value *message = message_of_number(draw, node->number);

	if (node->kind == MAZE_MAP) {
		message->kind_case = CONCUR__V1__VALUE__KIND_MAP;
		message->map = mapping_of(draw, node);
	} else if (node->kind == MAZE_LIST) {
		message->kind_case = CONCUR__V1__VALUE__KIND_LIST;
		message->list = sequence_of(draw, node);
	}
	return message;
}

static ProtobufCBinaryData
encode(struct draw *draw, const struct maze_node *node)
{
	Concur__V1__Value *message = message_of(draw, node);
	size_t size = concur__v1__value__get_packed_size(message);
	uint8_t *bytes = arena_get(draw, size);

	concur__v1__value__pack(message, bytes);
	return (ProtobufCBinaryData){ size, bytes };
}

/* -- paths ------------------------------------------------------------------------------------------------------- */

/* Where a path leads: to the item at `at`, or to where one would be put in (`at` is the count). */
struct way {
	struct maze_node *node;
	int64_t key;
	size_t at;
	bool missing;              /* a key before the last is not there */
	enum concur_status status; /* of the step that can not be taken */
	size_t count;
	ProtobufCBinaryData steps[MAZE_STEPS];
};

/* A step as it is sent: an attribute's name, or a number. Not always does it fit. */
static ProtobufCBinaryData
spell_step(struct draw *draw, const struct maze_node *node, int64_t key, bool *ret_fits)
{
	bool is_space = node && node->kind == MAZE_NAMESPACE;
	char *name = arena_get(draw, 16);

	*ret_fits = !(is_space && random_once_in(draw->random, 16));
	if (!is_space || !*ret_fits)
		return world_integer(draw->world, key);
	snprintf(name, 16, "a%lld", (long long)key);
	return world_text(draw->world, name);
}

/* From `way->node`, with the key drawn. */
static void
take_step(struct draw *draw, struct way *way)
{
	bool over = way->missing || way->status != CONCUR_OK, fits;

	way->steps[way->count++] = spell_step(draw, over ? NULL : way->node, way->key, &fits);
	if (over)
		return;
	way->at = place_of(way->node, way->key);
	if (way->node->kind == MAZE_NUMBER || !fits)
		way->status = CONCUR_TYPE_ERROR;
	else if (way->node->kind == MAZE_LIST && way->at == way->node->count)
		way->status = CONCUR_INDEX_ERROR;
}

static int64_t
draw_key(struct draw *draw, const struct maze_node *node)
{
	if (is_object(node) && random_once_in(draw->random, 4))
		return MAZE_DOOR;
	if (node->kind == MAZE_LIST)
		return (int64_t)random_below(draw->random, 2 * MAZE_KEYS) - MAZE_KEYS;
	return (int64_t)random_below(draw->random, MAZE_KEYS);
}

static uint64_t
draw_way(struct draw *draw, struct way *way)
{
	struct maze_node *start = random_once_in(draw->random, 2) ? &draw->maze->space : &draw->maze->dict;
	size_t count = 1 + random_below(draw->random, MAZE_STEPS);

	*way = (struct way){ .node = start };
	for (;;) {
		way->key = draw_key(draw, way->node);
		take_step(draw, way);
		if (way->count == count)
			return (uint64_t)start->number;
		if (way->missing || way->status != CONCUR_OK)
			continue;
		if (way->at == way->node->count)
			way->missing = true;
		else
			way->node = way->node->items[way->at];
	}
}

static bool
is_there(const struct way *way)
{
	return !way->missing && way->status == CONCUR_OK && way->at < way->node->count;
}

/* Nothing may be put in the place of a reference: it has to stay, or the maze falls apart. */
static bool
is_door(const struct way *way)
{
	return way->status == CONCUR_OK && !way->missing && is_object(way->node) && way->key == MAZE_DOOR;
}

static struct way *
path_request(struct draw *draw)
{
	Concur__V1__PathRequest *request = data_request(draw->call, draw->world, &concur__v1__path_request__descriptor);
	struct way *way = arena_get(draw, sizeof *way);

	request->object = draw_way(draw, way);
	request->path = way->steps;
	request->n_path = way->count;
	draw->call->reply.status = way->status;
	return way;
}

static struct way *
path_value_request(struct draw *draw, const struct maze_node *value)
{
	Concur__V1__PathValueRequest *request =
	    data_request(draw->call, draw->world, &concur__v1__path_value_request__descriptor);
	struct way *way = arena_get(draw, sizeof *way);

	do {
		request->object = draw_way(draw, way);
	} while (is_door(way));
	request->path = way->steps;
	request->n_path = way->count;
	request->value = encode(draw, value);
	draw->call->reply.status = way->status;
	draw->call->reply.outcome = way->missing ? MODEL_NOT_THERE : MODEL_DONE;
	return way;
}

/* -- operations -------------------------------------------------------------------------------------------------- */

static void
reply_node(struct draw *draw, const struct maze_node *node)
{
	struct model_reply *reply = &draw->call->reply;
	size_t count = append_numbers(node, reply->values, 0);

	reply->has_values = count <= MAZE_REPLY;
	reply->count = count;
}

static void
path_get(struct draw *draw)
{
	const struct way *way = path_request(draw);

	if (is_there(way))
		reply_node(draw, way->node->items[way->at]);
	else
		data_reply_nothing(draw->call, MODEL_NOT_THERE);
}

static void
path_set(struct draw *draw)
{
	struct maze_node *value = draw_node(draw, 2);
	const struct way *way = path_value_request(draw, value);

	if (way->status == CONCUR_OK && !way->missing)
		put(way->node, way->key, value);
	else
		node_free(value);
}

static void
path_delete(struct draw *draw)
{
	const struct way *way;

	do {
		way = path_request(draw);
	} while (is_door(way));
	if (is_there(way))
		take_out(way->node, way->at);
	else
		draw->call->reply.outcome = MODEL_NOT_THERE;
}

static void
path_add(struct draw *draw)
{
	struct maze_node *number = draw_node(draw, 0);
	const struct way *way = path_value_request(draw, number);
	const struct maze_node *old = is_there(way) ? way->node->items[way->at] : NULL;

	if (old && old->kind != MAZE_NUMBER)
		draw->call->reply.status = CONCUR_TYPE_ERROR;
	if (draw->call->reply.status != CONCUR_OK || way->missing) {
		node_free(number);
		return;
	}
	number->number += old ? old->number : 0;
	reply_node(draw, number);
	put(way->node, way->key, number);
}

/* All attributes, with what the namespace holds. */
static void
space_page(struct draw *draw)
{
	Concur__V1__PageRequest *request = data_request(draw->call, draw->world, &concur__v1__page_request__descriptor);
	const struct maze_node *space = &draw->maze->space;
	struct model_reply *reply = &draw->call->reply;
	size_t count = 0;

	request->object = (uint64_t)space->number;
	for (size_t i = 0; i < space->count; i++) {
		if (count < MAZE_REPLY)
			reply->values[count] = space->keys[i];
		count = append_numbers(space->items[i], reply->values, count + 1);
	}
	reply->has_values = count <= MAZE_REPLY;
	reply->count = count;
}

/* A name that is no text. */
static void
space_refuse(struct draw *draw)
{
	Concur__V1__KeyValueRequest *request =
	    data_request(draw->call, draw->world, &concur__v1__key_value_request__descriptor);

	request->object = (uint64_t)draw->maze->space.number;
	request->key = request->value = world_integer(draw->world, draw_key(draw, &draw->maze->dict));
	draw->call->reply.status = CONCUR_TYPE_ERROR;
}

static const struct {
	unsigned weight;
	const char *method;
	void (*make)(struct draw *draw);
} rows[] = {
	{ 6, "/concur.v1.Path/Get", path_get },
	{ 8, "/concur.v1.Path/Set", path_set },
	{ 4, "/concur.v1.Path/Delete", path_delete },
	{ 6, "/concur.v1.Path/Add", path_add },
	{ 4, "/concur.v1.Dict/Page", space_page },
	{ 1, "/concur.v1.Dict/Set", space_refuse },
};

void
maze_draw(struct maze *maze, struct random *random, struct world *world, struct data_call *ret)
{
	struct draw draw = { maze, random, world, ret };
	unsigned all = 0, row = 0;
	uint64_t at;

	*ret = (struct data_call){ 0 };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		all += rows[i].weight;
	for (at = random_below(random, all); at >= rows[row].weight; row++)
		at -= rows[row].weight;
	ret->method = rows[row].method;
	rows[row].make(&draw);
}

/* -- the maze ---------------------------------------------------------------------------------------------------- */

/* A door in the one object to the other one. */
static void
make_door(struct world_client *client, struct maze_node *from, struct maze_node *to)
{
	Concur__V1__KeyValueRequest request = CONCUR__V1__KEY_VALUE_REQUEST__INIT;
	uint8_t bytes[16] = { 1 << 3 }, *end = value_varint_write(bytes + 1, (uint64_t)to->number);
	char name[16];

	snprintf(name, sizeof name, "a%d", MAZE_DOOR);
	request.object = (uint64_t)from->number;
	request.key =
	    from->kind == MAZE_NAMESPACE ? world_text(client->world, name) : world_integer(client->world, MAZE_DOOR);
	request.value = world_value(client->world, &(struct value){ VALUE_OBJECT, bytes, (size_t)(end - bytes) });
	world_call(client, "/concur.v1.Dict/Set", &request.base);
	put(from, MAZE_DOOR, to);
}

void
maze_open(struct maze *maze, struct world_client *client)
{
	maze->space = (struct maze_node){ .kind = MAZE_NAMESPACE };
	maze->dict = (struct maze_node){ .kind = MAZE_DICT };
	maze->space.number = (int64_t)world_open(client, CONCUR__V1__KIND__KIND_NAMESPACE, "space");
	maze->dict.number = (int64_t)world_open(client, CONCUR__V1__KIND__KIND_DICT, "maze");
	make_door(client, &maze->space, &maze->dict);
	make_door(client, &maze->dict, &maze->space);
}

static void
object_empty(struct maze_node *object)
{
	for (size_t i = 0; i < object->count; i++)
		node_free(object->items[i]);
	object->count = 0;
}

void
maze_fini(struct maze *maze)
{
	object_empty(&maze->space);
	object_empty(&maze->dict);
}
