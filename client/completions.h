/* What else can be announced in a queue of completions. Thread-safety: as concur_pool.h says. */
#ifndef CLIENT_COMPLETIONS_H
#define CLIENT_COMPLETIONS_H

#include "concur.h"

/* Tasks that are submitted as `task` says are announced in it, and nothing of them is kept. The task borrows it. */
void completions_announce(concur_completions *completions, struct concur_task *task);

/* So many tasks that were announced have been submitted. */
void completions_expect(concur_completions *completions, size_t count);

#endif
