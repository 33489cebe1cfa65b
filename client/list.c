/* Calls on lists. */
#include "shapes.h"

#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/list.pb-c.h"

static concur_future *
list_get(unsigned flags, concur_list *list, int64_t index)
{
	return shape_index(ON(list, CONCUR_METHOD_LIST_GET, RESULT_VALUE, flags), index);
}

FORMS(value, struct concur_value, list_get, (concur_list * list, int64_t index), (list, index))

static concur_future *
list_set(unsigned flags, concur_list *list, int64_t index, struct concur_value value)
{
	return shape_index_value(ON(list, CONCUR_METHOD_LIST_SET, RESULT_DONE, flags), index, &value);
}

FORMS_DONE(list_set, (concur_list * list, int64_t index, struct concur_value value), (list, index, value))

static concur_future *
list_delete(unsigned flags, concur_list *list, int64_t index)
{
	return shape_index(ON(list, CONCUR_METHOD_LIST_DELETE, RESULT_DONE, flags), index);
}

FORMS_DONE(list_delete, (concur_list * list, int64_t index), (list, index))

static concur_future *
list_append(unsigned flags, concur_list *list, struct concur_value value)
{
	return shape_value(ON(list, CONCUR_METHOD_LIST_APPEND, RESULT_DONE, flags), &value);
}

FORMS_DONE(list_append, (concur_list * list, struct concur_value value), (list, value))

static concur_future *
list_extend(unsigned flags, concur_list *list, const struct concur_value *values, size_t count)
{
	return shape_values(ON(list, CONCUR_METHOD_LIST_EXTEND, RESULT_DONE, flags), values, count);
}

FORMS_DONE(list_extend, (concur_list * list, const struct concur_value *values, size_t count), (list, values, count))

static concur_future *
list_extend_from(unsigned flags, concur_list *list, concur_object *other)
{
	return shape_other(ON(list, CONCUR_METHOD_LIST_EXTEND_FROM, RESULT_DONE, flags), other);
}

FORMS_DONE(list_extend_from, (concur_list * list, concur_object *other), (list, other))

static concur_future *
list_insert(unsigned flags, concur_list *list, int64_t index, struct concur_value value)
{
	return shape_index_value(ON(list, CONCUR_METHOD_LIST_INSERT, RESULT_DONE, flags), index, &value);
}

FORMS_DONE(list_insert, (concur_list * list, int64_t index, struct concur_value value), (list, index, value))

static concur_future *
list_pop(unsigned flags, concur_list *list, int64_t index)
{
	return shape_index(ON(list, CONCUR_METHOD_LIST_POP, RESULT_VALUE, flags), index);
}

FORMS(value, struct concur_value, list_pop, (concur_list * list, int64_t index), (list, index))

static concur_future *
list_remove(unsigned flags, concur_list *list, struct concur_value value)
{
	return shape_value(ON(list, CONCUR_METHOD_LIST_REMOVE, RESULT_DONE, flags), &value);
}

FORMS_DONE(list_remove, (concur_list * list, struct concur_value value), (list, value))

static concur_future *
list_index(unsigned flags, concur_list *list, struct concur_value value, struct concur_slice where)
{
	Concur__V1__FindRequest body = CONCUR__V1__FIND_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(list, CONCUR_METHOD_LIST_INDEX, RESULT_COUNT, flags));
	body.object = pack.object;
	pack_value(&pack, &value, &body.value);
	body.start = where.from_start ? 0 : where.start;
	body.stop = where.stop;
	body.bounded = !where.to_end;
	return pack_begin(&pack, &body.base);
}

FORMS(count, int64_t, list_index, (concur_list * list, struct concur_value value, struct concur_slice where),
    (list, value, where))

static concur_future *
list_count(unsigned flags, concur_list *list, struct concur_value value)
{
	return shape_value(ON(list, CONCUR_METHOD_LIST_COUNT, RESULT_COUNT, flags), &value);
}

FORMS(count, int64_t, list_count, (concur_list * list, struct concur_value value), (list, value))

static concur_future *
list_reverse(unsigned flags, concur_list *list)
{
	return shape_object(ON(list, CONCUR_METHOD_LIST_REVERSE, RESULT_DONE, flags));
}

FORMS_DONE(list_reverse, (concur_list * list), (list))

static concur_future *
list_sort(unsigned flags, concur_list *list, bool reverse)
{
	Concur__V1__SortRequest body = CONCUR__V1__SORT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(list, CONCUR_METHOD_LIST_SORT, RESULT_DONE, flags));
	body.object = pack.object;
	body.reverse = reverse;
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(list_sort, (concur_list * list, bool reverse), (list, reverse))

static concur_future *
list_repeat(unsigned flags, concur_list *list, int64_t count)
{
	return shape_count(ON(list, CONCUR_METHOD_LIST_REPEAT, RESULT_DONE, flags), count);
}

FORMS_DONE(list_repeat, (concur_list * list, int64_t count), (list, count))

static concur_future *
slice_begin(const struct request *request, struct concur_slice slice, const struct concur_value *values, size_t count)
{
	Concur__V1__SliceRequest body = CONCUR__V1__SLICE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	body.start = slice.start;
	body.stop = slice.stop;
	body.step = slice.step;
	body.from_start = slice.from_start;
	body.to_end = slice.to_end;
	if (count)
		pack_values(&pack, values, count, &body.n_values, &body.values);
	return pack_begin(&pack, &body.base);
}

static concur_future *
list_get_slice(unsigned flags, concur_list *list, struct concur_slice slice)
{
	return slice_begin(ON(list, CONCUR_METHOD_LIST_GET_SLICE, RESULT_VALUES, flags), slice, NULL, 0);
}

FORMS(values, struct concur_values, list_get_slice, (concur_list * list, struct concur_slice slice), (list, slice))

static concur_future *
list_set_slice(unsigned flags, concur_list *list, struct concur_slice slice, const struct concur_value *values,
    size_t count)
{
	return slice_begin(ON(list, CONCUR_METHOD_LIST_SET_SLICE, RESULT_DONE, flags), slice, values, count);
}

FORMS_DONE(list_set_slice,
    (concur_list * list, struct concur_slice slice, const struct concur_value *values, size_t count),
    (list, slice, values, count))

static concur_future *
list_delete_slice(unsigned flags, concur_list *list, struct concur_slice slice)
{
	return slice_begin(ON(list, CONCUR_METHOD_LIST_DELETE_SLICE, RESULT_DONE, flags), slice, NULL, 0);
}

FORMS_DONE(list_delete_slice, (concur_list * list, struct concur_slice slice), (list, slice))
