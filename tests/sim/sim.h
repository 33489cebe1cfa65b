/* The simulator: one run of many clients against one server, drawn from a seed.
 *
 * A run is modelled: every call is made on the model too, and every reply must be what the model says. Or it is short
 * of memory: allocations of the server fail here and there, and only what holds even then is checked: each call is
 * answered at most once, no item and no token comes twice, and nothing is left at the end. What fails is told on
 * standard error with the step, and ends the program. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "tests/sim/arrays.h"
#include "tests/sim/data.h"
#include "tests/sim/maze.h"
#include "tests/sim/model.h"
#include "tests/sim/nest.h"
#include "tests/sim/random.h"
#include "tests/sim/sets.h"
#include "tests/sim/web.h"
#include "tests/sim/world.h"

enum {
	SIM_CLIENTS = 8,
	SIM_CONTEXTS = 6,   /* of one client at a time */
	SIM_ACTS = 8,       /* generations of a barrier that are remembered */
	SIM_STEP_ITEMS = 4, /* items that one step puts, at most */
	SIM_QUEUE = 1000,   /* items that a queue holds; puts past it are not made */
};

/* What is particular about a call on the lists that refer to each other. */
struct sim_web_call {
	bool is_one;
	bool opens;
	unsigned list; /* that it opens */
	uint64_t id;   /* of the list to which the reply has to refer; 0: to none */
};

struct sim_call {
	struct link in_client;
	struct model_call model;
	struct world_call *call;
	const char *method;
	bool is_free; /* the model knows nothing of it: any answer will do, but one must come */
	struct sim_web_call web;
	bool is_copy;    /* makes the client's copy */
	bool takes_back; /* a lock, also when it is cancelled */
};

enum sim_copied { SIM_COPY_OF_DICT, SIM_COPY_OF_LIST, SIM_COPY_OF_ARRAY, SIM_COPY_OF_SET, SIM_COPIES };

/* A client's copy of a container, and what it holds; of sets, what two of them make of each other. */
struct sim_copy {
	bool is_asked;   /* for */
	uint64_t object; /* 0: not known */
	enum sim_copied of;
	size_t count;
	int64_t values[2 * DATA_MAX]; /* of the dict: key, value, key, value ... */
};

struct sim_client {
	struct world_client *client; /* NULL: nobody */
	struct model_session session;
	struct link calls; /* struct sim_call, oldest first: not yet answered, as far as the client knows */
	uint64_t contexts[SIM_CONTEXTS];
	uint64_t last_context;
	struct sim_copy copy;
	bool says_goodbye;
	bool speaks_in_vain;         /* it sends while it is cut */
	struct world_client *before; /* what is left of its connection before it came back; NULL: nothing */
};

/* The ids of the objects that processes signal each other with. */
struct sim_signals {
	uint64_t semaphores[SIGNALS_SEMAPHORES], barriers[SIGNALS_BARRIERS], latch, event;
	struct {
		uint64_t act, generation;
	} acts[SIM_ACTS]; /* the last that were told, by act; short of memory, in the order told */
	uint64_t told;
};

/* A grant of a lock, as its owner was told. */
struct sim_grant {
	uint64_t token; /* 0: nobody was told */
	unsigned lock;
};

struct sim {
	uint64_t seed, step;
	bool is_modelled;
	struct random random;
	struct world world;
	struct model model;
	struct data data;
	struct sets sets;
	struct arrays array;
	struct maze maze;
	struct web web;
	struct nest nest;
	struct sim_client clients[SIM_CLIENTS];
	uint64_t locks[MODEL_LOCKS], queues[MODEL_QUEUES], box;
	uint64_t ends[MODEL_ENDS]; /* of pipes; 0: not known */
	struct sim_signals signals;
	uint64_t condition, rwlock;
	uint64_t victim;          /* a queue that goes with the session that opened it; 0: none yet */
	int64_t last_item;        /* items count up */
	unsigned char *got;       /* by item: the number of the client that got it, from 1; 0: nobody */
	struct sim_grant *grants; /* by grant, from 1; short of memory, in the order told */
	size_t granted;           /* of those in the order told */
	uint64_t answered;        /* calls */
};

/* One run; the digest of all that the server sent. */
uint64_t sim_run(uint64_t seed, uint64_t steps, bool is_modelled, uint64_t *ret_answered);

/* -- for its parts ----------------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3), noreturn)) void sim_fail(const struct sim *sim, const char *format, ...);

/* sim_check.c: replies that have come, and connections that have ended. */
void sim_harvest(struct sim *sim);
void sim_check_grants(struct sim *sim);

/* If the call is answered, the client has read it. */
void sim_note_read(struct sim *sim, const struct sim_client *client, const struct sim_call *sent);

/* What the client had got may come again. */
void sim_forget_items(struct sim *sim, const struct sim_client *client);

/* Ends the connection without a word, and the session. */
void sim_kill(struct sim *sim, struct sim_client *client);

/* sim_cut.c: somebody joins, from here or from elsewhere. NULL: refused. */
struct world_client *sim_join(struct sim *sim);

/* Cuts the connection of a client that can come back; false if it can not. */
bool sim_cut(struct sim *sim, struct sim_client *client);

/* Ends and frees the connection that it had before, of which the server may not have known that it was cut. */
void sim_drop_before(struct sim_client *client);

/* One that is cut says Hello again. */
void sim_come_back(struct sim *sim, struct sim_client *client);

/* Perhaps a client that is cut comes back. True if it is cut and must do nothing in this step. */
bool sim_is_away(struct sim *sim, struct sim_client *client);

/* The server does not let it come back: a failure, where there is a model. */
bool sim_is_refused(const struct sim *sim, const struct sim_client *client);

/* sim_steps.c: connects somebody, or lets somebody do something. */
void sim_step(struct sim *sim);

/* The context is not blocked, and the server would read a call of it. */
bool sim_can_call(const struct sim_client *client, uint64_t context);

/* Sends a call of the client's context `context`; the model's part is set up, but nothing is done there. */
struct sim_call *sim_send(struct sim *sim, struct sim_client *client, const char *method, const void *request);
struct sim_call *sim_send_object(struct sim *sim, struct sim_client *client, const char *method, uint64_t object);
struct sim_call *sim_send_wait(struct sim *sim, struct sim_client *client, const char *method, uint64_t object,
    int64_t wait_ns);

/* A time to wait: none, for ever, or some seconds. */
int64_t sim_draw_wait(struct sim *sim);
void sim_cancel(struct sim *sim, struct sim_client *client, uint64_t id);
void sim_say_goodbye(struct sim *sim, struct sim_client *client);

/* steps_copy.c: a step, and what the reply to a copy tells. */
void sim_step_copy(struct sim *sim, struct sim_client *client);
void sim_note_copy(struct sim_client *client, const struct sim_call *sent);

/* steps_nest.c: opens the nested dict; a step on it. */
void sim_open_nest(struct sim *sim, struct world_client *client);
void sim_step_nest(struct sim *sim, struct sim_client *client);

/* steps_pipe.c */
void sim_step_pipe(struct sim *sim, struct sim_client *client, int64_t wait_ns);

#endif
