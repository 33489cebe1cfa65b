/* Paths: first the place that the path leads to is found, then it is read, or what is stored there is put anew.
 *
 * A place is an object that stores a value, the step that leads to this value, and the containers inside it that the
 * further steps went through (path->places). References are followed at the time of the call: what they lead to may be
 * another object at the next one. Cycles end with the steps. */
#include "daemon/core/path.h"

#include "daemon/core/dict.h"
#include "daemon/core/list.h"
#include "daemon/core/store.h"

#include <stdlib.h>

struct path_end {
	struct object *object; /* the last one on the way */
	size_t step;           /* into it */
	struct blob *blob;     /* what is stored there, borrowed; NULL: nothing */
	size_t depth;          /* of path->places in it */
	struct value have;     /* at the end; of kind NONE if it is not there */
	bool missing;          /* a key before the last one is not there */
};

static enum concur_status
path_refuse(struct path *path, size_t step, enum concur_status status, const char *why)
{
	path->failed = step + 1;
	path->why = why;
	return status;
}

static bool
path_is_dict(const struct object *object)
{
	return object->kind == &dict_kind || object->kind == &namespace_kind;
}

/* None of the keys has the bytes of the step, but one may be equal to it. */
static enum concur_status
path_compare(struct path *path, size_t step, struct path_keys keys)
{
	if (path->if_version && path->if_version == path->version)
		return CONCUR_OK;
	path->keys = keys;
	return path_refuse(path, step, CONCUR_NEEDS_COMPARE, "compare with the candidates, then ask again");
}

static enum concur_status
path_enter_dict(struct path *path, const struct dict *dict, size_t step, struct blob **ret)
{
	switch (dict_check_key(dict, &path->steps[step], false)) {
	case CONCUR_OK:
		*ret = dict_get(dict, &path->steps[step]);
		return CONCUR_OK;
	case CONCUR_NEEDS_COMPARE:
		return path_compare(path, step, (struct path_keys){ .dict = dict });
	default:
		return path_refuse(path, step, CONCUR_TYPE_ERROR, "the name of an attribute is text");
	}
}

static enum concur_status
path_enter_list(struct path *path, const struct list *list, size_t step, struct blob **ret)
{
	const struct value *index = &path->steps[step];

	if (index->kind != VALUE_INTEGER && index->kind != VALUE_BOOLEAN)
		return path_refuse(path, step, CONCUR_TYPE_ERROR, "the index of a list is an integer");
	*ret = list_get(list, value_integer(index));
	return *ret ? CONCUR_OK : path_refuse(path, step, CONCUR_INDEX_ERROR, "the list is not so long");
}

/* Takes the step into the object. */
static enum concur_status
path_enter(struct path *path, struct object *object, size_t step, struct path_end *end)
{
	enum concur_status status;

	*end = (struct path_end){ .object = object, .step = step };
	if (object->version > path->version)
		path->version = object->version;
	if (path_is_dict(object))
		status = path_enter_dict(path, (const struct dict *)object, step, &end->blob);
	else if (object->kind == &list_kind)
		status = path_enter_list(path, (const struct list *)object, step, &end->blob);
	else
		status = path_refuse(path, step, CONCUR_TYPE_ERROR, "it leads into no dict, namespace or list");
	if (end->blob)
		end->have = store_value(end->blob);
	return status;
}

/* Takes the step into the object that the value refers to. */
static enum concur_status
path_follow(const struct core *core, struct path *path, size_t step, struct path_end *end)
{
	struct value_reference reference;
	struct object *object;

	value_reference(&end->have, &reference);
	object = object_find(core, reference.object);
	if (!object)
		return path_refuse(path, step, CONCUR_NOT_FOUND, "it leads into an object that is gone");
	return path_enter(path, object, step, end);
}

/* Takes the step into the value itself. */
static enum concur_status
path_descend(struct path *path, size_t step, struct path_end *end)
{
	struct value container = end->have;
	enum concur_status status =
	    value_edit_find(&container, &path->steps[step], &path->places[end->depth++], &end->have);

	switch (status) {
	case CONCUR_OK:
		return CONCUR_OK;
	case CONCUR_INDEX_ERROR:
		return path_refuse(path, step, status, "the list is not so long");
	case CONCUR_NEEDS_COMPARE:
		return path_compare(path, step, (struct path_keys){ .map = container });
	default:
		return path_refuse(path, step, CONCUR_TYPE_ERROR,
		    container.kind == VALUE_LIST || container.kind == VALUE_TUPLE
			? "the index of a list is an integer"
			: "it leads into a value that has no items");
	}
}

static enum concur_status
path_go(const struct core *core, struct path *path, struct path_end *ret)
{
	enum concur_status status = path_enter(path, path->object, 0, ret);

	for (size_t step = 1; step < path->count && status == CONCUR_OK; step++) {
		if (ret->have.kind == VALUE_NONE) {
			ret->missing = true;
			return CONCUR_OK;
		}
		if (ret->have.kind == VALUE_OBJECT)
			status = path_follow(core, path, step, ret);
		else
			status = path_descend(path, step, ret);
	}
	return status;
}

static enum concur_status
path_resolve(const struct core *core, struct path *path, struct path_end *ret)
{
	enum concur_status status = path_go(core, path, ret);

	if (!path->if_version || path->if_version == path->object->version || path->if_version == path->version)
		return status;
	path->failed = 0;
	return CONCUR_CHANGED;
}

/* Stores a value where the object's step leads. */
static enum concur_status
path_store(struct core *core, const struct path *path, const struct path_end *end, const struct value *value,
    bool refers)
{
	const struct value *key = &path->steps[end->step];

	if (path_is_dict(end->object)) {
		const struct dict_item item = { *key, *value, path->refers[end->step], refers };

		return dict_set(core, (struct dict *)end->object, &item);
	}
	return list_set(core, (struct list *)end->object, value_integer(key), &(struct list_item){ *value, refers });
}

/* Stores anew what is stored, with the item at the end of the path, or without one (NULL). */
static enum concur_status
path_rebuild(struct core *core, struct path *path, const struct path_end *end, const struct value *item, bool refers)
{
	struct value whole = store_value(end->blob);
	enum concur_status status;
	size_t size, before = whole.size;
	uint8_t *bytes;

	if (path->places[end->depth - 1].container.kind == VALUE_TUPLE)
		return path_refuse(path, path->count - 1, CONCUR_TYPE_ERROR, "a tuple can not be changed");
	size = value_edit_measure(path->places, end->depth, item);
	/* What could not be sent again must not come about. */
	if (size > before && size > core->limits->frame_max / 2)
		return core_limit(core, CONCUR_TOO_LARGE, "frame_max");
	bytes = malloc(size + 1);
	if (!bytes)
		return CONCUR_NO_MEMORY;
	value_edit_write(bytes, path->places, end->depth, item);
	whole = (struct value){ whole.kind, bytes, size };
	refers |= (end->blob->kind & BLOB_REFERS) || path->refers[path->count - 1];
	status = path_store(core, path, end, &whole, refers);
	free(bytes);
	return status;
}

static enum concur_status
path_put(struct core *core, struct path *path, const struct path_end *end, const struct value *value, bool refers)
{
	if (end->depth == 0)
		return path_store(core, path, end, value, refers);
	if (end->depth >= core->limits->depth_max ||
	    !value_edit_is_within(value, (unsigned)(core->limits->depth_max - end->depth)))
		return core_limit(core, CONCUR_TOO_LARGE, "depth_max");
	return path_rebuild(core, path, end, value, refers);
}

enum concur_status
path_get(struct core *core, struct path *path, struct blob **ret)
{
	struct path_end end;
	enum concur_status status = path_resolve(core, path, &end);

	*ret = NULL;
	if (status != CONCUR_OK || end.missing || end.have.kind == VALUE_NONE)
		return status;
	if (end.depth == 0)
		*ret = blob_ref(end.blob);
	else
		*ret =
		    blob_new((uint8_t)(end.have.kind | (end.blob->kind & BLOB_REFERS)), end.have.data, end.have.size);
	return *ret ? CONCUR_OK : CONCUR_NO_MEMORY;
}

enum concur_status
path_set(struct core *core, struct path *path, const struct value *value, bool refers, bool *ret_missing)
{
	struct path_end end;
	enum concur_status status = path_resolve(core, path, &end);

	*ret_missing = end.missing;
	return status != CONCUR_OK || end.missing ? status : path_put(core, path, &end, value, refers);
}

/* Takes the end of the path out of the object that stores it. */
static enum concur_status
path_take(struct core *core, const struct path *path, const struct path_end *end)
{
	const struct value *key = &path->steps[end->step];
	enum concur_status status;
	struct blob *blob = NULL;

	if (path_is_dict(end->object))
		status = dict_pop(core, (struct dict *)end->object, key, &blob);
	else
		status = list_pop(core, (struct list *)end->object, value_integer(key), &blob);
	if (status == CONCUR_OK)
		blob_unref(blob);
	return status;
}

enum concur_status
path_delete(struct core *core, struct path *path, bool *ret_missing)
{
	struct path_end end;
	enum concur_status status = path_resolve(core, path, &end);

	*ret_missing = status == CONCUR_OK && end.have.kind == VALUE_NONE;
	if (status != CONCUR_OK || *ret_missing)
		return status;
	return end.depth == 0 ? path_take(core, path, &end) : path_rebuild(core, path, &end, NULL, false);
}

enum concur_status
path_add(struct core *core, struct path *path, const struct value *number, struct blob **ret)
{
	struct path_end end;
	enum concur_status status = path_resolve(core, path, &end);
	uint8_t room[VALUE_SCALAR_MAX], zero_room[VALUE_SCALAR_MAX];
	struct value sum;

	*ret = NULL;
	if (status != CONCUR_OK || end.missing)
		return status;
	if (end.have.kind == VALUE_NONE)
		value_set_integer(&end.have, zero_room, 0);
	status = value_add(&end.have, number, room, &sum);
	if (status != CONCUR_OK)
		return path_refuse(path, path->count - 1, status,
		    status == CONCUR_TYPE_ERROR ? "it and what is there must be numbers"
						: "sums are of integers of 64 bits");
	*ret = blob_new((uint8_t)sum.kind, sum.data, sum.size);
	if (!*ret)
		return CONCUR_NO_MEMORY;
	status = path_put(core, path, &end, &sum, false);
	if (status != CONCUR_OK) {
		blob_unref(*ret);
		*ret = NULL;
	}
	return status;
}
