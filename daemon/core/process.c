/* The process.
 *
 * It stands in core->starting from process_start() until it was asked for, at the end of that turn or of a later one,
 * then in core->running until its end is told. While it stands in one of them core->processes counts it, and it has a
 * reference on itself. Waiters: starters only while STARTING, joiners and readers until it has ended. `kill` is set
 * only while it is alive. */
#include "daemon/core/process.h"

#include "daemon/core/process_command.h"
#include "daemon/core/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const process_roles[] = { "start", "exit", "output", NULL };

static struct process *
process_of(struct object *object)
{
	return LINK_ENTRY(object, struct process, object);
}

/* -- making ------------------------------------------------------------------------------------------------------- */

static void process_on_kill(struct core *core, struct timer *timer);

static enum concur_status
process_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct process *process = process_of(object);

	if (!options->process)
		return CONCUR_NOT_FOUND;
	link_init(&process->in_state);
	link_init(&process->in_maker);
	link_init(&process->starters);
	link_init(&process->joiners);
	link_init(&process->readers);
	process_output_init(&process->output);
	timer_init(&process->kill, process_on_kill);
	return process_command_make(core, process, options->process);
}

const struct runtime *
process_runtime(const struct core *core, const char *name)
{
	for (const struct runtime *runtime = core->runtimes; runtime && runtime->name; runtime++) {
		if (strcmp(runtime->name, name) == 0)
			return runtime;
	}
	return NULL;
}

enum concur_status
process_new(struct core *core, const struct process_options *options, struct process **ret)
{
	const struct object_open open = {
		.name = options->name,
		.must_create = true,
		.creator = options->creator,
		.options = { .kind = KIND_PROCESS, .lifetime = options->lifetime, .process = options },
	};
	enum concur_status status;
	struct process *process;
	struct object *object;
	bool created;

	if (options->lifetime == LIFETIME_SESSION)
		return CONCUR_VALUE_ERROR;
	status = object_open(core, &open, &object, &created);
	if (status != CONCUR_OK)
		return status;
	process = process_of(object);
	object_weigh(core, object);
	if (options->creator) {
		process->maker = session_id(options->creator);
		process->is_daemon = options->is_daemon;
		if (process->is_daemon)
			link_append(&options->creator->daemons, &process->in_maker);
	}
	*ret = process;
	return CONCUR_OK;
}

struct process *
process_find(const struct core *core, uint64_t number)
{
	struct object *object = object_find(core, number);

	return object && object->kind == &process_kind ? process_of(object) : NULL;
}

void
process_watch(struct process *process, const struct process_watcher *watcher, void *arg)
{
	process->watcher = watcher;
	process->watcher_arg = arg;
}

/* -- start -------------------------------------------------------------------------------------------------------- */

enum concur_status
process_start(struct core *core, struct process *process, const struct ask *ask)
{
	enum concur_status status;

	assert(core->effects);
	if (process->state != PROCESS_NEW)
		return CONCUR_ALREADY_STARTED;
	if (core->is_stopping)
		return CONCUR_STOPPING;
	if (core->processes >= core->limits->processes_max)
		return core_limit(core, CONCUR_LIMIT, "processes_max");
	status = ask ? waiter_new(core, &process->object, &process->starters, ask, OUTCOME_TIMED_OUT, NULL) : CONCUR_OK;
	if (status != CONCUR_OK && status != CONCUR_PENDING)
		return status;
	process->state = PROCESS_STARTING;
	link_append(&core->starting, &process->in_state);
	core->processes++;
	object_ref(core, &process->object);
	object_changed(core, &process->object);
	return status;
}

void
process_spawn_some(struct core *core)
{
	struct link *link;

	for (unsigned i = 0; i < PROCESS_SPAWNS && (link = link_pop(&core->starting)); i++) {
		struct process *process = LINK_ENTRY(link, struct process, in_state);

		link_append(&core->running, link);
		process->is_asked_for = true;
		core->effects->spawn(core->effects_arg, process_number(process), &process->spec);
	}
}

/* All of a queue are answered with a number. */
static void
process_wake_all(struct core *core, struct link *queue, uint64_t number)
{
	struct waiter *waiter;

	while ((waiter = waiter_first(queue))) {
		waiter->result.number = number;
		waiter_wake(core, waiter, CONCUR_OK);
	}
}

void
process_has_started(struct core *core, struct process *process, uint64_t pid)
{
	assert(process->state == PROCESS_STARTING);
	process->state = PROCESS_RUNNING;
	process->pid = pid;
	process->started_ns = core->now_ns;
	object_changed(core, &process->object);
	if (process->signal)
		core->effects->signal(core->effects_arg, process_number(process), process->signal,
		    process->signals_group);
	process_wake_all(core, &process->starters, pid);
	if (process->watcher && process->watcher->started)
		process->watcher->started(core, process);
}

/* -- the end ------------------------------------------------------------------------------------------------------ */

/* It is not alive any more: out of the lists, no longer to be killed. */
static void
process_leave(struct core *core, struct process *process)
{
	link_remove(&process->in_state);
	link_remove(&process->in_maker);
	timer_stop(core, &process->kill);
	core->processes--;
}

/* Those who wait for output get what is there, or the end of file when they ask again. */
static void
process_tell_end(struct core *core, struct process *process)
{
	waiter_wake_all(core, &process->readers, CONCUR_OK);
	if (process->watcher && process->watcher->ended)
		process->watcher->ended(core, process);
	object_unref(core, &process->object);
}

static void
process_fail_all(struct core *core, struct link *queue, const char *sentence)
{
	struct waiter *waiter;

	while ((waiter = waiter_first(queue))) {
		waiter->detail = strdup(sentence);
		waiter_fail(core, waiter, CONCUR_START_FAILED);
	}
}

void
process_has_failed(struct core *core, struct process *process, int error, const char *sentence)
{
	assert(process->state == PROCESS_STARTING);
	process_leave(core, process);
	process->state = PROCESS_FAILED;
	process->ended_ns = core->now_ns;
	process->error = error;
	process->sentence = strndup(sentence, PROCESS_SENTENCE);
	object_changed(core, &process->object);
	process_fail_all(core, &process->starters, sentence);
	process_fail_all(core, &process->joiners, sentence);
	process_tell_end(core, process);
}

void
process_has_ended(struct core *core, struct process *process, const struct process_end *end)
{
	assert(process->state == PROCESS_RUNNING);
	process_leave(core, process);
	process->state = PROCESS_EXITED;
	process->ended_ns = core->now_ns;
	process->end = *end;
	object_changed(core, &process->object);
	process_wake_all(core, &process->joiners, (uint64_t)process_code(process));
	object_ref(core, &process->object);
	process_tell_end(core, process);
	process->end.page = NULL;
	object_unref(core, &process->object);
}

enum concur_status
process_join(struct core *core, struct process *process, const struct ask *ask, struct result *ret)
{
	enum concur_status status;
	struct waiter *waiter;

	switch (process->state) {
	case PROCESS_NEW:
		return CONCUR_NOT_STARTED;
	case PROCESS_FAILED:
		return CONCUR_START_FAILED;
	case PROCESS_EXITED:
		ret->number = (uint64_t)process_code(process);
		return CONCUR_OK;
	case PROCESS_STARTING:
	case PROCESS_RUNNING:
		break;
	}
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	status = waiter_new(core, &process->object, &process->joiners, ask, OUTCOME_TIMED_OUT, &waiter);
	if (status == CONCUR_PENDING)
		waiter->role = PROCESS_ROLE_EXIT;
	return status;
}

/* -- signals ------------------------------------------------------------------------------------------------------ */

/* Sends it now, or once it runs: then the last one, but nothing takes the place of a SIGKILL. */
static void
process_send(struct core *core, struct process *process, int signal, bool group)
{
	if (process->state == PROCESS_RUNNING) {
		core->effects->signal(core->effects_arg, process_number(process), signal, group);
	} else if (process->signal != PROCESS_SIGKILL) {
		process->signal = signal;
		process->signals_group |= group;
	}
}

enum concur_status
process_signal(struct core *core, struct process *process, int signal, bool group, enum outcome *ret_outcome)
{
	if (signal < 1 || signal > PROCESS_SIGNAL_MAX)
		return CONCUR_VALUE_ERROR;
	if (process->state == PROCESS_NEW)
		return CONCUR_NOT_STARTED;
	*ret_outcome = process_is_alive(process) ? OUTCOME_DONE : OUTCOME_NO;
	if (process_is_alive(process))
		process_send(core, process, signal, group);
	return CONCUR_OK;
}

static void
process_on_kill(struct core *core, struct timer *timer)
{
	process_send(core, LINK_ENTRY(timer, struct process, kill), PROCESS_SIGKILL, true);
}

uint64_t
process_grace_ns(const struct core *core)
{
	return core->limits->stop_seconds < UINT64_MAX / CORE_SECOND ? core->limits->stop_seconds * CORE_SECOND
								     : UINT64_MAX;
}

enum concur_status
process_stop(struct core *core, struct process *process, uint64_t grace_ns, enum outcome *ret_outcome)
{
	uint64_t room = UINT64_MAX - 1 - core->now_ns;
	uint64_t at_ns = core->now_ns + (grace_ns < room ? grace_ns : room);
	enum concur_status status = process_signal(core, process, PROCESS_SIGTERM, true, ret_outcome);

	if (status != CONCUR_OK || *ret_outcome != OUTCOME_DONE)
		return status;
	if (heap_contains(&process->kill.node) && process->kill.node.key <= at_ns)
		return CONCUR_OK;
	timer_stop(core, &process->kill);
	/* Without memory for the grace there is none. */
	if (timer_set(core, &process->kill, at_ns) < 0)
		process_send(core, process, PROCESS_SIGKILL, true);
	return CONCUR_OK;
}

void
process_lose_maker(struct core *core, struct link *link)
{
	struct process *process = LINK_ENTRY(link, struct process, in_maker);
	enum outcome outcome;

	if (process_is_alive(process))
		(void)process_stop(core, process, process_grace_ns(core), &outcome);
}

static void
process_stop_each(struct core *core, struct link *list)
{
	enum outcome outcome;

	for (struct link *at = list->next; at != list; at = at->next)
		(void)process_stop(core, LINK_ENTRY(at, struct process, in_state), process_grace_ns(core), &outcome);
}

void
process_stop_all(struct core *core)
{
	core->is_stopping = true;
	process_stop_each(core, &core->starting);
	process_stop_each(core, &core->running);
}

/* -- the page ----------------------------------------------------------------------------------------------------- */

void
process_put(struct core *core, struct process *process, unsigned slot, uint64_t task)
{
	assert(process->state == PROCESS_RUNNING && process->spec.page && slot < PAGE_SLOTS && task <= PAGE_TASK_MAX);
	core->effects->page_put(core->effects_arg, process_number(process), slot, task);
}

void
process_recall(struct core *core, struct process *process, unsigned slot, uint64_t task)
{
	assert(process->state == PROCESS_RUNNING && process->spec.page && slot < PAGE_SLOTS && task <= PAGE_TASK_MAX);
	core->effects->page_recall(core->effects_arg, process_number(process), slot, task);
}

void
process_has_recalled(struct core *core, struct process *process, uint64_t task, enum page_state verdict)
{
	assert(process->state == PROCESS_RUNNING);
	if (process->watcher && process->watcher->recalled)
		process->watcher->recalled(core, process, task, verdict);
}

uint64_t
process_word(const struct process *process, unsigned slot)
{
	assert(slot < PAGE_SLOTS);
	return process->end.page ? process->end.page[slot] : 0;
}

/* -- the kind ----------------------------------------------------------------------------------------------------- */

static void
process_destroyed(struct core *core, struct object *object)
{
	struct process *process = process_of(object);

	if (process->is_asked_for && process_is_alive(process))
		core->effects->signal(core->effects_arg, process_number(process), PROCESS_SIGKILL, true);
	if (process_is_alive(process))
		process_leave(core, process);
	link_remove(&process->in_maker);
	waiter_wake_all(core, &process->starters, CONCUR_REMOVED);
	waiter_wake_all(core, &process->joiners, CONCUR_REMOVED);
	waiter_wake_all(core, &process->readers, CONCUR_REMOVED);
}

static bool
process_step(struct core *core, struct object *object, size_t *steps)
{
	struct process *process = process_of(object);

	(void)core;
	process_output_drop(&process->output, 0, steps);
	if (process->output.bytes)
		return false;
	free(process->command);
	free(process->sentence);
	process->command = process->sentence = NULL;
	return true;
}

static uint64_t
process_len(const struct object *object)
{
	return process_is_alive(LINK_ENTRY(object, const struct process, object)) ? 1 : 0;
}

static size_t
process_footprint(const struct object *object)
{
	const struct process *process = LINK_ENTRY(object, const struct process, object);

	return process->command_bytes + process->output.bytes;
}

static void
process_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	const struct process *process = LINK_ENTRY(object, const struct process, object);

	say(arg, "state", process->state);
	if (process->pid)
		say(arg, "pid", (int64_t)process->pid);
	if (process->state == PROCESS_EXITED)
		say(arg, "code", process_code(process));
	say(arg, "daemon", process->is_daemon);
	say(arg, "lines", (int64_t)process->output.next);
}

const struct kind process_kind = {
	.id = KIND_PROCESS,
	.name = "process",
	.size = sizeof(struct process),
	.init = process_init,
	.end = process_destroyed,
	.step = process_step,
	.len = process_len,
	.footprint = process_footprint,
	.roles = process_roles,
	.details = process_details,
};
