/* The loop's turns.
 *
 * libevent's callbacks run while it dispatches; the first of them that has input begins the turn (loop_turn_begin).
 * What connections have left over from the turn before is taken after them, then the server ends the turn, then its
 * output is sent. A connection that ended stays in the graveyard until then, so that no list and no callback meets
 * freed memory.
 *
 * There is one timer. It is set anew only when a deadline comes earlier than it stands, and taken back when there is
 * none; one that stands too early costs an empty turn, which sets it right. */
#include "config.h"

#include "daemon/io/loop.h"

#include "daemon/io/conn.h"
#include "daemon/io/conn_send.h"
#include "daemon/io/effects.h"
#include "daemon/io/host.h"
#include "daemon/io/listener.h"
#include "daemon/io/notify.h"
#include "lib/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define LOOP_SECOND UINT64_C(1000000000)
#define LOOP_GRACE_MAX (UINT64_C(1) << 32)                   /* seconds; a longer one is for ever */
#define LOOP_TIMER_MAX_NS (UINT64_C(24) * 3600 * 1000000000) /* the timer is never set further ahead */

static const int loop_signals[LOOP_SIGNALS] = { SIGTERM, SIGINT };

static void
loop_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd;
	(void)what;
	loop->armed_ns = UINT64_MAX;
}

static void
loop_on_signal(evutil_socket_t signal, short what, void *arg)
{
	(void)what;
	loop_stop(arg, signal == SIGTERM ? "SIGTERM" : "SIGINT");
}

static void
loop_on_parent(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	loop_stop(arg, "its parent has ended");
}

static struct event_base *
loop_new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;
	/* The loop reads the clock itself, once a turn. */
	int flags = EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV | EVENT_BASE_FLAG_NO_CACHE_TIME;

	if (config && event_config_set_flag(config, flags) == 0)
		base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	if (base && event_base_priority_init(base, LOOP_PRIORITIES) != 0) {
		event_base_free(base);
		base = NULL;
	}
	return base;
}

static int
loop_watch_signals(struct loop *loop, struct complaint *complaint)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN }, usual = { .sa_handler = SIG_DFL };

	/* If whoever started the daemon ignores it, so does the daemon, and its children would go without a word. */
	(void)sigaction(SIGCHLD, &usual, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL);
	for (int i = 0; i < LOOP_SIGNALS; i++) {
		(void)evsignal_assign(&loop->signals[i], loop->base, loop_signals[i], loop_on_signal, loop);
		if (evsignal_add(&loop->signals[i], NULL) != 0)
			return complain(complaint, "can not watch signals: %s", strerror(errno));
	}
	return 0;
}

static void
loop_init_lists(struct loop *loop)
{
	struct link *lists[] = { &loop->conns, &loop->runnable, &loop->flushing, &loop->closing, &loop->due,
		&loop->graveyard, &loop->listeners };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		link_init(lists[i]);
}

struct loop *
loop_new(const struct server_config *config, struct log *log, struct complaint *complaint)
{
	struct loop *loop = calloc(1, sizeof *loop);

	if (!loop)
		goto no_memory;
	loop->log = log;
	loop->limits = loop->stranger_limits = config->limits;
	loop->stranger_limits.frame_max = loop->stranger_limits.frame_hard_max = FRAME_UNPROVEN_MAX;
	loop->has_key = config->key != NULL;
	loop->deadline_ns = loop->armed_ns = loop->stop_ns = loop->kill_ns = UINT64_MAX;
	loop->reserve_fd = loop->parent_fd = loop->deaths.fd = -1;
	loop_init_lists(loop);
	loop->base = loop_new_base();
	loop->buffer = malloc(LOOP_BUFFER);
	loop->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (!loop->base || !loop->buffer || loop->reserve_fd < 0 || deaths_init(&loop->deaths, loop) != 0 ||
	    children_init(&loop->children, loop) != 0)
		goto no_memory;
	(void)evtimer_assign(&loop->timer, loop->base, loop_on_timer, loop);
	if (loop_watch_signals(loop, complaint) != 0)
		goto failed;
	loop->server = server_new(config, &effects_io, loop);
	if (loop->server)
		return loop;
no_memory:
	(void)complain(complaint, "out of memory or of descriptors");
failed:
	loop_free(loop);
	return NULL;
}

static void
loop_bury(struct loop *loop)
{
	while (!link_empty(&loop->graveyard))
		conn_free(LINK_ENTRY(loop->graveyard.next, struct conn, all));
}

static void
loop_drop_conns(struct loop *loop)
{
	loop->stop_ns = UINT64_MAX;
	while (!link_empty(&loop->conns))
		conn_drop(LINK_ENTRY(loop->conns.next, struct conn, all), SERVER_STOPPING);
}

static void
loop_drop_all(struct loop *loop)
{
	if (link_empty(&loop->conns))
		return;
	loop_turn_begin(loop);
	loop_drop_conns(loop);
	server_turn_end(loop->server, &loop->deadline_ns);
	loop->in_turn = false;
	loop_bury(loop);
}

void
loop_free(struct loop *loop)
{
	if (!loop)
		return;
	listener_close_all(loop);
	loop_drop_all(loop);
	server_free(loop->server);
	for (int i = 0; i < LOOP_SIGNALS && event_initialized(&loop->signals[i]); i++)
		(void)event_del(&loop->signals[i]);
	if (event_initialized(&loop->timer))
		(void)event_del(&loop->timer);
	if (loop->parent_fd >= 0) {
		(void)event_del(&loop->parent);
		(void)close(loop->parent_fd);
	}
	children_fini(&loop->children);
	deaths_fini(&loop->deaths);
	if (loop->reserve_fd >= 0)
		(void)close(loop->reserve_fd);
	if (loop->base)
		event_base_free(loop->base);
	free(loop->buffer);
	free(loop);
}

int
loop_watch_parent(struct loop *loop, int pidfd, struct complaint *complaint)
{
	if (fcntl(pidfd, F_SETFD, FD_CLOEXEC) != 0)
		return complain(complaint, "--parent-fd %d: %s", pidfd, strerror(errno));
	(void)event_assign(&loop->parent, loop->base, pidfd, EV_READ, loop_on_parent, loop);
	if (event_add(&loop->parent, NULL) != 0)
		return complain(complaint, "--parent-fd %d: can not be watched; give a pidfd", pidfd);
	loop->parent_fd = pidfd;
	return 0;
}

void
loop_turn_begin(struct loop *loop)
{
	struct server_input input = { .kind = SERVER_TURN };

	if (loop->in_turn)
		return;
	loop->in_turn = true;
	loop->now_ns = input.now_ns = host_now_ns();
	loop_input(loop, &input);
	children_tell(&loop->children);
	/* So many are ready that the kernel may not have told of a death which came before what they sent. To ask is a
	 * system call, so it is asked only where the order could be noticed. */
	if (server_has_stakes(loop->server) &&
	    event_base_get_num_events(loop->base, EVENT_BASE_COUNT_ACTIVE) >= LOOP_CROWD)
		deaths_take(&loop->deaths);
}

/* Sends what is left to say, for a bounded time, and takes no more connections. */
static void
loop_begin_stop(struct loop *loop)
{
	const struct server_input input = { .kind = SERVER_STOP };

	loop->state = LOOP_STOPPING;
	loop->stop_ns = loop->now_ns + LOOP_STOP_NS;
	if (loop->limits.stop_seconds < LOOP_GRACE_MAX)
		loop->kill_ns = loop->now_ns + LOOP_REAP_NS + loop->limits.stop_seconds * LOOP_SECOND;
	notify_stopping();
	listener_close_all(loop);
	loop_input(loop, &input);
}

/* Ends connections that are due, and those that had their time to send the rest. */
static void
loop_end_due(struct loop *loop)
{
	struct link *node;

	while ((node = link_pop(&loop->due))) {
		struct conn *conn = LINK_ENTRY(node, struct conn, end);

		if (conn->state == CONN_OPEN)
			conn_finish(conn, SERVER_LOST);
		else
			conn_drop(conn, (enum server_reason)conn->reason);
	}
	while (!link_empty(&loop->closing)) {
		struct conn *conn = LINK_ENTRY(loop->closing.next, struct conn, end);

		if (conn->linger_ns > loop->now_ns)
			break;
		conn_drop(conn, (enum server_reason)conn->reason);
	}
}

/* The input that no event announces. `mark` stands behind the connections that were runnable when the turn began. */
static void
loop_work(struct loop *loop, struct link *mark)
{
	while (loop->runnable.next != mark)
		conn_run(LINK_ENTRY(loop->runnable.next, struct conn, run));
	link_remove(mark);
	loop_end_due(loop);
	if (loop->is_full && loop->now_ns >= loop->retry_ns)
		listener_resume(loop);
	if (loop->state == LOOP_ASKED)
		loop_begin_stop(loop);
	if (loop->now_ns >= loop->stop_ns)
		loop_drop_conns(loop);
}

/* When the next turn is needed at the latest. */
static uint64_t
loop_deadline(const struct loop *loop)
{
	uint64_t deadline_ns = loop->deadline_ns < loop->stop_ns ? loop->deadline_ns : loop->stop_ns;

	if (loop->kill_ns < deadline_ns)
		deadline_ns = loop->kill_ns;
	if (loop->is_full && loop->retry_ns < deadline_ns)
		deadline_ns = loop->retry_ns;
	if (!link_empty(&loop->closing)) {
		const struct conn *first = LINK_ENTRY(loop->closing.next, struct conn, end);

		if (first->linger_ns < deadline_ns)
			deadline_ns = first->linger_ns;
	}
	return deadline_ns;
}

/* Sets the timer if it stands too late. While none is set, libevent need not look at the clock. */
static void
loop_arm(struct loop *loop)
{
	uint64_t deadline_ns = loop_deadline(loop);
	uint64_t left_us;
	struct timeval left;

	loop->is_hurried = deadline_ns <= loop->now_ns;
	if (deadline_ns == UINT64_MAX && loop->armed_ns != UINT64_MAX && evtimer_del(&loop->timer) == 0)
		loop->armed_ns = UINT64_MAX;
	if (loop->is_hurried || deadline_ns >= loop->armed_ns)
		return;
	left_us = deadline_ns - loop->now_ns;
	left_us = (left_us > LOOP_TIMER_MAX_NS ? LOOP_TIMER_MAX_NS : left_us + 999) / 1000;
	left.tv_sec = (time_t)(left_us / 1000000);
	left.tv_usec = (suseconds_t)(left_us % 1000000);
	if (evtimer_add(&loop->timer, &left) == 0)
		loop->armed_ns = deadline_ns;
	else
		loop->is_hurried = true;
}

/* Nothing is left to be waited for; what is left of children is killed with the loop. */
static bool
loop_is_over(const struct loop *loop)
{
	return loop->conn_count == 0 && (loop->children.by_number.count == 0 || loop->now_ns >= loop->kill_ns);
}

void
loop_turn(struct loop *loop)
{
	bool has_work = loop->is_hurried || !link_empty(&loop->runnable) || !link_empty(&loop->due) ||
	    loop->state == LOOP_ASKED || children_have_news(&loop->children);
	struct link mark;

	link_append(&loop->runnable, &mark);
	(void)event_base_loop(loop->base, has_work ? EVLOOP_ONCE | EVLOOP_NONBLOCK : EVLOOP_ONCE);
	loop_turn_begin(loop);
	loop_work(loop, &mark);
	server_turn_end(loop->server, &loop->deadline_ns);
	loop->in_turn = false;
	while (!link_empty(&loop->flushing))
		conn_send_flush(LINK_ENTRY(loop->flushing.next, struct conn, flush));
	loop_bury(loop);
	loop_arm(loop);
	if (loop->state == LOOP_STOPPING && loop_is_over(loop))
		loop->state = LOOP_STOPPED;
}

void
loop_run(struct loop *loop)
{
	while (loop->state != LOOP_STOPPED)
		loop_turn(loop);
}

void
loop_stop(struct loop *loop, const char *why)
{
	if (loop->state == LOOP_SERVING) {
		log_write(loop->log, LOG_INFO, "stopping: %s", why);
		loop->state = LOOP_ASKED;
	} else if (loop->state == LOOP_STOPPING) {
		log_write(loop->log, LOG_INFO, "stopping at once: %s", why);
		loop->state = LOOP_STOPPED;
	}
}
