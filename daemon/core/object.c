/* Objects: opening, names, references, and the way they go.
 *
 * Life: created with no reference -> referred to -> set aside when the last reference goes (core->unreferenced) ->
 * back; or at the turn's end, perhaps after lingering (core->lingering), destroyed: out of the tables, waiters REMOVED,
 * then in core->graves until its contents are freed.
 *
 * Invariant: refs >= handles + inner. What is over are names, creators, waiters. Where inner ones alone are left, they
 * may be a cycle's: cycle.c looks for it. */
#include "daemon/core/object.h"

#include "daemon/core/array.h"
#include "daemon/core/barrier.h"
#include "daemon/core/cell.h"
#include "daemon/core/condition.h"
#include "daemon/core/dict.h"
#include "daemon/core/event.h"
#include "daemon/core/latch.h"
#include "daemon/core/list.h"
#include "daemon/core/lock.h"
#include "daemon/core/pipe.h"
#include "daemon/core/pool.h"
#include "daemon/core/process.h"
#include "daemon/core/queue.h"
#include "daemon/core/rwlock.h"
#include "daemon/core/set.h"
#include "daemon/core/semaphore.h"

#include <assert.h>
#include <stdlib.h>

enum { OBJECT_OVERHEAD = 64 }; /* bytes in the tables of ids and names, and of the allocator */

/* A new kind is one line here. */
static const struct kind *const object_kinds[KIND_COUNT] = {
	[KIND_DICT] = &dict_kind,
	[KIND_LIST] = &list_kind,
	[KIND_QUEUE] = &queue_kind,
	[KIND_LOCK] = &lock_kind,
	[KIND_CELL] = &cell_kind,
	[KIND_PIPE] = &pipe_kind,
	[KIND_SET] = &set_kind,
	[KIND_ARRAY] = &array_kind,
	[KIND_NAMESPACE] = &namespace_kind,
	[KIND_RLOCK] = &rlock_kind,
	[KIND_RWLOCK] = &rwlock_kind,
	[KIND_CONDITION] = &condition_kind,
	[KIND_SEMAPHORE] = &semaphore_kind,
	[KIND_EVENT] = &event_kind,
	[KIND_BARRIER] = &barrier_kind,
	[KIND_LATCH] = &latch_kind,
	[KIND_POOL] = &pool_kind,
	[KIND_PROCESS] = &process_kind,
};

const struct kind *
kind_find(uint32_t id)
{
	return id < KIND_COUNT ? object_kinds[id] : NULL;
}

struct object *
object_find(const struct core *core, uint64_t id)
{
	struct table_node *node = table_find(&core->objects, id);

	struct object *object;

	if (!node)
		return NULL;
	object = object_of_node(node);
	/* Out of reach already, though it is not destroyed yet. */
	return object->reached < core->cycle.ended ? NULL : object;
}

struct object *
object_find_name(const struct core *core, const struct value *name)
{
	struct map_entry *entry = map_find(core->names, name);

	return entry ? entry->value : NULL;
}

struct object *
object_next_named(const struct core *core, uint32_t *position)
{
	struct map_entry *entry = map_next(core->names, position);

	return entry ? entry->value : NULL;
}

struct object *
object_next(const struct core *core, uint64_t *position)
{
	struct table_node *node = table_next(&core->objects, position);

	return node ? object_of_node(node) : NULL;
}

/* What the object counts for by being there: many empty ones take memory too. */
static size_t
object_bytes(const struct object *object)
{
	return object->kind->size + OBJECT_OVERHEAD;
}

static bool
object_step(struct core *core, struct grave *grave, size_t *steps)
{
	struct object *object = LINK_ENTRY(grave, struct object, grave);

	if (*steps == 0 || !object->kind->step(core, object, steps))
		return false;
	if (*steps)
		--*steps;
	link_remove(&grave->link);
	core->object_bytes -= object_bytes(object) + object->footprint;
	free(object);
	return true;
}

/* Names it; 0, or -1 if there is no memory. */
static int
object_name(struct core *core, struct object *object, const struct value *name)
{
	bool created;
	struct map_entry *entry = map_insert(core->names, name, &created);

	if (!entry)
		return -1;
	assert(created);
	entry->value = object;
	object->name = entry->key;
	return 0;
}

/* `original` is NULL, or what the new one is a copy of. */
static enum concur_status
object_create(struct core *core, const struct object_open *open, struct object *original, struct object **ret)
{
	const struct kind *kind = kind_find(open->options.kind);
	enum concur_status status;
	struct object *object;

	if (open->options.nested && !kind->may_nest)
		return CONCUR_VALUE_ERROR;
	if (core->objects.count >= core->limits->objects_max) {
		core_relieve(core);
		return core_limit(core, CONCUR_LIMIT, "objects_max");
	}
	object = calloc(1, kind->size);
	if (!object)
		return CONCUR_NO_MEMORY;
	object->kind = kind;
	object->lifetime = open->options.lifetime;
	object->nested = original ? original->nested : open->options.nested;
	object->grave.step = object_step;
	object->reached = CYCLE_PLAIN;
	link_init(&object->in_cycle);
	object->since_ns = core->now_ns;
	link_init(&object->waiters);
	link_init(&object->unreferenced);
	link_init(&object->in_creator);
	link_init(&object->grave.link);
	if (object->lifetime == LIFETIME_DEFAULT)
		object->lifetime = open->name ? LIFETIME_NAMED : LIFETIME_REFCOUNT;
	status = original ? kind->copy(core, object, original) : kind->init(core, object, &open->options);
	if (status != CONCUR_OK) {
		cycle_leave(core, object);
		free(object);
		return status;
	}
	if (original && original->reached != CYCLE_PLAIN)
		cycle_join(core, object);
	table_insert(&core->objects, &object->by_id, core_draw(core));
	core->object_bytes += object_bytes(object);
	object->version = core_draw(core);
	if (open->name && object_name(core, object, open->name) < 0) {
		object_destroy(core, object);
		return CONCUR_NO_MEMORY;
	}
	if (object->lifetime == LIFETIME_SESSION)
		link_append(&open->creator->created, &object->in_creator);
	if (object->lifetime == LIFETIME_SESSION || (object->lifetime == LIFETIME_NAMED && object->name))
		object_ref(core, object);
	else
		link_append(&core->unreferenced, &object->unreferenced);
	*ret = object;
	return CONCUR_OK;
}

enum concur_status
object_open(struct core *core, const struct object_open *open, struct object **ret, bool *ret_created)
{
	struct object *object = open->name ? object_find_name(core, open->name) : NULL;

	*ret_created = false;
	if (!kind_find(open->options.kind) && !(open->must_exist && open->options.kind == KIND_NONE))
		return CONCUR_WRONG_KIND;
	if (object && open->must_create)
		return CONCUR_ALREADY_THERE;
	if (object && open->options.kind != KIND_NONE && object->kind->id != open->options.kind)
		return CONCUR_WRONG_KIND;
	if (object) {
		*ret = object;
		return CONCUR_OK;
	}
	if (open->must_exist)
		return CONCUR_NOT_FOUND;
	*ret_created = true;
	return object_create(core, open, NULL, ret);
}

enum concur_status
object_copy(struct core *core, struct object *original, enum lifetime lifetime, struct session *creator,
    struct object **ret)
{
	struct object_open open = { .creator = creator,
		.options = { .kind = original->kind->id, .lifetime = lifetime } };
	enum concur_status status;

	if (!original->kind->copy)
		return CONCUR_TYPE_ERROR;
	status = object_create(core, &open, original, ret);
	if (status != CONCUR_OK)
		return status;
	(*ret)->bytes = original->bytes;
	object_changed(core, *ret);
	return CONCUR_OK;
}

enum concur_status
object_lock(struct core *core, struct object *object, struct object **ret)
{
	const struct object_open open = { .options = { .kind = KIND_RLOCK } };
	enum concur_status status;
	bool created;

	if (!object->lock) {
		status = object_open(core, &open, &object->lock, &created);
		if (status != CONCUR_OK)
			return status;
		object_ref(core, object->lock);
	}
	*ret = object->lock;
	return CONCUR_OK;
}

void
object_unref(struct core *core, struct object *object)
{
	/* A destroyed object may still be referred to by waiters that are being answered; it is in its grave
	 * already. */
	assert(object->refs > 0);
	if (--object->refs > object->inner || link_linked(&object->grave.link))
		return;
	object->left_ns = core->now_ns;
	if (object->refs == 0)
		link_append(&core->unreferenced, &object->unreferenced);
	else if (object->reached != CYCLE_PLAIN)
		cycle_suspect(core);
}

void
object_reclaim(struct core *core, struct object *object)
{
	core->lingerers -= object->lingers;
	object->lingers = false;
	link_remove(&object->unreferenced);
}

void
object_ref_handle(struct core *core, struct object *object)
{
	object->was_sent = true;
	core->handled += object->handles++ == 0;
	object_ref(core, object);
}

void
object_unref_handle(struct core *core, struct object *object)
{
	core->handled -= --object->handles == 0;
	object_unref(core, object);
}

void
object_forget_name(struct core *core, struct object *object)
{
	struct value name;
	struct map_entry *entry;

	if (!object->name)
		return;
	name = (struct value){ VALUE_TEXT, blob_data(object->name), blob_size(object->name) };
	entry = map_find(core->names, &name);
	assert(entry && entry->value == object);
	object->name = NULL;
	(void)map_remove(core->names, entry);
	if (object->lifetime == LIFETIME_NAMED)
		object_unref(core, object);
}

void
object_remove(struct core *core, struct object *object)
{
	bool had_name = object->name != NULL;

	object_forget_name(core, object);
	if (had_name && object->kind->removed)
		object->kind->removed(core, object);
}

void
object_destroy(struct core *core, struct object *object)
{
	object_forget_name(core, object);
	object_reclaim(core, object);
	core->handled -= object->handles > 0;
	cycle_leave(core, object);
	link_remove(&object->in_creator);
	table_remove(&core->objects, &object->by_id);
	core_bury(core, &object->grave);
	if (object->lock)
		object_unref(core, object->lock);
	object->kind->end(core, object);
}

/* -- objects that nobody refers to ------------------------------------------------------------------------------- */

bool
object_may_linger(const struct core *core, const struct object *object)
{
	return object->was_sent && !object->kind->never_lingers && object->lifetime == LIFETIME_REFCOUNT &&
	    !object->name && core->limits->linger_seconds > 0;
}

uint64_t
object_linger_end(const struct core *core, const struct object *object)
{
	uint64_t room = (UINT64_MAX - 1 - object->left_ns) / CORE_SECOND, seconds = core->limits->linger_seconds;

	return object->left_ns + (seconds < room ? seconds : room) * CORE_SECOND;
}

static struct object *
object_of_unreferenced(struct link *node)
{
	return LINK_ENTRY(node, struct object, unreferenced);
}

/* The first of those that linger, if it must go now. */
static struct object *
object_overdue(const struct core *core)
{
	struct object *first;

	if (link_empty(&core->lingering))
		return NULL;
	first = object_of_unreferenced(core->lingering.next);
	if (core->is_short || core->lingerers > core->limits->linger_max)
		return first;
	return object_linger_end(core, first) <= core->now_ns ? first : NULL;
}

void
object_let_go(struct core *core, size_t most)
{
	struct object *object;
	struct link *node;

	for (; most && (node = link_pop(&core->unreferenced)); most--) {
		object = object_of_unreferenced(node);
		if (object_may_linger(core, object)) {
			object->lingers = true;
			core->lingerers++;
			link_append(&core->lingering, node);
		} else {
			object_destroy(core, object);
		}
	}
	for (; most && (object = object_overdue(core)); most--)
		object_destroy(core, object);
}

uint64_t
object_next_departure(const struct core *core)
{
	if (!link_empty(&core->unreferenced) || object_overdue(core))
		return 0;
	if (link_empty(&core->lingering))
		return UINT64_MAX;
	return object_linger_end(core, object_of_unreferenced(core->lingering.next));
}
