/* A connection's way in: leader and followers.
 *
 * Whoever waits and finds no leader leads: it reads until its own call is answered, its time is over or a signal comes,
 * and then wakes one follower, who leads in turn. The rule that keeps anyone from sleeping for ever: whoever leaves
 * conn_wait, for whatever reason, and there is no leader, wakes the first follower.
 *
 * A leader that may wait for ever sits in recv() itself, so that a call alone costs one send and one recv. The socket
 * has a receive time-out, without which Linux restarts a recv() that a signal interrupts. */
#include "config.h"

#include "callback.h"
#include "clock.h"
#include "conn.h"
#include "keeper.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One thread in conn_wait that does not lead. Lives on its stack; under the connection's lock but for `woken`. */
struct waiter {
	struct link follower; /* in conn->followers */
	struct call *call;
	struct waiter *next;    /* of the same call */
	_Atomic uint32_t woken; /* the futex */
};

static struct timespec
as_timespec(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / CONCUR_SECOND, .tv_nsec = ns % CONCUR_SECOND };
}

/* -- waking ------------------------------------------------------------------------------------------------------- */

static void
wake(struct waiter *waiter)
{
	atomic_store_explicit(&waiter->woken, 1, memory_order_release);
	syscall(SYS_futex, &waiter->woken, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void
wake_first_follower(struct conn *conn)
{
	struct waiter *first;

	if (link_empty(&conn->followers))
		return;
	first = LINK_ENTRY(conn->followers.next, struct waiter, follower);
	if (!atomic_load_explicit(&first->woken, memory_order_relaxed))
		wake(first);
}

static void
wake_waiters(struct call *call)
{
	for (struct waiter *waiter = call->waiters; waiter; waiter = waiter->next)
		wake(waiter);
}

void
conn_stop_leading(struct conn *conn)
{
	conn->led = false;
	if (conn->stuck_senders)
		pthread_cond_broadcast(&conn->progress);
	wake_first_follower(conn);
}

/* -- answering ---------------------------------------------------------------------------------------------------- */

static void
take_out(struct conn *conn, struct call *call)
{
	table_remove(&conn->calls, &call->node);
	call->in_flight = false;
}

void
conn_close(struct conn *conn, enum concur_status status)
{
	struct table_node *node;
	struct call *call;

	conn->closed = true;
	while ((node = table_any(&conn->calls))) {
		call = LINK_ENTRY(node, struct call, node);
		take_out(conn, call);
		call_fail(call, status);
		callback_note(conn, call);
		wake_waiters(call);
	}
	pthread_cond_broadcast(&conn->progress);
}

void
conn_end(struct conn *conn, enum concur_status status)
{
	pthread_mutex_lock(&conn->lock);
	conn_close(conn, status);
	shutdown(conn->fd, SHUT_RDWR); /* wakes a leader that sits in recv() */
	pthread_mutex_unlock(&conn->lock);
	keeper_end(conn->keeper);
}

static bool
is_silence(int error)
{
	return error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH;
}

void
conn_fail(struct conn *conn, int error)
{
	if (!conn->keeper || conn->daemon_stops) {
		conn_close(conn, CONCUR_CLOSED);
		return;
	}
	if (conn->closed || conn_is_cut(conn))
		return;
	conn->was_silent = is_silence(error);
	atomic_store_explicit(&conn->is_cut, true, memory_order_relaxed);
	shutdown(conn->fd, SHUT_RDWR); /* whoever still waits for it sees its end */
	pthread_cond_broadcast(&conn->progress);
	keeper_wake(conn->keeper);
}

void
conn_await_progress(struct conn *conn)
{
	conn->stuck_senders++;
	pthread_cond_wait(&conn->progress, &conn->lock);
	conn->stuck_senders--;
}

/* Under the lock: what has arrived, or what is withheld, is another than before. */
static void
count_read(struct conn *conn)
{
	uint32_t read = conn->replies;

	if (!link_empty(&conn->withheld))
		read = LINK_ENTRY(conn->withheld.next, const struct call, withheld)->reply - 1;
	atomic_store_explicit(&conn->replies_read, read, memory_order_relaxed);
}

static void
answer(struct conn *conn, const struct reader_frame *frame)
{
	struct table_node *node = table_find(&conn->calls, frame->head.call);
	struct call *call;

	conn->replies++;
	if (frame->head.call > atomic_load_explicit(&conn->seen, memory_order_relaxed))
		atomic_store_explicit(&conn->seen, frame->head.call, memory_order_relaxed);
	conn->daemon_stops |= frame->head.status == CONCUR_STOPPING;
	if (node) {
		call = LINK_ENTRY(node, struct call, node);
		take_out(conn, call);
		call->reply = conn->replies;
		call_answer(call, frame);
		if (call_is_withheld(call))
			link_append(&conn->withheld, &call->withheld);
		callback_note(conn, call);
		wake_waiters(call);
	} else { /* forgotten meanwhile */
		free(frame->owned);
	}
	count_read(conn);
}

enum concur_status
conn_answer_all(struct conn *conn)
{
	struct reader_frame frame;
	enum concur_status status;

	while ((status = reader_next(&conn->reader, &frame)) == CONCUR_OK) {
		answer(conn, &frame);
		if (conn->reads_one)
			return CONCUR_OK;
	}
	return status == CONCUR_PENDING ? CONCUR_OK : status;
}

enum concur_status
conn_read(struct conn *conn, int flags)
{
	enum concur_status status = CONCUR_CLOSED;
	uint8_t *room;
	size_t size;
	ssize_t n;
	int error;

	room = reader_room(&conn->reader, &size);
	n = recv(conn->fd, room, size, flags);
	if (n < 0 && errno == EINTR)
		return CONCUR_INTERRUPTED;
	if (n < 0 && errno == EAGAIN)
		return CONCUR_PENDING;
	error = n < 0 ? errno : 0;
	pthread_mutex_lock(&conn->lock);
	if (n > 0) {
		reader_received(&conn->reader, (size_t)n);
		status = conn_answer_all(conn);
	}
	if (status == CONCUR_CLOSED)
		conn_fail(conn, error);
	else if (status != CONCUR_OK)
		conn_close(conn, status);
	conn->reads++;
	if (conn->stuck_senders)
		pthread_cond_broadcast(&conn->progress);
	pthread_mutex_unlock(&conn->lock);
	return status;
}

/* -- waiting ------------------------------------------------------------------------------------------------------ */

/* Reads when there is something, or until the time is over. deadline_ns < 0: never. */
static enum concur_status
read_until(struct conn *conn, int64_t deadline_ns)
{
	struct pollfd poll = { .fd = conn->fd, .events = POLLIN };
	struct timespec left;
	int64_t left_ns;
	int n;

	if (deadline_ns < 0)
		return conn_read(conn, 0);
	left_ns = deadline_ns - clock_now_ns();
	if (left_ns <= 0)
		return conn_read(conn, MSG_DONTWAIT);
	left = as_timespec(left_ns);
	n = ppoll(&poll, 1, &left, NULL);
	if (n < 0)
		return errno == EINTR ? CONCUR_INTERRUPTED : CONCUR_SYSTEM;
	return conn_read(conn, MSG_DONTWAIT);
}

static bool
is_over(int64_t deadline_ns)
{
	return deadline_ns == 0 || (deadline_ns > 0 && clock_now_ns() >= deadline_ns);
}

/* Under the lock, which it gives up meanwhile. Afterwards the caller leads no longer. OK if the call is answered, or
 * the connection is cut. */
static enum concur_status
lead(struct conn *conn, struct call *call, int64_t deadline_ns)
{
	enum concur_status status;

	conn->led = true;
	pthread_mutex_unlock(&conn->lock);
	do {
		status = read_until(conn, deadline_ns);
		if (status == CONCUR_PENDING && !is_over(deadline_ns))
			status = CONCUR_OK;
	} while (status == CONCUR_OK && !call_is_done(call) && !callback_is_due(conn));
	pthread_mutex_lock(&conn->lock);
	conn->led = false;
	if (conn->stuck_senders)
		pthread_cond_broadcast(&conn->progress);
	return status == CONCUR_CLOSED && conn_is_cut(conn) ? CONCUR_OK : status;
}

/* Always with a time-out: without one Linux restarts the wait after a signal's handler. */
static enum concur_status
sleep_until(struct waiter *waiter, int64_t deadline_ns)
{
	int64_t left_ns = deadline_ns < 0 ? 3600 * CONCUR_SECOND : deadline_ns - clock_now_ns();
	struct timespec left = as_timespec(left_ns > 0 ? left_ns : 0);

	if (syscall(SYS_futex, &waiter->woken, FUTEX_WAIT_PRIVATE, 0, &left, NULL, 0) == 0)
		return CONCUR_OK;
	return errno == EINTR ? CONCUR_INTERRUPTED : CONCUR_OK;
}

static void
leave_call(struct waiter *waiter)
{
	struct waiter **at = &waiter->call->waiters;

	while (*at != waiter)
		at = &(*at)->next;
	*at = waiter->next;
}

/* Under the lock, which it gives up meanwhile. Back when woken, over time or interrupted. */
static enum concur_status
follow(struct conn *conn, struct call *call, int64_t deadline_ns)
{
	struct waiter waiter = { .call = call, .next = call->waiters };
	enum concur_status status = CONCUR_OK;

	link_append(&conn->followers, &waiter.follower);
	call->waiters = &waiter;
	pthread_mutex_unlock(&conn->lock);
	while (status == CONCUR_OK && !atomic_load_explicit(&waiter.woken, memory_order_acquire)) {
		status = sleep_until(&waiter, deadline_ns);
		if (status == CONCUR_OK && is_over(deadline_ns))
			status = CONCUR_PENDING;
	}
	pthread_mutex_lock(&conn->lock);
	link_remove(&waiter.follower);
	leave_call(&waiter);
	return status;
}

static void
flush_held_back(struct conn *conn)
{
	if (!atomic_load_explicit(&conn->held_back, memory_order_relaxed))
		return;
	pthread_mutex_lock(&conn->send_lock);
	conn_flush(conn);
	pthread_mutex_unlock(&conn->send_lock);
}

/* Under the lock, which it gives up meanwhile. Another thread may lead. */
static void
call_back(struct conn *conn)
{
	if (!conn->led)
		wake_first_follower(conn);
	pthread_mutex_unlock(&conn->lock);
	callback_run(conn);
	pthread_mutex_lock(&conn->lock);
}

enum concur_status
conn_wait(struct conn *conn, struct call *call, int64_t timeout_ns)
{
	int64_t deadline_ns = timeout_ns > 0 ? clock_now_ns() + timeout_ns : timeout_ns;
	enum concur_status status = CONCUR_OK;

	if (deadline_ns < -1) /* so long that it wrapped round */
		deadline_ns = -1;
	flush_held_back(conn);
	pthread_mutex_lock(&conn->lock);
	while (!call_is_done(call) && status == CONCUR_OK) {
		if (callback_is_due(conn))
			call_back(conn);
		else if (!conn->led && !conn_is_cut(conn))
			status = lead(conn, call, deadline_ns);
		else if (deadline_ns == 0)
			status = CONCUR_PENDING;
		else
			status = follow(conn, call, deadline_ns);
	}
	if (!conn->led)
		wake_first_follower(conn);
	pthread_mutex_unlock(&conn->lock);
	return call_is_done(call) ? CONCUR_OK : status;
}

void
conn_forget(struct conn *conn, struct call *call)
{
	pthread_mutex_lock(&conn->lock);
	if (call->in_flight)
		take_out(conn, call);
	if (call_is_withheld(call)) {
		link_remove(&call->withheld);
		count_read(conn);
	}
	callback_drop(call);
	pthread_mutex_unlock(&conn->lock);
}
