/* Deliveries: items of queues and pipes that were sent to a session, and may not have been read by its process yet.
 *
 * An item is delivered when the taker's process has read the reply, no later. Until then the item stands here, in
 * the order in which the replies were written, and still counts in the store. Once the session says how many replies it
 * has read, those up to there are dropped. If it dies, the others go back to where they stood.
 *
 * An entry does not count as a reference to the object that it came from: one that nobody else refers to may go, and
 * its items in doubt with it. */
#ifndef CORE_DELIVERY_H
#define CORE_DELIVERY_H

#include "daemon/core/core.h"
#include "lib/blob.h"

#include <assert.h>

struct object;

/* Where items came from: of each queue and each end of a pipe one, which outlives it while items of it are in doubt. */
struct origin {
	struct object *object; /* its kind takes items back; NULL: it is gone */
	uint64_t in_doubt;     /* items of it among the deliveries of all sessions */
};

/* NULL if there is no memory. */
struct origin *origin_new(struct object *object);

/* The object goes: nothing comes back to it. It must not use the origin any more. */
void origin_leave(struct origin *origin);

#define DELIVERY_UNWRITTEN UINT64_MAX /* a reply that is not written yet, or never will be */

struct delivery {
	uint64_t reply; /* its number in the order of the session's replies, from 1; DELIVERY_UNWRITTEN */
	struct origin *origin;
	uint64_t place;      /* where it stood there; the kind's */
	uint64_t expires_ns; /* 0: never */
	struct blob *blob;   /* one reference; counted in the store, but not any object's */
};

/* Oldest first, in a ring. */
struct deliveries {
	struct delivery *entries;
	size_t room;  /* a power of two, or 0 */
	size_t first; /* place of the oldest */
	size_t count;
	size_t written; /* so many of them, the oldest, have a reply that is written */
};

/* How many more a new call may take, before deliveries_max. Calls that wait already are served all the same. */
static inline size_t
deliveries_left(const struct core *core, const struct deliveries *deliveries)
{
	uint64_t most = core->limits->deliveries_max;

	return deliveries->count < most ? (size_t)(most - deliveries->count) : 0;
}

/* Makes room for `more`: 0, or -1 if there is no memory. */
int deliveries_reserve_slowly(struct core *core, struct deliveries *deliveries, size_t more);

static inline int
deliveries_reserve(struct core *core, struct deliveries *deliveries, size_t more)
{
	return deliveries->count + more <= deliveries->room ? 0 : deliveries_reserve_slowly(core, deliveries, more);
}

static inline struct delivery *
deliveries_at(const struct deliveries *deliveries, size_t index)
{
	return &deliveries->entries[(deliveries->first + index) & (deliveries->room - 1)];
}

/* The entry that comes next, for which there is room: whoever fills in what it says of the item then adds it. */
static inline struct delivery *
deliveries_next(const struct deliveries *deliveries)
{
	return deliveries_at(deliveries, deliveries->count);
}

/* Adds it, as an item from there; the blob's reference goes over. */
static inline void
deliveries_add(struct core *core, struct deliveries *deliveries, struct origin *origin)
{
	struct delivery *delivery = deliveries_next(deliveries);

	delivery->origin = origin;
	delivery->reply = DELIVERY_UNWRITTEN;
	deliveries->count++;
	origin->in_doubt++;
	core->in_doubt++;
}

/* The oldest `count` of those not yet written went out in the reply of that number. */
static inline void
deliveries_written(struct deliveries *deliveries, size_t count, uint64_t reply)
{
	assert(deliveries->written + count <= deliveries->count);
	for (; count; count--)
		deliveries_at(deliveries, deliveries->written++)->reply = reply;
}

/* All replies up to that number were read. */
void deliveries_read(struct core *core, struct deliveries *deliveries, uint64_t reply);

/* What came in that reply could not be used: it goes back to where it stood, then those who wait for it are served.
 * Nothing is done for what was read or never written. NO_MEMORY: some of it is still here, in doubt; the session is to
 * end by death then. */
enum concur_status deliveries_give_back(struct core *core, struct deliveries *deliveries, uint64_t reply);

/* The session said that it leaves: nothing goes back. */
void deliveries_drop(struct core *core, struct deliveries *deliveries);

/* The session has died: all go back to where they stood, then those who wait for them are served. False if memory ran
 * out: what could not go back is still here. */
bool deliveries_return(struct core *core, struct deliveries *deliveries);

#endif
