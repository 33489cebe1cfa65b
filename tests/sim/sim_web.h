/* Steps of simulated clients on lists that refer to each other, and the checks of their replies. */
#ifndef TESTS_SIM_SIM_WEB_H
#define TESTS_SIM_SIM_WEB_H

#include "tests/sim/sim.h"

void sim_web_step(struct sim *sim, struct sim_client *client);

/* A call of such a step is answered. */
void sim_web_note(struct sim *sim, const struct sim_call *sent);

/* The client's session ends. */
void sim_web_end(struct sim *sim, const struct sim_client *client);

#endif
