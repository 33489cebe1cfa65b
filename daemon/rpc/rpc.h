/* rpc: from a whole frame to a typed handler, and what the handlers share. */
#ifndef RPC_RPC_H
#define RPC_RPC_H

#include "daemon/core/core.h"
#include "daemon/rpc/channel.h"
#include "daemon/rpc/method.h"
#include "lib/arena.h"
#include "lib/value.h"

enum {
	RPC_VERSION = 1,             /* of the protocol */
	RPC_ARENA_FIRST = 64 * 1024, /* bytes of the arena that stay between calls */
	RPC_POOL_KEEP = 64,          /* outbox segments kept for reuse */
};

struct rpc {
	struct core *core;
	const struct limits *limits;
	struct value_limits value_limits; /* the same for value_check() */
	const struct key *key; /* that channels with a challenge prove; the server sets it; NULL: there are none */
	struct method_table methods;
	struct arena arena;
	struct chain_pool pool;
	struct link dirty; /* channels that were written to or doomed this turn */
	uint64_t calls;    /* received */
	uint64_t cut_off;  /* sessions without a connection */
	uint64_t process;  /* the daemon's pid */
	uint64_t start_ns; /* the first turn's time */
};

/* The daemon's name and version, for people. */
extern const char rpc_daemon[];

/* 0, or -1 with words in ret_why. core and limits must outlive it. */
int rpc_init(struct rpc *rpc, struct core *core, const struct limits *limits, uint64_t process, const char **ret_why);
void rpc_fini(struct rpc *rpc);

/* One whole frame, its length included: header, method, permission, limits, unpack into the arena, handler. Answered at
 * once, or a waiter is left. A frame that can not be answered dooms the channel. */
void rpc_receive(struct rpc *rpc, struct channel *channel, const uint8_t *bytes, size_t size);

/* A frame that is over frame_max, of which only the header is here: answered TOO_LARGE. */
void rpc_refuse_large(struct rpc *rpc, struct channel *channel, const uint8_t *bytes);

/* A length that can not be: an Error for call 0, and the channel is doomed. */
void rpc_refuse_broken(struct rpc *rpc, struct channel *channel);

#endif
