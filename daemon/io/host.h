/* The host: what the daemon asks of, or learns from, the machine it runs on, most of it once at its start.
 *
 * Thread-safety: none. */
#ifndef IO_HOST_H
#define IO_HOST_H

#include "daemon/io/complaint.h"

#include <stddef.h>
#include <stdint.h>

/* Opens /dev/null in place of a missing stdin, stdout or stderr, so that no socket ever takes their numbers. */
int host_open_standard(struct complaint *complaint);

/* Has the allocator free small blocks one by one; to be called before the first allocation. */
void host_set_allocator(void);

/* Raises the soft limit of open files to the hard one; what then holds, and what held before. */
uint64_t host_raise_files(uint64_t *ret_before);

/* Secret random bytes, at most 256. 0, or -1 with errno. */
int host_random(void *ret, size_t size);

/* A secret random number. -1 with a complaint. */
int host_seed(uint64_t *ret_seed, struct complaint *complaint);

/* Where ids, tokens and versions start: units of 64 ns since the beginning of 2025. It lies above all that an earlier
 * run gave out, as long as that drew fewer than 15 million a second on average and the clock was not set back; and it
 * stays below 2^53, where some languages' numbers lose precision, for 18 years. */
uint64_t host_counter(void);

/* The clock that waits are measured by. */
uint64_t host_now_ns(void);

/* Three quarters of the memory that this process can have: of the machine's, or of what a control group allows. */
uint64_t host_memory(void);

/* Cores that this process may use; at least 1. */
uint64_t host_cores(void);

/* Field 22 of /proc/PID/stat, the process's start; 0 if it can not be seen. */
uint64_t host_started(uint64_t process);

#endif
