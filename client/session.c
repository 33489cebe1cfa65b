/* The life of a session.
 *
 * The struct is the program's and survives forks; the connection in it belongs to one process. A child finds by
 * fork_word() that the connection is not its own, closes its copy of the socket without a word, and dials anew at its
 * first call. The parent's struct conn is never touched in the child, for another thread of the parent may have been at
 * work in it; its memory stays, reachable. */
#include "config.h"

#include "session.h"

#include "error.h"
#include "fork.h"
#include "keyfile.h"
#include "request.h"
#include "thread.h"
#include "url.h"

#include "concur/v1/methods.h"
#include "concur/v1/session.pb-c.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 10 };

concur_session *
session_ref(concur_session *session)
{
	atomic_fetch_add_explicit(&session->refs, 1, memory_order_relaxed);
	return session;
}

void
session_unref(concur_session *session)
{
	struct conn *conn;

	if (atomic_fetch_sub_explicit(&session->refs, 1, memory_order_acq_rel) > 1)
		return;
	conn = atomic_load(&session->conn);
	if (conn && conn->word == fork_word())
		conn_free(conn);
	if (session->daemon >= 0)
		close(session->daemon);
	key_forget(session->key);
	free(session->key);
	free(session->url);
	free(session->client);
	free(session);
}

bool
session_is_closed(const concur_session *session)
{
	return atomic_load_explicit(&session->closed, memory_order_acquire);
}

uint64_t
session_draw_context(concur_session *session)
{
	return atomic_fetch_add_explicit(&session->contexts, 1, memory_order_relaxed) + 1;
}

static enum concur_status
session_dial(concur_session *session, struct conn *ancestor)
{
	enum concur_status status;
	struct conn *conn;
	int fd;

	status = url_dial(session->url, session->timeout_ns, &fd);
	if (status != CONCUR_OK)
		return status;
	status = conn_new(fd, fork_word(), &conn);
	if (status != CONCUR_OK)
		return error_plain(status);
	status = session->key ? session_prove(session, conn) : CONCUR_OK;
	if (status == CONCUR_OK)
		status = session_hello(session, conn);
	if (status == CONCUR_OK && conn->keeper && keeper_start(conn->keeper))
		status = error_system(CONCUR_SYSTEM, errno, "no thread to keep the connection");
	if (status != CONCUR_OK) {
		conn_free(conn);
		return status;
	}
	if (ancestor)
		close(ancestor->fd);
	conn->ancestor = ancestor;
	atomic_store_explicit(&session->conn, conn, memory_order_release);
	return CONCUR_OK;
}

static enum concur_status
session_adopt(concur_session *session)
{
	enum concur_status status = CONCUR_OK;
	struct conn *conn;

	fork_lock();
	conn = atomic_load(&session->conn);
	if (!conn || conn->word != fork_word())
		status = session_dial(session, conn);
	fork_unlock();
	return status;
}

enum concur_status
session_conn(concur_session *session, struct conn **ret_conn)
{
	struct conn *conn = atomic_load_explicit(&session->conn, memory_order_acquire);
	enum concur_status status;

	if (session_is_closed(session))
		return error_set(CONCUR_CLOSED, "the session is closed");
	if (__builtin_expect(!conn || conn->word != fork_word(), 0)) {
		status = session_adopt(session);
		if (status != CONCUR_OK)
			return status;
		conn = atomic_load_explicit(&session->conn, memory_order_acquire);
	}
	*ret_conn = conn;
	return CONCUR_OK;
}

/* A key is for TCP: on a unix socket it is neither asked for nor read. */
static enum concur_status
session_read_key(concur_session *session, const struct concur_options *options)
{
	const char *path = options->key_file ? options->key_file : keyfile_default();
	struct url url;
	enum concur_status status = url_parse(session->url, &url);

	if (status != CONCUR_OK || !path || url.kind == URL_UNIX)
		return status;
	session->key = malloc(sizeof *session->key);
	return session->key ? keyfile_read(path, session->key) : error_plain(CONCUR_NO_MEMORY);
}

enum concur_status
session_open(const char *url, const struct concur_options *options, concur_session **ret_session)
{
	static const struct concur_options defaults;
	enum concur_status status;
	concur_session *session;

	if (!options)
		options = &defaults;
	if (fork_init() || !(session = calloc(1, sizeof *session)))
		return error_plain(CONCUR_NO_MEMORY);
	session->refs = 1;
	session->daemon = -1;
	session->contexts = 1; /* the library's own calls */
	session->timeout_ns = options->timeout_ns > 0 ? options->timeout_ns : CONNECT_SECONDS * CONCUR_SECOND;
	session->ends_with_connection = options->ends_with_connection;
	session->url = strdup(url);
	session->client = strdup(options->client ? options->client : program_invocation_short_name);
	status = session->url && session->client ? session_read_key(session, options) : error_plain(CONCUR_NO_MEMORY);
	if (status == CONCUR_OK)
		status = session_adopt(session);
	if (status == CONCUR_OK)
		*ret_session = session;
	else
		session_unref(session);
	return status;
}

enum concur_status
concur_connect(const char *url, const struct concur_options *options, concur_session **ret_session)
{
	enum concur_status status;
	char room[4096];

	if (!url) {
		status = url_default(room, sizeof room);
		if (status != CONCUR_OK)
			return status;
		url = room;
	}
	return session_open(url, options, ret_session);
}

const char *
concur_url(const concur_session *session)
{
	return session->url;
}

void
concur_close(concur_session *session)
{
	struct conn *conn;

	if (!session)
		return;
	conn = atomic_load(&session->conn);
	atomic_store_explicit(&session->closed, true, memory_order_release);
	if (conn->word == fork_word()) {
		session_goodbye(conn);
		conn_end(conn, CONCUR_CLOSED);
	} else {
		close(conn->fd);
	}
	session_end_daemon(session);
	thread_forget(session);
	session_unref(session);
}

void
session_context_end(concur_session *session, uint64_t context)
{
	Concur__V1__ContextRequest body = CONCUR__V1__CONTEXT_REQUEST__INIT;

	body.context = context;
	request_tell(session, CONCUR_METHOD_SESSION_CONTEXT_END, &body.base);
}

void
concur_cork(concur_session *session)
{
	struct conn *conn;

	if (session_conn(session, &conn) == CONCUR_OK)
		conn_cork(conn);
}

void
concur_uncork(concur_session *session)
{
	struct conn *conn;

	if (session_conn(session, &conn) == CONCUR_OK)
		conn_uncork(conn);
}
