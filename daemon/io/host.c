/* What the machine says. */
#include "config.h"

#include "daemon/io/host.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#define HOST_GROUPS "/sys/fs/cgroup"
#define HOST_EPOCH INT64_C(1735689600) /* 2025-01-01 00:00 UTC, in seconds */

enum {
	HOST_TICK_NS = 64,     /* a unit of the counter's start */
	HOST_GROUP_MAX = 2048, /* bytes of a control group's name */
};

int
host_open_standard(struct complaint *complaint)
{
	int fd;

	/* open() gives the lowest free number, so this fills the gaps below 3 and ends with one above. */
	do {
		fd = open("/dev/null", O_RDWR | O_NOCTTY);
		if (fd < 0)
			return complain(complaint, "can not open /dev/null: %s", strerror(errno));
	} while (fd <= STDERR_FILENO);
	(void)close(fd);
	return 0;
}

void
host_set_allocator(void)
{
	/* glibc would put freed small blocks aside and join all of them with their neighbours in one later call: a
	 * pause of tens of milliseconds when a dict of millions of entries goes. */
	(void)mallopt(M_MXFAST, 0);
}

uint64_t
host_raise_files(uint64_t *ret_before)
{
	struct rlimit limit;

	*ret_before = 0;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return (uint64_t)sysconf(_SC_OPEN_MAX);
	*ret_before = limit.rlim_cur;
	if (limit.rlim_cur < limit.rlim_max) {
		const struct rlimit raised = { limit.rlim_max, limit.rlim_max };

		if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
			return raised.rlim_cur;
	}
	return limit.rlim_cur;
}

int
host_random(void *ret, size_t size)
{
	ssize_t got;

	/* So few bytes come whole or not at all. */
	do
		got = getrandom(ret, size, 0);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)size ? 0 : -1;
}

int
host_seed(uint64_t *ret_seed, struct complaint *complaint)
{
	if (host_random(ret_seed, sizeof *ret_seed) != 0)
		return complain(complaint, "the kernel gives no random numbers: %s", strerror(errno));
	return 0;
}

uint64_t
host_counter(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec <= HOST_EPOCH)
		return 1;
	return ((uint64_t)(now.tv_sec - HOST_EPOCH) * 1000000000 + (uint64_t)now.tv_nsec) / HOST_TICK_NS;
}

uint64_t
host_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The number that a file begins with; UINT64_MAX if there is none. */
static uint64_t
host_read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	uint64_t number;

	if (!file)
		return UINT64_MAX;
	if (fscanf(file, "%" SCNu64, &number) != 1)
		number = UINT64_MAX;
	(void)fclose(file);
	return number;
}

/* This process's control group, a path below HOST_GROUPS; "" if there is none. */
static void
host_group(char *ret, size_t size)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char *line = NULL;
	size_t room = 0;

	ret[0] = '\0';
	while (file && getline(&line, &room, file) > 0) {
		if (strncmp(line, "0::", 3) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (snprintf(ret, size, "%s", line + 3) >= (int)size)
			ret[0] = '\0';
		break;
	}
	free(line);
	if (file)
		(void)fclose(file);
}

/* The lowest memory.max of the group and of all above it. */
static uint64_t
host_group_memory(void)
{
	char group[HOST_GROUP_MAX], path[HOST_GROUP_MAX + 64];
	uint64_t lowest = UINT64_MAX;
	char *slash;

	host_group(group, sizeof group);
	do {
		uint64_t number;

		(void)snprintf(path, sizeof path, HOST_GROUPS "%s/memory.max", group);
		number = host_read_number(path);
		lowest = number < lowest ? number : lowest;
		slash = strrchr(group, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
	return lowest;
}

uint64_t
host_memory(void)
{
	uint64_t group = host_group_memory();
	uint64_t machine = UINT64_MAX;
	struct sysinfo info;

	if (sysinfo(&info) == 0)
		machine = (uint64_t)info.totalram * info.mem_unit;

	return (group < machine ? group : machine) / 4 * 3;
}

uint64_t
host_cores(void)
{
	cpu_set_t set;
	long online;

	/* More than the set has room for is refused. */
	if (sched_getaffinity(0, sizeof set, &set) == 0)
		return (uint64_t)CPU_COUNT(&set);
	online = sysconf(_SC_NPROCESSORS_ONLN);
	return online > 0 ? (uint64_t)online : 1;
}

uint64_t
host_started(uint64_t process)
{
	char path[64], text[1024];
	uint64_t started;
	ssize_t size;
	char *at;
	int fd;

	(void)snprintf(path, sizeof path, "/proc/%" PRIu64 "/stat", process);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	size = read(fd, text, sizeof text - 1);
	(void)close(fd);
	text[size > 0 ? size : 0] = '\0';
	/* Field 2 is a name in parentheses that may hold anything; field 3 begins behind the last of them. */
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, " %" SCNu64, &started) == 1 ? started : 0;
}
