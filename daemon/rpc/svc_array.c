/* concur.v1.Array */
#include "daemon/rpc/services.h"

#include "daemon/core/array.h"
#include "daemon/rpc/rpc.h"

static struct array *
svc_array_object(struct call *call, uint64_t id)
{
	return (struct array *)call_object(call, id, KIND_BIT(KIND_ARRAY));
}

/* A number as the reply's value. */
static void
svc_array_reply(struct call *call, enum concur_status status, enum outcome outcome, const struct value *value)
{
	struct blob *blob = NULL;

	if (status == CONCUR_OK && !(blob = blob_new((uint8_t)value->kind, value->data, value->size)))
		status = CONCUR_NO_MEMORY;
	if (status == CONCUR_OK)
		reply_value(&call->to, outcome, call_version(call), blob);
	else
		call_fail(call, status, NULL);
	blob_unref(blob);
}

SVC_HANDLER(svc_array_get, Array, IndexRequest, ValueReply)
{
	const struct array *array = svc_array_object(call, request->object);
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	if (array)
		svc_array_reply(call, array_get(array, request->index, room, &value), OUTCOME_DONE, &value);
}

SVC_HANDLER(svc_array_set, Array, IndexValueRequest, DoneReply)
{
	struct array *array = svc_array_object(call, request->object);
	struct value value;
	bool refers;

	if (array && call_value(call, &request->value, &value, &refers))
		call_done(call, array_set(call->core, array, request->index, &value), OUTCOME_DONE);
}

SVC_HANDLER(svc_array_exchange, Array, IndexValueRequest, ValueReply)
{
	struct array *array = svc_array_object(call, request->object);
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value, old;
	enum concur_status status;
	bool refers;

	if (!array || !call_value(call, &request->value, &value, &refers))
		return;
	status = array_exchange(call->core, array, request->index, &value, room, &old);
	svc_array_reply(call, status, OUTCOME_DONE, &old);
}

SVC_HANDLER(svc_array_compare_exchange, Array, IndexCompareRequest, ValueReply)
{
	struct array *array = svc_array_object(call, request->object);
	uint8_t room[VALUE_SCALAR_MAX];
	struct value expected, value, now;
	enum outcome outcome;
	enum concur_status status;
	bool refers;

	if (!array || !call_value(call, &request->expected, &expected, &refers) ||
	    !call_value(call, &request->value, &value, &refers))
		return;
	status = array_compare_exchange(call->core, array, request->index, &expected, &value, room, &now, &outcome);
	svc_array_reply(call, status, outcome, &now);
}

/* -- arithmetic -------------------------------------------------------------------------------------------------- */

static void
svc_array_change(struct call *call, const Concur__V1__IndexValueRequest *request, enum typecode_operation operation)
{
	struct array *array = svc_array_object(call, request->object);
	uint8_t room[VALUE_SCALAR_MAX];
	struct value operand, now;
	enum concur_status status;
	bool refers;

	if (!array || !call_value(call, &request->value, &operand, &refers))
		return;
	status = array_change(call->core, array, request->index, operation, &operand, room, &now);
	svc_array_reply(call, status, OUTCOME_DONE, &now);
}

SVC_HANDLER(svc_array_add, Array, IndexValueRequest, ValueReply)
{
	svc_array_change(call, request, TYPECODE_ADD);
}

SVC_HANDLER(svc_array_subtract, Array, IndexValueRequest, ValueReply)
{
	svc_array_change(call, request, TYPECODE_SUBTRACT);
}

SVC_HANDLER(svc_array_maximum, Array, IndexValueRequest, ValueReply)
{
	svc_array_change(call, request, TYPECODE_MAXIMUM);
}

SVC_HANDLER(svc_array_minimum, Array, IndexValueRequest, ValueReply)
{
	svc_array_change(call, request, TYPECODE_MINIMUM);
}

/* -- slices ------------------------------------------------------------------------------------------------------ */

/* A page of a slice: behind the first `cursor` items, at most `most` (0: as many as fit). */
static void
svc_array_page(struct call *call, const struct array *array, const struct list_slice *slice, uint64_t cursor,
    uint64_t most)
{
	uint64_t fitting = call->rpc->limits->page_bytes / value_item_size(array_typecode(array));
	struct reply_list list = { .outcome = OUTCOME_DONE, .count = 1, .version = call->object->version };
	size_t first, count, behind;
	enum concur_status status = list_slice_indexes_of(array_len(array), slice, &first, &count);
	struct blob *blob;

	if (status != CONCUR_OK) {
		call_fail(call, status, NULL);
		return;
	}
	if (most && most < fitting)
		fitting = most;
	fitting = fitting ? fitting : 1;
	behind = cursor < count ? (size_t)cursor : count;
	if (count - behind > fitting)
		list.cursor = behind + fitting;
	count = count - behind > fitting ? (size_t)fitting : count - behind;
	blob = array_slice(array, (size_t)((int64_t)first + (int64_t)behind * slice->step), count, slice->step);
	if (!blob) {
		call_fail(call, CONCUR_NO_MEMORY, NULL);
		return;
	}
	list.blobs = &blob;
	reply_list(&call->to, &list);
	blob_unref(blob);
}

SVC_HANDLER(svc_array_get_slice, Array, SliceRequest, ValuesReply)
{
	const struct array *array = svc_array_object(call, request->object);
	struct list_slice slice = { request->start, request->stop, request->step, request->from_start,
		request->to_end };

	if (array)
		svc_array_page(call, array, &slice, request->cursor, 0);
}

SVC_HANDLER(svc_array_get_value, Array, PageRequest, ValuesReply)
{
	const struct array *array = svc_array_object(call, request->object);
	struct list_slice slice = { .step = 1, .from_start = true, .to_end = true };

	if (array)
		svc_array_page(call, array, &slice, request->cursor, request->count);
}

SVC_HANDLER(svc_array_set_slice, Array, SliceRequest, DoneReply)
{
	struct array *array = svc_array_object(call, request->object);
	struct list_slice slice = { request->start, request->stop, request->step, request->from_start,
		request->to_end };
	struct value *values;
	bool *refers;

	if (!array || !call_values(call, request->values, request->n_values, &values, &refers))
		return;
	if (request->n_values == 1)
		call_done(call, array_set_slice(call->core, array, &slice, &values[0]), OUTCOME_DONE);
	else
		call_fail(call, CONCUR_TYPE_ERROR, NULL);
}

const Concur__V1__Array_Service svc_array = CONCUR__V1__ARRAY__INIT(svc_array_);
