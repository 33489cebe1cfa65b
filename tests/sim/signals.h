/* The model of what processes signal each other with: semaphores, events, barriers and latches. As the model of locks
 * and queues, it is the plainest way to write down what must happen; its calls are the model's. */
#ifndef TESTS_SIM_SIGNALS_H
#define TESTS_SIM_SIGNALS_H

#include "lib/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SIGNALS_SEMAPHORES = 3,
	SIGNALS_BARRIERS = 2,
	SIGNALS_LATCH = 100,  /* what it counts down from */
	SIGNALS_HOLDERS = 64, /* more than there ever are contexts */
};

struct model;
struct model_call;
struct model_session;

/* What a context holds of a semaphore. */
struct signals_permits {
	const struct model_session *session; /* NULL: nobody */
	uint64_t context;
	int64_t count;
};

struct signals_semaphore {
	bool bounded, strict, has_death;
	int64_t value, count, credits;
	struct signals_permits permits[SIGNALS_HOLDERS];
	struct link waiters; /* struct model_call */
};

struct signals_event {
	bool is_set;
	struct link waiters;
};

struct signals_barrier {
	bool has_action, is_acting, is_broken;
	unsigned parties;
	unsigned waiting, next_waiting; /* that have come to wait, whether they are still there or not */
	struct link waiters, next;
	const struct model_session *session; /* who runs the action */
	uint64_t context;
	uint64_t act; /* of the action that runs: counts up from 1 */
};

struct signals_latch {
	int64_t count;
	struct link waiters;
};

struct signals {
	struct signals_barrier barriers[SIGNALS_BARRIERS];
	struct signals_latch latch;
	uint64_t acts;
	struct signals_semaphore semaphores[SIGNALS_SEMAPHORES];
	struct signals_event event;
};

/* Of semaphore 0 permits are anonymous, of 1 too, but bounded, of 2 they are owned; each has 3. Barrier 0 is for three
 * parties, 1 for two, and with an action. */
void signals_init(struct signals *signals);

/* Somebody has left without what he waited for; others may go on. */
void signals_settle(struct signals *signals);

/* A session's context has ended, or with 0 the session. */
void signals_let_go(struct signals *signals, const struct model_session *session, uint64_t context, bool has_died);

/* As model_is_ambiguous(): several contexts of the session hold permits of one semaphore, and the order in which they
 * return decides who is told, or how many credits there are. */
bool signals_is_ambiguous(const struct signals *signals, const struct model_session *session);

/* `call->object` is which semaphore. */
void signals_acquire(struct model *model, struct model_call *call, int64_t count, int64_t wait_ns, uint64_t now_ns);
void signals_release(struct signals *signals, struct model_call *call, int64_t count);
void signals_resize(struct signals *signals, struct model_call *call, int64_t count);

void signals_event_set(struct signals *signals, struct model_call *call);
void signals_event_clear(struct signals *signals, struct model_call *call);
void signals_event_wait(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);

/* `call->object` is which barrier. The reply's number is the index; its grant, with RUN_ACTION, the act. */
void signals_barrier_wait(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);
void signals_action_done(struct model *model, struct model_call *call, uint64_t act, bool failed);
void signals_barrier_break(struct signals *signals, struct model_call *call, bool is_reset);

void signals_latch_count_down(struct signals *signals, struct model_call *call, int64_t by);
void signals_latch_wait(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);

/* -- for its parts ----------------------------------------------------------------------------------------------- */

/* As signals_settle() and signals_let_go(). */
void signals_barrier_settle(struct signals_barrier *barrier);
void signals_barrier_let_go(struct signals_barrier *barrier, const struct model_session *session, uint64_t context);

#endif
