/* The life of a connection: made, used by send.c and leader.c, freed. */
#include "conn.h"

#include "keeper.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static bool
is_remote(int fd)
{
	int domain = AF_UNIX;
	socklen_t size = sizeof domain;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain != AF_UNIX;
}

enum concur_status
conn_new(int fd, uint64_t word, struct conn **ret_conn)
{
	struct conn *conn = calloc(1, sizeof *conn);
	struct timeval hour = { .tv_sec = 3600 };

	if (!conn || reader_init(&conn->reader) || table_init(&conn->calls)) {
		if (conn)
			reader_fini(&conn->reader);
		free(conn);
		close(fd);
		return CONCUR_NO_MEMORY;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &hour, sizeof hour); /* see leader.c */
	conn->word = word;
	conn->fd = fd;
	conn->is_remote = is_remote(fd);
	conn->limits.frame_max = READER_FRAME_MAX;
	conn->limits.key_max = conn->limits.name_max = UINT32_MAX;
	conn->limits.depth_max = UINT8_MAX;
	pthread_mutex_init(&conn->send_lock, NULL);
	pthread_mutex_init(&conn->lock, NULL);
	pthread_cond_init(&conn->progress, NULL);
	link_init(&conn->followers);
	link_init(&conn->due);
	link_init(&conn->withheld);
	*ret_conn = conn;
	return CONCUR_OK;
}

void
conn_free(struct conn *conn)
{
	if (!conn)
		return;
	keeper_free(conn->keeper);
	close(conn->fd);
	reader_fini(&conn->reader);
	table_fini(&conn->calls);
	pthread_mutex_destroy(&conn->send_lock);
	pthread_mutex_destroy(&conn->lock);
	pthread_cond_destroy(&conn->progress);
	outbox_fini(&conn->out);
	free(conn);
}

bool
conn_owes_word(const struct conn *conn, const struct call *call)
{
	uint32_t told = atomic_load_explicit(&conn->replies_told, memory_order_relaxed);

	return conn->is_remote && call->takes && call->reply && (int32_t)(told - call->reply) < 0;
}
