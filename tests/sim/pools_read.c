/* Reading what has come of calls on pools: each reply against the model, which learns from it who was given what. */
#include "tests/sim/pools.h"

#include "lib/value_build.h"
#include "lib/value_edit.h"

#include <stdlib.h>

static struct pools_call *
call_of(struct link *at)
{
	return LINK_ENTRY(at, struct pools_call, link);
}

bool
pools_is_late(const struct run *run, const struct pools_call *call)
{
	return call->deadline_ns <= run->ended_ns;
}

static void
forget(struct run *run, struct pools_call *call)
{
	link_remove(&call->link);
	world_forget(run->clients[call->client], call->call);
	free(call);
}

/* -- values -------------------------------------------------------------------------------------------------------- */

void
pools_check_value(const struct run *run, const struct model_task *task, const struct value *value)
{
	struct value step = value_of_text("status"), status;
	struct value_place place;

	if (task->outcome.status == CONCUR_OK) {
		if (value->kind != VALUE_INTEGER || value_integer(value) != task->outcome.number)
			pools_fail(run, "the result of %lld is not what its worker gave", (long long)task->number);
		return;
	}
	if (value->kind != VALUE_MAP || value_edit_find(value, &step, &place, &status) != CONCUR_OK ||
	    value_integer(&status) != task->outcome.status)
		pools_fail(run, "the error of %lld is another", (long long)task->number);
}

static void
check_encoded(const struct run *run, const struct model_task *task, const ProtobufCBinaryData *encoded)
{
	struct value value;

	if (task->state == STATE_CANCELLED) {
		if (encoded->len)
			pools_fail(run, "a cancelled task has a value");
		return;
	}
	if (value_parse(encoded->data, encoded->len, &value) != CONCUR_OK)
		pools_fail(run, "the value of %lld can not be read", (long long)task->number);
	pools_check_value(run, task, &value);
}

/* -- submissions --------------------------------------------------------------------------------------------------- */

static bool
is_taken_in(const struct pools_call *call)
{
	return call->kind == CALL_SUBMIT && call->call->answered && !call->is_answered &&
	    call->call->status == CONCUR_OK && world_outcome(call->call) == CONCUR__V1__OUTCOME__DONE;
}

static uint64_t
first_of(const struct pools_call *call)
{
	return ((const Concur__V1__SubmitReply *)call->call->message)->future;
}

/* Those that have waited longer have been taken in before it. */
static void
check_order(struct run *run, const struct pools_call *taken)
{
	for (struct link *at = run->calls.next; at != &taken->link; at = at->next) {
		const struct pools_call *call = call_of(at);

		if (call->kind == CALL_SUBMIT && call->pool == taken->pool && !call->call->answered)
			pools_fail(run, "a submission was taken in before an older one");
	}
}

static void
take_in(struct run *run, struct pools_call *call)
{
	unsigned releases = run->model.releases;

	check_order(run, call);
	if (((const Concur__V1__SubmitReply *)call->call->message)->count != call->count)
		pools_fail(run, "other tasks were taken in than were submitted");
	for (size_t i = 0; i < call->count; i++) {
		struct model_task *task =
		    model_submit(&run->model, call->pool, &call->terms, call->client, call->numbers[i], NULL, 0);

		task->id = first_of(call) + i;
	}
	run->model.releases = releases + 1;
	run->has_taken_in = true;
	call->is_answered = true;
}

/* In the order in which the server has taken them in. */
static void
read_submissions(struct run *run)
{
	struct pools_call *first;

	do {
		first = NULL;
		for (struct link *at = run->calls.next; at != &run->calls; at = at->next) {
			struct pools_call *call = call_of(at);

			if (is_taken_in(call) && (!first || first_of(call) < first_of(first)))
				first = call;
		}
		if (first)
			take_in(run, first);
	} while (first);
}

static void
check_refused(struct run *run, const struct pools_call *call)
{
	const struct model_pool *pool = call->pool;
	bool is_so;

	switch (call->call->status) {
	case CONCUR_OK:
		/* FULL: Apply does not wait for room. */
		is_so = world_outcome(call->call) == CONCUR__V1__OUTCOME__FULL &&
		    (call->kind == CALL_APPLY || pools_is_late(run, call));
		break;
	case CONCUR_POOL_CLOSED:
		is_so = pool->is_closed;
		break;
	case CONCUR_POOL_BROKEN:
		is_so = pool->is_broken;
		break;
	case CONCUR_VALUE_ERROR:
		is_so = call->count > pool->capacity;
		break;
	case CONCUR_REMOVED:
		is_so = pool->is_gone;
		break;
	case CONCUR_CANCELLED:
		is_so = call->is_cancelled;
		break;
	default:
		/* The completion queue went while it waited. */
		is_so = call->call->status == CONCUR_NOT_FOUND && call->terms.completion;
		break;
	}
	if (!is_so)
		pools_fail(run, "a submission was answered with %u", call->call->status);
}

/* -- tasks handed out ---------------------------------------------------------------------------------------------- */

static void
check_handed(struct run *run, const struct pools_call *call, const Concur__V1__Task *handed)
{
	struct model_worker *worker = call->worker;
	struct model_task *task = model_find_number(&run->model, world_number(&handed->arguments));
	const struct world_process *process = world_processes_find(&run->world.processes, worker->process);

	if (!task || task->place != PLACE_WAITING || task->is_gone)
		pools_fail(run, "a worker was given a task that does not wait");
	if (task->pool != worker->pool || !model_serves(worker, task) || worker->was_draining)
		pools_fail(run, "a worker was given a task that is not for it");
	if (task->id && task->id != handed->task)
		pools_fail(run, "a task has another number than before");
	if (handed->attempt != task->attempts + 1 || handed->timeout_ns != task->terms.timeout_ns)
		pools_fail(run, "a task is told its attempt or timeout wrong");
	if (run->model.releases <= 1 && !model_may_hand(&run->model, worker, task))
		pools_fail(run, "task %lld was given before its turn", (long long)task->number);
	if (process && process->page && page_task(process->page->words[handed->slot]) != handed->task)
		pools_fail(run, "a task was not put into its worker's page");
	task->id = handed->task;
	task->slot = handed->slot;
	model_hand(&run->model, worker, task);
}

bool
pools_has_worker(const struct pools_call *call)
{
	return call->worker->is_there && call->worker->id == call->worker_id && call->worker->client < MODEL_CLIENTS;
}

void
pools_check_idle(const struct run *run, const struct model_worker *worker)
{
	for (size_t i = run->model.first; i < run->model.count; i++) {
		const struct model_task *task = &run->model.tasks[i];

		if (task->place == PLACE_WAITING && !task->is_gone && task->pool == worker->pool &&
		    model_serves(worker, task) && !worker->is_draining)
			pools_fail(run, "a worker waits, and so does task %lld, which it could run",
			    (long long)task->number);
	}
}

static void
read_take(struct run *run, struct pools_call *call)
{
	const Concur__V1__TakeReply *reply = (const Concur__V1__TakeReply *)call->call->message;
	enum concur_status status = call->call->status;

	call->is_answered = true;
	if (status == CONCUR_CANCELLED && call->is_cancelled)
		return;
	if (status == CONCUR_REMOVED && call->pool->is_gone)
		return;
	if (status != CONCUR_OK)
		pools_fail(run, "a take was answered with %u", status);
	if (reply->outcome == CONCUR__V1__OUTCOME__END_OF_FILE) {
		if (pools_has_worker(call) && !model_is_over(call->worker))
			pools_fail(run, "a worker is to end that is not");
		return;
	}
	if (reply->outcome == CONCUR__V1__OUTCOME__EMPTY) {
		if (!pools_is_late(run, call))
			pools_fail(run, "a take was answered too early");
		/* A task may have become ready after its time was over. */
		if (pools_has_worker(call) && run->model.releases <= (call->step == run->step))
			pools_check_idle(run, call->worker);
		return;
	}
	if (!pools_has_worker(call) || !reply->n_tasks || reply->n_tasks > call->count)
		pools_fail(run, "a take has got %zu tasks", reply->n_tasks);
	for (size_t i = 0; i < reply->n_tasks; i++)
		check_handed(run, call, reply->tasks[i]);
	model_begin(&run->model, call->worker);
}

static bool
has_tasks(const struct world_call *call)
{
	return call->answered && call->status == CONCUR_OK &&
	    ((const Concur__V1__TakeReply *)call->message)->n_tasks > 0;
}

/* In the order in which the server has given them out, as far as that can be told. */
static void
read_takes(struct run *run)
{
	for (struct link *at = run->calls.next; at != &run->calls; at = at->next) {
		struct pools_call *call = call_of(at);

		if (call->kind == CALL_TAKE && has_tasks(call->call))
			read_take(run, call);
	}
}

/* -- all other calls ----------------------------------------------------------------------------------------------- */

static bool
is_refused(const struct pools_call *call)
{
	enum concur_status status = call->call->status;

	return (status == CONCUR_CANCELLED && call->is_cancelled) ||
	    (status == CONCUR_REMOVED && (call->pool ? call->pool : call->task->pool)->is_gone);
}

static void
read_future(struct run *run, const struct pools_call *call)
{
	const Concur__V1__FutureReply *reply = (const Concur__V1__FutureReply *)call->call->message;
	struct model_task *task = call->task;

	if (call->call->status != CONCUR_OK)
		pools_fail(run, "a wait for a future was answered with %u", call->call->status);
	if (task->id && task->id != reply->future)
		pools_fail(run, "a wait for a future was answered by another");
	task->id = reply->future;
	if (reply->outcome == CONCUR__V1__OUTCOME__TIMED_OUT) {
		if (!pools_is_late(run, call))
			pools_fail(run, "a wait for a future was answered too early");
		return;
	}
	if (task->place != PLACE_ENDED || (unsigned)reply->state != task->state)
		pools_fail(run, "task %lld is told to be %u, and is %u", (long long)task->number, reply->state,
		    task->state);
	check_encoded(run, task, &reply->value);
}

static void
read_wait(struct run *run, const struct pools_call *call)
{
	struct model_task *task = call->task;

	if (call->kind == CALL_APPLY && !task) {
		check_refused(run, call);
		return;
	}
	if (!is_refused(call))
		read_future(run, call);
	task->waits--;
	if (call->kind == CALL_APPLY && !task->is_gone)
		(void)model_release(task, call->client);
	model_settle(task);
}

static void
read_cancel(struct run *run, const struct pools_call *call)
{
	struct model_task *task = call->task;
	bool is_cancelled = task && task->place == PLACE_ENDED && task->state == STATE_CANCELLED, is_so = false;

	if (!is_refused(call)) {
		if (call->call->status != CONCUR_OK)
			pools_fail(run, "a cancel was answered with %u", call->call->status);
		if (world_outcome(call->call) == CONCUR__V1__OUTCOME__DONE)
			is_so = is_cancelled;
		else if (world_outcome(call->call) == CONCUR__V1__OUTCOME__NO)
			is_so = call->is_refused || (task->place == PLACE_ENDED && !is_cancelled);
		else
			is_so = pools_is_late(run, call);
		if (!is_so)
			pools_fail(run, "a cancel was answered wrong");
	}
	if (task) {
		task->waits--;
		model_settle(task);
	}
}

static void
read_join(struct run *run, const struct pools_call *call)
{
	bool is_late_now;

	if (is_refused(call))
		return;
	if (call->call->status != CONCUR_OK)
		pools_fail(run, "a join was answered with %u", call->call->status);
	is_late_now = world_outcome(call->call) == CONCUR__V1__OUTCOME__TIMED_OUT;
	if (is_late_now ? !pools_is_late(run, call) : !call->pool->is_closed || call->pool->unended)
		pools_fail(run, "a join was answered too early");
}

static void
read_watch(struct run *run, const struct pools_call *call)
{
	const Concur__V1__WatchReply *reply = (const Concur__V1__WatchReply *)call->call->message;
	struct model_worker *worker = call->worker;
	struct model_command *first = &worker->commands[0];

	if (call->call->status == CONCUR_CANCELLED && call->is_cancelled)
		return;
	if (call->call->status == CONCUR_REMOVED && call->pool && call->pool->is_gone)
		return;
	if (call->call->status != CONCUR_OK)
		pools_fail(run, "a watch was answered with %u", call->call->status);
	if (reply->what == CONCUR__V1__WATCH_REPLY__WHAT__NOTHING) {
		if (!pools_is_late(run, call))
			pools_fail(run, "a watch was answered too early");
		return;
	}
	if (reply->what == CONCUR__V1__WATCH_REPLY__WHAT__END) {
		if (pools_has_worker(call) && worker->pool)
			pools_fail(run, "a worker is told to end that is not to");
		return;
	}
	if (!pools_has_worker(call) || !worker->commands_count || (unsigned)reply->what != first->what ||
	    reply->task != first->task->id)
		pools_fail(run, "a worker is told %u of a task for nothing", reply->what);
	memmove(first, first + 1, --worker->commands_count * sizeof *first);
}

static void
read_one(struct run *run, struct pools_call *call)
{
	switch (call->kind) {
	case CALL_SUBMIT:
		if (!call->is_answered)
			check_refused(run, call);
		break;
	case CALL_APPLY:
	case CALL_WAIT:
		if (call->is_cancelled ? call->call->status != CONCUR_CANCELLED : false)
			pools_fail(run, "a call that was cancelled is answered otherwise");
		if (!call->is_cancelled)
			read_wait(run, call);
		break;
	case CALL_CANCEL:
		read_cancel(run, call);
		break;
	case CALL_JOIN:
		read_join(run, call);
		break;
	case CALL_TAKE:
		if (!call->is_answered)
			read_take(run, call);
		break;
	case CALL_WATCH:
		read_watch(run, call);
		break;
	}
	forget(run, call);
}

/* -- a session that has ended -------------------------------------------------------------------------------------- */

static void
read_end(struct run *run)
{
	unsigned gone = run->abandoned;

	run->abandoned = MODEL_CLIENTS;
	for (size_t i = 0; i < QUEUES; i++) {
		if (run->queues[i].maker != gone)
			continue;
		model_lose_queue(&run->model, run->queues[i].id, true);
		run->queues[i].id = 0;
	}
	for (size_t i = 0; i < run->model.pools_count; i++) {
		if (run->model.pools[i].maker == gone && !run->model.pools[i].is_gone)
			model_remove(&run->model, &run->model.pools[i]);
	}
	for (size_t i = run->model.first; i < run->model.count; i++) {
		struct model_task *task = &run->model.tasks[i];

		if (!task->refs[gone])
			continue;
		task->refs[gone] = 0;
		task->submitter = task->submitter == gone ? MODEL_CLIENTS : task->submitter;
		if (!task->is_gone)
			model_abandon(&run->model, task);
	}
}

void
pools_read(struct run *run)
{
	struct link *next;

	read_submissions(run);
	read_takes(run);
	if (run->abandoned < MODEL_CLIENTS)
		read_end(run);
	model_do_chores(&run->model);
	for (struct link *at = run->calls.next; at != &run->calls; at = next) {
		next = at->next;
		if (call_of(at)->call->answered)
			read_one(run, call_of(at));
	}
}
