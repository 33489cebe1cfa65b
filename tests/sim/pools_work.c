/* What simulated workers do. Processes of pools heed their pages: they begin a task only if it was not recalled. */
#include "tests/sim/pools.h"

static const char *const functions[] = { "", "f", "g", "h" };
static const char *const labels[] = { "", "big", "new" };

static struct model_worker *
draw_worker(struct run *run)
{
	for (int i = 0; i < 8; i++) {
		struct model_worker *worker = &run->model.workers[random_below(&run->random, MODEL_WORKERS)];

		if (worker->is_there && worker->client < MODEL_CLIENTS)
			return worker;
	}
	return NULL;
}

/* A client that is no process, or one that is and has not attached. */
static unsigned
draw_idle(struct run *run)
{
	unsigned client = CLIENTS + (unsigned)random_below(&run->random, MODEL_CLIENTS - CLIENTS);

	if (!run->clients[client] || random_once_in(&run->random, 3))
		return pools_draw_client(run);
	for (size_t i = 0; i < MODEL_WORKERS; i++) {
		if (run->model.workers[i].is_there && run->model.workers[i].client == client)
			return pools_draw_client(run);
	}
	return client;
}

static struct model_pool *
pool_of_process(struct run *run, uint64_t number)
{
	const struct world_process *process = world_processes_find(&run->world.processes, number);

	for (size_t i = 0; process && i < POOLS; i++) {
		if (run->pools[i]->id == process->pool && !run->pools[i]->is_gone)
			return run->pools[i];
	}
	return NULL;
}

static size_t
draw_names(struct run *run, const char *const *names, unsigned count, unsigned *ret_bits, ProtobufCBinaryData *ret)
{
	size_t drawn = 0;

	for (unsigned i = 1; i <= count; i++) {
		if (random_once_in(&run->random, 3))
			continue;
		*ret_bits |= 1u << i;
		ret[drawn++] = world_bytes(names[i]);
	}
	return drawn;
}

/* It is a worker from here on. */
static void
enter(struct run *run, struct model_worker *worker, const struct world_call *call)
{
	worker->is_there = true;
	worker->id = ((const Concur__V1__AttachReply *)call->message)->worker;
	worker->pool->workers++;
	if (!worker->process)
		return;
	worker->pool->in_vain = 0;
	run->attached[run->attached_count++ % (sizeof run->attached / sizeof *run->attached)] = worker->process;
}

static bool
has_attached(const struct run *run, uint64_t process)
{
	for (size_t i = 0; i < sizeof run->attached / sizeof *run->attached; i++) {
		if (process && run->attached[i] == process)
			return true;
	}
	return false;
}

void
step_attach(struct run *run)
{
	Concur__V1__AttachRequest request = CONCUR__V1__ATTACH_REQUEST__INIT;
	ProtobufCBinaryData function_names[FUNCTIONS], label_names[LABELS];
	struct model_worker *worker = model_add_worker(&run->model);
	unsigned client = draw_idle(run);
	struct model_pool *pool =
	    run->processes[client] ? pool_of_process(run, run->processes[client]) : pools_draw_pool(run);
	enum concur_status status = CONCUR_OK;
	struct world_call *call;

	if (!worker || !pool)
		return;
	*worker = (struct model_worker){ .process = run->processes[client], .client = client, .pool = pool };
	/* Those that the pool has started can run all: what none of them can fails, as tests/unit/test_hired_kinds.c
	 * has it, and does not wait for others. */
	worker->any = random_once_in(&run->random, 2) || worker->process;
	worker->threads = 1 + (unsigned)random_below(&run->random, 2);
	request.pool = pool->id;
	request.any = worker->any;
	request.threads = worker->threads;
	request.process = worker->process;
	request.n_functions = draw_names(run, functions, FUNCTIONS, &worker->functions, function_names);
	request.functions = function_names;
	request.n_labels = draw_names(run, labels, LABELS, &worker->labels, label_names);
	request.labels = label_names;
	if (pool->is_broken)
		status = CONCUR_POOL_BROKEN;
	else if (has_attached(run, worker->process))
		status = CONCUR_PERMISSION;
	else if (pool->is_closed && !pool->unended)
		status = CONCUR_POOL_CLOSED;
	call = pools_call(run, client, "/concur.v1.Worker/Attach", &request, status);
	if (status == CONCUR_OK)
		enter(run, worker, call);
}

/* -- taking ------------------------------------------------------------------------------------------------------- */

static struct pools_call *
call_of(struct run *run, const struct model_worker *worker, enum pools_kind kind)
{
	for (struct link *at = run->calls.next; at != &run->calls; at = at->next) {
		struct pools_call *call = LINK_ENTRY(at, struct pools_call, link);

		if (call->kind == kind && call->worker == worker && call->worker_id == worker->id)
			return call;
	}
	return NULL;
}

/* One of those that run, or any; NULL: its hand is empty. */
static struct model_task *
draw_in_hand(struct run *run, const struct model_worker *worker)
{
	return worker->in_hand ? worker->hand[random_below(&run->random, worker->in_hand)] : NULL;
}

struct results {
	Concur__V1__TaskDone messages[3];
	uint8_t bytes[3][64];
	ProtobufCBinaryData fields[3];
	size_t count;
};

/* What a process says, its page says too; it does not say it of what was recalled. */
static bool
page_allows(struct run *run, const struct model_worker *worker, const struct model_task *task, bool gives_back)
{
	struct world_process *process = world_processes_find(&run->world.processes, worker->process);

	if (!worker->process)
		return true;
	if (!process || process->is_over)
		return false;
	if (task->is_inside)
		return !gives_back;
	if (page_state(process->page->words[task->slot]) == PAGE_QUEUED &&
	    !page_begin(process->page, task->slot, task->id))
		return false;
	if (page_state(process->page->words[task->slot]) == PAGE_RECALLED)
		return false;
	/* What was begun is not given back. */
	if (!gives_back)
		page_done(process->page, task->slot, task->id);
	return !gives_back;
}

static void
say_done(struct run *run, struct model_worker *worker, struct model_task *task, struct results *results)
{
	Concur__V1__TaskDone *message = &results->messages[results->count];
	uint64_t drawn = random_below(&run->random, 6);

	if (!page_allows(run, worker, task, drawn == 0))
		return;
	concur__v1__task_done__init(message);
	message->task = task->id;
	message->state = drawn == 0 ? CONCUR__V1__FUTURE_STATE__FUTURE_PENDING
	    : drawn == 1            ? CONCUR__V1__FUTURE_STATE__FUTURE_FAILED
				    : CONCUR__V1__FUTURE_STATE__FUTURE_FINISHED;
	message->value = world_integer(&run->world, ++run->last_number);
	results->fields[results->count].data = results->bytes[results->count];
	results->fields[results->count].len = concur__v1__task_done__pack(message, results->bytes[results->count]);
	results->count++;
	/* What another has in hand, or what has ended, is not heard. */
	if (task->worker != worker)
		return;
	if (drawn == 0)
		model_return(&run->model, task);
	else
		model_end(&run->model, task, drawn == 1 ? STATE_FAILED : STATE_FINISHED,
		    (struct model_outcome){ .number = run->last_number });
}

/* Some of what it has in hand is done; now and then it speaks of what is not its own. */
static void
draw_results(struct run *run, struct model_worker *worker, struct results *ret)
{
	size_t count = random_below(&run->random, 3);

	ret->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct model_task *task = random_once_in(&run->random, 12) && !worker->process
		    ? pools_draw_task(run)
		    : draw_in_hand(run, worker);

		if (task && task->id)
			say_done(run, worker, task, ret);
	}
}

void
step_take(struct run *run)
{
	Concur__V1__TakeRequest request = CONCUR__V1__TAKE_REQUEST__INIT;
	struct model_worker *worker = draw_worker(run);
	struct results results = { 0 };
	struct pools_call *call;

	if (!worker)
		return;
	request.worker = worker->id;
	request.count = 1 + (uint32_t)random_below(&run->random, 4);
	request.wait_ns = pools_draw_wait(run);
	if (call_of(run, worker, CALL_TAKE)) {
		(void)pools_call(run, worker->client, "/concur.v1.Worker/Take", &request, CONCUR_WAITING);
		return;
	}
	if (worker->in_hand + request.count > MODEL_HAND / 2)
		return;
	if (random_once_in(&run->random, 2))
		draw_results(run, worker, &results);
	request.n_done = results.count;
	request.done = results.fields;
	call = pools_begin(run, CALL_TAKE, worker->client, "/concur.v1.Worker/Take", &request, request.wait_ns);
	call->worker = worker;
	call->worker_id = worker->id;
	call->pool = worker->pool;
	call->count = request.count;
	/* What finds room now comes after what it takes. */
	run->model.releases++;
}

void
step_done(struct run *run)
{
	Concur__V1__TaskDoneRequest request = CONCUR__V1__TASK_DONE_REQUEST__INIT;
	struct model_worker *worker = draw_worker(run);
	struct results results = { 0 };

	if (!worker)
		return;
	draw_results(run, worker, &results);
	request.worker = worker->id;
	request.n_done = results.count;
	request.done = results.fields;
	(void)pools_call(run, worker->client, "/concur.v1.Worker/Done", &request, CONCUR_OK);
}

void
step_claim(struct run *run)
{
	Concur__V1__ClaimRequest request = CONCUR__V1__CLAIM_REQUEST__INIT;
	struct model_worker *worker = draw_worker(run);
	struct model_task *task = pools_draw_task(run);
	const Concur__V1__TakeReply *reply;
	bool is_free;

	if (!worker || !task)
		return;
	is_free =
	    !task->is_gone && task->place == PLACE_WAITING && task->pool == worker->pool && model_serves(worker, task);
	request.worker = worker->id;
	request.task = task->id;
	if (is_free)
		model_claim(&run->model, worker, task);
	reply = (const Concur__V1__TakeReply *)pools_call(run, worker->client, "/concur.v1.Worker/Claim", &request,
	    CONCUR_OK)
		    ->message;
	if (reply->n_tasks != is_free || (is_free && reply->tasks[0]->task != task->id))
		pools_fail(run, "a claim has got other than it asked for");
	if (is_free && reply->tasks[0]->slot != PAGE_SLOTS)
		pools_fail(run, "a claimed task has got a slot");
}

/* -- commands ----------------------------------------------------------------------------------------------------- */

void
step_watch(struct run *run)
{
	Concur__V1__WatchRequest request = CONCUR__V1__WATCH_REQUEST__INIT;
	struct model_worker *worker = draw_worker(run);
	struct pools_call *call;

	if (!worker)
		return;
	request.worker = worker->id;
	request.wait_ns = pools_draw_wait(run);
	if (call_of(run, worker, CALL_WATCH)) {
		(void)pools_call(run, worker->client, "/concur.v1.Worker/Watch", &request, CONCUR_WAITING);
		return;
	}
	worker->is_watched = true;
	call = pools_begin(run, CALL_WATCH, worker->client, "/concur.v1.Worker/Watch", &request, request.wait_ns);
	call->worker = worker;
	call->worker_id = worker->id;
	call->pool = worker->pool;
}

void
pools_refuse_cancels(struct run *run, const struct model_task *task)
{
	for (struct link *at = run->calls.next; at != &run->calls; at = at->next) {
		struct pools_call *call = LINK_ENTRY(at, struct pools_call, link);

		call->is_refused |= call->kind == CALL_CANCEL && call->task == task;
	}
}

/* A process's page has answered already. */
void
step_recalled(struct run *run)
{
	Concur__V1__RecalledRequest request = CONCUR__V1__RECALLED_REQUEST__INIT;
	struct model_worker *worker = draw_worker(run);
	struct model_task *task = worker ? draw_in_hand(run, worker) : NULL;

	if (!task || worker->process)
		return;
	request.worker = worker->id;
	request.task = task->id;
	request.begun = random_once_in(&run->random, 2);
	if (task->is_asked && request.begun) {
		task->is_asked = false;
		pools_refuse_cancels(run, task);
	} else if (task->is_asked) {
		model_end(&run->model, task, STATE_CANCELLED, (struct model_outcome){ 0 });
	}
	(void)pools_call(run, worker->client, "/concur.v1.Worker/Recalled", &request, CONCUR_OK);
}

/* -- going -------------------------------------------------------------------------------------------------------- */

void
step_drain(struct run *run)
{
	Concur__V1__WorkerRequest request = CONCUR__V1__WORKER_REQUEST__INIT;
	struct model_worker *worker = draw_worker(run);

	if (!worker || !random_once_in(&run->random, 4))
		return;
	request.worker = worker->id;
	worker->is_draining = true;
	(void)pools_call(run, worker->client, "/concur.v1.Worker/Drain", &request, CONCUR_OK);
}

void
step_detach(struct run *run)
{
	Concur__V1__WorkerRequest request = CONCUR__V1__WORKER_REQUEST__INIT;
	struct model_worker *worker = draw_worker(run);
	unsigned client;

	if (!worker)
		return;
	client = worker->client;
	request.worker = worker->id;
	/* How the process ends says what became of what it had in hand. */
	if (worker->process && worker->in_hand && worker->pool) {
		worker->client = MODEL_CLIENTS;
		worker->is_draining = true;
	} else {
		model_worker_gone(&run->model, worker, NULL);
	}
	(void)pools_call(run, client, "/concur.v1.Worker/Detach", &request, CONCUR_OK);
}

void
step_break(struct run *run)
{
	Concur__V1__AttachRequest request = CONCUR__V1__ATTACH_REQUEST__INIT;
	struct model_pool *pool = pools_draw_pool(run);

	if (!random_once_in(&run->random, 10))
		return;
	request.pool = pool->id;
	request.error = world_integer(&run->world, ++run->last_number);
	model_break(&run->model, pool, run->last_number);
	(void)pools_call(run, pools_draw_client(run), "/concur.v1.Worker/Attach", &request, CONCUR_POOL_BROKEN);
}
