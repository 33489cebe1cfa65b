/* What inspection tells of objects, holders, waiters and sessions: the core's structs as messages.
 *
 * Messages borrow names from the core and take what else they need from the call's arena: they are for the reply of
 * this dispatch. The functions that can run out of arena have replied with the error then, and return false. They know
 * no kind: what is particular to one comes from the hooks of struct kind. */
#ifndef RPC_INSPECT_H
#define RPC_INSPECT_H

#include "concur/v1/inspect.pb-c.h"
#include "daemon/core/object.h"
#include "daemon/rpc/call.h"

enum { INSPECT_HOLDERS = 4 }; /* that an ObjectInfo tells */

/* How many entries a page has room for, where `asked` (0: as many as fit) are wanted. */
size_t inspect_page(const struct call *call, uint64_t asked);

bool inspect_object(struct call *call, const struct object *object, Concur__V1__ObjectInfo *ret);

/* Holders from number `from` on, at most `room`. */
bool inspect_holders(struct call *call, const struct object *object, size_t from, size_t room, size_t *ret_count,
    Concur__V1__HolderInfo ***ret);

void inspect_waiter(const struct core *core, const struct waiter *waiter, Concur__V1__WaiterInfo *ret);

/* `object`: whose handles are counted, or 0. */
void inspect_session(const struct call *call, const struct session *session, uint64_t object,
    Concur__V1__SessionInfo *ret);

#endif
