/* Attaching to a pool, and leaving it. */
#include "config.h"

#include "worker.h"

#include "client/clock.h"
#include "client/error.h"
#include "client/future.h"
#include "client/object.h"
#include "client/reply.h"
#include "client/session.h"
#include "client/values.h"
#include "work.h"

#include "concur/v1/methods.h"

#include <errno.h>
#include <stdlib.h>

/* The limits that results are held against. */
static enum concur_status
learn_limits(struct concur_worker *worker)
{
	enum concur_status status;
	struct conn *conn;

	status = session_conn(worker->session, &conn);
	if (status != CONCUR_OK)
		return status;
	worker->depth_max = conn->limits.depth_max;
	worker->result_max = conn->limits.frame_max > 2 * WORKER_MARGIN ? conn->limits.frame_max - WORKER_MARGIN
									: conn->limits.frame_max / 2;
	worker->done_max = worker->result_max / 2 < WORKER_DONE_BYTES ? worker->result_max / 2 : WORKER_DONE_BYTES;
	return CONCUR_OK;
}

static ProtobufCBinaryData
name_field(const char *name)
{
	return (ProtobufCBinaryData){ strlen(name), (uint8_t *)(uintptr_t)name }; /* only read */
}

/* An array of names, to be freed. NULL: no memory. */
static ProtobufCBinaryData *
name_fields(const char *const *names, size_t *ret_count)
{
	ProtobufCBinaryData *fields;
	size_t count = 0;

	while (names && names[count])
		count++;
	fields = malloc((count + 1) * sizeof *fields);
	for (size_t i = 0; fields && i < count; i++)
		fields[i] = name_field(names[i]);
	*ret_count = count;
	return fields;
}

static ProtobufCBinaryData *
function_fields(const struct functions *functions)
{
	ProtobufCBinaryData *fields = malloc((functions->count + 1) * sizeof *fields);

	for (size_t i = 0; fields && i < functions->count; i++)
		fields[i] = name_field(functions->rows[i]->name);
	return fields;
}

/* `failed`: an encoded error; of no size: none. *ret_reply may be NULL. */
static enum concur_status
attach(struct concur_worker *worker, ProtobufCBinaryData failed, Concur__V1__AttachReply **ret_reply)
{
	const struct concur_worker_options *options = worker->options;
	Concur__V1__AttachRequest body = CONCUR__V1__ATTACH_REQUEST__INIT;
	enum concur_status status = CONCUR_NO_MEMORY;
	concur_future *future = NULL;

	body.pool = worker->pool_id;
	body.n_functions = worker->functions.count;
	body.functions = function_fields(&worker->functions);
	body.labels = name_fields(options->labels, &body.n_labels);
	body.threads = options->threads ? options->threads : 1;
	body.process = options->process;
	body.name = name_field(options->name ? options->name : program_invocation_short_name);
	body.error = failed;
	if (body.functions && body.labels)
		status = worker_ask(worker, CONCUR_METHOD_WORKER_ATTACH, &body.base, &future);
	else
		error_plain(status);
	if (status == CONCUR_OK && ret_reply) {
		*ret_reply = concur__v1__attach_reply__unpack(NULL, future->call.size, future->call.body);
		status = *ret_reply ? CONCUR_OK : future_bad_reply();
	}
	concur_future_free(future);
	free(body.functions);
	free(body.labels);
	return status;
}

/* Tells the pool why its workers can not work. */
static enum concur_status
tell_broken(struct concur_worker *worker, const char *why)
{
	struct concur_value error =
	    CMAP(CV("status"), CV((int)CONCUR_POOL_BROKEN), CV("message"), CV(why), CV("type"), CV("ImportError"));
	ProtobufCBinaryData field;
	enum concur_status status;

	status = values_measure(&error, worker->depth_max, &field.len);
	if (status != CONCUR_OK)
		return status;
	field.data = malloc(field.len);
	if (!field.data)
		return error_plain(CONCUR_NO_MEMORY);
	values_encode(field.data, &error);
	(void)attach(worker, field, NULL);
	free(field.data);
	return error_set(CONCUR_POOL_BROKEN, "%s", why);
}

static enum concur_status
initialize(struct concur_worker *worker, const Concur__V1__AttachReply *reply)
{
	ProtobufCBinaryData failed = { 0 };
	enum concur_status status;
	char why[256];

	if (!reply->initializer.len)
		return CONCUR_OK;
	status = work_initialize(worker, &reply->initializer, &reply->initializer_arguments, &failed.data, &failed.len);
	if (status == CONCUR_OK)
		return CONCUR_OK;
	strncpy(why, concur_message(), sizeof why - 1);
	why[sizeof why - 1] = '\0';
	(void)attach(worker, failed, NULL);
	free(failed.data);
	return error_set(CONCUR_TASK_FAILED, "%s", why);
}

static enum concur_status
join_pool(struct concur_worker *worker)
{
	const ProtobufCBinaryData none = { 0 };
	Concur__V1__AttachReply *reply;
	enum concur_status status;

	status = attach(worker, none, &reply);
	if (status != CONCUR_OK)
		return status;
	worker->id = reply->worker;
	worker->tasks_max = reply->tasks_per_worker;
	worker->memory_max = reply->memory_per_worker;
	worker->age_max_ns = reply->age_per_worker_ns;
	worker->attached_ns = clock_now_ns();
	reply_word(worker->thread_name_prefix, sizeof worker->thread_name_prefix, &reply->thread_name_prefix);
	status = initialize(worker, reply);
	concur__v1__attach_reply__free_unpacked(reply, NULL);
	return status;
}

enum concur_status
worker_attach(struct concur_worker *worker)
{
	const struct concur_worker_options *options = worker->options;
	const struct concur_options as = { .client = options->name, .key_file = options->key_file };
	const struct concur_open there = { .must_exist = true };
	enum concur_status status;

	status = concur_connect(options->url, &as, &worker->session);
	if (status != CONCUR_OK)
		return status;
	status = learn_limits(worker);
	if (status == CONCUR_OK && options->pool)
		status = concur_object_open(worker->session, CONCUR_KIND_POOL, options->pool, &there, &worker->pool);
	if (status != CONCUR_OK)
		return status;
	worker->pool_id = worker->pool ? concur_object_id(worker->pool) : options->pool_id;
	return options->broken ? tell_broken(worker, options->broken) : join_pool(worker);
}

/* What is done is told, then that nothing is in hand any more. */
static void
say_farewell(struct concur_worker *worker)
{
	Concur__V1__WorkerRequest body = CONCUR__V1__WORKER_REQUEST__INIT;
	concur_future *future;

	pthread_mutex_lock(&worker->lock);
	worker_send_done(worker, &worker->done);
	pthread_mutex_unlock(&worker->lock);
	body.worker = worker->id;
	(void)worker_ask(worker, CONCUR_METHOD_WORKER_DETACH, &body.base, &future);
	concur_future_free(future);
}

void
worker_detach(struct concur_worker *worker)
{
	if (worker->id)
		say_farewell(worker);
	concur_object_free(worker->pool);
	concur_close(worker->session);
	worker->session = NULL;
	worker->pool = NULL;
	worker->id = 0;
	done_clear(&worker->done);
}
