/* concur.v1.Dict */
#include "daemon/rpc/rpc.h"
#include "daemon/rpc/services.h"

#include "daemon/core/dict.h"
#include "daemon/rpc/candidates.h"

enum {
	SVC_DICT_PAGE_HEAD = 64,                         /* bytes of a page's frame beside its entries, and to spare */
	SVC_DICT_ENTRY_HEAD = 2 * (11 + VALUE_HEAD_MAX), /* bytes of an entry beside its payloads, at most */
};

static struct dict *
svc_dict_object(struct call *call, uint64_t id)
{
	return (struct dict *)call_object(call, id, KIND_BIT(KIND_DICT) | KIND_BIT(KIND_NAMESPACE));
}

/* A key of which the dict can tell whether it has it; otherwise replies, perhaps with what the client must compare. */
static bool
svc_dict_key(struct call *call, const struct dict *dict, const ProtobufCBinaryData *field, struct value *ret,
    bool *ret_refers)
{
	enum concur_status status;

	if (!call_key(call, field, ret, ret_refers))
		return false;
	status = dict_check_key(dict, ret, candidates_compared(call));
	if (__builtin_expect(status == CONCUR_OK, 1))
		return true;
	if (status == CONCUR_NEEDS_COMPARE)
		candidates_of_keys(call, dict_entries(dict));
	else
		call_fail(call, status, NULL);
	return false;
}

static bool
svc_dict_item(struct call *call, const struct dict *dict, const ProtobufCBinaryData *key,
    const ProtobufCBinaryData *value, struct dict_item *ret)
{
	return svc_dict_key(call, dict, key, &ret->key, &ret->key_refers) &&
	    call_value(call, value, &ret->value, &ret->value_refers);
}

/* A plain no of a dict with no room for another key; other errors. */
static void
svc_dict_fail(struct call *call, enum concur_status status)
{
	if (status == CONCUR_FULL)
		call_done(call, CONCUR_OK, OUTCOME_FULL);
	else
		call_fail(call, status, NULL);
}

static void
svc_dict_done(struct call *call, enum concur_status status)
{
	if (status == CONCUR_OK)
		call_done(call, CONCUR_OK, OUTCOME_DONE);
	else
		svc_dict_fail(call, status);
}

SVC_HANDLER(svc_dict_get, Dict, KeyRequest, ValueReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	struct value key;
	struct blob *blob;
	bool refers;

	if (!dict || !svc_dict_key(call, dict, &request->key, &key, &refers))
		return;
	blob = dict_get(dict, &key);
	reply_value(&call->to, blob ? OUTCOME_DONE : OUTCOME_NOT_THERE, call_version(call), blob);
}

SVC_HANDLER(svc_dict_set, Dict, KeyValueRequest, DoneReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	struct dict_item item;

	if (!dict || !svc_dict_item(call, dict, &request->key, &request->value, &item))
		return;
	if (__builtin_expect(request->ttl_ns == 0, 1))
		svc_dict_done(call, dict_set(call->core, dict, &item));
	else if (request->ttl_ns > 0)
		svc_dict_done(call, dict_set_for(call->core, dict, &item, (uint64_t)request->ttl_ns));
	else
		call_fail(call, CONCUR_VALUE_ERROR, NULL);
}

SVC_HANDLER(svc_dict_delete, Dict, KeyRequest, DoneReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	struct value key;
	enum concur_status status;
	struct blob *blob;
	bool refers;

	if (!dict || !svc_dict_key(call, dict, &request->key, &key, &refers))
		return;
	status = dict_pop(call->core, dict, &key, &blob);
	call_done(call, status, blob ? OUTCOME_DONE : OUTCOME_NOT_THERE);
	blob_unref(blob);
}

SVC_HANDLER(svc_dict_contains, Dict, KeyRequest, DoneReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	struct value key;
	bool refers;

	if (dict && svc_dict_key(call, dict, &request->key, &key, &refers))
		call_done(call, CONCUR_OK, dict_get(dict, &key) ? OUTCOME_DONE : OUTCOME_NOT_THERE);
}

SVC_HANDLER(svc_dict_pop, Dict, KeyRequest, ValueReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	struct value key;
	enum concur_status status;
	struct blob *blob;
	bool refers;

	if (!dict || !svc_dict_key(call, dict, &request->key, &key, &refers))
		return;
	status = dict_pop(call->core, dict, &key, &blob);
	if (status == CONCUR_OK)
		reply_value(&call->to, blob ? OUTCOME_DONE : OUTCOME_NOT_THERE, call_version(call), blob);
	else
		call_fail(call, status, NULL);
	blob_unref(blob);
}

SVC_HANDLER(svc_dict_pop_item, Dict, ObjectRequest, PairsReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	struct blob *pair[2];
	struct reply_list list = { .outcome = OUTCOME_DONE, .blobs = pair, .count = 2 };
	enum concur_status status;

	if (!dict)
		return;
	status = dict_pop_last(call->core, dict, &pair[0], &pair[1]);
	if (status == CONCUR_OK && pair[0])
		reply_list(&call->to, &list);
	else
		call_done(call, status, OUTCOME_NOT_THERE);
	blob_unref(pair[0]);
	blob_unref(pair[1]);
}

SVC_HANDLER(svc_dict_set_default, Dict, KeyValueRequest, ValueReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	struct dict_item item;
	enum concur_status status;
	struct blob *blob;

	if (!dict || !svc_dict_item(call, dict, &request->key, &request->value, &item))
		return;
	blob = dict_get(dict, &item.key);
	if (blob) {
		reply_value(&call->to, OUTCOME_EXISTS, call_version(call), blob);
		return;
	}
	status = dict_set(call->core, dict, &item);
	if (status == CONCUR_OK)
		reply_value(&call->to, OUTCOME_DONE, call_version(call), dict_get(dict, &item.key));
	else
		svc_dict_fail(call, status);
}

SVC_HANDLER(svc_dict_update, Dict, PairsRequest, DoneReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	size_t count = request->n_values / 2;
	struct dict_item *items;

	if (!dict)
		return;
	if (request->n_values % 2) {
		call_fail(call, CONCUR_BAD_MESSAGE, "a key without a value");
		return;
	}
	if (!call_batch(call, count))
		return;
	items = call_alloc(call, count * sizeof *items);
	if (!items)
		return;
	for (size_t i = 0; i < count; i++) {
		if (!svc_dict_item(call, dict, &request->values[2 * i], &request->values[2 * i + 1], &items[i]))
			return;
	}
	svc_dict_done(call, dict_update(call->core, dict, items, count));
}

SVC_HANDLER(svc_dict_add, Dict, KeyValueRequest, ValueReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	enum concur_status status;
	struct dict_item item;
	struct blob *sum;

	if (!dict || !svc_dict_item(call, dict, &request->key, &request->value, &item))
		return;
	status = dict_add(call->core, dict, &item, &sum);
	if (status == CONCUR_OK)
		reply_value(&call->to, OUTCOME_DONE, call_version(call), sum);
	else
		svc_dict_fail(call, status);
}

SVC_HANDLER(svc_dict_append, Dict, KeyValueRequest, CountReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	enum concur_status status;
	struct dict_item item;
	int64_t count;

	if (!dict || !svc_dict_key(call, dict, &request->key, &item.key, &item.key_refers) ||
	    !call_inner_value(call, &request->value, &item.value, &item.value_refers))
		return;
	status = dict_append(call->core, dict, &item, &count);
	if (status == CONCUR_OK)
		reply_count(&call->to, OUTCOME_DONE, count);
	else
		svc_dict_fail(call, status);
}

/* An absent `expected` asks that nothing is there; an absent `value` deletes. */
SVC_HANDLER(svc_dict_compare_exchange, Dict, CompareRequest, ValueReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	bool has_expected = request->expected.len > 0, refers;
	struct dict_item item = { 0 };
	enum concur_status status;
	struct value expected;
	enum outcome outcome;

	if (!dict || !svc_dict_key(call, dict, &request->key, &item.key, &item.key_refers))
		return;
	if (request->value.len && !call_value(call, &request->value, &item.value, &item.value_refers))
		return;
	if (has_expected && !call_value(call, &request->expected, &expected, &refers))
		return;
	status = dict_compare_exchange(call->core, dict, &item, has_expected ? &expected : NULL, &outcome);
	if (status == CONCUR_NEEDS_COMPARE && !candidates_compared(call)) {
		candidates_of_value(call, dict_get(dict, &item.key));
		return;
	}
	/* Compared, and not the same bytes: it is another one. */
	if (status == CONCUR_NEEDS_COMPARE) {
		status = CONCUR_OK;
		outcome = OUTCOME_CHANGED;
	}
	if (status == CONCUR_OK)
		reply_value(&call->to, outcome, call_version(call), dict_get(dict, &item.key));
	else
		svc_dict_fail(call, status);
}

/* One more entry for the page, unless it is full, or the frame would be; but the first always. */
static bool
svc_dict_page_add(const struct limits *limits, struct dict_page *page, struct reply_list *list, struct blob **blobs,
    uint64_t *bytes)
{
	struct dict_page before = *page;
	struct map_entry *entry = *bytes < limits->page_bytes ? dict_page_next(page) : NULL;
	uint64_t size;

	if (!entry)
		return false;
	size = SVC_DICT_ENTRY_HEAD + blob_size(entry->key) + blob_size(entry->value);
	if (list->count && SVC_DICT_PAGE_HEAD + *bytes + size > limits->frame_max) {
		*page = before;
		return false;
	}
	blobs[list->count++] = entry->key;
	blobs[list->count++] = entry->value;
	*bytes += size;
	return true;
}

/* As many entries as a page takes, by count and by bytes, but at least one. */
SVC_HANDLER(svc_dict_page, Dict, PageRequest, PairsReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	size_t most = (size_t)call->rpc->limits->page_entries;
	struct reply_list list = { .outcome = OUTCOME_DONE };
	struct dict_page page;
	struct blob **blobs;
	uint64_t bytes = 0;

	if (!dict)
		return;
	if (!(request->backwards ? dict_page_begin_backwards(dict, request->cursor, &page)
				 : dict_page_begin(dict, request->cursor, &page))) {
		call_done(call, CONCUR_OK, OUTCOME_CHANGED);
		return;
	}
	if (request->count && request->count < most)
		most = request->count;
	blobs = call_alloc(call, 2 * most * sizeof *blobs);
	if (!blobs)
		return;
	while (list.count < 2 * most && svc_dict_page_add(call->rpc->limits, &page, &list, blobs, &bytes))
		;
	list.blobs = blobs;
	list.version = call->object->version;
	list.cursor = dict_page_cursor(&page);
	reply_list(&call->to, &list);
}

/* Items that only the client can compare must not be on both sides. */
SVC_HANDLER(svc_dict_merge, Dict, OtherRequest, DoneReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	const struct dict *other;

	if (!dict)
		return;
	other = (const struct dict *)call_other(call, request->other, 1u << call->object->kind->id);
	if (!other)
		return;
	if (dict != other && dict_opaque(dict) && dict_opaque(other) && !candidates_compared(call))
		candidates_of_keys(call, dict_entries(dict));
	else
		svc_dict_done(call, dict_merge(call->core, dict, other));
}

SVC_HANDLER(svc_dict_expire, Dict, ExpireRequest, DoneReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	enum concur_status status;
	enum outcome outcome;
	struct value key;
	bool refers;

	if (!dict || !svc_dict_key(call, dict, &request->key, &key, &refers))
		return;
	if (request->ttl_ns <= 0 && request->ttl_ns != -1) {
		call_fail(call, CONCUR_VALUE_ERROR, NULL);
		return;
	}
	status = dict_expire_after(call->core, dict, &key, request->ttl_ns < 0 ? UINT64_MAX : (uint64_t)request->ttl_ns,
	    &outcome);
	call_done(call, status, outcome);
}

SVC_HANDLER(svc_dict_ttl, Dict, KeyRequest, CountReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	struct value key;
	uint64_t ttl_ns;
	bool refers;

	if (!dict || !svc_dict_key(call, dict, &request->key, &key, &refers))
		return;
	ttl_ns = dict_ttl(call->core, dict, &key);
	if (ttl_ns == 0)
		reply_count(&call->to, OUTCOME_NOT_THERE, 0);
	else
		reply_count(&call->to, OUTCOME_DONE, ttl_ns > INT64_MAX ? -1 : (int64_t)ttl_ns);
}

/* For the lock of a key, only identical keys are the same where a client would have to compare. */
SVC_HANDLER(svc_dict_key_lock, Dict, KeyRequest, OpenReply)
{
	struct dict *dict = svc_dict_object(call, request->object);
	enum concur_status status;
	struct object *lock;
	struct value key;
	bool refers, created;

	if (!dict || !call_key(call, &request->key, &key, &refers))
		return;
	status = dict_key_lock(call->core, dict, &key, &lock, &created);
	if (status == CONCUR_OK)
		call_opened(call, lock, created, NULL, reply);
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_dict_candidates, Dict, PageRequest, ValuesReply)
{
	const struct dict *dict = svc_dict_object(call, request->object);

	if (dict)
		candidates_page(call, dict_entries(dict), request->cursor);
}

const Concur__V1__Dict_Service svc_dict = CONCUR__V1__DICT__INIT(svc_dict_);
