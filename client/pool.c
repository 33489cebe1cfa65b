/* Calls on pools. What they answer with is read in pool_results.c. */
#include "error.h"
#include "pack.h"
#include "shapes.h"
#include "worker/claim.h"

#include "concur/v1/methods.h"
#include "concur/v1/pool.pb-c.h"

#include <stdlib.h>

static concur_future *
pool_configure(unsigned flags, concur_pool *pool, const struct concur_pool_options *options)
{
	Concur__V1__PoolOptions body = CONCUR__V1__POOL_OPTIONS__INIT;
	struct pack pack;

	pack_init(&pack, ON(pool, CONCUR_METHOD_POOL_CONFIGURE, RESULT_DONE, flags));
	body.object = pack.object;
	body.kind = (Concur__V1__PoolKind)options->kind;
	body.workers = options->workers;
	pack_name(&pack, options->runtime, &body.runtime);
	pack_names(&pack, options->arguments, &body.n_words, &body.words);
	body.threads = options->threads;
	pack_name(&pack, options->thread_name_prefix, &body.thread_name_prefix);
	body.capacity = options->capacity;
	pack_name(&pack, options->initializer, &body.initializer);
	pack_maybe(&pack, &options->initializer_arguments, &body.initializer_arguments);
	body.tasks_per_worker = options->tasks_per_worker;
	body.memory_per_worker = options->memory_per_worker;
	body.age_per_worker_ns = options->age_per_worker_ns;
	body.timeout_ns = options->timeout_ns;
	body.retries = options->retries;
	body.backoff_ns = options->backoff_ns;
	body.grace_ns = options->grace_ns;
	body.spares = options->spares;
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(pool_configure, (concur_pool * pool, const struct concur_pool_options *options), (pool, options))

/* -- tasks -------------------------------------------------------------------------------------------------------- */

static void
pack_arguments(struct pack *pack, const struct concur_value *arguments, ProtobufCBinaryData *ret_field)
{
	const struct concur_value none = concur_null();

	pack_value(pack, arguments->kind == CONCUR_VALUE_NONE ? &none : arguments, ret_field);
}

static concur_future *
pool_send(const struct request *request, const struct concur_task *task, int64_t timeout_ns)
{
	Concur__V1__SubmitRequest body = CONCUR__V1__SUBMIT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	pack_name(&pack, task->function, &body.function);
	pack_arguments(&pack, &task->arguments, &body.arguments);
	body.priority = task->priority;
	body.timeout_ns = task->timeout_ns;
	body.retries = task->retries;
	pack_name(&pack, task->label, &body.label);
	body.completion = task->completion ? pack_other(&pack, CONCUR_OBJECT(task->completion)) : 0;
	body.release = task->release;
	body.detached = task->detached;
	body.ttl_ns = task->ttl_ns;
	pack_name(&pack, task->key, &body.unique);
	pack_ids(&pack, task->after, task->after_count, &body.after);
	body.delay_ns = task->delay_ns;
	return pack_begin(&pack, &body.base);
}

static concur_future *
pool_submit(unsigned flags, concur_pool *pool, const struct concur_task *task, int64_t timeout_ns)
{
	return pool_send(ON_WAITING(pool, CONCUR_METHOD_POOL_SUBMIT, RESULT_TASK_ID, flags), task, timeout_ns);
}

FORMS(task, uint64_t, pool_submit, (concur_pool * pool, const struct concur_task *task, int64_t timeout_ns),
    (pool, task, timeout_ns))

static concur_future *
pool_submit_many(unsigned flags, concur_pool *pool, const struct concur_task *task,
    const struct concur_value *arguments, size_t count, int64_t timeout_ns)
{
	Concur__V1__SubmitManyRequest body = CONCUR__V1__SUBMIT_MANY_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_WAITING(pool, CONCUR_METHOD_POOL_SUBMIT_MANY, RESULT_TASK_ID, flags));
	body.object = pack.object;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	pack_name(&pack, task->function, &body.function);
	pack_values(&pack, arguments, count, &body.n_arguments, &body.arguments);
	body.priority = task->priority;
	body.timeout_ns = task->timeout_ns;
	body.retries = task->retries;
	pack_name(&pack, task->label, &body.label);
	body.completion = task->completion ? pack_other(&pack, CONCUR_OBJECT(task->completion)) : 0;
	body.release = task->release;
	body.detached = task->detached;
	body.ttl_ns = task->ttl_ns;
	return pack_begin(&pack, &body.base);
}

FORMS(task, uint64_t, pool_submit_many,
    (concur_pool * pool, const struct concur_task *task, const struct concur_value *arguments, size_t count,
	int64_t timeout_ns),
    (pool, task, arguments, count, timeout_ns))

static concur_future *
pool_apply(unsigned flags, concur_pool *pool, const struct concur_task *task, int64_t timeout_ns)
{
	return pool_send(ON_WAITING(pool, CONCUR_METHOD_POOL_APPLY, RESULT_TASK, flags), task, timeout_ns);
}

concur_future *
concur_pool_apply_begin(concur_pool *pool, const struct concur_task *task, int64_t timeout_ns)
{
	return pool_apply(0, pool, task, timeout_ns);
}

/* In two steps, between which the calling thread, a worker's, may run the task itself. */
static enum concur_status
apply_inside(concur_pool *pool, const struct concur_task *task, int64_t timeout_ns, struct concur_value *ret_value)
{
	concur_session *session = HANDLE(pool)->session;
	enum concur_status status;
	uint64_t id;

	status = concur_pool_submit(pool, task, timeout_ns, &id);
	if (status != CONCUR_OK && status != CONCUR_EXISTS)
		return status;
	status = concur_task_wait(session, id, timeout_ns, ret_value);
	/* Nobody will ask for it any more, and it would take a worker from others. */
	if (status == CONCUR_DEADLOCK || status == CONCUR_POOL_EXHAUSTED)
		concur_future_free(concur_task_cancel_begin(session, id, false, 0));
	concur_future_free(concur_task_release_begin(session, id, 1));
	return status;
}

enum concur_status
concur_pool_apply(concur_pool *pool, const struct concur_task *task, int64_t timeout_ns, struct concur_value *ret_value)
{
	concur_future *future;
	enum concur_status status;

	if (claim_may_run(HANDLE(pool)->session))
		return apply_inside(pool, task, timeout_ns, ret_value);
	future = pool_apply(FRAME_BLOCKED, pool, task, timeout_ns);
	future_complete(future);
	status = concur_future_value(future, ret_value);
	concur_future_free(future);
	return status;
}

static concur_future *
pool_promise(unsigned flags, concur_pool *pool)
{
	return shape_object(ON(pool, CONCUR_METHOD_POOL_PROMISE, RESULT_TASK_ID, flags));
}

FORMS(task, uint64_t, pool_promise, (concur_pool * pool), (pool))

/* -- the pool itself ---------------------------------------------------------------------------------------------- */

static concur_future *
pool_resize(unsigned flags, concur_pool *pool, int64_t workers)
{
	return shape_count(ON(pool, CONCUR_METHOD_POOL_RESIZE, RESULT_DONE, flags), workers);
}

FORMS_DONE(pool_resize, (concur_pool * pool, int64_t workers), (pool, workers))

static concur_future *
pool_close(unsigned flags, concur_pool *pool, bool immediate)
{
	Concur__V1__PoolCloseRequest body = CONCUR__V1__POOL_CLOSE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(pool, CONCUR_METHOD_POOL_CLOSE, RESULT_COUNT, flags));
	body.object = pack.object;
	body.cancel = immediate;
	return pack_begin(&pack, &body.base);
}

FORMS(count, int64_t, pool_close, (concur_pool * pool, bool immediate), (pool, immediate))

static concur_future *
pool_terminate(unsigned flags, concur_pool *pool)
{
	return shape_object(ON(pool, CONCUR_METHOD_POOL_TERMINATE, RESULT_COUNT, flags));
}

FORMS(count, int64_t, pool_terminate, (concur_pool * pool), (pool))

static concur_future *
pool_join(unsigned flags, concur_pool *pool, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(pool, CONCUR_METHOD_POOL_JOIN, RESULT_DONE, flags), timeout_ns);
}

FORMS_DONE(pool_join, (concur_pool * pool, int64_t timeout_ns), (pool, timeout_ns))

static concur_future *
pool_state(unsigned flags, concur_pool *pool)
{
	return shape_object(ON(pool, CONCUR_METHOD_POOL_STATE, RESULT_POOL_STATE, flags));
}

FORMS(pool_state, struct concur_pool_state, pool_state, (concur_pool * pool), (pool))

static concur_future *
pool_workers(unsigned flags, concur_pool *pool, uint64_t cursor, uint32_t count)
{
	return shape_page(ON(pool, CONCUR_METHOD_POOL_WORKERS, RESULT_POOL_WORKERS, flags), cursor, count);
}

FORMS(pool_workers, struct concur_pool_workers, pool_workers, (concur_pool * pool, uint64_t cursor, uint32_t count),
    (pool, cursor, count))
