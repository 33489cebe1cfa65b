/* CPU time from the process's own clock, which /proc would give in hundredths of a second only; resident memory from
 * smaps_rollup, which counts pages where statm adds up approximate counters. */
#include "tests/bench/usage.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static int
read_cpu(pid_t pid, uint64_t *ret_ns)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
		return -1;
	*ret_ns = (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
	return 0;
}

static int
read_resident(pid_t pid, uint64_t *ret_bytes)
{
	char path[64], line[256];
	unsigned long long kib;
	int result = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", (long)pid);
	file = fopen(path, "re");
	if (!file)
		return -1;
	while (result < 0 && fgets(line, sizeof line, file)) {
		if (sscanf(line, "Rss: %llu kB", &kib) == 1) {
			*ret_bytes = kib * 1024;
			result = 0;
		}
	}
	fclose(file);
	return result;
}

int
usage_of(pid_t pid, struct usage *ret)
{
	*ret = (struct usage){ 0 };
	if (pid == 0)
		return 0;
	if (read_cpu(pid, &ret->cpu_ns) < 0 || read_resident(pid, &ret->resident_bytes) < 0) {
		fprintf(stderr, "concur-bench: can not see process %ld\n", (long)pid);
		return -1;
	}
	return 0;
}

uint64_t
usage_cpu_ns(pid_t pid)
{
	uint64_t cpu_ns = 0;

	return pid == 0 || read_cpu(pid, &cpu_ns) < 0 ? 0 : cpu_ns;
}

uint64_t
usage_own_cpu_ns(void)
{
	struct rusage own;

	getrusage(RUSAGE_SELF, &own);
	return (uint64_t)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) * 1000000000u +
	    (uint64_t)(own.ru_utime.tv_usec + own.ru_stime.tv_usec) * 1000u;
}
