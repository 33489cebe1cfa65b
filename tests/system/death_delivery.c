/* Items that were sent to a getter which dies, from a queue or a pipe: not read, they come back; read, they do not. */
#include "config.h"

#include "tests/system/death.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 20 };

/* -- what the children do ----------------------------------------------------------------------------------------- */

/* Gets an item, while a child of its own has its socket too. */
static void
get_one_with_an_heir(concur_session *session, int channel)
{
	char byte;

	if (fork() == 0) {
		/* Until the test closes the channel. */
		(void)!read(channel, &byte, 1);
		_exit(0);
	}
	death_get_one(session, channel);
}

/* Waits for many items at once, and reads none before it is told. */
static void
get_many(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);
	concur_future *futures[MANY];

	concur_cork(session);
	for (int i = 0; i < MANY; i++)
		futures[i] = concur_queue_get_begin(queue, CONCUR_FOREVER);
	concur_uncork(session);
	(void)child_hear(channel);
	for (int i = 0; i < MANY; i++)
		must_ok(await_future(futures[i]));
	concur_free(queue);
}

/* Gets, says what, and stays, with a lock whose passing on shows that its death was seen. */
static void
get_and_stay(concur_session *session, int channel)
{
	concur_queue *queue = death_queue(session, 0);
	concur_lock *lock = death_lock(session, true);
	struct concur_value value;

	must_ok(concur_lock_acquire(lock, 0, NULL));
	must_ok(concur_queue_get(queue, CONCUR_FOREVER, &value));
	child_say(channel, (uint64_t)value.integer);
	(void)child_hear(channel);
}

static concur_pipe *
open_end(concur_session *session)
{
	concur_pipe *pipe;

	must_ok(concur_pipe_open(session, "pipe.0", NULL, &pipe));
	return pipe;
}

/* Waits for a value from the pipe, says what, and stays. */
static void
receive_and_stay(concur_session *session, int channel)
{
	concur_pipe *pipe = open_end(session);
	concur_lock *lock = death_lock(session, true);
	struct concur_value value;

	must_ok(concur_lock_acquire(lock, CONCUR_FOREVER, NULL));
	must_ok(concur_pipe_recv(pipe, CONCUR_FOREVER, &value));
	child_say(channel, (uint64_t)value.integer);
	(void)child_hear(channel);
}

/* -- checks ------------------------------------------------------------------------------------------------------- */

static struct child
start_getter(child_main *run, concur_queue *queue, uint64_t waiters)
{
	struct child child = child_start(run);

	await_waiters(CONCUR_OBJECT(queue), waiters);
	return child;
}

static void
must_get(concur_queue *queue, int64_t item)
{
	struct concur_value value;

	must_ok(concur_queue_get(queue, CONCUR_FOREVER, &value));
	ck_assert_int_eq(value.integer, item);
	concur_value_free(&value);
}

static struct concur_queue_state
state_of(concur_queue *queue)
{
	struct concur_queue_state state;

	must_ok(concur_queue_state(queue, &state));
	return state;
}

/* -- not read ----------------------------------------------------------------------------------------------------- */

START_TEST(getter_killed_before_it_reads_gives_the_item_back)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child getter = start_getter(death_get_one, queue, 1);

	child_stop(&getter);
	must_ok(concur_queue_put(queue, CV(1), 0));
	must_ok(concur_queue_put(queue, CV(2), 0));
	ck_assert_uint_eq(state_of(queue).in_doubt, 1);
	ck_assert_uint_eq(state_of(queue).size, 1);
	child_kill(&getter);
	/* The second must not be got before the first is back. */
	while (state_of(queue).in_doubt > 0)
		;
	must_get(queue, 1);
	must_get(queue, 2);
	concur_free(queue);
}
END_TEST

START_TEST(getter_killed_before_it_reads_passes_the_item_to_the_one_behind)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child first = start_getter(death_get_one, queue, 1), second = start_getter(death_get_one, queue, 2);

	child_stop(&first);
	must_ok(concur_queue_put(queue, CV(1), 0));
	child_kill(&first);
	ck_assert_uint_eq(child_hear(second.channel), 1);
	child_join(&second);
	concur_free(queue);
}
END_TEST

/* The kernel sees the socket open: the daemon watches the process. */
START_TEST(getter_killed_whose_child_has_its_socket_gives_the_item_back)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child getter = start_getter(get_one_with_an_heir, queue, 1);

	child_stop(&getter);
	must_ok(concur_queue_put(queue, CV(1), 0));
	child_signal(&getter, SIGKILL);
	must_get(queue, 1);
	child_end(&getter, SIGKILL);
	concur_free(queue);
}
END_TEST

START_TEST(getter_killed_with_many_calls_gives_all_back_in_order)
{
	concur_queue *queue = death_queue(death_start(NULL, 0), 0);
	struct child getter = start_getter(get_many, queue, MANY);

	child_stop(&getter);
	for (int i = 0; i < MANY; i++)
		must_ok(concur_queue_put(queue, CV(i), 0));
	child_kill(&getter);
	while (state_of(queue).in_doubt > 0)
		;
	for (int i = 0; i < MANY; i++)
		must_get(queue, i);
	ck_assert_uint_eq(state_of(queue).unfinished, MANY);
	concur_free(queue);
}
END_TEST

/* -- read --------------------------------------------------------------------------------------------------------- */

START_TEST(getter_killed_after_it_has_read_takes_the_item_along)
{
	concur_session *session = death_start(NULL, 0);
	concur_queue *queue = death_queue(session, 0);
	concur_lock *lock = death_lock(session, true);
	struct child getter = start_getter(get_and_stay, queue, 1);

	must_ok(concur_queue_put(queue, CV(1), 0));
	ck_assert_uint_eq(child_hear(getter.channel), 1);
	/* It has said nothing to the daemon since: only the kernel can tell. */
	ck_assert_uint_eq(state_of(queue).in_doubt, 1);
	child_kill(&getter);
	must_be(concur_lock_acquire(lock, CONCUR_FOREVER, NULL), CONCUR_OWNER_DIED);
	ck_assert_uint_eq(state_of(queue).in_doubt, 0);
	ck_assert_uint_eq(state_of(queue).size, 0);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
	concur_free(queue);
}
END_TEST

/* -- pipes -------------------------------------------------------------------------------------------------------- */

static struct concur_ends
make_pipe(concur_session *session)
{
	struct concur_ends ends;

	must_ok(concur_pipe_new(session, "pipe", NULL, &ends));
	return ends;
}

static struct concur_pipe_state
state_of_end(concur_pipe *pipe)
{
	struct concur_pipe_state state;

	must_ok(concur_pipe_state(pipe, &state));
	return state;
}

static void
must_receive(concur_pipe *pipe, int64_t item)
{
	struct concur_value value;

	must_ok(concur_pipe_recv(pipe, CONCUR_FOREVER, &value));
	ck_assert_int_eq(value.integer, item);
	concur_value_free(&value);
}

START_TEST(receiver_killed_before_it_reads_gives_the_value_back)
{
	struct concur_ends ends = make_pipe(death_start(NULL, 0));
	struct child receiver = child_start(receive_and_stay);

	await_waiters(CONCUR_OBJECT(ends.end[0]), 1);
	child_stop(&receiver);
	must_ok(concur_pipe_send(ends.end[1], CV(1), 0));
	must_ok(concur_pipe_send(ends.end[1], CV(2), 0));
	ck_assert_uint_eq(state_of_end(ends.end[0]).in_doubt, 1);
	ck_assert_uint_eq(state_of_end(ends.end[0]).size, 1);
	child_kill(&receiver);
	while (state_of_end(ends.end[0]).in_doubt > 0)
		;
	must_receive(ends.end[0], 1);
	must_receive(ends.end[0], 2);
	concur_free(ends.end[0]);
	concur_free(ends.end[1]);
}
END_TEST

/* It stands still with the value unread, and the sender has gone: what it has not read is not the end of the file. */
START_TEST(receiver_killed_after_the_sender_closed_gives_the_value_back)
{
	struct concur_ends ends = make_pipe(death_start(NULL, 0));
	struct child receiver = child_start(receive_and_stay);

	await_waiters(CONCUR_OBJECT(ends.end[0]), 1);
	child_stop(&receiver);
	must_ok(concur_pipe_send(ends.end[1], CV(1), 0));
	must_ok(concur_pipe_close(ends.end[1]));
	child_kill(&receiver);
	while (state_of_end(ends.end[0]).in_doubt > 0)
		;
	must_receive(ends.end[0], 1);
	must_be(concur_pipe_poll(ends.end[0], CONCUR_FOREVER), CONCUR_END_OF_FILE);
	concur_free(ends.end[0]);
	concur_free(ends.end[1]);
}
END_TEST

START_TEST(receiver_killed_after_it_has_read_takes_the_value_along)
{
	concur_session *session = death_start(NULL, 0);
	struct concur_ends ends = make_pipe(session);
	concur_lock *lock = death_lock(session, true);
	struct child receiver = child_start(receive_and_stay);

	must_ok(concur_pipe_send(ends.end[1], CV(1), 0));
	ck_assert_uint_eq(child_hear(receiver.channel), 1);
	/* It has said nothing to the daemon since: only the kernel can tell. */
	ck_assert_uint_eq(state_of_end(ends.end[0]).in_doubt, 1);
	child_kill(&receiver);
	must_be(concur_lock_acquire(lock, CONCUR_FOREVER, NULL), CONCUR_OWNER_DIED);
	ck_assert_uint_eq(state_of_end(ends.end[0]).in_doubt, 0);
	must_be(concur_pipe_poll(ends.end[0], 0), CONCUR_EMPTY);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
	concur_free(ends.end[0]);
	concur_free(ends.end[1]);
}
END_TEST

/* -- another machine ---------------------------------------------------------------------------------------------- */

/* Passes on what comes on either socket until one of them ends. */
static void
relay(int left, int right)
{
	struct pollfd polls[2] = { { .fd = left, .events = POLLIN }, { .fd = right, .events = POLLIN } };
	char bytes[4096];

	while (poll(polls, 2, -1) > 0) {
		for (int i = 0; i < 2; i++) {
			ssize_t got;

			if (!polls[i].revents)
				continue;
			got = read(polls[i].fd, bytes, sizeof bytes);
			if (got <= 0 || write(polls[1 - i].fd, bytes, (size_t)got) != got)
				return;
		}
	}
}

static int
dial_daemon(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", death.directory);
	must(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
	return fd;
}

/* A process that takes one TCP connection for the daemon, which sees only the process. */
static pid_t
start_relay(uint16_t *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	must(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0);
	must(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
	*ret_port = ntohs(address.sin_port);
	pid = fork();
	must(pid >= 0);
	if (pid == 0) {
		relay(accept(listener, NULL, NULL), dial_daemon());
		_exit(0);
	}
	(void)close(listener);
	return pid;
}

START_TEST(client_over_tcp_says_at_once_that_it_has_read)
{
	concur_session *session = death_start(NULL, 0), *remote;
	concur_queue *queue = death_queue(session, 0), *far;
	struct concur_value value;
	uint16_t port;
	pid_t relayer = start_relay(&port);
	char url[64];

	(void)snprintf(url, sizeof url, "tcp://127.0.0.1:%u", port);
	must_ok(concur_connect(url, NULL, &remote));
	must_ok(concur_queue_open(remote, "queue", NULL, &far));
	must_ok(concur_queue_put(queue, CV(1), 0));
	must_ok(concur_queue_get(far, 0, &value));
	concur_value_free(&value);
	/* The client calls no more, and the relay lives: nobody else can end the doubt. */
	while (state_of(queue).in_doubt > 0)
		;
	concur_free(far);
	concur_close(remote);
	must(waitpid(relayer, NULL, 0) == relayer);
	concur_free(queue);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		getter_killed_before_it_reads_gives_the_item_back,
		getter_killed_before_it_reads_passes_the_item_to_the_one_behind,
		getter_killed_whose_child_has_its_socket_gives_the_item_back,
		getter_killed_with_many_calls_gives_all_back_in_order,
		getter_killed_after_it_has_read_takes_the_item_along,
		receiver_killed_before_it_reads_gives_the_value_back,
		receiver_killed_after_the_sender_closed_gives_the_value_back,
		receiver_killed_after_it_has_read_takes_the_value_along,
		client_over_tcp_says_at_once_that_it_has_read,
		NULL,
	};

	return death_run("death_delivery", tests);
}
