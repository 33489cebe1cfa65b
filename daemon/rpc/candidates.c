/* Candidates. A page ends when it has as much in it as any page, or when as many were looked at as a batch may have. */
#include "daemon/rpc/candidates.h"

#include "daemon/core/dict.h"
#include "daemon/core/store.h"
#include "daemon/rpc/rpc.h"

bool
candidates_init(struct candidates *candidates, struct call *call, bool with_indexes)
{
	size_t most = (size_t)call->rpc->limits->page_entries;

	*candidates = (struct candidates){ .call = call,
		.version = call->object->version,
		.detail = "compare with the candidates, then ask again" };
	candidates->values = call_alloc(call, most * sizeof *candidates->values);
	if (!candidates->values)
		return false;
	if (!with_indexes)
		return true;
	candidates->indexes = call_alloc(call, most * sizeof *candidates->indexes);
	return candidates->indexes != NULL;
}

bool
candidates_add(struct candidates *candidates, const struct value *value, uint64_t index)
{
	const struct limits *limits = candidates->call->rpc->limits;
	size_t size;
	uint8_t *bytes;

	if (candidates->looked_at == limits->batch_max)
		return false;
	if (value) {
		size = value_encoded_size(value->kind, value->size);
		if (candidates->count == limits->page_entries ||
		    (candidates->count && candidates->bytes + size > limits->page_bytes))
			return false;
		bytes = arena_alloc(&candidates->call->rpc->arena, size);
		if (!bytes)
			return false;
		value_encode(bytes, value);
		candidates->bytes += size;
		if (candidates->indexes)
			candidates->indexes[candidates->count] = index;
		candidates->values[candidates->count++] = (ProtobufCBinaryData){ size, bytes };
	}
	candidates->looked_at++;
	return true;
}

void
candidates_reply(struct candidates *candidates, uint64_t cursor)
{
	struct call *call = candidates->call;
	Concur__V1__Error error = CONCUR__V1__ERROR__INIT;

	error.version = candidates->version;
	error.cursor = cursor;
	error.step = candidates->step;
	error.candidates = candidates->values;
	error.n_candidates = candidates->count;
	if (candidates->indexes) {
		error.indexes = candidates->indexes;
		error.n_indexes = candidates->count;
	}
	reply_error_with(&call->to, CONCUR_NEEDS_COMPARE, call->object, NULL, candidates->detail, &error);
}

/* Adds the opaque keys behind the position until the page is full: the cursor behind it, or 0. */
static uint64_t
candidates_add_keys(struct candidates *candidates, const struct map *map, uint32_t position)
{
	struct map_entry *entry;
	uint32_t behind = position;

	while ((entry = map_next(map, &behind))) {
		struct value key = store_value(entry->key);

		if (!candidates_add(candidates, value_has_opaque(&key) ? &key : NULL, 0))
			return (uint64_t)map_epoch(map) << 32 | position;
		position = behind;
	}
	return 0;
}

void
candidates_of_keys(struct call *call, const struct map *map)
{
	struct candidates candidates;

	if (candidates_init(&candidates, call, false))
		candidates_reply(&candidates, candidates_add_keys(&candidates, map, 0));
}

void
candidates_of_value(struct call *call, const struct blob *blob)
{
	struct value value = store_value(blob);
	struct candidates candidates;

	if (!candidates_init(&candidates, call, false))
		return;
	(void)candidates_add(&candidates, &value, 0);
	candidates_reply(&candidates, 0);
}

/* The same for a map that is a value, which is never too large to be read whole. */
static uint64_t
candidates_add_pairs(struct candidates *candidates, const struct value *map)
{
	struct value key, ignored;
	struct value_walk walk;

	value_walk_begin(&walk, map);
	while (value_walk_next(&walk, &key)) {
		value_walk_next(&walk, &ignored);
		if (!candidates_add(candidates, value_has_opaque(&key) ? &key : NULL, 0))
			return (uint64_t)(walk.at - map->data);
	}
	return 0;
}

void
candidates_of_step(struct call *call, const struct path *path, const char *detail)
{
	const struct path_keys *keys = &path->keys;
	struct candidates candidates;

	if (!candidates_init(&candidates, call, false))
		return;
	candidates.version = path->version;
	candidates.step = path->failed;
	candidates.detail = detail;
	candidates_reply(&candidates,
	    keys->dict ? candidates_add_keys(&candidates, dict_entries(keys->dict), 0)
		       : candidates_add_pairs(&candidates, &keys->map));
}

void
candidates_page(struct call *call, const struct map *map, uint64_t cursor)
{
	Concur__V1__ValuesReply reply = CONCUR__V1__VALUES_REPLY__INIT;
	struct candidates candidates;

	if (cursor && cursor >> 32 != map_epoch(map)) {
		call_done(call, CONCUR_OK, OUTCOME_CHANGED);
		return;
	}
	if (!candidates_init(&candidates, call, false))
		return;
	reply.cursor = candidates_add_keys(&candidates, map, (uint32_t)cursor);
	reply.version = call->object->version;
	reply.values = candidates.values;
	reply.n_values = candidates.count;
	call_reply(&reply.base, call);
}
