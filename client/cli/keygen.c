/* concur keygen FILE: 32 random bytes in hexadecimal digits, one line, so that the key can be copied as text. A file
 * that is there is never touched: others may be using the key in it. */
#include "keygen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
	KEYGEN_BYTES = 32, /* of chance: as many as the MAC can use */
	KEYGEN_LINE = 2 * KEYGEN_BYTES + 1,
};

static bool
make_line(char ret_line[KEYGEN_LINE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[KEYGEN_BYTES];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return false;
	for (size_t i = 0; i < sizeof bytes; i++) {
		*ret_line++ = digits[bytes[i] >> 4];
		*ret_line++ = digits[bytes[i] & 0xf];
	}
	*ret_line = '\n';
	explicit_bzero(bytes, sizeof bytes);
	return true;
}

/* All of it, on the disk; or nothing, with errno. */
static bool
write_file(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool written;
	int error;

	if (fd < 0)
		return false;
	errno = ENOSPC; /* of a short write */
	written = write(fd, line, KEYGEN_LINE) == KEYGEN_LINE && fsync(fd) == 0;
	error = errno;
	if (close(fd) == 0 && written)
		return true;
	(void)unlink(path);
	errno = error;
	return false;
}

enum verdict
keygen_run(struct command *command)
{
	char line[KEYGEN_LINE];
	bool made;

	if (command->word_count != 1)
		return command_misused(command, &(struct fault){ "write the file's name, and nothing else" });
	made = make_line(line) && write_file(command->words[0], line);
	explicit_bzero(line, sizeof line);
	if (made)
		return VERDICT_DONE;
	command_complain(command, "no key was made: %s: %s", command->words[0], strerror(errno));
	return VERDICT_ERROR;
}
