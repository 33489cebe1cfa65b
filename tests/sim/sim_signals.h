/* The simulator's part for semaphores and events. */
#ifndef TESTS_SIM_SIM_SIGNALS_H
#define TESTS_SIM_SIM_SIGNALS_H

#include "tests/sim/sim.h"

/* Opens the objects, once, before the first step. */
void sim_signals_open(struct sim *sim, struct world_client *client);

/* Lets the client make one call on one of them. */
void sim_signals_step(struct sim *sim, struct sim_client *client);

#endif
