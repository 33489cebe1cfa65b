/* Functions that workers under test run: well-behaved ones, and such as end their worker. */
#include "client/concur.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static enum concur_status
echo(concur_work *work, const struct concur_value *arguments)
{
	return concur_work_result(work, *arguments);
}

static enum concur_status
square(concur_work *work, const struct concur_value *number)
{
	if (number->kind != CONCUR_VALUE_INTEGER)
		return concur_work_fail(work, "TypeError", "%d is no integer's kind", (int)number->kind);
	return concur_work_result(work, CV(number->integer * number->integer));
}

/* A status that is no error of the task's own. */
static enum concur_status
no_memory(concur_work *work, const struct concur_value *arguments)
{
	(void)work;
	(void)arguments;
	return CONCUR_NO_MEMORY;
}

static enum concur_status
process(concur_work *work, const struct concur_value *arguments)
{
	(void)arguments;
	return concur_work_result(work, CV(getpid()));
}

static enum concur_status
die(concur_work *work, const struct concur_value *number)
{
	(void)work;
	/* A sanitizer would make an exit of it. */
	(void)signal((int)number->integer, SIG_DFL);
	raise((int)number->integer);
	return CONCUR_OK;
}

/* So many bytes. */
static enum concur_status
large(concur_work *work, const struct concur_value *size)
{
	char *bytes = calloc(1, (size_t)size->integer);
	enum concur_status status = concur_work_result(work, concur_data(bytes, (size_t)size->integer));

	free(bytes);
	return status;
}

/* Says on which thread it is by a semaphore's release, then waits for an event: the arguments are both's names. */
static enum concur_status
hold(concur_work *work, const struct concur_value *names)
{
	concur_session *session = concur_work_session(work);
	struct concur_open none = { .has_count = true };
	concur_semaphore *began;
	concur_event *go;
	enum concur_status status;

	if ((status = concur_semaphore_open(session, names->items[0].bytes, &none, &began)))
		return status;
	if ((status = concur_event_open(session, names->items[1].bytes, NULL, &go)) == CONCUR_OK) {
		status = concur_semaphore_release(began, 1);
		while (status == CONCUR_OK && !concur_work_is_cancelled(work)) {
			status = concur_event_wait(go, CONCUR_SECOND / 20);
			if (status == CONCUR_OK)
				break;
			if (status == CONCUR_TIMED_OUT)
				status = CONCUR_OK;
		}
		concur_free(go);
	}
	concur_free(began);
	if (status == CONCUR_OK)
		status = concur_work_result(work, CV((int)concur_work_thread(work)));
	return status;
}

/* Each number waits for the two before it. */
static enum concur_status
fibonacci(concur_work *work, const struct concur_value *number)
{
	struct concur_task task = { .function = "fibonacci" };
	struct concur_value before[2];
	enum concur_status status;
	concur_object *pool;

	if (number->integer < 2)
		return concur_work_result(work, CV(number->integer));
	if ((status = concur_object_ref(concur_work_session(work), concur_work_pool(work), &pool)))
		return status;
	for (int i = 0; i < 2 && status == CONCUR_OK; i++) {
		task.arguments = CV(number->integer - 1 - i);
		status = concur_pool_apply(concur_object_pool(pool), &task, CONCUR_FOREVER, &before[i]);
	}
	concur_object_free(pool);
	return status ? status : concur_work_result(work, CV(before[0].integer + before[1].integer));
}

/* Counts, in the dict "runs", how often it has run with that number. */
static enum concur_status
count(concur_work *work, const struct concur_value *number)
{
	struct concur_value sum;
	concur_dict *runs;
	enum concur_status status = concur_dict_open(concur_work_session(work), "runs", NULL, &runs);

	if (status != CONCUR_OK)
		return status;
	status = concur_dict_add(runs, *number, CV(1), &sum);
	if (status == CONCUR_OK) {
		status = concur_work_result(work, sum);
		concur_value_free(&sum);
	}
	concur_free(runs);
	return status;
}

/* Takes a plain lock, and leaves it so. */
static enum concur_status
leave_locked(concur_work *work, const struct concur_value *name)
{
	concur_lock *lock;
	enum concur_status status = concur_lock_open(concur_work_session(work), name->bytes, NULL, &lock);

	if (status == CONCUR_OK)
		status = concur_lock_acquire(lock, 0, NULL);
	if (status == CONCUR_OK)
		concur_free(lock);
	return status;
}

static const struct concur_function functions[] = {
	{ "echo", echo, false },
	{ "square", square, false },
	{ "squares", square, true },
	{ "no_memory", no_memory, false },
	{ "process", process, false },
	{ "die", die, false },
	{ "large", large, false },
	{ "hold", hold, false },
	{ "holds", hold, true },
	{ "fibonacci", fibonacci, false },
	{ "count", count, false },
	{ "leave_locked", leave_locked, false },
	{ NULL, NULL, false },
};

const struct concur_module concur_module = { CONCUR_MODULE_VERSION, "pool_module", functions };
