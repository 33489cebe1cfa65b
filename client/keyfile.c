/* Reading the key: what is checked is the file that was opened, whatever the name stands for by then. */
#include "config.h"

#include "keyfile.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
keyfile_default(void)
{
	const char *path = getenv("CONCUR_KEY_FILE");

	return path && *path ? path : NULL;
}

/* Why not, as words behind the file's name, or NULL. */
static const char *
take(int fd, struct key *ret_key)
{
	uint8_t bytes[KEY_ROOM];
	const char *fault;
	struct stat stat;
	ssize_t size;

	if (fd < 0 || fstat(fd, &stat))
		return strerrordesc_np(errno);
	fault = key_file_fault(&(struct key_file){ .is_plain = S_ISREG(stat.st_mode),
	    .mode = stat.st_mode & 0777,
	    .owner = stat.st_uid,
	    .group = stat.st_gid,
	    .reader = geteuid() });
	if (fault)
		return fault;
	size = read(fd, bytes, sizeof bytes);
	fault = size < 0 ? strerrordesc_np(errno) : key_take(bytes, (size_t)size, ret_key);
	explicit_bzero(bytes, sizeof bytes);
	return fault;
}

enum concur_status
keyfile_read(const char *path, struct key *ret_key)
{
	/* Opening a pipe must not wait for somebody who writes. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *fault = take(fd, ret_key);

	if (fd >= 0)
		close(fd);
	return fault ? error_set(CONCUR_BAD_KEY, "the key's file %s: %s", path, fault) : CONCUR_OK;
}
