/* The model of the rwlock. */
#include "tests/sim/guards.h"

#include "tests/sim/model.h"

#include <stdlib.h>

/* What the call's context has; NULL: nothing. */
static struct guards_share *
share_of(struct guards_rwlock *rwlock, const struct model_call *call)
{
	for (unsigned i = 0; i < GUARDS_SHARES; i++) {
		if (rwlock->shares[i].session == call->session && rwlock->shares[i].context == call->context)
			return &rwlock->shares[i];
	}
	return NULL;
}

static struct guards_share *
share_new(struct guards_rwlock *rwlock, const struct model_call *call)
{
	for (unsigned i = 0; i < GUARDS_SHARES; i++) {
		if (rwlock->shares[i].session)
			continue;
		rwlock->shares[i] = (struct guards_share){ call->session, call->context, 0, 0, ++rwlock->shared };
		return &rwlock->shares[i];
	}
	abort();
}

/* How many other contexts read, or write, or either. */
static unsigned
others(const struct guards_rwlock *rwlock, const struct guards_share *own, bool read, bool write)
{
	unsigned count = 0;

	for (unsigned i = 0; i < GUARDS_SHARES; i++) {
		const struct guards_share *share = &rwlock->shares[i];

		count += share != own && share->session && ((read && share->reads) || (write && share->writes));
	}
	return count;
}

static bool
may_enter(const struct guards_rwlock *rwlock, const struct guards_share *own, bool writes)
{
	return (own && !writes) || others(rwlock, own, writes, true) == 0;
}

static void
enter(struct guards_rwlock *rwlock, struct model_call *call, bool writes)
{
	struct guards_share *share = share_of(rwlock, call);

	if (!share)
		share = share_new(rwlock, call);
	if (writes)
		share->writes++;
	else
		share->reads++;
	guards_grant(call, &rwlock->has_death, rwlock->death_context);
}

bool
guards_next_share(const struct guards_rwlock *rwlock, const struct model_call *call, uint64_t *position,
    const struct model_session **ret_session, uint64_t *ret_context)
{
	const struct guards_share *next = NULL;

	for (unsigned i = 0; i < GUARDS_SHARES; i++) {
		const struct guards_share *share = &rwlock->shares[i];
		bool is_own = share->session == call->session && share->context == call->context;

		if (share->session && !is_own && share->order > *position && (!next || share->order < next->order))
			next = share;
	}
	if (!next)
		return false;
	*position = next->order;
	*ret_session = next->session;
	*ret_context = next->context;
	return true;
}

void
guards_rwlock_settle(struct guards_rwlock *rwlock)
{
	struct model *model = LINK_ENTRY(rwlock, struct model, guards.rwlock);
	struct model_call *first;

	while ((first = model_first_of(&rwlock->waiters)) &&
	    may_enter(rwlock, share_of(rwlock, first), first->role == MODEL_WRITE)) {
		enter(rwlock, first, first->role == MODEL_WRITE);
		model_deadlock_break(model, first->session, first->context);
	}
}

void
guards_enter(struct model *model, struct model_call *call, bool writes, int64_t wait_ns, uint64_t now_ns)
{
	struct guards_rwlock *rwlock = &model->guards.rwlock;
	struct guards_share *own = share_of(rwlock, call);
	struct model_call *first = model_first_of(&rwlock->waiters);

	model_call_init(call);
	call->role = writes ? MODEL_WRITE : MODEL_READ;
	if (guards_is_in(&rwlock->waiters, call)) {
		model_call_over(call, CONCUR_WAITING, MODEL_DONE);
	} else if (may_enter(rwlock, own, writes) && (own || !first)) {
		enter(rwlock, call, writes);
	} else if (wait_ns == 0) {
		model_call_over(call, CONCUR_OK, MODEL_TIMED_OUT);
	} else if (own && first && share_of(rwlock, first)) {
		model_call_over(call, CONCUR_DEADLOCK, MODEL_DONE);
	} else if (model_deadlock_closes(model, call, wait_ns)) {
		model_call_over(call, CONCUR_DEADLOCK, MODEL_DONE);
	} else {
		model_call_wait(model, call, &rwlock->waiters, wait_ns, now_ns);
		if (own) {
			link_remove(&call->in_object);
			link_prepend(&rwlock->waiters, &call->in_object);
		}
	}
}

static enum concur_status
check(struct guards_rwlock *rwlock, const struct model_call *call, bool writes)
{
	const struct guards_share *own = share_of(rwlock, call);

	if (guards_is_in(&rwlock->waiters, call))
		return CONCUR_WAITING;
	if (own && (writes ? own->writes : own->reads))
		return CONCUR_OK;
	return others(rwlock, own, !writes, writes) ? CONCUR_NOT_OWNER : CONCUR_NOT_LOCKED;
}

static void
share_settle(struct guards_rwlock *rwlock, struct guards_share *share)
{
	if (share->reads == 0 && share->writes == 0)
		share->session = NULL;
	guards_rwlock_settle(rwlock);
}

void
guards_leave(struct guards *guards, struct model_call *call, bool writes)
{
	enum concur_status status = check(&guards->rwlock, call, writes);
	struct guards_share *share = share_of(&guards->rwlock, call);

	model_call_init(call);
	if (status == CONCUR_OK) {
		share->reads -= !writes;
		share->writes -= writes;
		share_settle(&guards->rwlock, share);
	}
	model_call_over(call, status, MODEL_DONE);
}

void
guards_downgrade(struct guards *guards, struct model_call *call)
{
	enum concur_status status = check(&guards->rwlock, call, true);
	struct guards_share *share = share_of(&guards->rwlock, call);

	model_call_init(call);
	if (status == CONCUR_OK) {
		share->reads++;
		share->writes--;
		share_settle(&guards->rwlock, share);
	}
	model_call_over(call, status, MODEL_DONE);
}

void
guards_rwlock_let_go(struct guards_rwlock *rwlock, const struct model_session *session, uint64_t context, bool has_died)
{
	for (unsigned i = 0; i < GUARDS_SHARES; i++) {
		struct guards_share *share = &rwlock->shares[i];

		if (share->session != session || (context && share->context != context))
			continue;
		if (share->writes && has_died) {
			rwlock->has_death = true;
			rwlock->death_context = share->context;
		}
		share->reads = share->writes = 0;
		share_settle(rwlock, share);
	}
}
