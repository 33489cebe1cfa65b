/* What a worker says to the daemon. */
#include "worker.h"

#include "client/error.h"
#include "client/future.h"
#include "lib/frame.h"
#include "client/request.h"

#include "concur/v1/methods.h"

#include <time.h>

enum { MEMORY_PAUSE_NS = 10000000 };

static void
pause_for_memory(void)
{
	const struct timespec pause = { .tv_nsec = MEMORY_PAUSE_NS };

	(void)nanosleep(&pause, NULL);
}

/* Whether it was never sent because there was no memory. */
static bool
is_short(const concur_future *future)
{
	return !future ||
	    (call_is_done(&future->call) && future->call.status == CONCUR_NO_MEMORY && future->call.reply == 0);
}

/* Begins the call, however long it takes to have memory for it: what is in it must not be lost. */
static concur_future *
begin(struct concur_worker *worker, uint32_t method, unsigned flags, const ProtobufCMessage *body)
{
	struct request request = { .session = worker->session,
		.method = method,
		.result = RESULT_NONE,
		.flags = flags };
	concur_future *future;

	while (is_short(future = request_begin_message(&request, body))) {
		concur_future_free(future);
		pause_for_memory();
	}
	return future;
}

concur_future *
worker_begin(struct concur_worker *worker, uint32_t method, const ProtobufCMessage *body)
{
	return begin(worker, method, 0, body);
}

enum concur_status
worker_await(concur_future *future)
{
	enum concur_status status;

	while ((status = concur_future_wait(future, CONCUR_FOREVER)) == CONCUR_INTERRUPTED)
		;
	return status;
}

enum concur_status
worker_ask(struct concur_worker *worker, uint32_t method, const ProtobufCMessage *body, concur_future **ret_future)
{
	*ret_future = begin(worker, method, 0, body);
	return worker_await(*ret_future);
}

void
worker_tell(struct concur_worker *worker, uint32_t method, const ProtobufCMessage *body)
{
	concur_future_free(begin(worker, method, FRAME_ONE_WAY, body));
}

void
worker_send_done(struct concur_worker *worker, struct done_list *list)
{
	Concur__V1__TaskDoneRequest body = CONCUR__V1__TASK_DONE_REQUEST__INIT;
	ProtobufCBinaryData views[DONE_COUNT];

	if (list->count == 0)
		return;
	done_views(list, views);
	body.worker = worker->id;
	body.n_done = list->count;
	body.done = views;
	worker_tell(worker, CONCUR_METHOD_WORKER_DONE, &body.base);
	done_clear(list);
}

void
worker_tell_drain(struct concur_worker *worker)
{
	Concur__V1__WorkerRequest body = CONCUR__V1__WORKER_REQUEST__INIT;

	body.worker = worker->id;
	request_tell(worker->session, CONCUR_METHOD_WORKER_DRAIN, &body.base);
}
