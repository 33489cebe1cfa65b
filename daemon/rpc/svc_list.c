/* concur.v1.List */
#include "daemon/rpc/services.h"

#include "daemon/core/list.h"
#include "daemon/core/store.h"
#include "daemon/rpc/candidates.h"
#include "daemon/rpc/rpc.h"

static struct list *
svc_list_object(struct call *call, uint64_t id)
{
	return (struct list *)call_object(call, id, KIND_BIT(KIND_LIST));
}

static bool
svc_list_item(struct call *call, const ProtobufCBinaryData *field, struct list_item *ret)
{
	return call_value(call, field, &ret->value, &ret->refers);
}

static bool
svc_list_items(struct call *call, const ProtobufCBinaryData *fields, size_t count, struct list_item **ret)
{
	if (!call_batch(call, count))
		return false;
	*ret = call_alloc(call, count * sizeof **ret);
	if (!*ret)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!svc_list_item(call, &fields[i], &(*ret)[i]))
			return false;
	}
	return true;
}

static struct list_slice
svc_list_slice(const Concur__V1__SliceRequest *request)
{
	return (
	    struct list_slice){ request->start, request->stop, request->step, request->from_start, request->to_end };
}

SVC_HANDLER(svc_list_get, List, IndexRequest, ValueReply)
{
	struct list *list = svc_list_object(call, request->object);
	struct blob *blob;

	if (!list)
		return;
	blob = list_get(list, request->index);
	if (blob)
		reply_value(&call->to, OUTCOME_DONE, call_version(call), blob);
	else
		call_fail(call, CONCUR_INDEX_ERROR, NULL);
}

SVC_HANDLER(svc_list_set, List, IndexValueRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);
	struct list_item item;

	if (list && svc_list_item(call, &request->value, &item))
		call_done(call, list_set(call->core, list, request->index, &item), OUTCOME_DONE);
}

SVC_HANDLER(svc_list_delete, List, IndexRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);
	struct blob *blob = NULL;

	if (!list)
		return;
	call_done(call, list_pop(call->core, list, request->index, &blob), OUTCOME_DONE);
	blob_unref(blob);
}

SVC_HANDLER(svc_list_append, List, ValueRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);
	struct list_item item;

	if (list && svc_list_item(call, &request->value, &item))
		call_done(call, list_extend(call->core, list, &item, 1), OUTCOME_DONE);
}

SVC_HANDLER(svc_list_extend, List, ValuesRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);
	struct list_item *items;

	if (list && svc_list_items(call, request->values, request->n_values, &items))
		call_done(call, list_extend(call->core, list, items, request->n_values), OUTCOME_DONE);
}

SVC_HANDLER(svc_list_extend_from, List, OtherRequest, DoneReply)
{
	const unsigned kinds = KIND_BIT(KIND_LIST) | KIND_BIT(KIND_SET) | KIND_BIT(KIND_DICT) |
	    KIND_BIT(KIND_NAMESPACE) | KIND_BIT(KIND_ARRAY);
	struct list *list = svc_list_object(call, request->object);
	const struct object *other = list ? call_other(call, request->other, kinds) : NULL;

	if (other)
		call_done(call, list_extend_from(call->core, list, other), OUTCOME_DONE);
}

SVC_HANDLER(svc_list_insert, List, IndexValueRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);
	struct list_item item;

	if (list && svc_list_item(call, &request->value, &item))
		call_done(call, list_insert(call->core, list, request->index, &item), OUTCOME_DONE);
}

/* Popping from an empty list is Python's IndexError like any index out of range. */
SVC_HANDLER(svc_list_pop, List, IndexRequest, ValueReply)
{
	struct list *list = svc_list_object(call, request->object);
	enum concur_status status;
	struct blob *blob;

	if (!list)
		return;
	status = list_pop(call->core, list, request->index, &blob);
	if (status != CONCUR_OK) {
		call_fail(call, status, NULL);
		return;
	}
	reply_value(&call->to, OUTCOME_DONE, call_version(call), blob);
	blob_unref(blob);
}

/* What the client has to compare: the opaque items in [start, stop) up to the first that is equal for certain, unless
 * `all`. */
static void
svc_list_candidates(struct call *call, const struct list *list, const struct value *value, int64_t start, int64_t stop,
    bool all)
{
	size_t from = list_clamp(list, start), to = list_clamp(list, stop);
	struct candidates candidates;

	if (!candidates_init(&candidates, call, true))
		return;
	for (; from < to; from++) {
		struct value item = store_value(list_get(list, (int64_t)from));
		enum value_same same = value_equal(&item, value);

		if (same == VALUE_SAME && !all)
			break;
		if (!candidates_add(&candidates, same == VALUE_UNKNOWN ? &item : NULL, from)) {
			candidates_reply(&candidates, from);
			return;
		}
	}
	candidates_reply(&candidates, 0);
}

SVC_HANDLER(svc_list_remove, List, ValueRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);
	enum concur_status status;
	struct blob *blob = NULL;
	struct list_item item;
	int64_t index;

	if (!list || !svc_list_item(call, &request->value, &item))
		return;
	status = list_index(call->core, list, &item.value, 0, INT64_MAX, candidates_compared(call), &index);
	if (status == CONCUR_NEEDS_COMPARE) {
		svc_list_candidates(call, list, &item.value, 0, INT64_MAX, false);
		return;
	}
	if (status == CONCUR_OK && index >= 0)
		status = list_pop(call->core, list, index, &blob);
	call_done(call, status, blob ? OUTCOME_DONE : OUTCOME_NOT_THERE);
	blob_unref(blob);
}

SVC_HANDLER(svc_list_index, List, FindRequest, CountReply)
{
	struct list *list = svc_list_object(call, request->object);
	int64_t stop = request->bounded ? request->stop : INT64_MAX, index;
	enum concur_status status;
	struct list_item item;

	if (!list || !svc_list_item(call, &request->value, &item))
		return;
	status = list_index(call->core, list, &item.value, request->start, stop, candidates_compared(call), &index);
	if (status == CONCUR_NEEDS_COMPARE)
		svc_list_candidates(call, list, &item.value, request->start, stop, false);
	else if (status == CONCUR_OK)
		reply_count(&call->to, index < 0 ? OUTCOME_NOT_THERE : OUTCOME_DONE, index < 0 ? 0 : index);
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_list_count, List, ValueRequest, CountReply)
{
	struct list *list = svc_list_object(call, request->object);
	enum concur_status status;
	struct list_item item;
	int64_t count;

	if (!list || !svc_list_item(call, &request->value, &item))
		return;
	status = list_count(call->core, list, &item.value, candidates_compared(call), &count);
	if (status == CONCUR_NEEDS_COMPARE)
		svc_list_candidates(call, list, &item.value, 0, INT64_MAX, true);
	else if (status == CONCUR_OK)
		reply_count(&call->to, OUTCOME_DONE, count);
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_list_reverse, List, ObjectRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);

	if (list)
		call_done(call, list_reverse(call->core, list), OUTCOME_DONE);
}

SVC_HANDLER(svc_list_sort, List, SortRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);

	if (list)
		call_done(call, list_sort(call->core, list, request->reverse), OUTCOME_DONE);
}

SVC_HANDLER(svc_list_repeat, List, CountRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);

	if (list)
		call_done(call, list_repeat(call->core, list, request->count), OUTCOME_DONE);
}

SVC_HANDLER(svc_list_get_slice, List, SliceRequest, ValuesReply)
{
	struct list *list = svc_list_object(call, request->object);
	struct list_slice slice = svc_list_slice(request);
	struct reply_list out = { .outcome = OUTCOME_DONE };
	enum concur_status status;
	struct blob **blobs;
	size_t first;

	if (!list)
		return;
	status = list_slice_indexes(list, &slice, &first, &out.count);
	if (status != CONCUR_OK) {
		call_fail(call, status, NULL);
		return;
	}
	if (!call_batch(call, out.count))
		return;
	blobs = call_alloc(call, out.count * sizeof *blobs);
	if (!blobs)
		return;
	for (size_t i = 0; i < out.count; i++)
		blobs[i] = list_get(list, (int64_t)first + (int64_t)i * slice.step);
	out.blobs = blobs;
	out.version = call->object->version;
	reply_list(&call->to, &out);
}

SVC_HANDLER(svc_list_set_slice, List, SliceRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);
	struct list_slice slice = svc_list_slice(request);
	struct list_item *items;

	if (list && svc_list_items(call, request->values, request->n_values, &items))
		call_done(call, list_set_slice(call->core, list, &slice, items, request->n_values), OUTCOME_DONE);
}

SVC_HANDLER(svc_list_delete_slice, List, SliceRequest, DoneReply)
{
	struct list *list = svc_list_object(call, request->object);
	struct list_slice slice = svc_list_slice(request);

	if (list)
		call_done(call, list_delete_slice(call->core, list, &slice), OUTCOME_DONE);
}

const Concur__V1__List_Service svc_list = CONCUR__V1__LIST__INIT(svc_list_);
