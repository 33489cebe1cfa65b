/* The calling thread's message about what went wrong. Thread-safety: any thread. */
#ifndef CLIENT_ERROR_H
#define CLIENT_ERROR_H

#include "concur.h"

/* Sets the thread's message, at most THREAD_MESSAGE bytes of it are kept; returns the status. */
__attribute__((format(printf, 2, 3))) enum concur_status error_set(enum concur_status status, const char *format, ...);

/* The same with the status's own text as the message. */
enum concur_status error_plain(enum concur_status status);

/* The same with the text of `error`, an errno, behind what was tried. */
__attribute__((format(printf, 3, 4))) enum concur_status error_system(enum concur_status status, int error,
    const char *format, ...);

#endif
