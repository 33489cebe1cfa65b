/* Spawning: one process started, with nothing of the daemon's but what it is meant to have.
 *
 * It leads a process group of its own; no signal is blocked or ignored; stdin is /dev/null; stdout and stderr are two
 * pipes; no other descriptor is open, but for the page's. It is killed when the daemon is.
 *
 * Thread-safety: none. The daemon stands still until the process has executed its program: about a millisecond. */
#ifndef IO_SPAWN_H
#define IO_SPAWN_H

#include "daemon/io/complaint.h"
#include "lib/page.h"
#include "lib/process_spec.h"

#include <stdint.h>
#include <sys/types.h>

enum { SPAWN_PAGE_FD = 3 }; /* the page's descriptor in the process; $CONCUR_PAGE */

/* What every process is told. */
struct spawn_setting {
	const char *url;     /* $CONCUR_URL: where the daemon listens; "": nowhere */
	uint64_t number;     /* $CONCUR_PROCESS */
	uint64_t files_soft; /* the soft limit of open files that it gets; 0: the daemon's */
};

struct spawned {
	pid_t pid; /* a child to be reaped */
	int pidfd;
	int out[2];        /* what it writes to stdout and stderr; not blocking */
	struct page *page; /* mapped, or NULL; spawn_unmap() */
};

/* 0; or an errno, with a complaint that says what failed, and nothing is left. */
int spawn_process(const struct process_spec *spec, const struct spawn_setting *setting, struct spawned *ret,
    struct complaint *complaint);

/* Takes NULL. */
void spawn_unmap(struct page *page);

#endif
