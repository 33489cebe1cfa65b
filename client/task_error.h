/* How tasks have ended, as replies and values say it. No I/O. Thread-safety: pure functions. */
#ifndef CLIENT_TASK_ERROR_H
#define CLIENT_TASK_ERROR_H

#include "concur.h"

/* The status of a task that ended in that phase, with the thread's message; `value` is its encoded error, if it has
 * one. */
enum concur_status task_end_status(enum concur_task_phase phase, const uint8_t *value, size_t size);

/* The same with the error decoded. Borrows it. */
enum concur_status task_error_status(const struct concur_value *error);

/* The member of a MAP under that text; NULL if there is none, or it is of another kind. */
const struct concur_value *task_error_member(const struct concur_value *map, const char *key,
    enum concur_value_kind kind);

#endif
