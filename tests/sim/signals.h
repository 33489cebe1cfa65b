/* The model of what processes signal each other with: events. As the model of locks and queues, it is
 * the plainest way to write down what must happen; its calls are the model's. */
#ifndef TESTS_SIM_SIGNALS_H
#define TESTS_SIM_SIGNALS_H

#include "lib/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;
struct model_call;

struct signals_event {
	bool is_set;
	struct link waiters; /* struct model_call */
};

struct signals {
	struct signals_event event;
};

void signals_init(struct signals *signals);

void signals_event_set(struct signals *signals, struct model_call *call);
void signals_event_clear(struct signals *signals, struct model_call *call);
void signals_event_wait(struct model *model, struct model_call *call, int64_t wait_ns, uint64_t now_ns);

#endif
