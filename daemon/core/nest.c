/* Nested containers: a map becomes a dict, a list a list object, a tuple one of references to what it contains.
 *
 * Objects are made from the inside out, each filled by the same functions as any other, which come back here for the
 * containers among its items. The depth of the recursion is that of the value, which was checked. What was made has no
 * reference until the container around it is stored, so a failure half-way needs no undoing: it goes at the turn's end.
 *
 * A tuple is written anew in two passes over its bytes, as a head tells the length of what follows it: one makes the
 * objects and notes, in the order in which things stand there, the id of each and the new size of each tuple; the other
 * writes. */
#include "daemon/core/nest.h"

#include "daemon/core/dict_impl.h"
#include "daemon/core/list_impl.h"

#include <assert.h>

enum {
	NEST_OBJECT_BYTES = 512, /* what an empty container counts for, about */
	NEST_REFERENCE_GROWTH =
	    VALUE_REFERENCE_MAX + 3 /* bytes by which a tuple grows for a reference in it, at most */
};

/* Whether nothing in the value can change. Ends at the first thing that can: what is inside is looked at when that is
 * made. */
static bool
nest_is_plain(const struct value *value)
{
	struct value_walk walk;
	struct value item;

	if (value->kind != VALUE_TUPLE)
		return !nest_concerns(value);
	value_walk_begin(&walk, value);
	while (value_walk_next(&walk, &item)) {
		if (!nest_is_plain(&item))
			return false;
	}
	return true;
}

/* -- before ------------------------------------------------------------------------------------------------------ */

/* How many items were found, of a map its pairs. */
static uint64_t
nest_weigh_items(struct nest_load *load, const struct value *container)
{
	struct value_walk walk;
	struct value item;
	uint64_t count = 0;

	value_walk_begin(&walk, container);
	for (; value_walk_next(&walk, &item); count++) {
		load->items++;
		nest_weigh(load, &item);
	}
	return container->kind == VALUE_MAP ? count / 2 : count;
}

void
nest_weigh_slow(struct nest_load *load, const struct value *value)
{
	uint64_t before = load->objects, count, size;

	if (value->kind != VALUE_TUPLE) {
		load->objects++;
		count = nest_weigh_items(load, value);
		load->widest = count > load->widest ? count : load->widest;
		return;
	}
	(void)nest_weigh_items(load, value);
	size = value->size + (load->objects - before) * NEST_REFERENCE_GROWTH;
	if (load->objects > before && size > load->longest)
		load->longest = size;
}

enum concur_status
nest_check(struct core *core, const struct nest_load *load)
{
	const struct limits *limits = core->limits;

	if (load->objects == 0)
		return CONCUR_OK;
	if (load->objects > limits->nested_max)
		return core_limit(core, CONCUR_TOO_LARGE, "nested_max");
	if (load->items > limits->sort_max)
		return core_limit(core, CONCUR_TOO_LARGE, "sort_max");
	/* What could not be sent again must not come about. */
	if (load->longest > limits->frame_max / 2)
		return core_limit(core, CONCUR_TOO_LARGE, "frame_max");
	if (load->widest > limits->container_max)
		return core_limit(core, CONCUR_LIMIT, "container_max");
	if (core->objects.count + load->objects > limits->objects_max) {
		core_relieve(core);
		return core_limit(core, CONCUR_LIMIT, "objects_max");
	}
	/* The items were measured with the frame that brought them; of objects it shows only two bytes. */
	if (core_has_no_room(core, load->objects * NEST_OBJECT_BYTES)) {
		core_relieve(core);
		return core_limit(core, CONCUR_LIMIT, "memory_max");
	}
	return CONCUR_OK;
}

/* -- containers -------------------------------------------------------------------------------------------------- */

/* Whether there may be references in an item of something in which there may be some (`refers`). */
static bool
nest_refers(const struct value *item, bool refers)
{
	return refers && item->kind >= VALUE_LIST && item->kind != VALUE_ARRAY;
}

static enum concur_status
nest_fill_list(struct core *core, struct list *list, const struct value *items, bool refers)
{
	enum concur_status status = CONCUR_OK;
	struct value_walk walk;
	struct value item;

	value_walk_begin(&walk, items);
	while (status == CONCUR_OK && value_walk_next(&walk, &item))
		status = list_push(core, list, &(struct list_item){ item, nest_refers(&item, refers) });
	return status;
}

/* Of keys that are equal the last one's value counts. */
static enum concur_status
nest_fill_dict(struct core *core, struct dict *dict, const struct value *pairs, bool refers)
{
	enum concur_status status = CONCUR_OK;
	struct value_walk walk;
	struct dict_item item;

	value_walk_begin(&walk, pairs);
	while (status == CONCUR_OK && value_walk_next(&walk, &item.key)) {
		(void)value_walk_next(&walk, &item.value);
		item.key_refers = nest_refers(&item.key, refers);
		item.value_refers = nest_refers(&item.value, refers);
		status = dict_put_value(core, dict, &item, &item.value, item.value_refers, NULL);
	}
	return status;
}

/* Of what the map or list becomes. */
static enum kind_id
nest_kind(const struct value *value)
{
	return value->kind == VALUE_MAP ? KIND_DICT : KIND_LIST;
}

/* A new object with what the map or list holds. Nobody refers to it yet. NULL if there is no memory. */
static struct object *
nest_make(struct core *core, const struct value *value, bool refers)
{
	const struct object_open open = { .options = { .kind = nest_kind(value), .nested = true } };
	enum concur_status status;
	struct object *object;
	bool created;

	if (object_open(core, &open, &object, &created) != CONCUR_OK)
		return NULL;
	if (value->kind == VALUE_MAP)
		status = nest_fill_dict(core, dict_of(object), value, refers);
	else
		status = nest_fill_list(core, list_of(object), value, refers);
	object_weigh(core, object);
	return status == CONCUR_OK ? object : NULL;
}

/* -- tuples ------------------------------------------------------------------------------------------------------ */

struct nest_tuple {
	struct core *core;
	bool refers;
	uint64_t *notes; /* of each container its id, of each tuple the size of its payload */
	size_t count, room;
	size_t at; /* of the second pass */
};

/* A place for one more note, *ret; false without memory. */
static bool
nest_note(struct nest_tuple *tuple, size_t *ret)
{
	size_t room = tuple->room ? 2 * tuple->room : 16;
	uint64_t *notes = tuple->notes;

	if (tuple->count == tuple->room) {
		notes = reallocarray(notes, room, sizeof *notes);
		if (!notes)
			return false;
		tuple->notes = notes;
		tuple->room = room;
	}
	*ret = tuple->count++;
	return true;
}

/* Notes what is in the tuple; *ret_size is that of its payload afterwards. */
static bool
nest_plan(struct nest_tuple *tuple, const struct value *value, size_t *ret_size)
{
	uint8_t room[VALUE_REFERENCE_MAX];
	struct value_walk walk;
	struct value item;
	size_t note = 0;

	*ret_size = 0;
	value_walk_begin(&walk, value);
	while (value_walk_next(&walk, &item)) {
		size_t size = item.size, encoded;

		if (nest_concerns(&item) && !nest_note(tuple, &note))
			return false;
		if (item.kind == VALUE_TUPLE) {
			if (!nest_plan(tuple, &item, &size))
				return false;
			tuple->notes[note] = size;
		} else if (nest_concerns(&item)) {
			struct object *object = nest_make(tuple->core, &item, tuple->refers);

			if (!object)
				return false;
			tuple->notes[note] = object_id(object);
			value_set_reference(&item, room, object_id(object), (uint32_t)object->kind->id);
			size = item.size;
		}
		encoded = value_encoded_size(item.kind, size);
		*ret_size += 1 + value_varint_size(encoded) + encoded;
	}
	return true;
}

/* Writes the payload of the tuple. */
static uint8_t *
nest_write(struct nest_tuple *tuple, const struct value *value, uint8_t *to)
{
	uint8_t room[VALUE_REFERENCE_MAX];
	struct value_walk walk;
	struct value item;

	value_walk_begin(&walk, value);
	while (value_walk_next(&walk, &item)) {
		bool is_tuple = item.kind == VALUE_TUPLE;
		size_t size;

		if (nest_concerns(&item) && !is_tuple)
			value_set_reference(&item, room, tuple->notes[tuple->at++], (uint32_t)nest_kind(&item));
		size = is_tuple ? (size_t)tuple->notes[tuple->at++] : item.size;
		*to++ = VALUE_ITEM_TAG;
		to = value_varint_write(to, value_encoded_size(item.kind, size));
		if (!is_tuple)
			to = value_encode(to, &item);
		else
			to = nest_write(tuple, &item, value_encode_head(to, VALUE_TUPLE, size));
	}
	return to;
}

static struct blob *
nest_keep_tuple(struct core *core, struct object *object, const struct value *value, bool refers)
{
	struct nest_tuple tuple = { .core = core, .refers = refers };
	struct blob *blob = NULL;
	uint8_t *data, *end;
	size_t size;

	if (nest_plan(&tuple, value, &size) && (blob = blob_alloc(VALUE_TUPLE, size, &data))) {
		end = nest_write(&tuple, value, data);
		assert(end == data + size);
		store_adopt(core, object, blob, true);
	}
	free(tuple.notes);
	return blob;
}

/* -- storing ----------------------------------------------------------------------------------------------------- */

struct blob *
nest_keep_slow(struct core *core, struct object *object, const struct value *value, bool refers)
{
	uint8_t room[VALUE_REFERENCE_MAX];
	struct value reference;
	struct object *made;

	if (nest_is_plain(value))
		return store_new(core, object, value, refers);
	if (value->kind == VALUE_TUPLE)
		return nest_keep_tuple(core, object, value, refers);
	made = nest_make(core, value, refers);
	if (!made)
		return NULL;
	value_set_reference(&reference, room, object_id(made), (uint32_t)made->kind->id);
	return store_new(core, object, &reference, true);
}
