/* What a task writes is kept with it by a daemon that sees from the page which task is at work. So, before a task is
 * marked as done, what it wrote is to be on its way and taken in; that is not waited for longer than SETTLE_NS. */
#include "config.h"

#include "work.h"

#include "client/clock.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SETTLE_NS (CONCUR_SECOND / 50)
#define LOOK_NS (CONCUR_SECOND / 50000)

/* Whether the daemon has not read yet what lies in it. */
static bool
is_pending(int fd)
{
	struct stat stat;
	int size = 0;

	return ioctl(fd, FIONREAD, &size) == 0 && size > 0 && fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode);
}

void
worker_settle_output(const struct concur_worker *worker)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	int64_t end_ns;

	if (!worker->page || worker->options->threads > 1)
		return;
	(void)fflush(stdout);
	if (!is_pending(STDOUT_FILENO) && !is_pending(STDERR_FILENO))
		return;
	end_ns = clock_now_ns() + SETTLE_NS;
	do
		(void)nanosleep(&pause, NULL);
	while ((is_pending(STDOUT_FILENO) || is_pending(STDERR_FILENO)) && clock_now_ns() < end_ns);
}
