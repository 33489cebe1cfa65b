/* Pages of what processes and tasks have written. */
#ifndef RPC_LINES_H
#define RPC_LINES_H

#include "daemon/core/process.h"
#include "daemon/rpc/call.h"

#include "concur/v1/process.pb-c.h"

struct lines_page {
	Concur__V1__OutputLine **lines; /* the call's; the texts are the output's */
	size_t count;
	uint64_t cursor; /* the number of the line behind these */
	bool is_last;    /* there are none behind them */
};

/* Lines from that number on, at most `count` of them and as many as fit a page; 0: as many as do. False if there is no
 * memory: the call has failed. */
bool lines_read(struct call *call, const struct process_output *output, uint64_t cursor, uint32_t count,
    struct lines_page *ret);

#endif
