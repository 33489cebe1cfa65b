/* The server's wishes: what is about connections is noted on them and on the loop's lists, what is about processes is
 * done. */
#include "config.h"

#include "daemon/io/effects.h"

#include "daemon/io/conn.h"

static void
effects_flush_later(struct loop *loop, struct conn *conn)
{
	if (!link_linked(&conn->flush))
		link_append(&loop->flushing, &conn->flush);
}

static void
effects_send(void *io, void *arg)
{
	effects_flush_later(io, arg);
}

/* Ends that have something left to say wait until it is sent. */
static bool
effects_is_polite(enum server_reason reason)
{
	return reason == SERVER_GOODBYE || reason == SERVER_BROKEN || reason == SERVER_STOPPING ||
	    reason == SERVER_UNPROVEN || reason == SERVER_WRONG_KEY;
}

static void
effects_close(void *io, void *arg, enum server_reason reason)
{
	struct loop *loop = io;
	struct conn *conn = arg;

	if (conn->state != CONN_OPEN)
		return;
	conn->state = CONN_CLOSING;
	conn->reason = (uint8_t)reason;
	conn->linger_ns = loop->now_ns + LOOP_LINGER_NS;
	link_remove(&conn->run);
	link_remove(&conn->end);
	if (effects_is_polite(reason) && !conn->is_broken) {
		link_append(&loop->closing, &conn->end);
		effects_flush_later(loop, conn);
	} else {
		link_append(&loop->due, &conn->end);
	}
}

static void
effects_identify(void *io, void *arg, uint64_t process, uint64_t started)
{
	struct loop *loop = io;
	struct conn *conn = arg;

	if (peer_matches(&conn->peer, process, started))
		return;
	/* The number was used again before the watch began. The socket's end still shows. */
	log_write(loop->log, LOG_WARNING, "peer's pid was used again; watched by end of file only pid=%llu",
	    (unsigned long long)process);
	deaths_unwatch(&loop->deaths, conn->peer.pidfd);
	peer_fini(&conn->peer);
}

static void
effects_admit(void *io, void *arg)
{
	struct conn *conn = arg;

	(void)io;
	conn->is_stranger = false;
}

static void
effects_spawn(void *io, uint64_t process, const struct process_spec *spec)
{
	struct loop *loop = io;

	children_spawn(&loop->children, process, spec);
}

static void
effects_signal(void *io, uint64_t process, int signal, bool group)
{
	struct loop *loop = io;

	children_signal(&loop->children, process, signal, group);
}

static void
effects_page_put(void *io, uint64_t process, unsigned slot, uint64_t task)
{
	struct loop *loop = io;

	children_page_put(&loop->children, process, slot, task);
}

static void
effects_page_recall(void *io, uint64_t process, unsigned slot, uint64_t task)
{
	struct loop *loop = io;

	children_page_recall(&loop->children, process, slot, task);
}

const struct server_io effects_io = {
	.send = effects_send,
	.close = effects_close,
	.identify = effects_identify,
	.admit = effects_admit,
	.spawn = effects_spawn,
	.signal = effects_signal,
	.page_put = effects_page_put,
	.page_recall = effects_page_recall,
};
