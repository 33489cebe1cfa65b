/* Calls on barriers. */
#include "shapes.h"

#include "error.h"
#include "pack.h"
#include "values.h"

#include "concur/v1/barrier.pb-c.h"
#include "concur/v1/methods.h"

static concur_future *
barrier_wait(unsigned flags, concur_barrier *barrier, int64_t timeout_ns)
{
	Concur__V1__BarrierWaitRequest body = CONCUR__V1__BARRIER_WAIT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_WAITING(barrier, CONCUR_METHOD_BARRIER_WAIT, RESULT_ARRIVAL, flags));
	body.object = pack.object;
	if (timeout_ns == CONCUR_BARRIER_TIMEOUT)
		body.use_default = true;
	else
		body.wait_ns = pack_wait(&pack, timeout_ns);
	return pack_begin(&pack, &body.base);
}

enum concur_status
concur_future_arrival(concur_future *future, struct concur_arrival *ret_arrival)
{
	enum concur_status status = future_settle(future, RESULT_ARRIVAL), decoded = CONCUR_OK;
	struct concur_arrival arrival = { 0 };
	struct reply_fields fields;

	if (!ret_arrival || (status != CONCUR_OK && status != CONCUR_RUN_ACTION))
		return status;
	if (reply_scan(future->call.body, future->call.size, &fields) != CONCUR_OK)
		return future_bad_reply();
	arrival.index = fields.second;
	arrival.generation = fields.third;
	if (fields.size)
		decoded = values_decode(fields.value, fields.size, &arrival.action);
	if (decoded != CONCUR_OK)
		return error_plain(decoded);
	*ret_arrival = arrival;
	return status;
}

FORMS(arrival, struct concur_arrival, barrier_wait, (concur_barrier * barrier, int64_t timeout_ns),
    (barrier, timeout_ns))

static concur_future *
barrier_action_done(unsigned flags, concur_barrier *barrier, uint64_t generation, bool failed)
{
	Concur__V1__ActionDoneRequest body = CONCUR__V1__ACTION_DONE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(barrier, CONCUR_METHOD_BARRIER_ACTION_DONE, RESULT_ARRIVAL, flags));
	body.object = pack.object;
	body.generation = generation;
	body.failed = failed;
	return pack_begin(&pack, &body.base);
}

FORMS(arrival, struct concur_arrival, barrier_action_done, (concur_barrier * barrier, uint64_t generation, bool failed),
    (barrier, generation, failed))

enum concur_status
concur_barrier_wait_action(concur_barrier *barrier, int64_t timeout_ns, concur_action *run, void *arg,
    uint64_t *ret_index)
{
	struct concur_arrival arrival;
	enum concur_status status = concur_barrier_wait(barrier, timeout_ns, &arrival);

	if (status == CONCUR_RUN_ACTION) {
		bool well = run(&arrival.action, arg);

		concur_value_free(&arrival.action);
		status = concur_barrier_action_done(barrier, arrival.generation, !well, &arrival);
	}
	if (status == CONCUR_OK && ret_index)
		*ret_index = arrival.index;
	return status;
}

static concur_future *
barrier_abort(unsigned flags, concur_barrier *barrier)
{
	return shape_object(ON(barrier, CONCUR_METHOD_BARRIER_ABORT, RESULT_DONE, flags));
}

FORMS_DONE(barrier_abort, (concur_barrier * barrier), (barrier))

static concur_future *
barrier_reset(unsigned flags, concur_barrier *barrier)
{
	return shape_object(ON(barrier, CONCUR_METHOD_BARRIER_RESET, RESULT_DONE, flags));
}

FORMS_DONE(barrier_reset, (concur_barrier * barrier), (barrier))

static concur_future *
barrier_state(unsigned flags, concur_barrier *barrier)
{
	return shape_object(ON(barrier, CONCUR_METHOD_BARRIER_STATE, RESULT_BARRIER_STATE, flags));
}

enum concur_status
concur_future_barrier_state(concur_future *future, struct concur_barrier_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_BARRIER_STATE);
	Concur__V1__BarrierState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__barrier_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	*ret_state = (struct concur_barrier_state){ reply->parties, reply->waiting, reply->broken, reply->acting,
		reply->default_wait_ns };
	concur__v1__barrier_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}

FORMS(barrier_state, struct concur_barrier_state, barrier_state, (concur_barrier * barrier), (barrier))
