/* What services of locks share. */
#ifndef RPC_SVC_LOCK_H
#define RPC_SVC_LOCK_H

#include "daemon/rpc/reply.h"

/* A LockReply: the outcome, the token, and the death if there is one to tell of. */
void svc_lock_answer(const struct reply_to *to, const struct result *result);

#endif
