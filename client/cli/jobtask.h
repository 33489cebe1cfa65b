/* A job of `concur parallel` as a task: the function "exec" with its words. */
#ifndef CLI_JOBTASK_H
#define CLI_JOBTASK_H

#include "buffer.h"
#include "client/concur.h"

/* What all jobs have in common. */
struct jobtask {
	concur_pool *pool;
	concur_completions *completions;
	const char *directory; /* where they run; NULL: where the worker is */
	const char *url;       /* what they are to find as $CONCUR_URL; NULL: what the worker has */
	int64_t timeout_ns;    /* 0: none */
};

/* Submits jobs, all of them or none; words[i] holds those of one, each with a 0 behind it. Their ids are consecutive.
 * As concur_completions_submit_many(). */
CONCUR_CHECKED enum concur_status jobtask_submit(const struct jobtask *task, const struct buffer *const *words,
    size_t count, int64_t timeout_ns, uint64_t *ret_first);

#endif
