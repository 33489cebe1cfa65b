/* One run of a task. Thread-safety: a run belongs to the thread that is at it, but for is_cancelled. */
#ifndef WORKER_WORK_H
#define WORKER_WORK_H

#include "worker.h"

#include "client/thread.h"

#include <stdatomic.h>

struct concur_work {
	struct concur_worker *worker;
	const Concur__V1__Task *task;
	unsigned thread;
	struct concur_work *outer; /* the run that waits for this one; NULL: none */
	uintptr_t stack_floor;     /* see claim.c; 0: not known yet */
	struct owner owner;        /* the context of its calls */
	struct link running;       /* in worker->running */
	_Atomic bool is_cancelled;

	bool each;      /* `result` is a list under way */
	bool has_error; /* `result` is an error */
	size_t begin;   /* in `result`: where the present item's begins; 0 unless `each` */
	size_t size;    /* bytes of `result` */
	size_t room;
	uint8_t *result; /* an encoded value, or the items of a list; empty: null */
};

/* Runs a task that is the worker's to begin, unless the daemon has taken it back, and puts how it ended among what is
 * done. Does not free it. `outer` is the run in which this happens, or NULL. */
void work_run(struct concur_worker *worker, unsigned thread, const Concur__V1__Task *task, struct concur_work *outer);

/* Calls a function without a task: OK, or its error as a value, of `*ret_size` bytes at *ret_error, to be freed. */
enum concur_status work_initialize(struct concur_worker *worker, const ProtobufCBinaryData *function,
    const ProtobufCBinaryData *arguments, uint8_t **ret_error, size_t *ret_size);

/* report.c: puts how a run has ended among what is done; an error of its own where that does not fit. */
void work_report(struct concur_work *work);

/* report.c: puts in that a task was not begun. Under the worker's lock. */
void report_pending(struct concur_worker *worker, uint64_t task);

/* Encodes the run's error: the status, a type (or NULL), a message, a traceback (or NULL). Returns the status. */
enum concur_status work_set_error(struct concur_work *work, enum concur_status status, const char *type,
    const char *message, const char *traceback);

#endif
