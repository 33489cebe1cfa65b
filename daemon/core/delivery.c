/* Deliveries. Entries are added when items are taken and numbered when their replies are written, which is in the same
 * order; so those that are numbered are the oldest, and the numbers rise. */
#include "daemon/core/delivery.h"

#include "daemon/core/object.h"
#include "daemon/core/store.h"

#include <assert.h>
#include <stdlib.h>

enum {
	DELIVERIES_ROOM_MIN = 4,
	DELIVERIES_KEEP = 64, /* entries whose room is kept when all are gone */
};

struct origin *
origin_new(struct object *object)
{
	struct origin *origin = malloc(sizeof *origin);

	if (origin)
		*origin = (struct origin){ .object = object };
	return origin;
}

void
origin_leave(struct origin *origin)
{
	origin->object = NULL;
	if (origin->in_doubt == 0)
		free(origin);
}

static int
deliveries_resize(struct core *core, struct deliveries *deliveries, size_t room)
{
	struct delivery *entries = room ? reallocarray(NULL, room, sizeof *entries) : NULL;

	if (room && !entries)
		return -1;
	for (size_t i = 0; i < deliveries->count; i++)
		entries[i] = *deliveries_at(deliveries, i);
	free(deliveries->entries);
	core->object_bytes += (room - deliveries->room) * sizeof *entries;
	deliveries->entries = entries;
	deliveries->room = room;
	deliveries->first = 0;
	return 0;
}

int
deliveries_reserve_slowly(struct core *core, struct deliveries *deliveries, size_t more)
{
	size_t room = deliveries->room ? deliveries->room : DELIVERIES_ROOM_MIN;

	while (room < deliveries->count + more)
		room *= 2;
	return deliveries_resize(core, deliveries, room);
}

/* One item less in doubt. */
static void
origin_forget(struct core *core, struct origin *origin)
{
	core->in_doubt--;
	if (--origin->in_doubt == 0 && !origin->object)
		free(origin);
}

/* As store_drop, whose long way few items need. */
static inline void
delivery_drop(struct core *core, struct blob *blob)
{
	if (__builtin_expect(blob->kind & BLOB_REFERS, 0)) {
		store_drop(core, NULL, blob);
		return;
	}
	core->bytes -= store_bytes(blob);
	blob_unref(blob);
}

/* Forgets the oldest, which is delivered. */
static void
deliveries_pop(struct core *core, struct deliveries *deliveries)
{
	struct delivery *delivery = deliveries_at(deliveries, 0);

	origin_forget(core, delivery->origin);
	delivery_drop(core, delivery->blob);
	deliveries->first = (deliveries->first + 1) & (deliveries->room - 1);
	deliveries->count--;
	if (deliveries->written)
		deliveries->written--;
}

static void
deliveries_shrink(struct core *core, struct deliveries *deliveries)
{
	if (deliveries->count == 0 && deliveries->room > DELIVERIES_KEEP)
		(void)deliveries_resize(core, deliveries, 0);
}

void
deliveries_read(struct core *core, struct deliveries *deliveries, uint64_t reply)
{
	while (deliveries->count && deliveries_at(deliveries, 0)->reply <= reply)
		deliveries_pop(core, deliveries);
	deliveries_shrink(core, deliveries);
}

void
deliveries_drop(struct core *core, struct deliveries *deliveries)
{
	while (deliveries->count)
		deliveries_pop(core, deliveries);
	(void)deliveries_resize(core, deliveries, 0);
}

/* One goes back; it is in doubt no longer, but its entry is there still. */
static enum concur_status
delivery_return(struct core *core, const struct delivery *delivery)
{
	struct object *object = delivery->origin->object;

	if (object)
		return object->kind->take_back(core, object, delivery);
	store_drop(core, NULL, delivery->blob);
	return CONCUR_OK;
}

/* All that have gone back, those behind `left`, are in their places: now their objects can serve. */
static void
deliveries_settle(struct core *core, struct deliveries *deliveries, size_t left)
{
	for (; deliveries->count > left; deliveries->count--) {
		struct origin *origin = deliveries_at(deliveries, deliveries->count - 1)->origin;

		if (origin->object)
			origin->object->kind->took_back(core, origin->object);
		origin_forget(core, origin);
	}
}

/* The place of the first entry whose reply is not below that number, of those whose replies are written. */
static size_t
deliveries_find(const struct deliveries *deliveries, uint64_t reply)
{
	size_t from = 0, to = deliveries->written;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (deliveries_at(deliveries, middle)->reply < reply)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Takes the entries [from, to) out, whose replies are written: the shorter side closes up. */
static void
deliveries_cut(struct deliveries *deliveries, size_t from, size_t to)
{
	size_t less = to - from;

	if (from < deliveries->count - to) {
		for (size_t i = from; i-- > 0;)
			*deliveries_at(deliveries, i + less) = *deliveries_at(deliveries, i);
		deliveries->first = (deliveries->first + less) & (deliveries->room - 1);
	} else {
		for (size_t i = to; i < deliveries->count; i++)
			*deliveries_at(deliveries, i - less) = *deliveries_at(deliveries, i);
	}
	deliveries->count -= less;
	deliveries->written -= less;
}

enum concur_status
deliveries_give_back(struct core *core, struct deliveries *deliveries, uint64_t reply)
{
	size_t from = deliveries_find(deliveries, reply), to = from, left;
	struct origin *origin;
	struct object *object;

	while (to < deliveries->written && deliveries_at(deliveries, to)->reply == reply)
		to++;
	for (left = to; left > from; left--) {
		if (delivery_return(core, deliveries_at(deliveries, left - 1)) != CONCUR_OK)
			break;
	}
	if (left == to)
		return from == to ? CONCUR_OK : CONCUR_NO_MEMORY;
	/* One call was answered by it, so all came from one place. */
	origin = deliveries_at(deliveries, left)->origin;
	object = origin->object;
	for (size_t i = left; i < to; i++)
		origin_forget(core, origin);
	deliveries_cut(deliveries, left, to);
	deliveries_shrink(core, deliveries);
	/* Those that it serves may be the session's own, whose deliveries these are. */
	if (object)
		object->kind->took_back(core, object);
	return left > from ? CONCUR_NO_MEMORY : CONCUR_OK;
}

bool
deliveries_return(struct core *core, struct deliveries *deliveries)
{
	size_t left = deliveries->count;

	/* The youngest first, so that each goes in front of the one before. */
	while (left && delivery_return(core, deliveries_at(deliveries, left - 1)) == CONCUR_OK)
		left--;
	deliveries_settle(core, deliveries, left);
	if (left) {
		deliveries->written = deliveries->written < left ? deliveries->written : left;
		return false;
	}
	deliveries->written = 0;
	(void)deliveries_resize(core, deliveries, 0);
	return true;
}
