/* A connection against a scripted peer at the other end of a socket pair: who reads, who waits, who is woken. */
#include "config.h"

#include "conn_pair.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	THREADS = 4,
	CALLS = 500, /* of each thread */
};

/* A peer that answers each call before it reads the next, as long as there are any. */
static void *
peer_echo(void *arg)
{
	int peer = *(int *)arg;
	struct frame_request frame;

	while (peer_read(peer, &frame) && peer_answer(peer, frame.call, 900))
		;
	return NULL;
}

/* A peer that gathers calls and answers them last first. */
static void *
peer_reverse(void *arg)
{
	int peer = *(int *)arg;
	struct frame_request frame;
	uint64_t calls[THREADS];
	size_t n = 0;

	while (peer_read(peer, &frame)) {
		calls[n++] = frame.call;
		while (n > 0 && (n == THREADS || !peer_has_bytes(peer)))
			peer_answer(peer, calls[--n], 8);
	}
	return NULL;
}

/* A peer that checks that ids rise. */
static void *
peer_check_ids(void *arg)
{
	int peer = *(int *)arg;
	struct frame_request frame;
	uint64_t last = 0;
	size_t count = 0;

	for (; peer_read(peer, &frame); last = frame.call, count++)
		ck_assert_uint_gt(frame.call, last);
	ck_assert_uint_eq(count, THREADS * CALLS);
	return NULL;
}

/* -- one thread --------------------------------------------------------------------------------------------------- */

START_TEST(wait_answered_out_of_order_each_has_its_own)
{
	struct call calls[10];
	struct frame_request frame;
	struct pair pair;

	pair_open(&pair);
	for (size_t i = 0; i < 10; i++) {
		begin(&pair, &calls[i]);
		ck_assert(peer_read(pair.peer, &frame));
		ck_assert_uint_eq(frame.call, calls[i].node.key);
		ck_assert_uint_eq(frame.method, METHOD);
		ck_assert_uint_eq(frame.context, 7);
		ck_assert_uint_eq(frame.replies_read, 0);
	}
	for (size_t i = 10; i-- > 0;)
		peer_answer(pair.peer, calls[i].node.key, i * 1500 + 8);
	for (size_t i = 0; i < 10; i++) {
		ck_assert_int_eq(conn_wait(pair.conn, &calls[i], CONCUR_FOREVER), CONCUR_OK);
		check_answer(&calls[i]);
	}
	begin(&pair, &calls[0]);
	ck_assert(peer_read(pair.peer, &frame));
	ck_assert_uint_eq(frame.replies_read, 10);
	conn_forget(pair.conn, &calls[0]);
	pair_close(&pair);
}
END_TEST

START_TEST(wait_not_answered_is_pending_and_can_be_repeated)
{
	struct pair pair;
	struct call call;

	pair_open(&pair);
	begin(&pair, &call);
	ck_assert_int_eq(conn_wait(pair.conn, &call, 0), CONCUR_PENDING);
	ck_assert_int_eq(conn_wait(pair.conn, &call, 1000000), CONCUR_PENDING);
	peer_answer(pair.peer, call.node.key, 8);
	ck_assert_int_eq(conn_wait(pair.conn, &call, 0), CONCUR_OK);
	check_answer(&call);
	pair_close(&pair);
}
END_TEST

START_TEST(forget_in_flight_drops_the_answer)
{
	struct pair pair;
	struct call first, second;

	pair_open(&pair);
	begin(&pair, &first);
	begin(&pair, &second);
	conn_forget(pair.conn, &first);
	peer_answer(pair.peer, first.node.key, 8);
	peer_answer(pair.peer, second.node.key, 8);
	ck_assert_int_eq(conn_wait(pair.conn, &second, CONCUR_FOREVER), CONCUR_OK);
	ck_assert(!call_is_done(&first));
	check_answer(&second);
	pair_close(&pair);
}
END_TEST

START_TEST(send_above_the_limit_refuses_that_call_only)
{
	struct frame_request frame;
	struct pair pair;
	struct call call;

	pair_open(&pair);
	pair.conn->limits.frame_max = 100;
	ck_assert_int_eq(send_flags(&pair, &call, 100 - FRAME_REQUEST + FRAME_LENGTH + 1, 0), CONCUR_TOO_LARGE);
	ck_assert(!peer_has_bytes(pair.peer));
	ck_assert_int_eq(send_flags(&pair, &call, 100 - FRAME_REQUEST + FRAME_LENGTH, 0), CONCUR_OK);
	ck_assert(peer_read(pair.peer, &frame));
	ck_assert_uint_eq(frame.length, 100);
	conn_forget(pair.conn, &call);
	pair_close(&pair);
}
END_TEST

START_TEST(cork_holds_back_until_uncork_or_wait)
{
	struct frame_request frame;
	struct pair pair;
	struct call call;

	pair_open(&pair);
	conn_cork(pair.conn);
	begin(&pair, &call);
	ck_assert(!peer_has_bytes(pair.peer));
	ck_assert_int_eq(conn_wait(pair.conn, &call, 0), CONCUR_PENDING);
	ck_assert(peer_read(pair.peer, &frame));
	conn_forget(pair.conn, &call);
	begin(&pair, &call);
	ck_assert(!peer_has_bytes(pair.peer));
	conn_uncork(pair.conn);
	ck_assert(peer_read(pair.peer, &frame));
	conn_forget(pair.conn, &call);
	pair_close(&pair);
}
END_TEST

START_TEST(wait_broken_frame_fails_every_call)
{
	static const uint8_t zeros[FRAME_REPLY];
	struct pair pair;
	struct call first, second;

	pair_open(&pair);
	begin(&pair, &first);
	begin(&pair, &second);
	ck_assert_int_eq(send(pair.peer, zeros, sizeof zeros, 0), sizeof zeros);
	ck_assert_int_eq(conn_wait(pair.conn, &second, CONCUR_FOREVER), CONCUR_OK);
	ck_assert_int_eq(first.status, CONCUR_BAD_REPLY);
	ck_assert_int_eq(second.status, CONCUR_BAD_REPLY);
	ck_assert_int_eq(send_flags(&pair, &first, 0, 0), CONCUR_CLOSED);
	pair_close(&pair);
}
END_TEST

START_TEST(send_both_buffers_full_reads_and_goes_on)
{
	enum { MANY = 20000 };
	struct call *calls = calloc(MANY, sizeof *calls);
	struct pair pair;
	pthread_t peer;

	/* 18 MB of answers that nobody waits for: the peer soon neither reads nor writes. */
	pair_open(&pair);
	pthread_create(&peer, NULL, peer_echo, &pair.peer);
	for (size_t i = 0; i < MANY; i++)
		ck_assert_int_eq(send_flags(&pair, &calls[i], 1000, 0), CONCUR_OK);
	for (size_t i = MANY; i-- > 0;) {
		ck_assert_int_eq(conn_wait(pair.conn, &calls[i], CONCUR_FOREVER), CONCUR_OK);
		check_answer(&calls[i]);
	}
	conn_end(pair.conn, CONCUR_CLOSED);
	pthread_join(peer, NULL);
	pair_close(&pair);
	free(calls);
}
END_TEST

/* -- many threads ------------------------------------------------------------------------------------------------- */

static void *
call_and_wait(void *arg)
{
	struct pair *pair = arg;
	struct call call;

	for (int i = 0; i < CALLS; i++) {
		begin(pair, &call);
		ck_assert_int_eq(conn_wait(pair->conn, &call, i % 3 ? CONCUR_FOREVER : 60 * CONCUR_SECOND), CONCUR_OK);
		check_answer(&call);
	}
	return NULL;
}

static void *
send_one_way(void *arg)
{
	struct call call;

	for (int i = 0; i < CALLS; i++)
		ck_assert_int_eq(send_flags(arg, &call, 3, FRAME_ONE_WAY), CONCUR_OK);
	return NULL;
}

static void
run_threads(void *(*peer_run)(void *), void *(*run)(void *))
{
	pthread_t peer, threads[THREADS];
	struct pair pair;

	pair_open(&pair);
	pthread_create(&peer, NULL, peer_run, &pair.peer);
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, run, &pair);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	conn_end(pair.conn, CONCUR_CLOSED);
	pthread_join(peer, NULL);
	pair_close(&pair);
}

START_TEST(wait_in_many_threads_each_has_its_own)
{
	run_threads(peer_echo, call_and_wait);
	run_threads(peer_reverse, call_and_wait);
}
END_TEST

START_TEST(send_from_many_threads_ids_rise_on_the_wire)
{
	run_threads(peer_check_ids, send_one_way);
}
END_TEST

/* A thread that waits for one call, again after each signal. */
struct waiting {
	struct pair *pair;
	struct call call;
	int64_t timeout_ns;
	pthread_t thread;
	_Atomic unsigned interrupted;
	_Atomic bool ended;
};

static void *
wait_for_call(void *arg)
{
	struct waiting *waiting = arg;
	enum concur_status status;

	while ((status = conn_wait(waiting->pair->conn, &waiting->call, waiting->timeout_ns)) == CONCUR_INTERRUPTED)
		waiting->interrupted++;
	ck_assert_int_eq(status, CONCUR_OK);
	waiting->ended = true;
	return NULL;
}

static void
waiting_start(struct waiting *waiting, struct pair *pair, int64_t timeout_ns)
{
	*waiting = (struct waiting){ .pair = pair, .timeout_ns = timeout_ns };
	begin(pair, &waiting->call);
	pthread_create(&waiting->thread, NULL, wait_for_call, waiting);
}

static void
wait_until_led(struct conn *conn)
{
	bool led;

	do {
		sched_yield();
		pthread_mutex_lock(&conn->lock);
		led = conn->led;
		pthread_mutex_unlock(&conn->lock);
	} while (!led);
}

static void
wait_until_followed(struct conn *conn)
{
	bool followed;

	do {
		sched_yield();
		pthread_mutex_lock(&conn->lock);
		followed = !link_empty(&conn->followers);
		pthread_mutex_unlock(&conn->lock);
	} while (!followed);
}

static void
ignore(int number)
{
	(void)number;
}

static void
interrupt(struct waiting *waiting)
{
	unsigned before = waiting->interrupted;

	/* A signal that comes before the thread sleeps is lost; so there are more. */
	while (waiting->interrupted == before) {
		pthread_kill(waiting->thread, SIGUSR1);
		sched_yield();
	}
}

static void
check_interrupts(int64_t timeout_ns)
{
	struct sigaction action = { .sa_handler = ignore, .sa_flags = SA_RESTART };
	struct waiting leader, follower;
	struct pair pair;

	sigaction(SIGUSR1, &action, NULL);
	pair_open(&pair);
	waiting_start(&leader, &pair, timeout_ns);
	wait_until_led(pair.conn);
	waiting_start(&follower, &pair, timeout_ns);
	wait_until_followed(pair.conn);
	for (int i = 0; i < 20; i++) {
		interrupt(&leader);
		interrupt(&follower);
	}
	peer_answer(pair.peer, follower.call.node.key, 8);
	peer_answer(pair.peer, leader.call.node.key, 8);
	pthread_join(leader.thread, NULL);
	pthread_join(follower.thread, NULL);
	check_answer(&leader.call);
	check_answer(&follower.call);
	pair_close(&pair);
}

START_TEST(wait_interrupted_by_a_signal_can_be_repeated)
{
	check_interrupts(CONCUR_FOREVER);
	check_interrupts(3600 * CONCUR_SECOND);
}
END_TEST

START_TEST(wait_leader_leaves_a_follower_leads)
{
	struct waiting leader, follower;
	struct pair pair;

	pair_open(&pair);
	waiting_start(&leader, &pair, CONCUR_FOREVER);
	wait_until_led(pair.conn);
	waiting_start(&follower, &pair, CONCUR_FOREVER);
	wait_until_followed(pair.conn);
	peer_answer(pair.peer, leader.call.node.key, 8);
	pthread_join(leader.thread, NULL);
	ck_assert(!follower.ended);
	peer_answer(pair.peer, follower.call.node.key, 8);
	pthread_join(follower.thread, NULL);
	check_answer(&leader.call);
	check_answer(&follower.call);
	pair_close(&pair);
}
END_TEST

START_TEST(wait_follower_answered_first_ends_first)
{
	struct waiting leader, follower;
	struct pair pair;

	pair_open(&pair);
	waiting_start(&leader, &pair, CONCUR_FOREVER);
	wait_until_led(pair.conn);
	waiting_start(&follower, &pair, CONCUR_FOREVER);
	wait_until_followed(pair.conn);
	peer_answer(pair.peer, follower.call.node.key, 8);
	pthread_join(follower.thread, NULL);
	ck_assert(!leader.ended);
	peer_answer(pair.peer, leader.call.node.key, 8);
	pthread_join(leader.thread, NULL);
	check_answer(&leader.call);
	check_answer(&follower.call);
	pair_close(&pair);
}
END_TEST

static void
check_end(bool by_peer)
{
	struct waiting leader, follower;
	struct pair pair;
	struct call idle;

	pair_open(&pair);
	begin(&pair, &idle);
	waiting_start(&leader, &pair, CONCUR_FOREVER);
	wait_until_led(pair.conn);
	waiting_start(&follower, &pair, CONCUR_FOREVER);
	wait_until_followed(pair.conn);
	if (by_peer)
		shutdown(pair.peer, SHUT_RDWR);
	else
		conn_end(pair.conn, CONCUR_CLOSED);
	pthread_join(leader.thread, NULL);
	pthread_join(follower.thread, NULL);
	ck_assert_int_eq(leader.call.status, CONCUR_CLOSED);
	ck_assert_int_eq(follower.call.status, CONCUR_CLOSED);
	ck_assert_int_eq(idle.status, CONCUR_CLOSED);
	ck_assert_int_eq(send_flags(&pair, &idle, 0, 0), CONCUR_CLOSED);
	pair_close(&pair);
}

START_TEST(wait_connection_ends_everyone_gets_closed)
{
	check_end(true);
	check_end(false);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		wait_answered_out_of_order_each_has_its_own,
		wait_not_answered_is_pending_and_can_be_repeated,
		forget_in_flight_drops_the_answer,
		send_above_the_limit_refuses_that_call_only,
		cork_holds_back_until_uncork_or_wait,
		wait_broken_frame_fails_every_call,
		send_both_buffers_full_reads_and_goes_on,
		wait_in_many_threads_each_has_its_own,
		send_from_many_threads_ids_rise_on_the_wire,
		wait_interrupted_by_a_signal_can_be_repeated,
		wait_leader_leaves_a_follower_leads,
		wait_follower_answered_first_ends_first,
		wait_connection_ends_everyone_gets_closed,
		NULL,
	};

	return unit_run("client_conn", tests);
}
