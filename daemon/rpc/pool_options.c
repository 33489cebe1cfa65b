/* Options of pools.
 *
 * How workers are started is a runtime's words, then those of the request. Without a runtime's name the one called
 * "worker" is taken, and where the administrator has named none so, concur-worker itself, which runs commands
 * ("exec") unless it is told to load modules. That, and all words, are for the daemon's own user: they name what is
 * to be loaded. */
#include "daemon/rpc/pool_options.h"

#include "daemon/core/process.h"
#include "daemon/rpc/rpc.h"

#include <string.h>

/* Looked for in $PATH. */
#define WORKER_PROGRAM "concur-worker"

bool
pool_read_text(struct call *call, const ProtobufCBinaryData *field, struct value *room, const struct value **ret)
{
	*ret = NULL;
	if (field->len == 0)
		return true;
	if (!call_name(call, field, room))
		return false;
	*ret = room;
	return true;
}

/* -- how workers are started --------------------------------------------------------------------------------------- */

/* `first` and behind them those of the request. */
static bool
pool_read_words(struct call *call, const Concur__V1__PoolOptions *request, const char *const *first,
    const char *const **ret)
{
	const char **words;
	size_t count = 0;

	while (first[count])
		count++;
	if (!call_batch(call, request->n_words))
		return false;
	words = call_alloc(call, (count + request->n_words + 1) * sizeof *words);
	if (!words)
		return false;
	memcpy(words, first, count * sizeof *words);
	for (size_t i = 0; i < request->n_words; i++) {
		if (!call_text(call, &request->words[i], &words[count + i]))
			return false;
	}
	words[count + request->n_words] = NULL;
	*ret = words;
	return true;
}

static bool
pool_read_command(struct call *call, const Concur__V1__PoolOptions *request, struct pool_options *ret)
{
	static const char *const none[] = { NULL }, *const plain[] = { WORKER_PROGRAM, NULL },
				 *const exec[] = { WORKER_PROGRAM, "--exec", NULL };
	const char *const *first = request->n_words ? plain : exec;
	bool is_named = request->runtime.len > 0;
	const char *name;

	if (!call_text(call, &request->runtime, &name))
		return false;
	ret->runtime = process_runtime(call->core, is_named ? name : "worker");
	if (ret->runtime)
		first = none;
	else if (is_named && strcmp(name, "exec") == 0)
		first = exec;
	else if (is_named) {
		call_fail(call, CONCUR_NOT_FOUND,
		    "the daemon has no runtime of that name; its option --runtime defines it");
		return false;
	}
	if (!call->to.channel->may_command && (!ret->runtime || request->n_words)) {
		call_fail(call, CONCUR_PERMISSION,
		    "only the daemon's own user on its own machine may say what workers load; name one of its "
		    "runtimes, which its option --runtime defines");
		return false;
	}
	return pool_read_words(call, request, first, &ret->command);
}

/* -- which and how many -------------------------------------------------------------------------------------------- */

/* What is wrong with it, or NULL. `form` is what the pool will be. */
static const char *
pool_staff_fault(const Concur__V1__PoolOptions *request, enum pool_form form)
{
	bool names_command = request->runtime.len || request->n_words;

	if (request->kind > CONCUR__V1__POOL_KIND__POOL_REMOTE)
		return "a pool's kind is process, thread or remote";
	if (request->has_workers && request->workers == 0)
		return "the number of workers must be greater than 0; a pool of kind remote has none of the daemon's";
	if (request->kind == CONCUR__V1__POOL_KIND__POOL_REMOTE &&
	    (names_command || request->workers || request->threads))
		return "the daemon starts no workers for a pool of kind remote: no number, runtime, words or threads";
	if (form == POOL_THREAD && request->threads)
		return "the threads of a pool of kind thread are its workers: give their number as that";
	if (request->threads > LIMITS_WORKER_THREADS ||
	    (form == POOL_THREAD && request->workers > LIMITS_WORKER_THREADS))
		return "one worker process has at most 64 threads";
	return NULL;
}

/* How workers are started has to be known as soon as some are to be. */
static bool
pool_read_staff(struct call *call, const struct pool *pool, const Concur__V1__PoolOptions *request,
    struct pool_options *ret)
{
	bool names_command = request->runtime.len || request->n_words;
	enum pool_form form = (enum pool_form)request->kind;
	const char *fault = pool_staff_fault(request, form ? form : pool_form(pool));

	if (fault) {
		call_fail(call, CONCUR_VALUE_ERROR, fault);
		return false;
	}
	ret->form = form;
	ret->workers = request->workers;
	ret->threads = request->threads;
	if (form == POOL_REMOTE)
		return true;
	if (!names_command && (pool_has_command(pool) || (!form && !request->workers)))
		return true;
	return pool_read_command(call, request, ret);
}

/* -- the rest ------------------------------------------------------------------------------------------------------ */

static bool
pool_read_initializer(struct call *call, const Concur__V1__PoolOptions *request, struct pool_texts *texts,
    struct pool_options *ret)
{
	bool refers = false;

	if (!pool_read_text(call, &request->initializer, &texts->initializer, &ret->initializer))
		return false;
	if (request->initializer_arguments.len == 0)
		return true;
	ret->initializer_arguments = &texts->initializer_arguments;
	if (!call_value(call, &request->initializer_arguments, &texts->initializer_arguments, &refers))
		return false;
	if (refers)
		call_fail(call, CONCUR_TYPE_ERROR, "an initializer's arguments hold no references to objects");
	return !refers;
}

bool
pool_read_options(struct call *call, const struct pool *pool, const Concur__V1__PoolOptions *request,
    struct pool_texts *texts, struct pool_options *ret)
{
	*ret = (struct pool_options){
		.capacity = request->capacity,
		.timeout_ns = request->timeout_ns,
		.backoff_ns = request->backoff_ns,
		.grace_ns = request->grace_ns,
		.retries = request->retries,
		.tasks_per_worker = request->tasks_per_worker,
		.memory_per_worker = request->memory_per_worker,
		.age_per_worker_ns = request->age_per_worker_ns,
		.spares = request->spares,
	};
	return pool_read_text(call, &request->thread_name_prefix, &texts->thread_name_prefix,
		   &ret->thread_name_prefix) &&
	    pool_read_initializer(call, request, texts, ret) && pool_read_staff(call, pool, request, ret);
}
