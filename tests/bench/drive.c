/* Runs. A run ends when every connection has done its quota, or has finished what it had begun when the time was over,
 * and has been answered; then the ping goes on for the lingering time. */
#include "tests/bench/drive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EVENTS_MAX = 64, SPARE_FILES = 16, SETUP_DEPTH = 64 };

static void
allow_files(size_t files)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < files) {
		limit.rlim_cur = files < limit.rlim_max ? files : limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int
open_one(struct drive *drive, const struct work *work, uint64_t depth, struct histogram *latency)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = drive->opened };
	struct conn *conn = &drive->conns[drive->opened];
	int failed = conn_open(conn, drive->options, drive->opened, work->one_at_a_time ? 1 : depth);

	drive->opened++;
	conn->work = work;
	conn->latency = latency;
	if (failed || work->prepare(conn) < 0)
		return -1;
	if (epoll_ctl(drive->epoll_fd, EPOLL_CTL_ADD, conn->fd, &event) < 0) {
		fprintf(stderr, "concur-bench: can not watch a connection: %s\n", strerror(errno));
		return -1;
	}
	return 0;
}

int
drive_open(struct drive *drive, const struct options *options, const struct peer *peer, const struct work *work,
    struct drive_result *result)
{
	const struct work *ping = NULL;

	*drive = (struct drive){ .options = options,
		.work = work,
		.count = (size_t)options->connections,
		.pings = options->ping,
		.epoll_fd = -1,
		.result = result };
	if (options->ping && !(ping = work_find(peer, "ping")))
		return -1;
	allow_files(drive->count + SPARE_FILES);
	drive->conns = calloc(drive->count + 1, sizeof *drive->conns);
	drive->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (!drive->conns || drive->epoll_fd < 0) {
		fprintf(stderr, "concur-bench: can not begin: %s\n", strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < drive->count; i++) {
		if (open_one(drive, work, options->depth, &result->latency) < 0)
			return -1;
	}
	return ping ? open_one(drive, ping, 1, &result->ping) : 0;
}

void
drive_close(struct drive *drive)
{
	for (size_t i = 0; i < drive->opened; i++)
		conn_close(&drive->conns[i]);
	free(drive->conns);
	if (drive->epoll_fd >= 0)
		close(drive->epoll_fd);
	*drive = (struct drive){ .epoll_fd = -1 };
}

static void
count_if_done(struct drive *drive, struct conn *conn)
{
	if (!conn->counted && conn_is_done(conn)) {
		conn->counted = true;
		drive->active--;
	}
}

static void
stop_all(struct drive *drive)
{
	for (size_t i = 0; i < drive->count; i++) {
		drive->conns[i].stopping = true;
		count_if_done(drive, &drive->conns[i]);
	}
	drive->stop_ns = UINT64_MAX;
}

/* Waits for room in the socket too while there are bytes that it did not take. */
static int
send_and_watch(struct drive *drive, struct conn *conn, uint64_t now)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = conn->number };
	bool was_full = conn->out_size > 0, is_full;

	if (conn_send(conn, now) < 0)
		return -1;
	is_full = conn->out_size > 0;
	if (is_full == was_full)
		return 0;
	if (is_full)
		event.events |= EPOLLOUT;
	return epoll_ctl(drive->epoll_fd, EPOLL_CTL_MOD, conn->fd, &event);
}

/* Other programs on the machine can delay a ping by any time; they do not touch what the server did meanwhile. */
static void
note_server_time(struct drive *drive)
{
	uint64_t cpu_ns = usage_cpu_ns(drive->options->server_pid);

	histogram_add(&drive->result->ping_cpu, cpu_ns - drive->ping_cpu_ns, 1);
	drive->ping_cpu_ns = cpu_ns;
}

static int
on_ready(struct drive *drive, struct conn *conn, bool wait, uint64_t *ret_now)
{
	uint64_t answered = conn->answered;

	if (conn_receive(conn, wait, ret_now) < 0)
		return -1;
	if (conn->number == drive->count && conn->answered > answered)
		note_server_time(drive);
	/* Before the stop: a connection with nothing in flight is then one that has nothing left to do. */
	if (send_and_watch(drive, conn, *ret_now) < 0)
		return -1;
	if (*ret_now >= drive->stop_ns)
		stop_all(drive);
	if (conn->number < drive->count)
		count_if_done(drive, conn);
	return 0;
}

static int
turn(struct drive *drive, uint64_t *ret_now)
{
	struct epoll_event events[EVENTS_MAX];
	int ready;

	if (drive->opened == 1 && drive->conns[0].out_size == 0)
		return on_ready(drive, &drive->conns[0], true, ret_now);
	ready = epoll_wait(drive->epoll_fd, events, EVENTS_MAX, CONN_PATIENCE_S * 1000);
	if (ready == 0 || (ready < 0 && errno != EINTR)) {
		fprintf(stderr, "concur-bench: %s\n", ready == 0 ? "no answer" : strerror(errno));
		return -1;
	}
	for (int i = 0; i < ready; i++) {
		if (on_ready(drive, &drive->conns[events[i].data.u64], false, ret_now) < 0)
			return -1;
	}
	return 0;
}

static int
begin(struct drive *drive, uint64_t count, uint64_t now)
{
	uint64_t each = count / drive->count, odd = count % drive->count, first = 0;

	drive->active = drive->count;
	drive->ping_cpu_ns = usage_cpu_ns(drive->options->server_pid);
	for (size_t i = 0; i < drive->opened; i++) {
		struct conn *conn = &drive->conns[i];
		uint64_t quota = i >= drive->count || count == 0 ? UINT64_MAX : each + (i < odd);

		conn_begin(conn, conn->work->fill ? quota : 0, first);
		first += count > 0 ? quota : 0;
		if (conn->work->fill && send_and_watch(drive, conn, now) < 0)
			return -1;
		if (i < drive->count)
			count_if_done(drive, conn);
	}
	return 0;
}

/* Goes on with the ping alone, then waits for its last answer. */
static int
linger(struct drive *drive, uint64_t now)
{
	struct conn *ping = &drive->conns[drive->count];
	uint64_t end_ns = now + (uint64_t)(drive->options->linger_seconds * 1e9);

	if (!drive->pings)
		return 0;
	for (; now < end_ns || !conn_is_done(ping); ping->stopping = now >= end_ns) {
		if (turn(drive, &now) < 0)
			return -1;
	}
	return 0;
}

static void
add_up(struct drive *drive)
{
	for (size_t i = 0; i < drive->opened; i++) {
		if (i < drive->count)
			drive->result->operations += drive->conns[i].answered / drive->work->requests;
		drive->result->errors += drive->conns[i].errors;
	}
}

int
drive_run(struct drive *drive, double seconds, uint64_t count)
{
	struct drive_result *result = drive->result;
	uint64_t own_ns = usage_own_cpu_ns(), start_ns, now;
	struct usage server;

	if (usage_of(drive->options->server_pid, &server) < 0)
		return -1;
	result->server_cpu_ns = server.cpu_ns;
	now = start_ns = now_ns();
	drive->stop_ns = count > 0 ? UINT64_MAX : start_ns + (uint64_t)(seconds * 1e9);
	if (begin(drive, count, now) < 0)
		return -1;
	while (drive->active > 0) {
		if (turn(drive, &now) < 0)
			return -1;
	}
	result->elapsed_ns = now - start_ns;
	result->driver_cpu_ns = usage_own_cpu_ns() - own_ns;
	if (usage_of(drive->options->server_pid, &server) < 0)
		return -1;
	result->server_cpu_ns = server.cpu_ns - result->server_cpu_ns;
	if (linger(drive, now) < 0 || usage_of(drive->options->server_pid, &result->after) < 0)
		return -1;
	add_up(drive);
	return 0;
}

/* Puts there what the work looks for. */
static int
set_up(const struct options *options, const struct peer *peer, const struct work *work)
{
	const struct work *before = work_find(peer, work->before);
	struct options simple = *options;
	struct drive_result *ignored;
	struct drive drive = { .epoll_fd = -1 };
	int result = -1;

	simple.connections = 1;
	simple.depth = SETUP_DEPTH;
	simple.ping = false;
	ignored = calloc(1, sizeof *ignored);
	if (ignored && before && drive_open(&drive, &simple, peer, before, ignored) == 0)
		result = drive_run(&drive, 0, work->before_count ? work->before_count : options->keys);
	if (result == 0 && ignored->errors > 0)
		result = -1;
	drive_close(&drive);
	free(ignored);
	return result;
}

int
drive_measure(const struct options *options, struct drive_result *ret)
{
	const struct peer *peer = peer_find(options->peer);
	const struct work *work = peer ? work_find(peer, options->work) : NULL;
	struct usage before;
	struct drive drive = { .epoll_fd = -1 };
	int result = -1;

	if (!work || (work->before && set_up(options, peer, work) < 0) || usage_of(options->server_pid, &before) < 0)
		return -1;
	if (drive_open(&drive, options, peer, work, ret) < 0)
		goto out;
	if (options->count == 0 && options->warmup_seconds > 0 && drive_run(&drive, options->warmup_seconds, 0) < 0)
		goto out;
	*ret = (struct drive_result){ .before = before };
	result = drive_run(&drive, options->seconds, options->count);
out:
	drive_close(&drive);
	return result;
}
