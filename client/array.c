/* Calls on arrays. */
#include "shapes.h"

#include "pack.h"

#include "concur/v1/array.pb-c.h"
#include "concur/v1/methods.h"

static concur_future *
array_get(unsigned flags, concur_array *array, int64_t index)
{
	return shape_index(ON(array, CONCUR_METHOD_ARRAY_GET, RESULT_VALUE, flags), index);
}

FORMS(value, struct concur_value, array_get, (concur_array * array, int64_t index), (array, index))

static concur_future *
array_set(unsigned flags, concur_array *array, int64_t index, struct concur_value value)
{
	return shape_index_value(ON(array, CONCUR_METHOD_ARRAY_SET, RESULT_DONE, flags), index, &value);
}

FORMS_DONE(array_set, (concur_array * array, int64_t index, struct concur_value value), (array, index, value))

static concur_future *
array_add(unsigned flags, concur_array *array, int64_t index, struct concur_value number)
{
	return shape_index_value(ON(array, CONCUR_METHOD_ARRAY_ADD, RESULT_VALUE, flags), index, &number);
}

FORMS(value, struct concur_value, array_add, (concur_array * array, int64_t index, struct concur_value number),
    (array, index, number))

static concur_future *
array_subtract(unsigned flags, concur_array *array, int64_t index, struct concur_value number)
{
	return shape_index_value(ON(array, CONCUR_METHOD_ARRAY_SUBTRACT, RESULT_VALUE, flags), index, &number);
}

FORMS(value, struct concur_value, array_subtract, (concur_array * array, int64_t index, struct concur_value number),
    (array, index, number))

static concur_future *
array_maximum(unsigned flags, concur_array *array, int64_t index, struct concur_value number)
{
	return shape_index_value(ON(array, CONCUR_METHOD_ARRAY_MAXIMUM, RESULT_VALUE, flags), index, &number);
}

FORMS(value, struct concur_value, array_maximum, (concur_array * array, int64_t index, struct concur_value number),
    (array, index, number))

static concur_future *
array_minimum(unsigned flags, concur_array *array, int64_t index, struct concur_value number)
{
	return shape_index_value(ON(array, CONCUR_METHOD_ARRAY_MINIMUM, RESULT_VALUE, flags), index, &number);
}

FORMS(value, struct concur_value, array_minimum, (concur_array * array, int64_t index, struct concur_value number),
    (array, index, number))

static concur_future *
array_exchange(unsigned flags, concur_array *array, int64_t index, struct concur_value value)
{
	return shape_index_value(ON(array, CONCUR_METHOD_ARRAY_EXCHANGE, RESULT_VALUE, flags), index, &value);
}

FORMS(value, struct concur_value, array_exchange, (concur_array * array, int64_t index, struct concur_value value),
    (array, index, value))

static concur_future *
array_compare_exchange(unsigned flags, concur_array *array, int64_t index, struct concur_value expected,
    struct concur_value value)
{
	Concur__V1__IndexCompareRequest body = CONCUR__V1__INDEX_COMPARE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(array, CONCUR_METHOD_ARRAY_COMPARE_EXCHANGE, RESULT_VALUE, flags));
	body.object = pack.object;
	body.index = index;
	pack_value(&pack, &expected, &body.expected);
	pack_value(&pack, &value, &body.value);
	return pack_begin(&pack, &body.base);
}

FORMS(value, struct concur_value, array_compare_exchange,
    (concur_array * array, int64_t index, struct concur_value expected, struct concur_value value),
    (array, index, expected, value))

/* `items` may be NULL. */
static concur_future *
array_slice(const struct request *request, struct concur_slice slice, uint64_t cursor, const struct concur_value *items)
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
	body.cursor = cursor;
	if (items)
		pack_values(&pack, items, 1, &body.n_values, &body.values);
	return pack_begin(&pack, &body.base);
}

static concur_future *
array_get_slice(unsigned flags, concur_array *array, struct concur_slice slice, uint64_t cursor)
{
	return array_slice(ON(array, CONCUR_METHOD_ARRAY_GET_SLICE, RESULT_VALUES, flags), slice, cursor, NULL);
}

FORMS(values, struct concur_values, array_get_slice, (concur_array * array, struct concur_slice slice, uint64_t cursor),
    (array, slice, cursor))

static concur_future *
array_set_slice(unsigned flags, concur_array *array, struct concur_slice slice, struct concur_value items)
{
	return array_slice(ON(array, CONCUR_METHOD_ARRAY_SET_SLICE, RESULT_DONE, flags), slice, 0, &items);
}

FORMS_DONE(array_set_slice, (concur_array * array, struct concur_slice slice, struct concur_value items),
    (array, slice, items))

static concur_future *
array_get_value(unsigned flags, concur_array *array, uint64_t cursor, uint32_t count)
{
	return shape_page(ON(array, CONCUR_METHOD_ARRAY_GET_VALUE, RESULT_VALUES, flags), cursor, count);
}

FORMS(values, struct concur_values, array_get_value, (concur_array * array, uint64_t cursor, uint32_t count),
    (array, cursor, count))
