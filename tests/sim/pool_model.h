/* The model of pools: where every task is and how it ends, written down once more in the plainest way, in lists that
 * are searched from end to end.
 *
 * It foretells all but one thing: which waiting task a worker is given. That the server decides, and the model judges
 * it: model_may_hand(). */
#ifndef TESTS_SIM_POOL_MODEL_H
#define TESTS_SIM_POOL_MODEL_H

#include "lib/concur_status.h"
#include "lib/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MODEL_CLIENTS = 12, /* at a time; each may submit, work, or both */
	MODEL_WORKERS = 24, /* at a time */
	MODEL_POOLS = 400,  /* ever */
	MODEL_QUEUES = 400, /* that are lost, ever */
	MODEL_AFTER = 3,
	MODEL_HAND = 64,
	MODEL_COMMANDS = 256, /* that a worker has not asked for */
};

#define MODEL_NEVER UINT64_MAX

enum model_place { PLACE_HELD, PLACE_WAITING, PLACE_HANDED, PLACE_RUNNING, PLACE_ENDED };

/* As on the wire. */
enum model_state { STATE_PENDING, STATE_RUNNING, STATE_CANCELLED, STATE_FINISHED, STATE_FAILED };
enum model_what { WHAT_NOTHING, WHAT_RECALL, WHAT_KILL, WHAT_END };

struct model_pool {
	uint64_t id;
	bool is_gone, is_closed, is_broken;
	bool is_removed;    /* its name is: what comes back to it is cancelled */
	bool is_cancelling; /* what waits is to be cancelled at the turn's end */
	bool hires;         /* the daemon starts workers for it */
	unsigned maker;     /* the client with whose session it goes; MODEL_CLIENTS: none */
	uint64_t capacity, backoff_ns, timeout_ns;
	unsigned retries;
	uint64_t waiting, held, running, in_hand, unended;
	uint64_t done, failed, cancelled, retried, lost, workers;
	unsigned in_vain;     /* processes, one after the other, that ended without attaching */
	uint64_t workers_max; /* the most it ever was */
	uint64_t vain_ns;     /* when the last one of those ended */
	int64_t break_number; /* what it broke by: an integer; 0: a status */
};

/* What a submission asks for. */
struct model_terms {
	unsigned function, label; /* from 1; label 0: none */
	int64_t priority;
	unsigned retries;
	uint64_t timeout_ns, ttl_ns, delay_ns;
	uint64_t completion; /* the id of a queue; 0: none */
	bool release, detached, is_promise;
	unsigned key; /* from 1; 0: none */
};

/* How one has ended: an integer, or an error of that status. */
struct model_outcome {
	int64_t number;
	enum concur_status status; /* OK: the number */
};

struct model_worker;

struct model_task {
	uint64_t id; /* 0: nobody was told it yet */
	struct model_pool *pool;
	int64_t number; /* its arguments */
	struct model_terms terms;
	struct model_task *after[MODEL_AFTER]; /* those that it comes after and that have not ended */
	size_t after_count;
	enum model_place place;
	enum model_state state;
	struct model_outcome outcome; /* FINISHED, FAILED */
	unsigned attempts;
	struct model_worker *worker;
	unsigned slot;             /* in its worker's page */
	int64_t rank;              /* in its lane: the lowest first; of equals any */
	uint64_t since_ns, due_ns; /* HELD: its delay is over; RUNNING: its time; ENDED: its ttl; or NEVER */
	uint64_t due_order;        /* of setting it: breaks ties */
	unsigned refs[MODEL_CLIENTS];
	unsigned submitter; /* one of them is this client's for having submitted it; MODEL_CLIENTS: none is */
	unsigned waits;     /* calls that wait for its end */
	bool is_asked;      /* its worker is, whether it has begun */
	bool is_inside;     /* its worker has claimed it: it runs besides the others, and has no slot */
	bool is_failing, is_gone;
	bool is_due; /* its completion was put, and nobody has got it yet */
};

struct model_command {
	enum model_what what;
	const struct model_task *task; /* NULL: none */
};

struct model_worker {
	bool is_there;
	uint64_t id, process;
	struct model_pool *pool; /* NULL: it was removed */
	unsigned client;         /* MODEL_CLIENTS: its session has ended, and how its process did is not known yet */
	bool any;
	unsigned functions, labels; /* bits */
	unsigned threads;
	bool is_draining, is_watched;
	bool was_draining;                   /* before this step */
	struct model_task *hand[MODEL_HAND]; /* the oldest first; behind them those that are inside of others */
	size_t in_hand;
	struct model_command commands[MODEL_COMMANDS];
	size_t commands_count;
};

/* A completion queue whose name was taken away; it takes what it is told all the same, unless it is gone. */
struct model_queue {
	uint64_t id;
	bool is_gone;
};

struct pool_model {
	uint64_t now_ns;
	uint64_t dues;            /* that were set, ever */
	struct model_task *tasks; /* in the order of their ids */
	size_t count, room;
	size_t first; /* all before it are gone */
	struct model_pool pools[MODEL_POOLS];
	size_t pools_count;
	struct model_worker workers[MODEL_WORKERS];
	int64_t back, front; /* ranks */
	struct model_queue lost[MODEL_QUEUES];
	size_t lost_count;
	unsigned releases; /* how often, one after the other, tasks became ready in this step */
};

/* Room for so many tasks, ever. */
void model_init(struct pool_model *model, size_t tasks);
void model_fini(struct pool_model *model);

struct model_pool *model_add_pool(struct pool_model *model, uint64_t id);

/* A new task, which the client refers to unless it is detached; it is held or waits, as its terms and `after` say. */
struct model_task *model_submit(struct pool_model *model, struct model_pool *pool, const struct model_terms *terms,
    unsigned client, int64_t number, struct model_task *const *after, size_t after_count);

/* NULL: there is none. Of a key: one that has not ended. */
struct model_task *model_find(const struct pool_model *model, uint64_t id);
struct model_task *model_find_number(const struct pool_model *model, int64_t number);
struct model_task *model_find_key(const struct pool_model *model, const struct model_pool *pool, unsigned key);

/* Something happens to it in so long; 0: never. */
void model_set_due(struct pool_model *model, struct model_task *task, uint64_t in_ns);

/* It ends, if it has not yet. */
void model_end(struct pool_model *model, struct model_task *task, enum model_state state, struct model_outcome outcome);

/* It is gone if nobody refers to it any more. */
void model_settle(struct model_task *task);

/* The same, and if it has not begun it is cancelled. */
void model_abandon(struct pool_model *model, struct model_task *task);

/* One reference of that client less; false if it had none, and the task is not detached. */
bool model_release(struct model_task *task, unsigned client);

/* Nobody reads that queue any more. */
void model_lose_queue(struct pool_model *model, uint64_t id, bool is_gone);

/* What comes at the turn's end: tasks fail that were to come after ones that failed, and what is to be cancelled
 * is. */
void model_do_chores(struct pool_model *model);

/* Whatever waits in the pool ends. How many there were. */
uint64_t model_cancel_waiting(struct pool_model *model, struct model_pool *pool);
void model_break(struct pool_model *model, struct model_pool *pool, int64_t number);
void model_unname(struct pool_model *model, struct model_pool *pool); /* it is removed, and goes by and by */
void model_remove(struct pool_model *model, struct model_pool *pool); /* it goes at once */
uint64_t model_terminate(struct pool_model *model, struct model_pool *pool);

/* What is due by then happens; *ret_first: when the next thing is, NEVER if there is none. */
void model_pass_time(struct pool_model *model, uint64_t now_ns);
uint64_t model_next_time(const struct pool_model *model);

/* -- pool_model_worker.c ----------------------------------------------------------------------------------------- */

struct model_worker *model_add_worker(struct pool_model *model); /* NULL: no place is free */
bool model_serves(const struct model_worker *worker, const struct model_task *task);

/* Tasks that became ready since that rank did so in an order that is not known. */
void model_blur(struct pool_model *model, int64_t since);

/* Whether the waiting task is the one that the worker is to be given next, as far as that is known. */
bool model_may_hand(const struct pool_model *model, const struct model_worker *worker, const struct model_task *task);

void model_hand(struct pool_model *model, struct model_worker *worker, struct model_task *task);

/* The same, and it begins at once, inside of another one. */
void model_claim(struct pool_model *model, struct model_worker *worker, struct model_task *task);

/* The oldest in hand run, as many as it has threads. */
void model_begin(struct pool_model *model, struct model_worker *worker);

/* Out of its worker's hand; to where it was, or held for so long. */
void model_leave_hand(struct pool_model *model, struct model_task *task);
void model_give_back(struct pool_model *model, struct model_task *task, uint64_t delay_ns);

/* Its worker says that it has not begun it. */
void model_return(struct pool_model *model, struct model_task *task);

/* It is to be stopped: the worker is told so. */
void model_kill(struct model_worker *worker, const struct model_task *task);
void model_command(struct model_worker *worker, enum model_what what, const struct model_task *task);

/* The worker has gone; what it had in hand goes back, or fails. `page`: what it left, NULL if it had none. */
void model_worker_gone(struct pool_model *model, struct model_worker *worker, const struct page *page);

/* Its takes are answered with the end. */
bool model_is_over(const struct model_worker *worker);

#endif
