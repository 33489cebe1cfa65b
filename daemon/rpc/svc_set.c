/* concur.v1.Set */
#include "daemon/rpc/services.h"

#include "daemon/core/set.h"
#include "daemon/core/store.h"
#include "daemon/rpc/candidates.h"
#include "daemon/rpc/rpc.h"

enum {
	SVC_SET_PAGE_HEAD = 64,                  /* bytes of a page's frame beside its items, and to spare */
	SVC_SET_ITEM_HEAD = 11 + VALUE_HEAD_MAX, /* bytes of an item beside its payload, at most */
};

/* The other side of a call: another set's items, or a map of those that came with the request. */
struct svc_set_other {
	const struct map *items;
	size_t opaque;
	struct map *gathered; /* to be freed */
};

static struct set *
svc_set_object(struct call *call, uint64_t id)
{
	return (struct set *)call_object(call, id, KIND_BIT(KIND_SET));
}

/* Whether the daemon can tell if the item is in the set; otherwise replies with what the client has to compare. */
static bool
svc_set_settles(struct call *call, const struct set *set, const struct value *item)
{
	if (set_opaque(set) == 0 || candidates_compared(call) || set_contains(set, item))
		return true;
	candidates_of_keys(call, set_items(set));
	return false;
}

static bool
svc_set_item(struct call *call, const struct set *set, const ProtobufCBinaryData *field, struct set_item *ret)
{
	return call_key(call, field, &ret->value, &ret->refers) && svc_set_settles(call, set, &ret->value);
}

static bool
svc_set_items(struct call *call, const struct set *set, ProtobufCBinaryData *fields, size_t count,
    struct set_item **ret)
{
	if (!call_batch(call, count))
		return false;
	*ret = call_alloc(call, count * sizeof **ret);
	if (!*ret)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!svc_set_item(call, set, &fields[i], &(*ret)[i]))
			return false;
	}
	return true;
}

/* What a change answers: how many items it was about. */
static void
svc_set_count(struct call *call, enum concur_status status, int64_t count)
{
	if (status == CONCUR_OK)
		reply_count(&call->to, OUTCOME_DONE, count);
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_set_add, Set, ValuesRequest, CountReply)
{
	struct set *set = svc_set_object(call, request->object);
	enum concur_status status;
	struct set_item *items;
	int64_t count;

	if (!set || !svc_set_items(call, set, request->values, request->n_values, &items))
		return;
	status = set_add(call->core, set, items, request->n_values, &count);
	svc_set_count(call, status, count);
}

SVC_HANDLER(svc_set_discard, Set, ValuesRequest, CountReply)
{
	struct set *set = svc_set_object(call, request->object);
	enum concur_status status;
	struct set_item *items;
	int64_t count;

	if (!set || !svc_set_items(call, set, request->values, request->n_values, &items))
		return;
	status = set_discard(call->core, set, items, request->n_values, &count);
	svc_set_count(call, status, count);
}

SVC_HANDLER(svc_set_contains, Set, ValueRequest, DoneReply)
{
	struct set *set = svc_set_object(call, request->object);
	struct set_item item;

	if (set && svc_set_item(call, set, &request->value, &item))
		call_done(call, CONCUR_OK, set_contains(set, &item.value) ? OUTCOME_DONE : OUTCOME_NOT_THERE);
}

SVC_HANDLER(svc_set_pop, Set, ObjectRequest, ValueReply)
{
	struct set *set = svc_set_object(call, request->object);
	enum concur_status status;
	struct blob *item;

	if (!set)
		return;
	status = set_pop(call->core, set, &item);
	if (status == CONCUR_OK)
		reply_value(&call->to, item ? OUTCOME_DONE : OUTCOME_NOT_THERE, call_version(call), item);
	else
		call_fail(call, status, NULL);
	blob_unref(item);
}

/* -- pages ------------------------------------------------------------------------------------------------------- */

/* As many items as a page takes, by count and by bytes, but at least one. Returns the position behind them. */
static uint32_t
svc_set_fill_page(const struct limits *limits, const struct map *items, uint32_t position, size_t most,
    struct reply_list *list, struct blob **blobs)
{
	struct map_entry *entry;
	uint64_t bytes = 0;
	uint32_t behind = position;

	while (list->count < most && bytes < limits->page_bytes && (entry = map_next(items, &behind))) {
		uint64_t size = SVC_SET_ITEM_HEAD + blob_size(entry->key);

		if (list->count && SVC_SET_PAGE_HEAD + bytes + size > limits->frame_max)
			break;
		blobs[list->count++] = entry->key;
		bytes += size;
		position = behind;
	}
	return position;
}

SVC_HANDLER(svc_set_page, Set, PageRequest, ValuesReply)
{
	struct set *set = svc_set_object(call, request->object);
	size_t most = (size_t)call->rpc->limits->page_entries;
	struct reply_list list = { .outcome = OUTCOME_DONE };
	const struct map *items;
	struct blob **blobs;
	uint32_t position;

	if (!set)
		return;
	items = set_items(set);
	if (request->cursor && request->cursor >> 32 != map_epoch(items)) {
		call_done(call, CONCUR_OK, OUTCOME_CHANGED);
		return;
	}
	if (request->count && request->count < most)
		most = request->count;
	blobs = call_alloc(call, most * sizeof(struct blob *));
	if (!blobs)
		return;
	position = svc_set_fill_page(call->rpc->limits, items, (uint32_t)request->cursor, most, &list, blobs);
	list.blobs = blobs;
	list.version = call->object->version;
	list.cursor = (uint64_t)map_epoch(items) << 32 | position;
	if (!map_next(items, &position))
		list.cursor = 0;
	reply_list(&call->to, &list);
}

SVC_HANDLER(svc_set_candidates, Set, PageRequest, ValuesReply)
{
	struct set *set = svc_set_object(call, request->object);

	if (set)
		candidates_page(call, set_items(set), request->cursor);
}

/* -- algebra ----------------------------------------------------------------------------------------------------- */

/* The items that came with the request, as a map; how many have something opaque inside. */
static bool
svc_set_gather(struct call *call, const Concur__V1__SetRequest *request, struct svc_set_other *ret)
{
	struct set_item *items;

	if (!call_batch(call, request->n_values))
		return false;
	items = call_alloc(call, request->n_values * sizeof *items);
	if (!items)
		return false;
	for (size_t i = 0; i < request->n_values; i++) {
		if (!call_key(call, &request->values[i], &items[i].value, &items[i].refers))
			return false;
		ret->opaque += value_has_opaque(&items[i].value);
	}
	ret->items = ret->gathered = set_gather(call->core, items, request->n_values);
	if (!ret->items)
		call_fail(call, CONCUR_NO_MEMORY, NULL);
	return ret->items != NULL;
}

static void
svc_set_other_fini(struct svc_set_other *other)
{
	if (other->gathered)
		map_free(other->gathered, SIZE_MAX, NULL, NULL);
}

/* Finds both sides; otherwise replies. Items that only the client can compare must not be on both. */
static struct set *
svc_set_sides(struct call *call, const Concur__V1__SetRequest *request, struct svc_set_other *ret)
{
	struct set *set = svc_set_object(call, request->object);
	const struct set *other;

	*ret = (struct svc_set_other){ 0 };
	if (!set)
		return NULL;
	if (request->other) {
		other = (const struct set *)call_other(call, request->other, KIND_BIT(KIND_SET));
		if (!other)
			return NULL;
		ret->items = set_items(other);
		ret->opaque = other == set ? 0 : set_opaque(other);
	} else if (!svc_set_gather(call, request, ret)) {
		return NULL;
	}
	if (!ret->opaque || !set_opaque(set) || candidates_compared(call))
		return set;
	candidates_of_keys(call, set_items(set));
	svc_set_other_fini(ret);
	return NULL;
}

static void
svc_set_combine(struct call *call, const Concur__V1__SetRequest *request, enum set_operation operation,
    Concur__V1__OpenReply_Closure reply)
{
	static const struct object_open open = { .options = { .kind = KIND_SET } };
	struct svc_set_other other;
	const struct set *set = svc_set_sides(call, request, &other);
	enum concur_status status;
	struct object *made;
	bool created;

	if (!set)
		return;
	status = object_open(call->core, &open, &made, &created);
	if (status == CONCUR_OK)
		status = set_combine(call->core, (struct set *)made, operation, set_items(set), other.items);
	if (status == CONCUR_OK)
		call_opened(call, made, true, call->object, reply);
	else
		call_fail(call, status, NULL);
	svc_set_other_fini(&other);
}

static void
svc_set_change(struct call *call, const Concur__V1__SetRequest *request, enum set_operation operation)
{
	struct svc_set_other other;
	struct set *set = svc_set_sides(call, request, &other);
	enum concur_status status;
	int64_t count;

	if (!set)
		return;
	status = set_change(call->core, set, operation, other.items, &count);
	svc_set_count(call, status, count);
	svc_set_other_fini(&other);
}

static void
svc_set_ask(struct call *call, const Concur__V1__SetRequest *request, enum set_question question)
{
	struct svc_set_other other;
	const struct set *set = svc_set_sides(call, request, &other);
	enum concur_status status;
	bool yes;

	if (!set)
		return;
	status = set_ask(call->core, set, question, other.items, &yes);
	call_done(call, status, yes ? OUTCOME_DONE : OUTCOME_NO);
	svc_set_other_fini(&other);
}

SVC_HANDLER(svc_set_make_union, Set, SetRequest, OpenReply)
{
	svc_set_combine(call, request, SET_UNION, reply);
}

SVC_HANDLER(svc_set_make_intersection, Set, SetRequest, OpenReply)
{
	svc_set_combine(call, request, SET_INTERSECTION, reply);
}

SVC_HANDLER(svc_set_make_difference, Set, SetRequest, OpenReply)
{
	svc_set_combine(call, request, SET_DIFFERENCE, reply);
}

SVC_HANDLER(svc_set_make_symmetric_difference, Set, SetRequest, OpenReply)
{
	svc_set_combine(call, request, SET_SYMMETRIC_DIFFERENCE, reply);
}

SVC_HANDLER(svc_set_update, Set, SetRequest, CountReply)
{
	svc_set_change(call, request, SET_UNION);
}

SVC_HANDLER(svc_set_intersection_update, Set, SetRequest, CountReply)
{
	svc_set_change(call, request, SET_INTERSECTION);
}

SVC_HANDLER(svc_set_difference_update, Set, SetRequest, CountReply)
{
	svc_set_change(call, request, SET_DIFFERENCE);
}

SVC_HANDLER(svc_set_symmetric_difference_update, Set, SetRequest, CountReply)
{
	svc_set_change(call, request, SET_SYMMETRIC_DIFFERENCE);
}

SVC_HANDLER(svc_set_is_subset, Set, SetRequest, DoneReply)
{
	svc_set_ask(call, request, SET_IS_SUBSET);
}

SVC_HANDLER(svc_set_is_superset, Set, SetRequest, DoneReply)
{
	svc_set_ask(call, request, SET_IS_SUPERSET);
}

SVC_HANDLER(svc_set_is_disjoint, Set, SetRequest, DoneReply)
{
	svc_set_ask(call, request, SET_IS_DISJOINT);
}

const Concur__V1__Set_Service svc_set = CONCUR__V1__SET__INIT(svc_set_);
