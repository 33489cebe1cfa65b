/* The simulator's part for the rlock, its condition, and the rwlock. */
#ifndef TESTS_SIM_SIM_GUARDS_H
#define TESTS_SIM_SIM_GUARDS_H

#include "tests/sim/sim.h"

/* Opens the objects, once, before the first step. */
void sim_guards_open(struct sim *sim, struct world_client *client);

/* Lets the client make one call on one of them, not BLOCKED. */
void sim_guards_step(struct sim *sim, struct sim_client *client);

/* The reply to one of these calls that was granted something. */
void sim_guards_check(struct sim *sim, const struct sim_call *sent);

#endif
