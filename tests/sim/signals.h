/* The model of what processes signal each other with: semaphores and events. As the model of locks and queues, it is
 * the plainest way to write down what must happen; its calls are the model's. */
#ifndef TESTS_SIM_SIGNALS_H
#define TESTS_SIM_SIGNALS_H

#include "lib/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SIGNALS_SEMAPHORES = 3,
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

struct signals {
	struct signals_semaphore semaphores[SIGNALS_SEMAPHORES];
	struct signals_event event;
};

/* Of semaphore 0 permits are anonymous, of 1 too, but bounded, of 2 they are owned; each has 3. */
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

#endif
