/* The key over real sockets: who has it, who has not, who only pretends. */
#include "config.h"

#include "tests/system/death.h"
#include "tests/system/raw.h"

#include "concur/v1/methods.h"
#include "lib/frame.h"
#include "lib/proof.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CROWD = 1000,       /* connections that prove nothing */
	CROWD_KEPT = 256,   /* of them, by the default of unproven_max */
	DAEMON_FILES = 64,  /* descriptors of the daemon that are not theirs, generously */
	FIELD = 2,          /* bytes of a body's field in front of its 32 bytes: tag and length */
	CONVERSATION = 512, /* room for what a client says until it has said Hello */
};

static char right_key[96], wrong_key[96];

static void
write_key(char ret_path[96], const char *name, const char *key)
{
	int fd;

	(void)snprintf(ret_path, 96, "%s/%s", death.directory, name);
	fd = open(ret_path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	must(fd >= 0 && write(fd, key, strlen(key)) == (ssize_t)strlen(key));
	(void)close(fd);
}

static concur_session *
start_with_key(const char *url)
{
	const char *const arguments[] = { "--key", right_key, NULL };

	write_key(right_key, "right", "our own common secret\n");
	write_key(wrong_key, "wrong", "our own common secreT\n");
	return death_start_on_tcp(url, arguments);
}

static void
remove_keys(void)
{
	(void)unlink(right_key);
	(void)unlink(wrong_key);
}

static enum concur_status
connect_to(const char *url, const char *key, concur_session **ret_session)
{
	return concur_connect(url, &(struct concur_options){ .key_file = key }, ret_session);
}

static enum concur_status
connect_with(const char *key, concur_session **ret_session)
{
	return connect_to(death.tcp_url, key, ret_session);
}

/* It is let in, and its calls arrive. */
static void
check_in(concur_session *session)
{
	concur_dict *dict = death_dict(session);

	must_ok(concur_dict_set(dict, CV("in"), CV(1)));
	concur_free(dict);
}

/* -- who has the key ---------------------------------------------------------------------------------------------- */

static void
check_all_ways(const char *url)
{
	concur_session *far;

	(void)start_with_key(url);
	must_ok(connect_with(right_key, &far));
	check_in(far);
	concur_close(far);
	must(setenv("CONCUR_KEY_FILE", right_key, 1) == 0);
	must_ok(concur_connect(death.tcp_url, NULL, &far));
	check_in(far);
	concur_close(far);
	/* What the program says counts for more than what its environment says. */
	must_be(connect_with(wrong_key, &far), CONCUR_AUTHENTICATION);
	remove_keys();
}

START_TEST(client_with_the_key_is_let_in)
{
	check_all_ways("tcp://127.0.0.1:0");
}
END_TEST

START_TEST(client_with_the_key_is_let_in_over_ipv6)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	bool has_ipv6 = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;

	(void)close(fd);
	if (has_ipv6)
		check_all_ways("tcp://[::1]:0");
	else
		(void)fprintf(stderr, "this machine has no [::1]: not tested\n");
}
END_TEST

#ifndef __SANITIZE_THREAD__ /* which knows of no thread that is started in the child of a process with threads */
START_TEST(child_of_a_client_proves_the_key_itself)
{
	concur_session *far;
	pid_t child;
	int status;

	(void)start_with_key("tcp://127.0.0.1:0");
	must_ok(connect_with(right_key, &far));
	check_in(far);
	/* The file was read once: a session goes on without it. */
	remove_keys();
	child = fork();
	must(child >= 0);
	if (child == 0) {
		check_in(far);
		concur_close(far);
		_exit(0);
	}
	must(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	check_in(far);
	concur_close(far);
}
END_TEST
#endif

START_TEST(client_on_a_unix_socket_needs_no_key)
{
	concur_session *near;

	(void)start_with_key("tcp://127.0.0.1:0");
	must_ok(connect_to(death.url, "/nowhere/at/all", &near));
	check_in(near);
	concur_close(near);
	remove_keys();
}
END_TEST

static void
hold_lock_over_tcp(concur_session *near, int channel)
{
	concur_session *far;
	concur_lock *lock;

	(void)near;
	must_ok(connect_with(right_key, &far));
	lock = death_lock(far, true);
	must_ok(concur_lock_acquire(lock, 0, NULL));
	child_say(channel, 1);
	(void)pause();
}

START_TEST(lock_of_a_killed_client_over_tcp_passes_on)
{
	concur_session *session = start_with_key("tcp://127.0.0.1:0");
	concur_lock *lock = death_lock(session, true);
	struct child holder = child_start(hold_lock_over_tcp);

	must(child_hear(holder.channel) == 1);
	child_kill(&holder);
	must_be(concur_lock_acquire(lock, CONCUR_FOREVER, NULL), CONCUR_OWNER_DIED);
	must_ok(concur_lock_release(lock));
	concur_free(lock);
	remove_keys();
}
END_TEST

/* -- who has not -------------------------------------------------------------------------------------------------- */

START_TEST(client_without_a_key_is_told_to_use_one)
{
	concur_session *far;

	(void)start_with_key("tcp://127.0.0.1:0");
	must_be(connect_with(NULL, &far), CONCUR_UNAUTHENTICATED);
	ck_assert_ptr_nonnull(strstr(concur_message(), "CONCUR_KEY_FILE"));
	remove_keys();
}
END_TEST

START_TEST(client_with_another_key_is_told_so)
{
	concur_session *far;

	(void)start_with_key("tcp://127.0.0.1:0");
	must_be(connect_with(wrong_key, &far), CONCUR_AUTHENTICATION);
	ck_assert_ptr_nonnull(strstr(concur_message(), "another key"));
	remove_keys();
}
END_TEST

START_TEST(client_with_a_key_refuses_a_daemon_that_shows_none)
{
	concur_session *far;

	write_key(right_key, "right", "our own common secret\n");
	(void)death_start_on_tcp("tcp://127.0.0.1:0", NULL);
	must_be(connect_with(right_key, &far), CONCUR_AUTHENTICATION);
	must_ok(connect_with(NULL, &far));
	concur_close(far);
	(void)unlink(right_key);
}
END_TEST

START_TEST(client_with_a_key_file_that_is_no_good_says_why)
{
	concur_session *far;

	(void)start_with_key("tcp://127.0.0.1:0");
	must(chmod(right_key, 0640) == 0);
	/* Root's own group may read what root gives it. */
	must(geteuid() != 0 || chown(right_key, 0, 1) == 0);
	must_be(connect_with(right_key, &far), CONCUR_BAD_KEY);
	ck_assert_ptr_nonnull(strstr(concur_message(), "chmod 600"));
	must_be(connect_with("/nowhere/at/all", &far), CONCUR_BAD_KEY);
	ck_assert_ptr_nonnull(strstr(concur_message(), "No such file"));
	must_be(connect_with(death.directory, &far), CONCUR_BAD_KEY);
	ck_assert_ptr_nonnull(strstr(concur_message(), "not a plain file"));
	remove_keys();
}
END_TEST

/* -- who pretends ------------------------------------------------------------------------------------------------- */

static void
receive_all(int fd, uint8_t *ret, size_t size)
{
	must(recv(fd, ret, size, MSG_WAITALL) == (ssize_t)size);
}

/* Receives a request whose body is one field of 32 bytes, its last; gives these. */
static uint64_t
receive_request(int fd, uint8_t ret[PROOF_SIZE])
{
	uint8_t frame[RAW_FRAME];
	struct frame_request head;

	receive_all(fd, frame, FRAME_REQUEST);
	frame_request_read(frame, &head);
	must(head.length + FRAME_LENGTH <= sizeof frame);
	receive_all(fd, frame + FRAME_REQUEST, head.length + FRAME_LENGTH - FRAME_REQUEST);
	memcpy(ret, frame + head.length + FRAME_LENGTH - PROOF_SIZE, PROOF_SIZE);
	return head.call;
}

/* Replies with a body whose field 1 is those 32 bytes. */
static void
send_reply(int fd, uint64_t call, const uint8_t bytes[PROOF_SIZE])
{
	uint8_t frame[FRAME_REPLY + FIELD + PROOF_SIZE];
	struct frame_reply head = { .length = sizeof frame - FRAME_LENGTH, .call = call };

	frame_reply_write(frame, &head);
	frame[FRAME_REPLY] = 0x0a;
	frame[FRAME_REPLY + 1] = PROOF_SIZE;
	memcpy(frame + FRAME_REPLY + FIELD, bytes, PROOF_SIZE);
	must(send(fd, frame, sizeof frame, MSG_NOSIGNAL) == (ssize_t)sizeof frame);
}

/* A daemon without the key. One that reflects says back whatever it hears. */
static _Noreturn void
pretend(int listener, bool reflects)
{
	uint8_t bytes[PROOF_SIZE], nothing[PROOF_SIZE] = { 0 };
	int fd = accept(listener, NULL, NULL);
	uint64_t call;

	must(fd >= 0);
	for (int i = 0; i < 2; i++) {
		call = receive_request(fd, bytes);
		send_reply(fd, call, reflects ? bytes : nothing);
	}
	/* Nothing comes after the second reply but the end: least of all Hello. */
	must(recv(fd, bytes, 1, 0) == 0);
	_exit(0);
}

static void
check_pretender(bool reflects)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof address;
	int status, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	concur_session *far;
	pid_t pretender;
	char url[64];

	must(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0);
	must(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
	(void)snprintf(url, sizeof url, "tcp://127.0.0.1:%u", ntohs(address.sin_port));
	pretender = fork();
	must(pretender >= 0);
	if (pretender == 0)
		pretend(listener, reflects);
	must_be(connect_to(url, right_key, &far), CONCUR_AUTHENTICATION);
	ck_assert_ptr_nonnull(strstr(concur_message(), "does not have the key"));
	must(waitpid(pretender, &status, 0) == pretender && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)close(listener);
}

START_TEST(client_refuses_a_daemon_that_throws_its_words_back)
{
	write_key(right_key, "right", "our own common secret\n");
	(void)death_start(NULL, 0);
	check_pretender(true);
	(void)unlink(right_key);
}
END_TEST

START_TEST(client_refuses_a_daemon_that_takes_any_proof)
{
	write_key(right_key, "right", "our own common secret\n");
	(void)death_start(NULL, 0);
	check_pretender(false);
	(void)unlink(right_key);
}
END_TEST

/* Says what a client with the key says until Hello is answered, and writes it down. */
static size_t
record(uint8_t ret_said[CONVERSATION])
{
	struct proof_talk talk = { .version = 1 };
	struct raw raw = raw_connect_tcp();
	uint8_t *at = ret_said, body[2 + FIELD + PROOF_SIZE] = { 0x08, 0x01, 0x12, PROOF_SIZE };
	uint8_t reply[FRAME_REPLY + FIELD + PROOF_SIZE];
	struct key key;
	uint16_t status;
	uint64_t call;
	size_t size;

	must(!key_take("our own common secret", 21, &key));
	memset(talk.client_nonce, 0x5a, PROOF_NONCE);
	memcpy(body + 2 + FIELD, talk.client_nonce, PROOF_NONCE);
	size = raw_frame(&raw, CONCUR_METHOD_SESSION_CHALLENGE, body, sizeof body, at);
	must(raw_send(&raw, at, size));
	at += size;
	receive_all(raw.fd, reply, sizeof reply);
	memcpy(talk.daemon_nonce, reply + FRAME_REPLY + FIELD, PROOF_NONCE);
	body[0] = 0x0a;
	body[1] = PROOF_SIZE;
	must(proof_make(&key, &talk, PROOF_CLIENT, body + FIELD) == CONCUR_OK);
	size = raw_frame(&raw, CONCUR_METHOD_SESSION_PROVE, body, FIELD + PROOF_SIZE, at);
	must(raw_send(&raw, at, size));
	at += size;
	receive_all(raw.fd, reply, sizeof reply);
	must(proof_check(&key, &talk, PROOF_DAEMON, reply + FRAME_REPLY + FIELD, PROOF_SIZE) == CONCUR_OK);
	size = raw_hello_frame(&raw, at);
	must(raw_send(&raw, at, size));
	must(raw_receive(&raw, &status, &call) && status == CONCUR_OK && call == 3);
	raw_close(&raw);
	return (size_t)(at - ret_said) + size;
}

START_TEST(conversation_that_was_recorded_does_not_let_in)
{
	uint8_t said[CONVERSATION];
	struct raw thief;
	uint16_t status;
	uint64_t call;
	size_t size;

	(void)start_with_key("tcp://127.0.0.1:0");
	size = record(said);
	thief = raw_connect_tcp();
	must(raw_send(&thief, said, size));
	must(raw_receive(&thief, &status, &call) && status == CONCUR_OK && call == 1);
	must(raw_receive(&thief, &status, &call) && status == CONCUR_AUTHENTICATION && call == 2);
	must(!raw_receive(&thief, &status, &call));
	raw_close(&thief);
	remove_keys();
}
END_TEST

START_TEST(conversation_that_breaks_off_anywhere_harms_nobody)
{
	concur_session *session = start_with_key("tcp://127.0.0.1:0");
	uint8_t said[CONVERSATION];
	size_t size = record(said);

	for (size_t part = 0; part < size; part++) {
		struct raw raw = raw_connect_tcp();

		must(raw_send(&raw, said, part));
		raw_close(&raw);
	}
	check_in(session);
	remove_keys();
}
END_TEST

START_TEST(frame_that_is_large_is_refused_before_the_proof)
{
	struct frame_request head = { .length = FRAME_UNPROVEN_MAX + 1,
		.method = CONCUR_METHOD_SESSION_CHALLENGE,
		.call = 1 };
	uint8_t frame[FRAME_REQUEST];
	struct raw raw;
	uint16_t status;
	uint64_t call;

	(void)start_with_key("tcp://127.0.0.1:0");
	raw = raw_connect_tcp();
	frame_request_write(frame, &head);
	must(raw_send(&raw, frame, sizeof frame));
	must(raw_receive(&raw, &status, &call) && status == CONCUR_UNAUTHENTICATED);
	must(!raw_receive(&raw, &status, &call));
	raw_close(&raw);
	remove_keys();
}
END_TEST

/* -- who only takes up room --------------------------------------------------------------------------------------- */

/* Descriptors that the daemon has open. */
static unsigned
daemon_files(void)
{
	unsigned count = 0;
	char path[64];
	DIR *directory;

	(void)snprintf(path, sizeof path, "/proc/%d/fd", (int)death.daemon);
	directory = opendir(path);
	must(directory);
	while (readdir(directory))
		count++;
	(void)closedir(directory);
	return count;
}

static bool
has_ended(const struct raw *raw)
{
	struct pollfd poll_fd = { .fd = raw->fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

START_TEST(crowd_that_proves_nothing_keeps_nobody_out)
{
	static struct raw crowd[CROWD];
	concur_session *session = start_with_key("tcp://127.0.0.1:0"), *before, *late;
	struct rlimit files;

	must(getrlimit(RLIMIT_NOFILE, &files) == 0);
	files.rlim_cur = files.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur > CROWD + DAEMON_FILES);
	must_ok(connect_with(right_key, &before));
	for (unsigned i = 0; i < CROWD; i++) {
		crowd[i] = raw_connect_tcp();
		/* Half of a frame costs no more than none. */
		if (i % 2)
			must(raw_send(&crowd[i], "\x40\0\0\0half", 8));
	}
	must_ok(connect_with(right_key, &late));
	check_in(late);
	check_in(before);
	/* They go, but for the youngest. */
	while (daemon_files() > CROWD_KEPT + DAEMON_FILES)
		must_ok(concur_ping(session));
	must(has_ended(&crowd[0]));
	must(!has_ended(&crowd[CROWD - 1]));
	for (unsigned i = 0; i < CROWD; i++)
		raw_close(&crowd[i]);
	concur_close(before);
	concur_close(late);
	remove_keys();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		client_with_the_key_is_let_in,
		client_with_the_key_is_let_in_over_ipv6,
#ifndef __SANITIZE_THREAD__
		child_of_a_client_proves_the_key_itself,
#endif
		client_on_a_unix_socket_needs_no_key,
		lock_of_a_killed_client_over_tcp_passes_on,
		client_without_a_key_is_told_to_use_one,
		client_with_another_key_is_told_so,
		client_with_a_key_refuses_a_daemon_that_shows_none,
		client_with_a_key_file_that_is_no_good_says_why,
		client_refuses_a_daemon_that_throws_its_words_back,
		client_refuses_a_daemon_that_takes_any_proof,
		conversation_that_was_recorded_does_not_let_in,
		conversation_that_breaks_off_anywhere_harms_nobody,
		frame_that_is_large_is_refused_before_the_proof,
		crowd_that_proves_nothing_keeps_nobody_out,
		NULL,
	};

	return death_run("auth", tests);
}
