/* What the kernel tells a process of itself. */
#include "self.h"

#include <fcntl.h>
#include <unistd.h>

bool
self_read(const char *path, char *ret_text, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return false;
	size = read(fd, ret_text, room - 1);
	close(fd);
	ret_text[size > 0 ? size : 0] = '\0';
	return size > 0;
}
