/* The model of deadlocks: a search of the whole graph of who waits for whom, each time that an edge may have appeared.
 *
 * Nodes are calls in which a context is blocked for ever, on what only its holders let go of: strict locks, the rlock,
 * the rwlock. An edge leads from such a call to the one in which a holder is blocked. */
#include "tests/sim/model.h"

#include <stdlib.h>

enum { DEADLOCK_CALLS = 64 /* more than there ever are contexts */ };

struct search {
	struct model *model;
	const struct model_call *start;
	struct model_call *seen[DEADLOCK_CALLS]; /* all that were looked at */
	size_t seen_count;
	struct model_call *way[DEADLOCK_CALLS]; /* from the start on */
	size_t way_count;
};

static bool
takes_part(const struct model *model, const struct model_call *call)
{
	if (!call->blocked || call->deadline_ns != MODEL_NEVER)
		return false;
	switch (call->role) {
	case MODEL_ACQUIRE:
		return model->locks[call->object].strict;
	case MODEL_SLEEP:
		return call->object != GUARDS_ASLEEP;
	case MODEL_MONITOR:
	case MODEL_READ:
	case MODEL_WRITE:
		return true;
	default:
		return false;
	}
}

static struct model_call *
blocked_call(struct model *model, const struct model_session *session, uint64_t context)
{
	for (struct link *at = model->waiting.next; at != &model->waiting; at = at->next) {
		struct model_call *call = LINK_ENTRY(at, struct model_call, in_model);

		if (call->session == session && call->context == context && call->blocked)
			return takes_part(model, call) ? call : NULL;
	}
	return NULL;
}

/* The holders for whom a call waits, one after the other; false: there are no more. */
static bool
next_holder(const struct model *model, const struct model_call *call, uint64_t *position,
    const struct model_session **ret_session, uint64_t *ret_context)
{
	const struct model_lock *lock = &model->locks[call->object];
	const struct guards_monitor *monitor = &model->guards.monitor;

	if (call->role == MODEL_READ || call->role == MODEL_WRITE)
		return guards_next_share(&model->guards.rwlock, call, position, ret_session, ret_context);
	*ret_session = call->role == MODEL_ACQUIRE ? lock->holder : monitor->holder;
	*ret_context = call->role == MODEL_ACQUIRE ? lock->context : monitor->context;
	return *ret_session && (*position)++ == 0;
}

static bool
has_seen(const struct search *search, const struct model_call *call)
{
	for (size_t i = 0; i < search->seen_count; i++) {
		if (search->seen[i] == call)
			return true;
	}
	return false;
}

/* Whether there is a way from the call back to the start. */
static bool
leads_back(struct search *search, struct model_call *call)
{
	const struct model_session *session;
	uint64_t position = 0, context;

	if (search->seen_count == DEADLOCK_CALLS)
		abort();
	search->seen[search->seen_count++] = call;
	search->way[search->way_count++] = call;
	while (next_holder(search->model, call, &position, &session, &context)) {
		struct model_call *next;

		if (session == search->start->session && context == search->start->context)
			return true;
		next = blocked_call(search->model, session, context);
		if (next && !has_seen(search, next) && leads_back(search, next))
			return true;
	}
	search->way_count--;
	return false;
}

bool
model_deadlock_closes(struct model *model, struct model_call *call, int64_t wait_ns)
{
	struct search search = { .model = model, .start = call };

	call->deadline_ns = wait_ns < 0 ? MODEL_NEVER : 0;
	return takes_part(model, call) && leads_back(&search, call);
}

/* Of those in the circle that may fail; NULL: none may. */
static struct model_call *
youngest_of(const struct search *search)
{
	struct model_call *youngest = NULL;

	for (size_t i = 0; i < search->way_count; i++) {
		struct model_call *call = search->way[i];

		if (call->role != MODEL_SLEEP && (!youngest || call->order > youngest->order))
			youngest = call;
	}
	return youngest;
}

void
model_deadlock_break(struct model *model, const struct model_session *session, uint64_t context)
{
	struct model_call *call, *youngest;

	while ((call = blocked_call(model, session, context))) {
		struct search search = { .model = model, .start = call };

		youngest = leads_back(&search, call) ? youngest_of(&search) : NULL;
		if (!youngest)
			return;
		model_call_over(youngest, CONCUR_DEADLOCK, MODEL_DONE);
		/* Those behind it may be let in. */
		guards_rwlock_settle(&model->guards.rwlock);
	}
}
