/* A worker, between its parts. Thread-safety: fields say so; functions may be called by any of its threads.
 *
 * An attachment is what lies between Worker.Attach and Detach, or the connection's end. Its threads:
 *
 *	runners   the thread that called concur_worker_run(), and more if it has several; runner.c
 *	flusher   sends results that have waited behind a running task; flusher.c
 *	watch     hears what the daemon says of tasks in hand, where there is no page; watch.c */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "client/concur.h"

#include "credit.h"
#include "done.h"
#include "functions.h"
#include "lib/limits.h"
#include "lib/link.h"
#include "lib/page.h"

#include "concur/v1/worker.pb-c.h"

#include <pthread.h>

enum {
	WORKER_THREADS_MAX = LIMITS_WORKER_THREADS,
	WORKER_DONE_BYTES = 1 << 20, /* of results that are gathered at most before they are sent */
	WORKER_MARGIN = 4096,        /* bytes of a frame that are not left to a result */
	WORKER_THREAD_NAME = 16,     /* bytes of a thread's name, NUL and all, as Linux has it */
};

struct concur_worker {
	/* Never changed while it runs. */
	const struct concur_worker_options *options;
	struct functions functions;
	struct page *page; /* shared with the daemon; NULL: none */

	/* The attachment: set before its threads start. */
	concur_session *session;
	concur_object *pool; /* NULL: not known by name */
	uint64_t pool_id;
	uint64_t id;
	uint64_t tasks_max;                          /* to run before it detaches; 0: any number */
	uint64_t memory_max;                         /* bytes, past which it detaches; 0: any */
	uint64_t age_max_ns;                         /* past which it detaches; 0: any */
	int64_t attached_ns;                         /* since when it is attached */
	size_t result_max;                           /* bytes of a result */
	size_t done_max;                             /* bytes of results that are gathered */
	unsigned depth_max;                          /* of a value */
	char thread_name_prefix[WORKER_THREAD_NAME]; /* of the runners; empty: they keep their names */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	Concur__V1__TakeReply *batch; /* taken tasks; those before `next` have been given to runners and are NULL */
	size_t next;
	struct credit credit;
	struct done_list done;
	struct link running; /* struct concur_work */
	uint64_t begun;      /* tasks of this attachment */
	bool is_attached;    /* from Attach until the runners have ended */
	bool is_taking;      /* a runner waits in Worker.Take */
	bool is_draining;    /* begins no more tasks */
	bool is_given_up;    /* nor needs those that run */
	bool is_over;        /* the runners are to end, with this status: */
	enum concur_status end;
	pthread_cond_t waiting; /* for the flusher: there are results */
	concur_future *watch;   /* the call of the watch thread; NULL: it is in none */
};

/* Monotonic. */

/* calls.c: sends a call of the worker; what is in the body is sent when it returns. Never NULL. */
concur_future *worker_begin(struct concur_worker *worker, uint32_t method, const ProtobufCMessage *body);

/* calls.c: waits for its answer, whatever signals come. */
enum concur_status worker_await(concur_future *future);

/* calls.c: both. The future is to be freed. */
enum concur_status worker_ask(struct concur_worker *worker, uint32_t method, const ProtobufCMessage *body,
    concur_future **ret_future);

/* calls.c: makes the call without waiting for an answer, in the calling thread's context. */
void worker_tell(struct concur_worker *worker, uint32_t method, const ProtobufCMessage *body);

/* calls.c: says what is done, without waiting for an answer. Empties the list. Tries again while there is no memory. */
void worker_send_done(struct concur_worker *worker, struct done_list *list);

/* calls.c: the daemon gives it no more tasks. */
void worker_tell_drain(struct concur_worker *worker);

/* attach.c: opens a session and attaches, runs the initializer. Afterwards worker_detach() is due, whatever the
 * status. */
enum concur_status worker_attach(struct concur_worker *worker);
void worker_detach(struct concur_worker *worker);

/* runner.c: runs tasks until the attachment is over. */
void worker_run_tasks(struct concur_worker *worker, unsigned thread);

/* runner.c: under the lock: takes the task of that id out of those in hand that have not begun, to be freed by the
 * caller. NULL: it is not among them. */
Concur__V1__Task *worker_take_out(struct concur_worker *worker, uint64_t task);

/* runner.c: gives back all that is in hand and not begun. */
void worker_give_back(struct concur_worker *worker);

/* settle.c: what the task that ends now has written is the daemon's. */
void worker_settle_output(const struct concur_worker *worker);

/* flusher.c and watch.c: what these threads do, until the attachment is over. */
void *worker_flush(void *worker);
void *worker_watch(void *worker);

/* watch.c: sends the call that worker_watch() then waits for. False if the attachment is over. */
bool worker_begin_watch(struct concur_worker *worker);

#endif
