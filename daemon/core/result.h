/* What a call that may wait comes out as, now or later. */
#ifndef CORE_RESULT_H
#define CORE_RESULT_H

#include "lib/blob.h"
#include "lib/concur_status.h"

#include <stddef.h>
#include <stdint.h>

/* A plain no or a qualified yes; the numbers are those of concur.v1.Outcome. */
enum outcome {
	OUTCOME_DONE = 0,
	OUTCOME_NOT_THERE = 1,
	OUTCOME_EMPTY = 2,
	OUTCOME_FULL = 3,
	OUTCOME_TIMED_OUT = 4,
	OUTCOME_OWNER_DIED = 5,
	OUTCOME_EXISTS = 6,
	OUTCOME_CHANGED = 7,
	OUTCOME_RUN_ACTION = 8,
	OUTCOME_END_OF_FILE = 9,
	OUTCOME_NO = 10,
};

/* Who died holding a lock, for the one who gets it next. */
struct death {
	uint64_t session;
	uint64_t process;
	uint64_t context;
	uint64_t token; /* the last one it had */
	uint64_t at_ns; /* the turn in which it died */
};

struct result {
	enum outcome outcome;
	uint64_t number;      /* a count, a lock's token, the index of one that came to a barrier */
	uint64_t generation;  /* with OUTCOME_RUN_ACTION: the barrier's */
	struct blob *value;   /* one reference, the result's; or NULL */
	struct blob **values; /* `count` of them, references and array the result's; or NULL */
	size_t count;
	struct death death; /* with OUTCOME_OWNER_DIED */
};

/* Gives back what the result holds: then it holds nothing. */
static inline void
result_fini(struct result *result)
{
	blob_unref(result->value);
	result->value = NULL;
	if (!result->values)
		return;
	for (size_t i = 0; i < result->count; i++)
		blob_unref(result->values[i]);
	free(result->values);
	result->values = NULL;
	result->count = 0;
}

#endif
