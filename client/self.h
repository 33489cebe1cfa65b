/* What the kernel tells a process of itself. */
#ifndef CLIENT_SELF_H
#define CLIENT_SELF_H

#include <stdbool.h>
#include <stddef.h>

/* Reads a file of /proc/self ("/proc/self/stat"), or as much of it as there is room for, with a 0 behind it. False if
 * it can not be read. Does not block. */
bool self_read(const char *path, char *ret_text, size_t room);

#endif
