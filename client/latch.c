/* Calls on latches. */
#include "shapes.h"

#include "concur/v1/latch.pb-c.h"
#include "concur/v1/methods.h"

static concur_future *
latch_count_down(unsigned flags, concur_latch *latch, int64_t by)
{
	return shape_count(ON(latch, CONCUR_METHOD_LATCH_COUNT_DOWN, RESULT_COUNT, flags), by);
}

FORMS(count, int64_t, latch_count_down, (concur_latch * latch, int64_t by), (latch, by))

static concur_future *
latch_wait(unsigned flags, concur_latch *latch, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(latch, CONCUR_METHOD_LATCH_WAIT, RESULT_DONE, flags), timeout_ns);
}

FORMS_DONE(latch_wait, (concur_latch * latch, int64_t timeout_ns), (latch, timeout_ns))

static concur_future *
latch_state(unsigned flags, concur_latch *latch)
{
	return shape_object(ON(latch, CONCUR_METHOD_LATCH_STATE, RESULT_LATCH_STATE, flags));
}

enum concur_status
concur_future_latch_state(concur_future *future, struct concur_latch_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_LATCH_STATE);
	Concur__V1__LatchState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__latch_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_state = (struct concur_latch_state){ reply->count, reply->waiters };
	concur__v1__latch_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}

FORMS(latch_state, struct concur_latch_state, latch_state, (concur_latch * latch), (latch))
