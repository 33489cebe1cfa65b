/* An event, semaphore, barrier or latch to test, and clients that use it. Answers are texts: "DONE", "PENDING",
 * "TIMED_OUT"; where the bench tells numbers, "DONE 2". */
#ifndef TESTS_UNIT_SIGNAL_BENCH_H
#define TESTS_UNIT_SIGNAL_BENCH_H

#include "tests/unit/core_fixture.h"

enum { CLIENTS = 4, SIGNAL_TEXT = 1024 };

struct signal_bench {
	struct core_fixture fixture; /* first, so that a reply finds the bench */
	struct core *core;
	struct session *clients[CLIENTS]; /* of processes 1, 2 ... */
	void *object;
	bool tells_number;
	uint64_t call;            /* the last one's id; they count from 1 */
	char diary[SIGNAL_TEXT];  /* replies that were not yet looked at */
	char said[SIGNAL_TEXT];   /* what signal_bench_said() returned last */
	char answer[SIGNAL_TEXT]; /* what signal_bench_answer() returned last */
};

void signal_bench_init(struct signal_bench *bench, const struct object_options *options);

/* As fixture_fini(). */
void signal_bench_fini(struct signal_bench *bench);

/* Who asks in the next call: context 1 of that client. */
struct ask signal_bench_ask(struct signal_bench *bench, unsigned client, int64_t wait_ns);

/* What a call has come to. Takes the result. */
const char *signal_bench_answer(struct signal_bench *bench, enum concur_status status, struct result *result);

/* Answers what is ready; gives what was replied since the last look: "7:DONE, 8:REMOVED". */
const char *signal_bench_said(struct signal_bench *bench);

/* The client's call of that id is withdrawn; the client's session ends. */
void signal_bench_cancel(struct signal_bench *bench, unsigned client, uint64_t call);
void signal_bench_end(struct signal_bench *bench, unsigned client, enum farewell farewell);

#endif
