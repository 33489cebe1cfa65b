/* What the services of futures, pools and workers share. */
#ifndef RPC_SVC_FUTURE_H
#define RPC_SVC_FUTURE_H

#include "daemon/core/future.h"
#include "daemon/rpc/call.h"

/* The task of that id, or NULL after an error reply. */
struct task *svc_future_task(struct call *call, uint64_t id);

/* The answer to Pool.Apply: the session does not refer to the task after it, which goes on by itself if the time was
 * over. A call that is withdrawn takes its task along, if that has not begun. */
extern const struct call_ops svc_future_apply_ops;

#endif
