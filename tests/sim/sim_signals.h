/* The simulator's part for semaphores, events, barriers and latches. */
#ifndef TESTS_SIM_SIM_SIGNALS_H
#define TESTS_SIM_SIM_SIGNALS_H

#include "tests/sim/sim.h"

/* Opens the objects, once, before the first step. */
void sim_signals_open(struct sim *sim, struct world_client *client);

/* Lets the client make one call on one of them. */
void sim_signals_step(struct sim *sim, struct sim_client *client);

/* Holds a barrier's reply against the model; notes the generation it tells. */
void sim_signals_check(struct sim *sim, const struct sim_call *sent);
void sim_signals_note(struct sim *sim, const struct sim_call *sent);

#endif
