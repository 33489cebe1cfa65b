/* The way out of a connection: what the server released, sent when the turn has ended. */
#ifndef IO_CONN_SEND_H
#define IO_CONN_SEND_H

#include "daemon/io/conn.h"

/* After the turn's end: sends what is released, and settles whether to read on and whether to wait for room. */
void conn_send_flush(struct conn *conn);

/* The write event: the socket has room again. */
void conn_send_on_room(evutil_socket_t fd, short what, void *arg);

#endif
