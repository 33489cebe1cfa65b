/* The bodies of replies. No I/O. Thread-safety: pure functions. */
#ifndef CLIENT_REPLY_H
#define CLIENT_REPLY_H

#include "concur.h"

#include <protobuf-c/protobuf-c.h>

/* What a call answers with, and so how its body is read. */
enum result {
	RESULT_NONE,    /* no result: the body does not matter */
	RESULT_DONE,    /* DoneReply */
	RESULT_COUNT,   /* CountReply */
	RESULT_VALUE,   /* ValueReply */
	RESULT_VALUES,  /* ValuesReply, PairsReply */
	RESULT_GRANT,   /* LockReply */
	RESULT_REGRANT, /* LockReply of a condition's wait: the lock is held whatever the outcome */
	RESULT_ARRIVAL, /* BarrierReply */
	RESULT_OBJECT,  /* OpenReply */
	RESULT_ENDS,    /* PipeReply */
	RESULT_LISTING, /* ListReply */
	RESULT_INFO,    /* ObjectInfo */
	RESULT_HOLDS,   /* HoldersReply */
	RESULT_WAITERS, /* WaitersReply */
	RESULT_CLIENTS, /* SessionsReply */
	RESULT_MANAGER, /* ManagerInfo */
	RESULT_QUEUE_STATE,
	RESULT_LOCK_STATE,
	RESULT_RWLOCK_STATE,
	RESULT_PIPE_STATE,
	RESULT_EVENT_STATE,
	RESULT_SEMAPHORE_STATE,
	RESULT_BARRIER_STATE,
	RESULT_LATCH_STATE,
	RESULT_POOL_STATE,
	RESULT_POOL_WORKERS, /* WorkersReply */
	RESULT_TASK_ID,      /* SubmitReply */
	RESULT_TASK,         /* FutureReply: how a task has ended */
	RESULT_TASK_STATE,   /* FutureReply of State */
	RESULT_TASK_LOG,     /* FutureLogReply */
	RESULT_WHY,          /* WhyReply */
	RESULT_PROCESS_STATE,
	RESULT_OUTPUT, /* OutputReply */
	RESULT_RAW,    /* whatever the caller makes of it */
};

/* The fields of DoneReply, CountReply, ValueReply, ValuesReply, PairsReply and LockReply that stand for the outcome. */
struct reply_fields {
	uint32_t outcome;
	uint64_t second;      /* version, count (zigzag), token */
	uint64_t third;       /* cursor */
	bool has_death;       /* LockReply: in field 3 */
	const uint8_t *value; /* the first `value`; NULL: there is none */
	size_t size;
};

/* Copies as much of a text as fits, and a 0 behind it. */
void reply_word(char *to, size_t room, const ProtobufCBinaryData *from);

/* BAD_REPLY if the body does not decode. */
enum concur_status reply_scan(const uint8_t *body, size_t size, struct reply_fields *ret_fields);

/* CONCUR_OK, or the plain no that a body with that kind of result says; BAD_REPLY. */
enum concur_status reply_outcome(enum result result, const uint8_t *body, size_t size);

/* The values of a body, for as long as it is there. BAD_REPLY, NO_MEMORY. */
enum concur_status reply_values(const uint8_t *body, size_t size, struct concur_values *ret_values);

/* Sets the thread's message from an Error body (or the status's own text) and returns the status. */
enum concur_status reply_error(enum concur_status status, const uint8_t *body, size_t size);

#endif
