/* Knowing and watching peers. */
#include "config.h"

#include "daemon/io/peer.h"

#include "daemon/io/address.h"
#include "daemon/io/host.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

/* A descriptor, or -1 with errno; ESRCH: the process is gone. */
static int
peer_pidfd_of_socket(int fd)
{
	socklen_t size = sizeof(int);
	int pidfd;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) == 0)
		return pidfd;
	/* The first kernels that have this option say EINVAL of a process that has been waited for. */
	if (errno == EINVAL)
		errno = ESRCH;
	return -1;
}

static int
peer_pidfd_of_process(pid_t process)
{
	if (process <= 0) {
		errno = ENOSYS;
		return -1;
	}
	return (int)syscall(SYS_pidfd_open, process, 0);
}

/* Opens the watch, by the better way first. 0, or -1 with errno if there is no descriptor to be had. */
static int
peer_watch(struct peer *peer, int fd)
{
	peer->pidfd = peer_pidfd_of_socket(fd);
	peer->is_exact = peer->pidfd >= 0;
	if (peer->pidfd < 0 && errno == ENOPROTOOPT)
		peer->pidfd = peer_pidfd_of_process((pid_t)peer->known.process);
	if (peer->pidfd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return -1;
	peer->is_gone = peer->pidfd < 0 && errno == ESRCH;
	peer->known.watched = peer->pidfd >= 0 || peer->is_gone;
	return 0;
}

int
peer_init(struct peer *peer, int fd, bool is_local)
{
	struct ucred credentials;
	socklen_t size = sizeof credentials;

	*peer = (struct peer){ .known = { .local = is_local }, .pidfd = -1 };
	if (!is_local) {
		socklen_t room = sizeof peer->remote;

		if (getpeername(fd, &peer->remote.any, &room) != 0)
			peer->remote.any.sa_family = AF_UNSPEC;
		return 0;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
		peer->known.process = credentials.pid > 0 ? (uint64_t)credentials.pid : 0;
		peer->known.uid = credentials.uid;
	}
	return peer_watch(peer, fd);
}

void
peer_fini(struct peer *peer)
{
	if (peer->pidfd >= 0)
		(void)close(peer->pidfd);
	peer->pidfd = -1;
}

void
peer_print(const struct peer *peer, char ret_text[PEER_TEXT_MAX])
{
	char url[ADDRESS_URL_MAX];
	struct address address = { .size = sizeof peer->remote };

	if (peer->known.local) {
		(void)snprintf(ret_text, PEER_TEXT_MAX, "pid=%llu uid=%llu", (unsigned long long)peer->known.process,
		    (unsigned long long)peer->known.uid);
		return;
	}
	memcpy(&address.any, &peer->remote, sizeof peer->remote);
	address_print(&address, url);
	(void)snprintf(ret_text, PEER_TEXT_MAX, "from=%.70s", url);
}

bool
peer_matches(const struct peer *peer, uint64_t process, uint64_t started)
{
	uint64_t seen;

	if (peer->is_exact || peer->pidfd < 0 || process != peer->known.process || started == 0)
		return true;
	seen = host_started(process);
	return seen == 0 || seen == started;
}

bool
peer_has_read_all(const struct peer *peer, int fd)
{
	int unread;

	return peer->known.local && ioctl(fd, SIOCOUTQ, &unread) == 0 && unread == 0;
}
