/* Detaching by one fork and a pipe that carries one byte, or its end. */
#include "config.h"

#include "daemon/io/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the first process: ends it as the child's word says. */
static _Noreturn void
detach_wait(int fd)
{
	ssize_t got;
	char byte;

	do
		got = read(fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	_exit(got == 1 ? 0 : 1);
}

int
detach_begin(struct detach *detach, struct complaint *complaint)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return complain(complaint, "no pipe to be had: %s", strerror(errno));
	child = fork();
	if (child < 0) {
		int error = errno;

		(void)close(ends[0]);
		(void)close(ends[1]);
		return complain(complaint, "can not go to the background: %s", strerror(error));
	}
	if (child > 0) {
		(void)close(ends[1]);
		detach_wait(ends[0]);
	}
	(void)close(ends[0]);
	(void)setsid();
	detach->ready_fd = ends[1];
	return 0;
}

void
detach_end(struct detach *detach)
{
	struct stat stat;
	int null, last;

	if (detach->ready_fd < 0)
		return;
	/* Paths are absolute by now. A folder that is our working directory could not be unmounted. */
	(void)!chdir("/");
	null = open("/dev/null", O_RDWR | O_NOCTTY | O_CLOEXEC);
	last = fstat(STDERR_FILENO, &stat) == 0 && S_ISREG(stat.st_mode) ? STDOUT_FILENO : STDERR_FILENO;
	for (int fd = STDIN_FILENO; null >= 0 && fd <= last; fd++)
		(void)dup2(null, fd);
	if (null >= 0)
		(void)close(null);
	(void)!write(detach->ready_fd, "", 1);
	(void)close(detach->ready_fd);
	detach->ready_fd = -1;
}
