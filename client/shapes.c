/* Filling the shared request messages. */
#include "shapes.h"

#include "pack.h"

#include "concur/v1/shapes.pb-c.h"

concur_future *
shape_object(const struct request *request)
{
	Concur__V1__ObjectRequest body = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_other(const struct request *request, concur_object *other)
{
	Concur__V1__OtherRequest body = CONCUR__V1__OTHER_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	body.other = pack_other(&pack, other);
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_wait(const struct request *request, int64_t timeout_ns)
{
	Concur__V1__WaitRequest body = CONCUR__V1__WAIT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_count(const struct request *request, int64_t count)
{
	Concur__V1__CountRequest body = CONCUR__V1__COUNT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	body.count = count;
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_key(const struct request *request, const struct concur_value *key)
{
	Concur__V1__KeyRequest body = CONCUR__V1__KEY_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	pack_key(&pack, key, &body.key);
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_key_value(const struct request *request, const struct concur_value *key, const struct concur_value *value)
{
	Concur__V1__KeyValueRequest body = CONCUR__V1__KEY_VALUE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	pack_key(&pack, key, &body.key);
	pack_value(&pack, value, &body.value);
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_index(const struct request *request, int64_t index)
{
	Concur__V1__IndexRequest body = CONCUR__V1__INDEX_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	body.index = index;
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_index_value(const struct request *request, int64_t index, const struct concur_value *value)
{
	Concur__V1__IndexValueRequest body = CONCUR__V1__INDEX_VALUE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	body.index = index;
	pack_value(&pack, value, &body.value);
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_value(const struct request *request, const struct concur_value *value)
{
	Concur__V1__ValueRequest body = CONCUR__V1__VALUE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	pack_value(&pack, value, &body.value);
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_values(const struct request *request, const struct concur_value *values, size_t count)
{
	Concur__V1__ValuesRequest body = CONCUR__V1__VALUES_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	pack_values(&pack, values, count, &body.n_values, &body.values);
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_compare(const struct request *request, const struct concur_value *key, const struct concur_value *expected,
    const struct concur_value *value)
{
	Concur__V1__CompareRequest body = CONCUR__V1__COMPARE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	if (key)
		pack_key(&pack, key, &body.key);
	pack_maybe(&pack, expected, &body.expected);
	pack_value(&pack, value, &body.value);
	return pack_begin(&pack, &body.base);
}

concur_future *
shape_page(const struct request *request, uint64_t cursor, uint32_t count)
{
	Concur__V1__PageRequest body = CONCUR__V1__PAGE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	body.cursor = cursor;
	body.count = count;
	return pack_begin(&pack, &body.base);
}
