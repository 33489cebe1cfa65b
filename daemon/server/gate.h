/* The gate: connections that are not yet, or not to be, let in.
 *
 * A connection waits here from its beginning until it has said Hello. One that has to prove the key is a stranger until
 * it has; strangers are counted, so that they cost the daemon no more than it likes, and past the count the oldest has
 * to go: whoever has the key proves it within two round trips, and so is hardly ever the oldest. A stranger whose proof
 * was wrong is refused, and told so after a while.
 *
 * It holds lists and counts; what happens to a connection is the server's. Every function is O(1). */
#ifndef SERVER_GATE_H
#define SERVER_GATE_H

#include "lib/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gate {
	struct link waiting;   /* all who have not said Hello, oldest first */
	struct link strangers; /* of them, who have not proven the key, oldest first */
	struct link refused;   /* of those, whose proof was wrong, oldest first */
	size_t stranger_count;
};

/* A connection's place at the gate; part of it. */
struct gate_place {
	struct link waiting;
	struct link stranger;
	struct link refused;
	uint64_t since_ns;   /* it waits */
	uint64_t refused_ns; /* since then it is refused */
};

void gate_init(struct gate *gate);

/* A connection has begun. */
void gate_enter(struct gate *gate, struct gate_place *place, bool is_stranger, uint64_t now_ns);

/* It has proven the key. */
void gate_admit(struct gate *gate, struct gate_place *place);

/* Its proof was wrong. */
void gate_refuse(struct gate *gate, struct gate_place *place, uint64_t now_ns);

/* It has said Hello, or is to end. Harmless again. */
void gate_leave(struct gate *gate, struct gate_place *place);

static inline bool
gate_has_stranger(const struct gate_place *place)
{
	return link_linked(&place->stranger);
}

/* The oldest stranger, if there are more than `max`; or NULL. */
struct gate_place *gate_crowded(const struct gate *gate, size_t max);

/* One that has waited, or has been refused, for so long; or NULL, and when the next one will have been (UINT64_MAX:
 * there is none). */
struct gate_place *gate_late(const struct gate *gate, uint64_t now_ns, uint64_t patience_ns, uint64_t *ret_next_ns);
struct gate_place *gate_due(const struct gate *gate, uint64_t now_ns, uint64_t delay_ns, uint64_t *ret_next_ns);

#endif
