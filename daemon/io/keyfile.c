/* Reading the key: what is checked is the file that was opened, whatever the name stands for by then. */
#include "config.h"

#include "daemon/io/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Why not, as words behind the file's name, or NULL. */
static const char *
keyfile_take(int fd, struct key *ret_key)
{
	uint8_t bytes[KEY_ROOM];
	const char *fault;
	struct stat stat;
	ssize_t size;

	if (fd < 0 || fstat(fd, &stat) != 0)
		return strerror(errno);
	fault = key_file_fault(&(struct key_file){ .is_plain = S_ISREG(stat.st_mode),
	    .mode = stat.st_mode & 0777,
	    .owner = stat.st_uid,
	    .group = stat.st_gid,
	    .reader = geteuid() });
	if (fault)
		return fault;
	size = read(fd, bytes, sizeof bytes);
	fault = size < 0 ? strerror(errno) : key_take(bytes, (size_t)size, ret_key);
	explicit_bzero(bytes, sizeof bytes);
	return fault;
}

int
keyfile_read(const char *path, struct key *ret_key, struct complaint *complaint)
{
	/* Opening a pipe must not wait for somebody who writes. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *fault = keyfile_take(fd, ret_key);

	if (fd >= 0)
		(void)close(fd);
	return fault ? complain(complaint, "the key's file %s: %s", path, fault) : 0;
}
