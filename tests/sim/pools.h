/* pools: clients that submit tasks and workers that run them, against the model. In each step somebody does one thing,
 * then turns go by until all is told that follows from it; replies must be as the model has it, no sooner and no
 * later.
 *
 * What waits stands in run->calls; all other calls are answered in their step. */
#ifndef TESTS_SIM_POOLS_H
#define TESTS_SIM_POOLS_H

#include "lib/link.h"
#include "tests/sim/pool_model.h"
#include "tests/sim/random.h"
#include "tests/sim/world.h"

enum {
	POOLS = 3, /* at a time; the last one's workers are started by the daemon */
	QUEUES = 2,
	CLIENTS = 6, /* that submit and work; the others up to MODEL_CLIENTS are processes of pools */
	FUNCTIONS = 3,
	LABELS = 2,
	KEYS = 3,
	SPECS = 8, /* tasks of one submission, at most */
	NEWS = 64, /* of processes in one turn */
};

enum pools_kind { CALL_SUBMIT, CALL_APPLY, CALL_WAIT, CALL_CANCEL, CALL_JOIN, CALL_TAKE, CALL_WATCH };

/* A call that is not answered yet. */
struct pools_call {
	struct link link; /* in run->calls, the oldest first */
	enum pools_kind kind;
	unsigned client;
	struct world_call *call;
	uint64_t step; /* in which it was sent */
	uint64_t context;
	uint64_t deadline_ns;
	struct model_pool *pool;
	struct model_task *task;     /* WAIT, CANCEL, APPLY: of which; NULL: none was made */
	struct model_worker *worker; /* TAKE, WATCH */
	uint64_t worker_id;
	struct model_terms terms; /* SUBMIT */
	int64_t numbers[SPECS];   /* the same */
	size_t count;             /* SUBMIT: how many; TAKE: at most */
	bool is_cancelled;        /* by its session */
	bool is_refused;          /* CANCEL: the worker says that it has begun */
	bool is_answered;         /* read, and the model knows */
};

struct pools_queue {
	uint64_t id;
	unsigned maker; /* as in struct model_pool */
};

/* What was told of a process: a verdict on a task, or its end. */
struct pools_news {
	struct world_process process; /* as it was */
	struct world_verdict verdict; /* task 0: its end */
	struct page page;
};

struct run {
	uint64_t seed, step;
	struct random random;
	struct world world;
	struct pool_model model;
	struct world_client *audit;
	struct world_client *clients[MODEL_CLIENTS]; /* NULL: nobody */
	uint64_t processes[MODEL_CLIENTS];           /* what the client is, if a pool has started it */
	uint64_t last_context;
	struct model_pool *pools[POOLS];
	struct pools_queue queues[QUEUES];
	struct link calls;
	int64_t last_number; /* of tasks and results, which count up */
	uint64_t ended_ns;   /* the time of the last turn that has ended */
	int64_t back;        /* the last rank before this step */
	bool has_taken_in;   /* submissions that waited, in this step */
	unsigned abandoned;  /* the client that has just gone; MODEL_CLIENTS: none */
	struct pools_news news[NEWS];
	size_t news_count;
	uint64_t attached[64]; /* the processes that have, the last ones */
	size_t attached_count;
};

__attribute__((format(printf, 2, 3), noreturn)) void pools_fail(const struct run *run, const char *format, ...);

/* -- pools.c: what all steps need --------------------------------------------------------------------------------- */

/* Turns until all is told, and read. */
void pools_settle(struct run *run);

/* A client of those that are no processes; it connects if it has gone. */
unsigned pools_draw_client(struct run *run);
struct model_pool *pools_draw_pool(struct run *run);

/* A task whose id is known, mostly one of the last; NULL: the draw has found none. */
struct model_task *pools_draw_task(struct run *run);
int64_t pools_draw_wait(struct run *run);

/* Sends a call that is answered in this step: settles, and expects the status. */
struct world_call *pools_call(struct run *run, unsigned client, const char *method, const void *request,
    enum concur_status status);

/* Sends one that may wait. */
struct pools_call *pools_begin(struct run *run, enum pools_kind kind, unsigned client, const char *method,
    const void *request, int64_t wait_ns);

/* The session of that client ends, and all that it waits for. */
void pools_end(struct run *run, unsigned client, bool says_goodbye);

/* -- pools_read.c ------------------------------------------------------------------------------------------------- */

/* Reads the replies that have come in this turn. */
void pools_read(struct run *run);

/* The value is how the task has ended. */
void pools_check_value(const struct run *run, const struct model_task *task, const struct value *value);

/* No task waits that the worker could run. */
void pools_check_idle(const struct run *run, const struct model_worker *worker);

/* Its time is over. */
bool pools_is_late(const struct run *run, const struct pools_call *call);

/* TAKE, WATCH: its worker has not gone. */
bool pools_has_worker(const struct pools_call *call);

/* -- pools_check.c ------------------------------------------------------------------------------------------------ */

/* Whatever still waits has a reason to; the server's counts and states are the model's. */
void pools_check(struct run *run);

/* -- steps; each draws what it needs, and may do nothing ---------------------------------------------------------- */

void step_submit(struct run *run); /* pools_submit.c */
void step_submit_many(struct run *run);
void step_apply(struct run *run);
void step_promise(struct run *run);
void step_complete(struct run *run);
void step_wait(struct run *run); /* pools_future.c */
void step_cancel(struct run *run);
void step_ref(struct run *run);
void step_release(struct run *run);
void step_withdraw(struct run *run);
void step_context_end(struct run *run);
void step_join(struct run *run);
void step_close(struct run *run);
void step_terminate(struct run *run);
void step_attach(struct run *run); /* pools_work.c */
void step_take(struct run *run);
void step_done(struct run *run);
void step_watch(struct run *run);
void step_recalled(struct run *run);
void pools_refuse_cancels(struct run *run, const struct model_task *task);
void step_claim(struct run *run);
void step_drain(struct run *run);
void step_detach(struct run *run);
void step_break(struct run *run);
void step_process(struct run *run); /* pools_hired.c */
void step_page(struct run *run);
void step_slow(struct run *run);

/* pools_hired.c: what was told of processes at the beginning of this turn is so in the model, too. */
void pools_hear(struct run *run);
void pools_on_news(void *arg, const struct world_process *process, const struct world_verdict *verdict);

#endif
