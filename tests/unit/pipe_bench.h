/* A pipe to test, and clients that use it. Each letter is a value; answers are texts, as in the fixture's diary:
 * "DONE 'a'", "PENDING", "BROKEN_PIPE". A call's number is also its context.
 *
 * Client 0 refers to end 0, client 1 to end 1, client 2 to neither. */
#ifndef TESTS_UNIT_PIPE_BENCH_H
#define TESTS_UNIT_PIPE_BENCH_H

#include "tests/unit/core_fixture.h"

#include "daemon/core/pipe.h"

enum {
	PIPE_CLIENTS = 3,
	PIPE_ROOM = 3, /* letters that are under way at most */
};

struct pipe_bench {
	struct core_fixture fixture;
	struct session *clients[PIPE_CLIENTS];
	struct pipe *ends[2];
	char answer[512];
};

void pipe_bench_init(struct pipe_bench *bench, bool duplex);
void pipe_bench_fini(struct pipe_bench *bench);

/* The calls, on the end of that number. What they return is valid until the next. */
const char *pipe_bench_send(struct pipe_bench *bench, unsigned end, unsigned client, uint64_t call, int64_t wait_ns,
    const char *text);
const char *pipe_bench_recv(struct pipe_bench *bench, unsigned end, unsigned client, uint64_t call, int64_t wait_ns);
const char *pipe_bench_poll(struct pipe_bench *bench, unsigned end, unsigned client, uint64_t call, int64_t wait_ns);

/* Sends each letter; all must go at once. */
void pipe_bench_send_letters(struct pipe_bench *bench, unsigned end, const char *letters);

/* What waits on the end: receivers, pollers, senders; and how many values are there. */
void pipe_bench_expect_state(const struct pipe_bench *bench, unsigned end, uint64_t size, uint64_t receivers,
    uint64_t pollers, uint64_t senders);

/* The client ends, and the turn. */
void pipe_bench_end(struct pipe_bench *bench, unsigned client, enum farewell farewell);

#endif
