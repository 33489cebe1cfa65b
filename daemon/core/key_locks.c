/* The locks of keys: a map from keys to ids of locks. */
#include "daemon/core/key_locks.h"

#include <stdlib.h>

enum { KEY_LOCKS_SWEEP = 2 }; /* entries looked at by each call: more than one, so that they get fewer than are made */

struct key_locks {
	struct map *ids;   /* the value is the id itself */
	uint32_t position; /* of the next entry to be looked at */
	size_t key_bytes;
};

struct key_locks *
key_locks_new(struct core *core)
{
	struct key_locks *locks = calloc(1, sizeof *locks);

	if (!locks)
		return NULL;
	locks->ids = map_new(core->seed);
	if (locks->ids)
		return locks;
	free(locks);
	return NULL;
}

static struct object *
lock_of(const struct core *core, const struct map_entry *entry)
{
	return object_find(core, (uint64_t)(uintptr_t)entry->value);
}

static void
forget(struct key_locks *locks, struct map_entry *entry)
{
	locks->key_bytes -= blob_footprint(blob_size(entry->key));
	(void)map_remove(locks->ids, entry); /* this map is never copied */
}

/* Forgets a few of those whose lock has gone. */
static void
sweep(const struct core *core, struct key_locks *locks)
{
	for (int i = 0; i < KEY_LOCKS_SWEEP; i++) {
		struct map_entry *entry = map_next(locks->ids, &locks->position);

		if (!entry)
			locks->position = 0;
		else if (!lock_of(core, entry))
			forget(locks, entry);
	}
}

static enum concur_status
make(struct core *core, struct object **ret)
{
	struct object_open open = { .options = { .kind = KIND_LOCK, .strict = true } };
	bool created;

	return object_open(core, &open, ret, &created);
}

enum concur_status
key_locks_get(struct core *core, struct key_locks *locks, const struct value *key, struct object **ret,
    bool *ret_created)
{
	enum concur_status status;
	struct map_entry *entry;
	bool is_new;

	sweep(core, locks);
	if (map_count(locks->ids) >= core->limits->container_max && !map_find(locks->ids, key))
		return core_limit(core, CONCUR_LIMIT, "container_max");
	entry = map_insert(locks->ids, key, &is_new);
	if (!entry)
		return CONCUR_NO_MEMORY;
	if (is_new)
		locks->key_bytes += blob_footprint(blob_size(entry->key));
	*ret = is_new ? NULL : lock_of(core, entry);
	*ret_created = !*ret;
	if (*ret)
		return CONCUR_OK;
	status = make(core, ret);
	if (status == CONCUR_OK)
		entry->value = (void *)(uintptr_t)object_id(*ret);
	else
		forget(locks, entry);
	return status;
}

static void
drop_nothing(struct map_entry *entry, void *arg)
{
	(void)entry, (void)arg;
}

bool
key_locks_step(struct key_locks *locks, size_t *steps)
{
	size_t before = map_count(locks->ids);

	if (!map_free(locks->ids, *steps, drop_nothing, NULL)) {
		*steps = 0;
		return false;
	}
	*steps -= before < *steps ? before : *steps;
	free(locks);
	return true;
}

size_t
key_locks_count(const struct key_locks *locks)
{
	return map_count(locks->ids);
}

size_t
key_locks_footprint(const struct key_locks *locks)
{
	return sizeof *locks + map_footprint(locks->ids) + locks->key_bytes;
}
