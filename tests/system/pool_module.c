/* Functions that workers under test run: well-behaved ones, and such as end their worker. */
#include "client/concur.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

/* As a language does that has tracebacks. */
static enum concur_status
trace(concur_work *work, const struct concur_value *arguments)
{
	(void)arguments;
	return concur_work_fail_traceback(work, "KeyError", "no pears", "line 3, in basket\nline 7, in shop\n");
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

/* Writes a text, in one line to each of its outputs. */
static enum concur_status
say(concur_work *work, const struct concur_value *arguments)
{
	const struct concur_value *text = arguments->count ? &arguments->items[0] : arguments;

	(void)work;
	printf("says %.*s\n", (int)text->size, text->bytes);
	fprintf(stderr, "warns %.*s\n", (int)text->size, text->bytes);
	return CONCUR_OK;
}

/* So many bytes. */
static enum concur_status
large(concur_work *work, const struct concur_value *size)
{
	char *bytes = calloc(1, (size_t)size->integer);
	enum concur_status status = CONCUR_NO_MEMORY;

	if (bytes)
		status = concur_work_result(work, concur_data(bytes, (size_t)size->integer));
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

/* So many levels deep: each submits the next, and waits for it. */
static enum concur_status
chain(concur_work *work, const struct concur_value *depth)
{
	struct concur_task task = { .function = "chain", .arguments = CV(depth->integer - 1) };
	struct concur_value below;
	enum concur_status status;
	concur_object *pool;

	if (depth->integer == 0)
		return concur_work_result(work, CV(0));
	if ((status = concur_object_ref(concur_work_session(work), concur_work_pool(work), &pool)))
		return status;
	status = concur_pool_apply(concur_object_pool(pool), &task, CONCUR_FOREVER, &below);
	concur_object_free(pool);
	return status ? status : concur_work_result(work, CV(below.integer + 1));
}

/* Gives a semaphore's permit, then waits for the task whose id comes through a queue: the arguments are both's names.
 * The result is the status of that wait. */
static enum concur_status
wait_for(concur_work *work, const struct concur_value *arguments)
{
	concur_session *session = concur_work_session(work);
	struct concur_value id, result;
	concur_semaphore *began;
	enum concur_status status;
	concur_queue *to;

	if ((status = concur_semaphore_open(session, arguments->items[0].bytes, NULL, &began)))
		return status;
	if ((status = concur_queue_open(session, arguments->items[1].bytes, NULL, &to)) == CONCUR_OK) {
		status = concur_semaphore_release(began, 1);
		if (status == CONCUR_OK)
			status = concur_queue_get(to, CONCUR_FOREVER, &id);
		concur_free(to);
	}
	concur_free(began);
	if (status != CONCUR_OK)
		return status;
	status = concur_task_wait(session, (uint64_t)id.integer, CONCUR_FOREVER, &result);
	if (status == CONCUR_OK)
		concur_value_free(&result);
	return concur_work_result(work, CV(concur_status_name(status)));
}

/* So many levels deep, by turns in two pools: the arguments are the number, and the names of the next pool and of that
 * behind it. */
static enum concur_status
relay(concur_work *work, const struct concur_value *arguments)
{
	const struct concur_value *items = arguments->items;
	struct concur_task task = { .function = "relay",
		.arguments = CLIST(CV(items[0].integer - 1), items[2], items[1]) };
	struct concur_value below;
	enum concur_status status;
	concur_pool *pool;

	if (items[0].integer == 0)
		return concur_work_result(work, CV(0));
	if ((status = concur_pool_open(concur_work_session(work), items[1].bytes, NULL, &pool)))
		return status;
	status = concur_pool_apply(pool, &task, CONCUR_FOREVER, &below);
	concur_free(pool);
	return status ? status : concur_work_result(work, CV(below.integer + 1));
}

/* -- how they start and grow -------------------------------------------------------------------------------------- */

static int64_t starts; /* of this process */
static void *hoarded;

/* An initializer: the arguments are NULL, or why it fails. */
static enum concur_status
start(concur_work *work, const struct concur_value *why)
{
	starts++;
	return why->kind == CONCUR_VALUE_TEXT ? concur_work_fail(work, "StartError", "%s", why->bytes) : CONCUR_OK;
}

static enum concur_status
started(concur_work *work, const struct concur_value *arguments)
{
	(void)arguments;
	return concur_work_result(work, CV(starts));
}

/* Keeps so many bytes. */
static enum concur_status
hoard(concur_work *work, const struct concur_value *size)
{
	(void)work;
	free(hoarded);
	hoarded = malloc((size_t)size->integer);
	if (!hoarded)
		return CONCUR_NO_MEMORY;
	memset(hoarded, 1, (size_t)size->integer);
	return CONCUR_OK;
}

/* -- faults ------------------------------------------------------------------------------------------------------- */

/* From here on this process gets only so many bytes more; and what it then asks for does not fit. */
static enum concur_status
starve(concur_work *work, const struct concur_value *size)
{
	unsigned long long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "r");
	struct rlimit limit;

	if (!statm || fscanf(statm, "%llu", &pages) != 1)
		return CONCUR_SYSTEM;
	fclose(statm);
	limit.rlim_cur = limit.rlim_max = pages * (unsigned long long)sysconf(_SC_PAGESIZE) + (1 << 20);
	if (setrlimit(RLIMIT_AS, &limit))
		return CONCUR_SYSTEM;
	return large(work, size);
}

/* Writes so many bytes to standard output. */
static enum concur_status
flood(concur_work *work, const struct concur_value *size)
{
	char line[4096];
	int64_t left = size->integer;

	memset(line, 'x', sizeof line);
	line[sizeof line - 1] = '\n';
	for (ssize_t written; left > 0; left -= written) {
		written = write(STDOUT_FILENO, line, sizeof line);
		if (written < 0)
			return CONCUR_SYSTEM;
	}
	return concur_work_result(work, *size);
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
	{ "trace", trace, false },
	{ "no_memory", no_memory, false },
	{ "process", process, false },
	{ "die", die, false },
	{ "say", say, false },
	{ "large", large, false },
	{ "hold", hold, false },
	{ "holds", hold, true },
	{ "fibonacci", fibonacci, false },
	{ "chain", chain, false },
	{ "wait_for", wait_for, false },
	{ "relay", relay, false },
	{ "start", start, false },
	{ "started", started, false },
	{ "hoard", hoard, false },
	{ "starve", starve, false },
	{ "flood", flood, false },
	{ "count", count, false },
	{ "leave_locked", leave_locked, false },
	{ NULL, NULL, false },
};

const struct concur_module concur_module = { CONCUR_MODULE_VERSION, "pool_module", functions };
