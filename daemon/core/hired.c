/* Hired workers. See hired.h. */
#include "daemon/core/hired.h"

#include "daemon/core/stall.h"

#include "lib/status.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	HIRE_TRIES = 3, /* one after the other that end before they attach, then the pool is broken */
	HIRE_PAUSE_MS = 100,
	HIRE_WORDS = 48,
};

static void hired_ended(struct core *core, struct process *process);
static void hired_recalled(struct core *core, struct process *process, uint64_t task, enum page_state verdict);

static const struct process_watcher hired_watcher = { .ended = hired_ended, .recalled = hired_recalled };

/* -- hiring -------------------------------------------------------------------------------------------------------- */

static enum concur_status
hired_start(struct core *core, struct hired *hired)
{
	struct pool *pool = hired->pool;
	uint64_t threads_count = pool->form == POOL_THREAD ? pool->workers_max : pool->threads;
	char number[HIRE_WORDS], threads[HIRE_WORDS];
	const char *const environment[] = { number, threads_count ? threads : NULL, NULL };
	struct process_options options = {
		.lifetime = LIFETIME_REFCOUNT,
		.runtime = pool->runtime,
		.arguments = (const char *const *)pool->command,
		.environment = environment,
		.page = true,
	};
	enum concur_status status;

	snprintf(number, sizeof number, "CONCUR_POOL=%llu", (unsigned long long)object_id(&pool->object));
	snprintf(threads, sizeof threads, "CONCUR_THREADS=%llu", (unsigned long long)threads_count);
	status = process_new(core, &options, &hired->process);
	if (status != CONCUR_OK)
		return status;
	object_ref(core, &hired->process->object);
	process_watch(hired->process, &hired_watcher, hired);
	status = process_start(core, hired->process, NULL);
	if (status == CONCUR_OK)
		return status;
	process_watch(hired->process, NULL, NULL);
	object_unref(core, &hired->process->object);
	return status;
}

static bool
pool_hire(struct core *core, struct pool *pool, bool as_spare)
{
	struct hired *hired = calloc(1, sizeof *hired);

	if (!hired)
		return false;
	hired->pool = pool;
	hired->is_spare = as_spare;
	link_init(&hired->in_pool);
	if (hired_start(core, hired) != CONCUR_OK) {
		free(hired);
		return false;
	}
	link_append(&pool->hired, &hired->in_pool);
	pool->hired_count++;
	pool->spares += as_spare;
	pool->hired_absent++;
	pool->hired_ever++;
	return true;
}

bool
pool_may_hire_spare(const struct core *core, const struct pool *pool)
{
	uint64_t most = core->limits->spares_max;

	if (pool->spares_max && pool->spares_max < most)
		most = pool->spares_max;
	return pool->command && pool->spares < most;
}

bool
pool_hire_spare(struct core *core, struct pool *pool)
{
	return pool_may_hire_spare(core, pool) && pool_hire(core, pool, true);
}

bool
worker_is_superfluous(const struct worker *worker)
{
	const struct pool *pool = worker->pool;

	if (!worker->hired || !worker->hired->is_spare)
		return false;
	/* At most workers_max of them, once for each time that it asks for tasks; nearly always the first one waits. */
	for (const struct link *at = pool->workers.next; at != &pool->workers; at = at->next) {
		const struct worker *other = LINK_ENTRY(at, const struct worker, in_pool);

		if (other != worker && other->session && other->session->runs_blocked)
			return false;
	}
	return true;
}

void
pool_staff(struct core *core, struct pool *pool)
{
	if (!pool->command || pool->is_gone || pool->broken || pool->is_cancelling || heap_contains(&pool->hiring.node))
		return;
	while (pool->hired_count - pool->spares < pool_processes_max(pool) && pool->waiting > pool->hired_absent) {
		if (pool_hire(core, pool, false))
			continue;
		(void)timer_set(core, &pool->hiring, core->now_ns + HIRE_PAUSE_MS * UINT64_C(1000000));
		return;
	}
}

struct hired *
hired_find(const struct pool *pool, const struct session *session, uint64_t number)
{
	for (struct link *at = pool->hired.next; at != &pool->hired; at = at->next) {
		struct hired *hired = LINK_ENTRY(at, struct hired, in_pool);

		if (process_number(hired->process) == number && !hired->has_attached &&
		    hired->process->state == PROCESS_RUNNING && hired->process->pid == session->process)
			return hired;
	}
	return NULL;
}

enum concur_status
pool_set_command(struct core *core, struct pool *pool, const struct runtime *runtime, const char *const *command)
{
	size_t words = 0, bytes = 0;
	char **copy, *at;

	for (; command[words]; words++)
		bytes += strlen(command[words]) + 1;
	if (bytes > core->limits->command_max)
		return core_limit(core, CONCUR_TOO_LARGE, "command_max");
	copy = malloc((words + 1) * sizeof *copy + bytes);
	if (!copy)
		return CONCUR_NO_MEMORY;
	at = (char *)(copy + words + 1);
	for (size_t i = 0; i < words; i++) {
		copy[i] = at;
		at = stpcpy(at, command[i]) + 1;
	}
	copy[words] = NULL;
	free(pool->command);
	pool->command = copy;
	pool->runtime = runtime;
	return CONCUR_OK;
}

/* -- ends ---------------------------------------------------------------------------------------------------------- */

static void
pool_give_up_hiring(struct core *core, struct pool *pool, const struct process *process)
{
	char text[PROCESS_SENTENCE + 64];
	struct value error;
	struct blob *blob;

	if (process->state == PROCESS_FAILED)
		snprintf(text, sizeof text, "its workers can not be started: %s",
		    process->sentence ? process->sentence : "no memory");
	else
		snprintf(text, sizeof text, "its workers end before they attach, the last one with exit code %lld",
		    (long long)process_code(process));
	blob = task_error(CONCUR_POOL_BROKEN, status_name(CONCUR_POOL_BROKEN), text);
	if (!blob)
		return;
	error = store_value(blob);
	(void)pool_break(core, pool, &error);
	blob_unref(blob);
}

static void
pool_hired_in_vain(struct core *core, struct pool *pool, const struct process *process)
{
	uint64_t pause_ns = HIRE_PAUSE_MS * UINT64_C(1000000) << pool->hired_in_vain;

	if (++pool->hired_in_vain >= HIRE_TRIES)
		pool_give_up_hiring(core, pool, process);
	else if (!heap_contains(&pool->hiring.node))
		(void)timer_set(core, &pool->hiring, core->now_ns + pause_ns);
}

static struct fate
hired_fate(const struct process *process)
{
	return (struct fate){
		.is_told = process->state == PROCESS_EXITED,
		.page = (const struct page *)(const void *)process->end.page,
		.exit_code = process->end.code,
		.user_ns = process->end.usage.user_ns,
		.system_ns = process->end.usage.system_ns,
		.memory = process->end.usage.memory_bytes,
	};
}

static void
hired_free(struct core *core, struct hired *hired)
{
	link_remove(&hired->in_pool);
	object_unref(core, &hired->process->object);
	free(hired);
}

static void
hired_ended(struct core *core, struct process *process)
{
	struct hired *hired = process->watcher_arg;
	struct pool *pool = hired->pool;
	struct worker *worker = hired->worker;
	struct fate fate = hired_fate(process);

	process_watch(process, NULL, NULL);
	if (!pool) {
		hired_free(core, hired);
		return;
	}
	object_ref(core, &pool->object);
	pool->hired_count--;
	pool->spares -= hired->is_spare;
	pool->hired_absent -= !hired->has_attached;
	pool->hired_leaving -= hired->has_attached && !worker;
	if (!hired->has_attached && !hired->is_stopped && !core->is_stopping && !(pool->is_closed && !pool->unended))
		pool_hired_in_vain(core, pool, process);
	hired_free(core, hired);
	if (worker) {
		worker->hired = NULL;
		pool->lost++;
		worker_free(core, worker, &fate);
	}
	pool_staff(core, pool);
	if (pool->waiting && core->runs_blocked)
		stall_check(core, pool);
	object_unref(core, &pool->object);
}

static void
hired_recalled(struct core *core, struct process *process, uint64_t task, enum page_state verdict)
{
	struct hired *hired = process->watcher_arg;

	if (hired->worker)
		worker_recalled(core, hired->worker, task, verdict != PAGE_RECALLED);
}

void
hired_stop(struct core *core, struct hired *hired)
{
	enum outcome outcome;

	hired->is_stopped = true;
	(void)process_stop(core, hired->process, hired->pool->grace_ns, &outcome);
}

void
pool_trim(struct core *core, struct pool *pool)
{
	uint64_t left = pool->hired_count - pool->spares;

	for (struct link *at = pool->hired.prev; left > pool_processes_max(pool) && at != &pool->hired; at = at->prev) {
		struct hired *hired = LINK_ENTRY(at, struct hired, in_pool);

		if (hired->is_spare)
			continue;
		left--;
		if (hired->worker)
			worker_drain(core, hired->worker);
		else
			hired_stop(core, hired);
	}
}

void
pool_dismiss_hired(struct core *core, struct pool *pool)
{
	while (!link_empty(&pool->hired)) {
		struct hired *hired = LINK_ENTRY(pool->hired.next, struct hired, in_pool);
		struct worker *worker = hired->worker;

		hired_stop(core, hired);
		if (worker)
			worker->hired = NULL;
		/* It was kept for how its process would end. */
		if (worker && !worker->session)
			worker_release(core, worker);
		hired->worker = NULL;
		hired->pool = NULL;
		link_remove(&hired->in_pool);
	}
	pool->hired_count = pool->hired_absent = pool->hired_leaving = pool->spares = 0;
}
