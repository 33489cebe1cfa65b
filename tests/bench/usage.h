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

/* As usage_of, the CPU time alone; 0 for nobody and for a process that has gone. One system call, for often. */
uint64_t usage_cpu_ns(pid_t pid);

/* CPU time of this process. */
uint64_t usage_own_cpu_ns(void);

#endif
