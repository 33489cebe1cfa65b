/* processes [SEED [STEPS]]: clients that make, start, join, signal and stop processes, and die or leave meanwhile,
 * against a plain model. In each step one thing is done, then time passes until all is told that follows from it;
 * whatever the model says must then be so, no sooner and no later. At the end nothing is left.
 *
 * A process that is stubborn ends by SIGKILL alone, one that is missing can not be started; see world_processes.h. */
#include "tests/sim/random.h"
#include "tests/sim/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	CLIENTS = 5,
	PROCESSES = 400, /* of one run */
	JOINS = 64,      /* that wait at once */
	SHORT_SEEDS = 20,
	SHORT_STEPS = 2000,
	LONG_SEEDS = 400,
	TERM = 15,
	KILL = 9,
	NAME = 24,
};

struct process {
	char name[NAME];
	uint64_t id;
	enum { FRESH, ALIVE, OVER, FAILED } phase; /* in the order of concur.v1.Phase, but for STARTING */
	bool stubborn, missing, is_daemon;
	unsigned maker;    /* the client's serial number */
	int64_t code;      /* OVER */
	uint64_t kill_ns;  /* when it is killed; UINT64_MAX: never */
	uint64_t known_ns; /* OVER: when all who care had been told */
};

struct join {
	struct world_call *call; /* NULL: none */
	struct world_client *client;
	struct process *process;
	uint64_t until_ns;
};

struct run {
	struct world world;
	struct random random;
	uint64_t seed, step;
	struct world_client *clients[CLIENTS];
	struct process processes[PROCESSES];
	unsigned count;
	struct join joins[JOINS];
};

static void
expect(const struct run *run, bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "seed %" PRIu64 " step %" PRIu64 ": not so: %s\n", run->seed, run->step, what);
	exit(EXIT_FAILURE);
}

/* -- the model ---------------------------------------------------------------------------------------------------- */

static void
model_end(struct process *process, int64_t code)
{
	if (process->phase != ALIVE)
		return;
	process->phase = OVER;
	process->code = code;
	process->known_ns = UINT64_MAX;
}

static void
model_signal(struct process *process, int signal)
{
	if (!process->stubborn || signal == KILL)
		model_end(process, -signal);
}

static void
model_stop(const struct run *run, struct process *process, uint64_t grace_ns)
{
	uint64_t at_ns = run->world.now_ns + grace_ns;

	model_signal(process, TERM);
	if (at_ns < process->kill_ns)
		process->kill_ns = at_ns;
}

static void
model_client_ends(struct run *run, unsigned serial)
{
	uint64_t grace_ns = run->world.config.limits.stop_seconds * WORLD_SECOND;

	for (unsigned i = 0; i < run->count; i++) {
		struct process *process = &run->processes[i];

		if (process->is_daemon && process->maker == serial && process->phase == ALIVE)
			model_stop(run, process, grace_ns);
	}
}

/* -- what clients do ---------------------------------------------------------------------------------------------- */

static struct world_client *
draw_client(struct run *run)
{
	struct world_client **client = &run->clients[random_below(&run->random, CLIENTS)];

	if (!*client)
		*client = world_join(&run->world);
	return *client;
}

static struct process *
draw_process(struct run *run)
{
	/* Mostly one of the last. */
	uint64_t back = random_below(&run->random, random_once_in(&run->random, 4) ? PROCESSES : 8);

	return back < run->count ? &run->processes[run->count - 1 - back] : NULL;
}

/* Turns until all is told. */
static void
settle(struct run *run)
{
	for (int i = 0; i < 3; i++)
		world_settle(&run->world);
}

static void
expect_status(struct run *run, const struct world_call *call, enum concur_status status, const char *what)
{
	settle(run);
	expect(run, call->answered && call->status == status, what);
}

static void
do_new(struct run *run)
{
	static const char *const commands[] = { "sleep", "sleep", "stubborn", "missing" };
	Concur__V1__ProcessRequest request = CONCUR__V1__PROCESS_REQUEST__INIT;
	struct world_client *client = draw_client(run);
	uint64_t which = random_below(&run->random, sizeof commands / sizeof *commands);
	ProtobufCBinaryData word = world_bytes(commands[which]);
	struct process *process = &run->processes[run->count];
	struct world_call *call;

	if (run->count == PROCESSES)
		return;
	snprintf(process->name, NAME, "process %u", run->count++);
	process->stubborn = which == 2;
	process->missing = which == 3;
	process->is_daemon = random_once_in(&run->random, 2);
	process->maker = client->number;
	process->kill_ns = UINT64_MAX;
	request.name = world_bytes(process->name);
	request.n_words = 1;
	request.words = &word;
	request.daemon = process->is_daemon;
	call = world_send(client, "/concur.v1.Process/New", &request.base);
	expect_status(run, call, CONCUR_OK, "New makes it");
	process->id = ((const Concur__V1__OpenReply *)call->message)->object;
}

static void
do_start(struct run *run)
{
	struct process *process = draw_process(run);
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct world_call *call;

	if (!process)
		return;
	request.object = process->id;
	call = world_send(draw_client(run), "/concur.v1.Process/Start", &request.base);
	if (process->phase != FRESH) {
		expect_status(run, call, CONCUR_ALREADY_STARTED, "Start comes once");
		return;
	}
	process->phase = process->missing ? FAILED : ALIVE;
	expect_status(run, call, process->missing ? CONCUR_START_FAILED : CONCUR_OK, "Start");
	expect(run, process->missing || ((const Concur__V1__CountReply *)call->message)->count > 0, "a pid");
}

static void
do_join(struct run *run)
{
	static const int64_t waits[] = { 0, -1, -1, WORLD_SECOND, 4 * WORLD_SECOND };
	struct join *join = &run->joins[random_below(&run->random, JOINS)];
	int64_t wait_ns = waits[random_below(&run->random, sizeof waits / sizeof *waits)];
	Concur__V1__WaitRequest request = CONCUR__V1__WAIT_REQUEST__INIT;
	struct process *process = draw_process(run);
	struct world_call *call;

	if (!process || join->call)
		return;
	request.object = process->id;
	request.wait_ns = wait_ns;
	*join = (struct join){ .client = draw_client(run), .process = process, .until_ns = UINT64_MAX };
	call = world_send(join->client, "/concur.v1.Process/Join", &request.base);
	if (wait_ns >= 0)
		join->until_ns = run->world.now_ns + (uint64_t)wait_ns;
	if (process->phase == FRESH)
		expect_status(run, call, CONCUR_NOT_STARTED, "Join comes after Start");
	else if (process->phase == FAILED)
		expect_status(run, call, CONCUR_START_FAILED, "Join says that it was not started");
	else
		join->call = call;
}

static void
do_signal(struct run *run)
{
	struct process *process = draw_process(run);
	Concur__V1__SignalRequest request = CONCUR__V1__SIGNAL_REQUEST__INIT;
	struct world_call *call;
	bool was_alive;

	if (!process)
		return;
	was_alive = process->phase == ALIVE;
	request.object = process->id;
	request.signal = random_once_in(&run->random, 2) ? TERM : KILL;
	call = world_send(draw_client(run), "/concur.v1.Process/Signal", &request.base);
	model_signal(process, (int)request.signal);
	expect_status(run, call, process->phase == FRESH ? CONCUR_NOT_STARTED : CONCUR_OK, "Signal");
	expect(run, process->phase == FRESH || (world_outcome(call) == CONCUR__V1__OUTCOME__DONE) == was_alive,
	    "Signal says whether it ran");
}

static void
do_stop(struct run *run)
{
	struct process *process = draw_process(run);
	Concur__V1__StopRequest request = CONCUR__V1__STOP_REQUEST__INIT;
	struct world_call *call;

	if (!process)
		return;
	request.object = process->id;
	request.grace_ns = (int64_t)(1 + random_below(&run->random, 3 * WORLD_SECOND));
	call = world_send(draw_client(run), "/concur.v1.Process/Stop", &request.base);
	if (process->phase == ALIVE)
		model_stop(run, process, (uint64_t)request.grace_ns);
	expect_status(run, call, process->phase == FRESH ? CONCUR_NOT_STARTED : CONCUR_OK, "Stop");
}

static void
do_exit(struct run *run)
{
	struct process *process = draw_process(run);
	int code = (int)random_below(&run->random, 256);

	if (!process || process->phase != ALIVE)
		return;
	world_processes_exit(&run->world.processes, process->id, code);
	model_end(process, code);
	world_turn(&run->world, 0);
}

/* Without a word, or with a goodbye. Its joins are never answered. */
static void
do_end(struct run *run)
{
	struct world_client **client = &run->clients[random_below(&run->random, CLIENTS)];

	if (!*client)
		return;
	for (unsigned i = 0; i < JOINS; i++) {
		if (run->joins[i].client == *client)
			run->joins[i].call = NULL;
	}
	model_client_ends(run, (*client)->number);
	if (random_once_in(&run->random, 2))
		world_end(*client, SERVER_PEER_DIED);
	else
		world_send(*client, "/concur.v1.Session/Goodbye", NULL);
	settle(run);
	if ((*client)->conn)
		world_end(*client, SERVER_PEER_CLOSED);
	world_client_free(*client);
	*client = NULL;
}

static void
do_state(struct run *run)
{
	static const Concur__V1__Phase phases[] = { CONCUR__V1__PHASE__PHASE_NEW, CONCUR__V1__PHASE__PHASE_RUNNING,
		CONCUR__V1__PHASE__PHASE_EXITED, CONCUR__V1__PHASE__PHASE_FAILED };
	struct process *process = draw_process(run);
	const Concur__V1__ProcessState *state;
	struct world_call *call;

	if (!process)
		return;
	settle(run);
	call = world_ask(draw_client(run), "/concur.v1.Process/State", process->id);
	expect_status(run, call, CONCUR_OK, "State");
	state = (const Concur__V1__ProcessState *)call->message;
	expect(run, state->phase == phases[process->phase], "the phase is as in the model");
	expect(run, process->phase != OVER || state->code == process->code, "the code is as in the model");
}

/* -- the run ------------------------------------------------------------------------------------------------------ */

/* Time passes, in turns of a second at most, and those whose grace is over are killed. */
static void
pass(struct run *run, uint64_t pass_ns)
{
	world_turn(&run->world, pass_ns);
	settle(run);
	for (unsigned i = 0; i < run->count; i++) {
		struct process *process = &run->processes[i];

		if (process->kill_ns <= run->world.now_ns)
			model_end(process, -KILL);
		if (process->phase == OVER && process->known_ns == UINT64_MAX)
			process->known_ns = run->world.now_ns;
	}
}

/* Whoever waits for what is over has been told so. */
static void
check_joins(struct run *run)
{
	for (unsigned i = 0; i < JOINS; i++) {
		struct join *join = &run->joins[i];
		const struct process *process = join->process;

		if (!join->call)
			continue;
		expect(run, join->call->answered == (process->phase == OVER || join->until_ns <= run->world.now_ns),
		    "a Join waits for the end or its time, and no longer");
		if (!join->call->answered)
			continue;
		expect(run, join->call->status == CONCUR_OK, "a Join is answered well");
		if (world_outcome(join->call) == CONCUR__V1__OUTCOME__TIMED_OUT)
			expect(run, process->phase != OVER || join->until_ns <= process->known_ns,
			    "a Join whose process has ended is told so");
		else
			expect(run,
			    process->phase == OVER &&
				((const Concur__V1__CountReply *)join->call->message)->count == process->code,
			    "a Join tells the code");
		join->call = NULL;
	}
}

static void
check_end(struct run *run)
{
	struct world_client *last;
	const Concur__V1__ManagerInfo *info;

	for (unsigned i = 0; i < CLIENTS; i++) {
		while (run->clients[i])
			do_end(run);
	}
	last = world_join(&run->world);
	for (unsigned i = 0; i < run->count; i++) {
		Concur__V1__NameRequest request = CONCUR__V1__NAME_REQUEST__INIT;

		request.name = world_bytes(run->processes[i].name);
		world_call(last, "/concur.v1.Manager/Remove", &request.base);
		world_processes_exit(&run->world.processes, run->processes[i].id, 0);
	}
	world_turn(&run->world, 0);
	settle(run);
	info = (const Concur__V1__ManagerInfo *)world_call(last, "/concur.v1.Manager/Info", NULL)->message;
	expect(run, info->objects == 0 && info->waiters == 0, "nothing is left");
	expect(run, run->world.processes.count == 0, "no process is left");
}

static void
run_seed(uint64_t seed, uint64_t steps)
{
	static void (*const actions[])(struct run *) = { do_new, do_new, do_start, do_start, do_start, do_join, do_join,
		do_join, do_signal, do_stop, do_exit, do_exit, do_end, do_state, do_state };
	static struct run run;

	run = (struct run){ .seed = seed, .random = { seed } };
	world_init(&run.world, NULL);
	for (; run.step < steps; run.step++) {
		actions[random_below(&run.random, sizeof actions / sizeof *actions)](&run);
		pass(&run, random_below(&run.random, WORLD_SECOND));
		check_joins(&run);
	}
	check_end(&run);
	world_fini(&run.world);
}

int
main(int argc, char **argv)
{
	uint64_t seeds = getenv("CONCUR_TEST_LONG") ? LONG_SEEDS : SHORT_SEEDS;
	uint64_t steps = argc > 2 ? strtoull(argv[2], NULL, 0) : SHORT_STEPS;

	if (argc > 1)
		run_seed(strtoull(argv[1], NULL, 0), steps);
	for (uint64_t seed = 1; argc == 1 && seed <= seeds; seed++)
		run_seed(seed, steps);
	return EXIT_SUCCESS;
}
