/* What a request configures a pool to: checked, and who may ask for what. Thread-safety: none. */
#ifndef RPC_POOL_OPTIONS_H
#define RPC_POOL_OPTIONS_H

#include "daemon/core/pool.h"
#include "daemon/rpc/call.h"

#include "concur/v1/pool.pb-c.h"

/* What the options' texts and values point to. */
struct pool_texts {
	struct value initializer, initializer_arguments, thread_name_prefix;
};

/* A text that a field may hold: NULL in *ret if it is empty. False after an error reply. */
bool pool_read_text(struct call *call, const ProtobufCBinaryData *field, struct value *room, const struct value **ret);

/* False after an error reply. */
bool pool_read_options(struct call *call, const struct pool *pool, const Concur__V1__PoolOptions *request,
    struct pool_texts *texts, struct pool_options *ret);

#endif
