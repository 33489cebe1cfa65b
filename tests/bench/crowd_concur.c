/* The crowd's works on concurd. A step is one message out, one frame or two in it, and one reply in: what nobody needs
 * an answer to, a release, a notify, is one-way and travels with the call that waits. */
#include "tests/bench/crowd.h"

#include "lib/frame.h"
#include "tests/bench/concur_call.h"
#include "tests/bench/work.h"

#include <concur/v1/barrier.pb-c.h>
#include <concur/v1/methods.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH_FRAMES = 2, BATCH_ROOM = 256, CONTEXT = 1 };

/* Frames that are sent together, again and again; only the last is answered. */
struct batch {
	uint8_t bytes[BATCH_ROOM];
	size_t starts[BATCH_FRAMES];
	size_t size;
	unsigned count;
};

struct crowd_concur_state {
	struct batch first; /* the wait alone, before there is anything to hand over */
	struct batch step;
	struct batch last; /* the handing over alone */
	bool has_begun;
};

static void
batch_add(struct batch *batch, uint32_t method, const ProtobufCMessage *request, uint16_t flags)
{
	size_t size = concur_frame_size(request);
	struct frame_request head = { .length = (uint32_t)(size - FRAME_LENGTH),
		.method = method,
		.context = CONTEXT,
		.flags = flags };
	uint8_t *at = batch->bytes + batch->size;

	assert(batch->count < BATCH_FRAMES && batch->size + size <= BATCH_ROOM);
	frame_request_write(at, &head);
	protobuf_c_message_pack(request, at + FRAME_REQUEST);
	batch->starts[batch->count++] = batch->size;
	batch->size += size;
}

/* Sends them, the last of which is answered, and looks at the answer. */
static int
batch_call(struct conn *conn, struct batch *batch)
{
	struct concur_answer answer;
	struct frame_reply head;
	const uint8_t *reply;
	size_t size;

	for (unsigned i = 0; i < batch->count; i++)
		concur_stamp(conn, batch->bytes + batch->starts[i], conn->calls_ever + 1 + i);
	if (conn_exchange(conn, batch->bytes, batch->size, concur_is_whole, &reply, &size) < 0)
		return -1;
	conn->calls_ever += batch->count - 1;
	frame_reply_read(reply, &head);
	if (head.call != conn->calls_ever || head.status != 0 ||
	    !concur_answer_read(reply + FRAME_REPLY, reply + size, &answer) ||
	    answer.outcome != CONCUR__V1__OUTCOME__DONE) {
		conn_fault(conn, "not the reply that was expected", reply, 0);
		return -1;
	}
	return 0;
}

static struct crowd_concur_state *
state_new(struct crowd_worker *worker)
{
	worker->conn.state = calloc(1, sizeof(struct crowd_concur_state));
	if (!worker->conn.state)
		work_no_memory();
	return worker->conn.state;
}

static int
begin_or_step(struct crowd_worker *worker)
{
	struct crowd_concur_state *state = worker->conn.state;
	struct batch *batch = state->has_begun ? &state->step : &state->first;

	state->has_begun = true;
	return batch_call(&worker->conn, batch);
}

/* The last word is answered, so that it has been heard when the connection closes. */
static int
leave(struct crowd_worker *worker)
{
	struct crowd_concur_state *state = worker->conn.state;

	return state->last.count == 0 || !state->has_begun ? 0 : batch_call(&worker->conn, &state->last);
}

/* -- lock: release it, and wait for it again --------------------------------------------------------------------- */

static int
lock_prepare(struct crowd_worker *worker)
{
	Concur__V1__WaitRequest acquire = CONCUR__V1__WAIT_REQUEST__INIT;
	Concur__V1__ObjectRequest release = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct crowd_concur_state *state = state_new(worker);

	if (!state ||
	    concur_open(&worker->conn, worker->conn.options->name, CONCUR__V1__KIND__KIND_LOCK, &worker->conn.object) <
		0)
		return -1;
	acquire.object = release.object = worker->conn.object;
	acquire.wait_ns = -1;
	batch_add(&state->first, CONCUR_METHOD_LOCK_ACQUIRE, &acquire.base, FRAME_BLOCKED);
	batch_add(&state->step, CONCUR_METHOD_LOCK_RELEASE, &release.base, FRAME_ONE_WAY);
	batch_add(&state->step, CONCUR_METHOD_LOCK_ACQUIRE, &acquire.base, FRAME_BLOCKED);
	batch_add(&state->last, CONCUR_METHOD_LOCK_RELEASE, &release.base, 0);
	return 0;
}

/* -- condition: with its lock held, notify the other one and wait for its word ----------------------------------- */

static int
condition_prepare(struct crowd_worker *worker)
{
	Concur__V1__WaitRequest wait = CONCUR__V1__WAIT_REQUEST__INIT;
	Concur__V1__CountRequest notify = CONCUR__V1__COUNT_REQUEST__INIT;
	Concur__V1__ObjectRequest release = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct crowd_concur_state *state = state_new(worker);

	if (!state ||
	    concur_open(&worker->conn, worker->conn.options->name, CONCUR__V1__KIND__KIND_CONDITION,
		&worker->conn.object) < 0)
		return -1;
	wait.object = notify.object = release.object = worker->conn.object;
	wait.wait_ns = -1;
	notify.count = 1;
	batch_add(&state->first, CONCUR_METHOD_LOCK_ACQUIRE, &wait.base, FRAME_BLOCKED);
	batch_add(&state->step, CONCUR_METHOD_CONDITION_NOTIFY, &notify.base, FRAME_ONE_WAY);
	batch_add(&state->step, CONCUR_METHOD_CONDITION_WAIT, &wait.base, FRAME_BLOCKED);
	batch_add(&state->last, CONCUR_METHOD_CONDITION_NOTIFY, &notify.base, FRAME_ONE_WAY);
	batch_add(&state->last, CONCUR_METHOD_LOCK_RELEASE, &release.base, 0);
	return 0;
}

/* -- barrier: wait for all others; nobody hands anything over ---------------------------------------------------- */

static int
barrier_prepare(struct crowd_worker *worker)
{
	Concur__V1__BarrierWaitRequest wait = CONCUR__V1__BARRIER_WAIT_REQUEST__INIT;
	struct crowd_concur_state *state = state_new(worker);

	if (!state ||
	    concur_open_counted(&worker->conn, worker->conn.options->name, CONCUR__V1__KIND__KIND_BARRIER,
		(int64_t)worker->crowd, &worker->conn.object) < 0)
		return -1;
	wait.object = worker->conn.object;
	wait.wait_ns = -1;
	batch_add(&state->first, CONCUR_METHOD_BARRIER_WAIT, &wait.base, FRAME_BLOCKED);
	state->step = state->first;
	return 0;
}

static const struct crowd_work concur_works[] = {
	/* name, crowd, lockstep, prepare, step, leave */
	{ "lock", 0, false, lock_prepare, begin_or_step, leave },
	{ "condition", 2, false, condition_prepare, begin_or_step, leave },
	{ "barrier", 0, true, barrier_prepare, begin_or_step, leave },
	{ NULL, 0, false, NULL, NULL, NULL },
};

const struct crowd_peer crowd_concur = { .name = "concur", .works = concur_works };
