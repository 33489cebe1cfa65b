/* Taking a socket's path.
 *
 * Between finding a stale socket and putting a new one there, another daemon could do the same, and one of them would
 * listen on a file that is gone. So the directory is locked meanwhile (flock on the directory itself: no lock file is
 * left behind, and the lock goes with its holder). */
#include "config.h"

#include "daemon/io/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	CLAIM_BACKLOG = 4096,         /* connections that wait to be accepted; the kernel may lower it */
	CLAIM_TRIES = 50,             /* to lock the directory */
	CLAIM_PAUSE_NS = 20 * 1000000 /* between two of them */
};

static void
claim_directory(const struct sockaddr_un *address, char ret[sizeof address->sun_path])
{
	char *slash;

	memcpy(ret, address->sun_path, sizeof address->sun_path);
	slash = strrchr(ret, '/');
	slash[slash == ret ? 1 : 0] = '\0';
}

int
claim_make_directory(const char *path, struct complaint *complaint)
{
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return complain(complaint, "%s: can not make the directory: %s", path, strerror(errno));
	return 0;
}

/* The locked directory's descriptor, or -1 with a complaint. */
static int
claim_lock(const struct sockaddr_un *address, struct complaint *complaint)
{
	const struct timespec pause = { .tv_nsec = CLAIM_PAUSE_NS };
	char path[sizeof address->sun_path];
	int fd;

	claim_directory(address, path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return complain(complaint, "%s: can not open the socket's directory: %s", path, strerror(errno));
	for (int i = 0; i < CLAIM_TRIES; i++) {
		/* A file system without locks is no reason not to start. */
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR))
			return fd;
		(void)nanosleep(&pause, NULL);
	}
	(void)close(fd);
	return complain(complaint, "%s: another program keeps the directory locked; choose another with --listen",
	    path);
}

/* Clears the path if what is there is a socket without a listener. */
static int
claim_clear(const struct sockaddr_un *address, struct complaint *complaint)
{
	const char *path = address->sun_path;
	struct stat stat;
	int fd, result, error;

	if (lstat(path, &stat) != 0)
		return errno == ENOENT ? 0 : complain(complaint, "%s: %s", path, strerror(errno));
	if (!S_ISSOCK(stat.st_mode))
		return complain(complaint,
		    "%s: is there already and is not a socket; remove it, or choose another path", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return complain(complaint, "no socket to be had: %s", strerror(errno));
	result = connect(fd, (const struct sockaddr *)address, sizeof *address);
	error = errno;
	(void)close(fd);
	if (result == 0 || error == EAGAIN)
		return complain(complaint, "%s: another daemon listens there; use that one, or choose another path",
		    path);
	if (error != ECONNREFUSED && error != ENOENT)
		return complain(complaint, "%s: can not tell whether the socket is in use: %s", path, strerror(error));
	if (unlink(path) != 0 && errno != ENOENT)
		return complain(complaint, "%s: can not remove the stale socket: %s", path, strerror(errno));
	return 0;
}

static int
claim_bind(struct claim *claim, int fd, mode_t mode, struct complaint *complaint)
{
	const char *path = claim->address.sun_path;
	mode_t old = umask(0777 & ~mode);
	int result = bind(fd, (const struct sockaddr *)&claim->address, sizeof claim->address);
	int error = errno;
	struct stat stat;

	(void)umask(old);
	if (result != 0)
		return complain(complaint, "%s: can not bind: %s", path, strerror(error));
	if (lstat(path, &stat) != 0)
		return complain(complaint, "%s: %s", path, strerror(errno));
	claim->device = stat.st_dev;
	claim->inode = stat.st_ino;
	claim->is_taken = true;
	if (listen(fd, CLAIM_BACKLOG) != 0)
		return complain(complaint, "%s: can not listen: %s", path, strerror(errno));
	return 0;
}

int
claim_take(struct claim *claim, int fd, const struct sockaddr_un *address, mode_t mode, struct complaint *complaint)
{
	int lock = claim_lock(address, complaint);
	int status = -1;

	*claim = (struct claim){ .address = *address };
	if (lock < 0)
		return -1;
	if (claim_clear(address, complaint) == 0)
		status = claim_bind(claim, fd, mode, complaint);
	(void)close(lock);
	return status;
}

void
claim_release(struct claim *claim, bool with_directory)
{
	char directory[sizeof claim->address.sun_path];
	struct stat stat;

	if (!claim->is_taken)
		return;
	claim->is_taken = false;
	if (lstat(claim->address.sun_path, &stat) != 0 || stat.st_dev != claim->device || stat.st_ino != claim->inode)
		return;
	(void)unlink(claim->address.sun_path);
	if (with_directory) {
		claim_directory(&claim->address, directory);
		(void)rmdir(directory);
	}
}
