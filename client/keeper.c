/* The keeper: watches, and mends.
 *
 * While it mends it is the connection's leader, so nobody else reads; the new connection is another struct conn until
 * its Hello is answered, and then gives up its socket and what its reader holds. */
#include "config.h"

#include "keeper.h"

#include "clock.h"
#include "conn.h"
#include "session.h"
#include "url.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define DIAL_NS (2 * CONCUR_SECOND)
#define PAUSE_FIRST_NS (CONCUR_SECOND / 100)
#define PAUSE_MAX_NS CONCUR_SECOND

struct keeper {
	struct conn *conn;
	const concur_session *session;
	struct promise promise;
	pthread_t thread;
	bool is_started; /* and not joined */
	int wake;        /* an eventfd */
	/* Under the connection's lock. */
	bool is_ending;
	struct conn *fresh; /* that says Hello; NULL: none */
};

static const char keeper_gone[] = "the connection to the daemon was lost, and so was the session: what it held is "
				  "released, calls in flight may have been carried out or not; connect again";
static const char keeper_late[] =
    "the connection to the daemon was lost, and there was no other in time: what the session "
    "held is released, calls in flight may have been carried out or not; connect again";

/* -- life --------------------------------------------------------------------------------------------------------- */

struct keeper *
keeper_new(struct conn *conn, const concur_session *session, const struct promise *promise)
{
	struct keeper *keeper = calloc(1, sizeof *keeper);

	if (!keeper)
		return NULL;
	keeper->conn = conn;
	keeper->session = session;
	keeper->promise = *promise;
	keeper->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (keeper->wake >= 0)
		return keeper;
	free(keeper);
	return NULL;
}

void
keeper_wake(struct keeper *keeper)
{
	const uint64_t one = 1;

	(void)!write(keeper->wake, &one, sizeof one);
}

void
keeper_end(struct keeper *keeper)
{
	if (!keeper || !keeper->is_started)
		return;
	pthread_mutex_lock(&keeper->conn->lock);
	keeper->is_ending = true;
	if (keeper->fresh)
		shutdown(keeper->fresh->fd, SHUT_RDWR);
	keeper_wake(keeper);
	pthread_cond_broadcast(&keeper->conn->progress);
	pthread_mutex_unlock(&keeper->conn->lock);
	(void)pthread_join(keeper->thread, NULL);
	keeper->is_started = false;
}

void
keeper_free(struct keeper *keeper)
{
	if (!keeper)
		return;
	keeper_end(keeper);
	close(keeper->wake);
	explicit_bzero(keeper->promise.secret, SECRET_SIZE);
	free(keeper);
}

static bool
goes_on(struct keeper *keeper)
{
	bool goes_on;

	pthread_mutex_lock(&keeper->conn->lock);
	goes_on = !keeper->is_ending && !keeper->conn->closed;
	pthread_mutex_unlock(&keeper->conn->lock);
	return goes_on;
}

/* -- watching ----------------------------------------------------------------------------------------------------- */

/* Under the lock, which it gives up meanwhile: reads what is there. */
static void
read_out(struct conn *conn)
{
	pthread_mutex_unlock(&conn->lock);
	while (conn_read(conn, MSG_DONTWAIT) == CONCUR_OK)
		;
	pthread_mutex_lock(&conn->lock);
}

/* The socket's end has come: whoever leads finds it, or else the keeper. */
static void
find_end(struct keeper *keeper)
{
	struct conn *conn = keeper->conn;

	pthread_mutex_lock(&conn->lock);
	if (conn->led && !conn_is_cut(conn) && !conn->closed && !keeper->is_ending) {
		conn_await_progress(conn);
	} else if (!conn->led && !conn->closed) {
		conn->led = true;
		read_out(conn);
		conn_stop_leading(conn);
	}
	pthread_mutex_unlock(&conn->lock);
}

/* Waits so long (-1: for ever) for the keeper to be woken, and for the end of a socket (-1: of none). */
static bool
sleep_until_end(struct keeper *keeper, int fd, int64_t timeout_ns)
{
	struct pollfd polls[] = { { .fd = keeper->wake, .events = POLLIN }, { .fd = fd, .events = POLLRDHUP } };
	const struct timespec timeout = { .tv_sec = timeout_ns / CONCUR_SECOND, .tv_nsec = timeout_ns % CONCUR_SECOND };
	uint64_t count;

	(void)ppoll(polls, 2, timeout_ns < 0 ? NULL : &timeout, NULL);
	if (polls[0].revents)
		(void)!read(keeper->wake, &count, sizeof count);
	return polls[1].revents != 0;
}

/* -- mending ------------------------------------------------------------------------------------------------------ */

/* All that had arrived is read, and nobody reads any more. True if the other side fell silent before. */
static bool
take_lead(struct conn *conn)
{
	bool was_silent;

	pthread_mutex_lock(&conn->lock);
	was_silent = conn->was_silent;
	while (conn->led)
		conn_await_progress(conn);
	conn->led = true;
	read_out(conn);
	pthread_mutex_unlock(&conn->lock);
	return was_silent;
}

static void
set_fresh(struct keeper *keeper, struct conn *fresh)
{
	pthread_mutex_lock(&keeper->conn->lock);
	keeper->fresh = fresh;
	if (fresh && keeper->is_ending)
		shutdown(fresh->fd, SHUT_RDWR);
	pthread_mutex_unlock(&keeper->conn->lock);
}

/* The connection goes on with the other's socket, from the call behind `seen`. */
static void
take_over(struct conn *conn, struct conn *fresh, uint64_t seen)
{
	struct reader reader = conn->reader;
	int fd = conn->fd;

	pthread_mutex_lock(&conn->send_lock);
	pthread_mutex_lock(&conn->lock);
	if (!conn->closed) {
		conn->fd = fresh->fd;
		conn->reader = fresh->reader;
		fresh->fd = fd;
		fresh->reader = reader;
		outbox_again(&conn->out, seen);
		atomic_store(&conn->is_cut, false);
		if (conn_answer_all(conn) != CONCUR_OK)
			conn_fail(conn, 0);
		conn->reads++;
	}
	conn_stop_leading(conn);
	pthread_cond_broadcast(&conn->progress);
	pthread_mutex_unlock(&conn->lock);
	conn_flush(conn);
	pthread_mutex_unlock(&conn->send_lock);
}

static enum concur_status
try_once(struct keeper *keeper)
{
	enum concur_status status;
	struct conn *fresh;
	uint64_t seen;
	int fd;

	status = url_dial(keeper->session->url, DIAL_NS, &fd);
	if (status == CONCUR_OK)
		status = conn_new(fd, keeper->conn->word, &fresh);
	if (status != CONCUR_OK)
		return status;
	fresh->reads_one = true;
	url_watch(fd, keeper->promise.silence_ns);
	set_fresh(keeper, fresh);
	if (keeper->session->key)
		status = session_prove(keeper->session, fresh);
	if (status == CONCUR_OK)
		status = session_resume(keeper->session, fresh, &keeper->promise, keeper->conn->replies, &seen);
	set_fresh(keeper, NULL);
	if (status == CONCUR_OK)
		take_over(keeper->conn, fresh, seen);
	conn_free(fresh);
	return status;
}

/* Statuses of a daemon that may be there again, or of a way to it. */
static bool
is_passing(enum concur_status status)
{
	return status == CONCUR_NO_DAEMON || status == CONCUR_TIMED_OUT || status == CONCUR_CLOSED ||
	    status == CONCUR_SYSTEM || status == CONCUR_NO_MEMORY || status == CONCUR_LIMIT ||
	    status == CONCUR_BAD_REPLY;
}

static void
give_up(struct conn *conn, const char *why)
{
	pthread_mutex_lock(&conn->lock);
	if (!conn->closed)
		atomic_store(&conn->why, why);
	conn_close(conn, CONCUR_CLOSED);
	conn_stop_leading(conn);
	pthread_mutex_unlock(&conn->lock);
}

static void
mend(struct keeper *keeper)
{
	const struct promise *promise = &keeper->promise;
	int64_t deadline_ns = clock_now_ns() + promise->grace_ns, pause_ns = PAUSE_FIRST_NS;
	enum concur_status status;

	if (take_lead(keeper->conn))
		deadline_ns += promise->silence_ns;
	while ((status = try_once(keeper)) != CONCUR_OK) {
		if (!is_passing(status) || clock_now_ns() >= deadline_ns || !goes_on(keeper)) {
			give_up(keeper->conn, is_passing(status) ? keeper_late : keeper_gone);
			return;
		}
		(void)sleep_until_end(keeper, -1, pause_ns);
		pause_ns = 2 * pause_ns < PAUSE_MAX_NS ? 2 * pause_ns : PAUSE_MAX_NS;
	}
}

static void *
keeper_run(void *arg)
{
	struct keeper *keeper = arg;

	while (goes_on(keeper)) {
		if (conn_is_cut(keeper->conn))
			mend(keeper);
		else if (sleep_until_end(keeper, keeper->conn->fd, -1))
			find_end(keeper);
	}
	return NULL;
}

int
keeper_start(struct keeper *keeper)
{
	sigset_t all, before;

	url_watch(keeper->conn->fd, keeper->promise.silence_ns);
	/* Signals are for the program's own threads. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	keeper->is_started = pthread_create(&keeper->thread, NULL, keeper_run, keeper) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return keeper->is_started ? 0 : -1;
}
