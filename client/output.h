/* Lines of what processes and tasks have written, as replies have them. No I/O. Thread-safety: pure functions. */
#ifndef CLIENT_OUTPUT_H
#define CLIENT_OUTPUT_H

#include "concur.h"

#include "concur/v1/process.pb-c.h"

/* A copy, in one block. NO_MEMORY. */
enum concur_status output_make(Concur__V1__OutputLine *const *lines, size_t count, uint64_t cursor,
    struct concur_output *ret_output);

#endif
