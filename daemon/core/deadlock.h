/* Deadlock: circles of owners, each of whom is blocked in a call that waits for what the next one holds.
 *
 * The graph is not kept. A waiter's edges are the owners that its kind says it is blocked by, an owner's edge is the
 * call that it is blocked in; a circle is looked for whenever an edge appears, from that edge. Only calls that are
 * BLOCKED and wait for ever take part, and only things that nobody but their owners can let go of (kinds without
 * `blocked_by`, and locks that anyone may release, never abort a call).
 *
 * The youngest call of a circle fails with DEADLOCK, but never one that takes a lock back after a condition's wait: its
 * caller would go on without the lock that it must hold. A circle of such calls alone stays. */
#ifndef CORE_DEADLOCK_H
#define CORE_DEADLOCK_H

#include "daemon/core/object.h"

/* The call has just begun to wait, and so is the youngest of all: true if it closes a circle. The caller then withdraws
 * it and answers DEADLOCK; core->detail has the circle in words. */
bool deadlock_closes(struct core *core, struct waiter *waiter);

/* The call has just begun to wait to take a lock back: fails the youngest other call of each circle that it closes.
 * Wakes others; the waiter itself may be served by it. */
void deadlock_break(struct core *core, struct waiter *waiter);

/* The owner has just been given something that others wait for, while it may be blocked itself: the same for the call
 * it is blocked in, which may be the one that fails. */
void deadlock_check_owner(struct core *core, const struct owner *owner);

#endif
