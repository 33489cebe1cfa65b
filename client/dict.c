/* Calls on dicts. */
#include "shapes.h"

#include "error.h"
#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/dict.pb-c.h"

#include <stdlib.h>

static concur_future *
dict_get(unsigned flags, concur_dict *dict, struct concur_value key)
{
	return shape_key(ON(dict, CONCUR_METHOD_DICT_GET, RESULT_VALUE, flags), &key);
}

FORMS(value, struct concur_value, dict_get, (concur_dict * dict, struct concur_value key), (dict, key))

static concur_future *
dict_set(unsigned flags, concur_dict *dict, struct concur_value key, struct concur_value value)
{
	return shape_key_value(ON(dict, CONCUR_METHOD_DICT_SET, RESULT_DONE, flags), &key, &value);
}

FORMS_DONE(dict_set, (concur_dict * dict, struct concur_value key, struct concur_value value), (dict, key, value))

static concur_future *
dict_delete(unsigned flags, concur_dict *dict, struct concur_value key)
{
	return shape_key(ON(dict, CONCUR_METHOD_DICT_DELETE, RESULT_DONE, flags), &key);
}

FORMS_DONE(dict_delete, (concur_dict * dict, struct concur_value key), (dict, key))

static concur_future *
dict_contains(unsigned flags, concur_dict *dict, struct concur_value key)
{
	return shape_key(ON(dict, CONCUR_METHOD_DICT_CONTAINS, RESULT_DONE, flags), &key);
}

FORMS_DONE(dict_contains, (concur_dict * dict, struct concur_value key), (dict, key))

static concur_future *
dict_pop(unsigned flags, concur_dict *dict, struct concur_value key)
{
	return shape_key(ON(dict, CONCUR_METHOD_DICT_POP, RESULT_VALUE, flags), &key);
}

FORMS(value, struct concur_value, dict_pop, (concur_dict * dict, struct concur_value key), (dict, key))

static concur_future *
dict_pop_item(unsigned flags, concur_dict *dict)
{
	return shape_object(ON(dict, CONCUR_METHOD_DICT_POP_ITEM, RESULT_VALUES, flags));
}

FORMS(values, struct concur_values, dict_pop_item, (concur_dict * dict), (dict))

static concur_future *
dict_set_default(unsigned flags, concur_dict *dict, struct concur_value key, struct concur_value value)
{
	return shape_key_value(ON(dict, CONCUR_METHOD_DICT_SET_DEFAULT, RESULT_VALUE, flags), &key, &value);
}

FORMS(value, struct concur_value, dict_set_default,
    (concur_dict * dict, struct concur_value key, struct concur_value value), (dict, key, value))

static concur_future *
dict_update(unsigned flags, concur_dict *dict, const struct concur_value *pairs, size_t count)
{
	const struct request *request = ON(dict, CONCUR_METHOD_DICT_UPDATE, RESULT_DONE, flags);
	Concur__V1__PairsRequest body = CONCUR__V1__PAIRS_REQUEST__INIT;
	struct pack pack;

	if (count % 2)
		return request_refuse(request,
		    error_set(CONCUR_BAD_ARGUMENT, "%zu values are no pairs: they must alternate, key and value",
			count));
	pack_init(&pack, request);
	body.object = pack.object;
	pack_values(&pack, pairs, count, &body.n_values, &body.values);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(dict_update, (concur_dict * dict, const struct concur_value *pairs, size_t count), (dict, pairs, count))

static concur_future *
dict_add(unsigned flags, concur_dict *dict, struct concur_value key, struct concur_value number)
{
	return shape_key_value(ON(dict, CONCUR_METHOD_DICT_ADD, RESULT_VALUE, flags), &key, &number);
}

FORMS(value, struct concur_value, dict_add, (concur_dict * dict, struct concur_value key, struct concur_value number),
    (dict, key, number))

static concur_future *
dict_append(unsigned flags, concur_dict *dict, struct concur_value key, struct concur_value value)
{
	return shape_key_value(ON(dict, CONCUR_METHOD_DICT_APPEND, RESULT_COUNT, flags), &key, &value);
}

FORMS(count, int64_t, dict_append, (concur_dict * dict, struct concur_value key, struct concur_value value),
    (dict, key, value))

static concur_future *
dict_compare_exchange(unsigned flags, concur_dict *dict, struct concur_value key, struct concur_value expected,
    struct concur_value value)
{
	return shape_compare(ON(dict, CONCUR_METHOD_DICT_COMPARE_EXCHANGE, RESULT_VALUE, flags), &key, &expected,
	    &value);
}

FORMS(value, struct concur_value, dict_compare_exchange,
    (concur_dict * dict, struct concur_value key, struct concur_value expected, struct concur_value value),
    (dict, key, expected, value))

static concur_future *
dict_set_keys(unsigned flags, concur_dict *dict, const struct concur_value *keys, size_t count,
    struct concur_value value)
{
	const struct request *request = ON(dict, CONCUR_METHOD_DICT_UPDATE, RESULT_DONE, flags);
	struct concur_value *pairs = reallocarray(NULL, count + 1, 2 * sizeof *pairs);
	concur_future *future;

	if (!pairs)
		return request_refuse(request, error_plain(CONCUR_NO_MEMORY));
	for (size_t i = 0; i < count; i++) {
		pairs[2 * i] = keys[i];
		pairs[2 * i + 1] = value;
	}
	future = dict_update(flags, dict, pairs, 2 * count);
	free(pairs);
	return future;
}

FORMS_DONE(dict_set_keys,
    (concur_dict * dict, const struct concur_value *keys, size_t count, struct concur_value value),
    (dict, keys, count, value))

static concur_future *
dict_merge(unsigned flags, concur_dict *dict, concur_dict *other)
{
	return shape_other(ON(dict, CONCUR_METHOD_DICT_MERGE, RESULT_DONE, flags), HANDLE(other));
}

FORMS_DONE(dict_merge, (concur_dict * dict, concur_dict *other), (dict, other))

static concur_future *
dict_candidates(unsigned flags, concur_dict *dict, uint64_t cursor, uint32_t count)
{
	return shape_page(ON(dict, CONCUR_METHOD_DICT_CANDIDATES, RESULT_VALUES, flags), cursor, count);
}

FORMS(values, struct concur_values, dict_candidates, (concur_dict * dict, uint64_t cursor, uint32_t count),
    (dict, cursor, count))

static concur_future *
dict_page_backwards(unsigned flags, concur_dict *dict, uint64_t cursor, uint32_t count)
{
	Concur__V1__PageRequest body = CONCUR__V1__PAGE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(dict, CONCUR_METHOD_DICT_PAGE, RESULT_VALUES, flags));
	body.object = pack.object;
	body.cursor = cursor;
	body.count = count;
	body.backwards = true;
	return pack_begin(&pack, &body.base);
}

FORMS(values, struct concur_values, dict_page_backwards, (concur_dict * dict, uint64_t cursor, uint32_t count),
    (dict, cursor, count))

static concur_future *
dict_page(unsigned flags, concur_dict *dict, uint64_t cursor, uint32_t count)
{
	return shape_page(ON(dict, CONCUR_METHOD_DICT_PAGE, RESULT_VALUES, flags), cursor, count);
}

FORMS(values, struct concur_values, dict_page, (concur_dict * dict, uint64_t cursor, uint32_t count),
    (dict, cursor, count))

static concur_future *
dict_key_lock(unsigned flags, concur_dict *dict, struct concur_value key)
{
	return shape_key(ON(dict, CONCUR_METHOD_DICT_KEY_LOCK, RESULT_OBJECT, flags), &key);
}

concur_future *
concur_dict_key_lock_begin(concur_dict *dict, struct concur_value key)
{
	return dict_key_lock(0, dict, key);
}

enum concur_status
concur_dict_key_lock(concur_dict *dict, struct concur_value key, concur_lock **ret_lock)
{
	concur_future *future = dict_key_lock(FRAME_BLOCKED, dict, key);
	enum concur_status status;
	concur_object *object;

	future_complete(future);
	status = concur_future_object(future, &object);
	if (status == CONCUR_OK)
		*ret_lock = concur_object_lock(object);
	concur_future_free(future);
	return status;
}
