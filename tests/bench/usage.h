/* What a process has used: its CPU time and its memory.
 *
 * Thread-safety: pure functions. */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include <stdint.h>
#include <sys/types.h>

struct usage {
	uint64_t cpu_ns; /* of all its threads, in user and kernel mode */
	uint64_t resident_bytes;
};

/* 0, or -1 after a message on standard error. A pid of 0 is nobody, who uses nothing. */
int usage_of(pid_t pid, struct usage *ret);

/* CPU time of this process. */
uint64_t usage_own_cpu_ns(void);

#endif
