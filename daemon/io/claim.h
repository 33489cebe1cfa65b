/* A claim: a unix socket's path that this daemon owns.
 *
 * Thread-safety: none; claim_take() changes the process's umask for a moment. */
#ifndef IO_CLAIM_H
#define IO_CLAIM_H

#include "daemon/io/address.h"

#include <sys/types.h>

struct claim {
	struct sockaddr_un address;
	dev_t device; /* of the socket's file, to know it again */
	ino_t inode;
	bool is_taken;
};

/* Makes the directory if it is missing (mode 0755). -1 with a complaint. */
int claim_make_directory(const char *path, struct complaint *complaint);

/* Binds `fd` to the path and listens. A socket that nobody listens on any more is replaced; one that is in use, or
 * anything else at that path, is left alone and complained about. The file has `mode` from its first moment on.
 * Waits at most a second, for another daemon that is at the same place. -1 with a complaint. */
int claim_take(struct claim *claim, int fd, const struct sockaddr_un *address, mode_t mode,
    struct complaint *complaint);

/* Removes the file if it is still ours; with `with_directory` also the directory, if nothing else is in it. */
void claim_release(struct claim *claim, bool with_directory);

#endif
