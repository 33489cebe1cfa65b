/* Workers and daemons that speak different versions of the protocol: each says so, and nothing is lost. */
#include "config.h"

#include "tests/system/death.h"
#include "tests/system/pool.h"
#include "tests/system/raw.h"

#include "concur/v1/methods.h"
#include "lib/frame.h"

#include <sys/socket.h>
#include <sys/un.h>

START_TEST(worker_of_another_version_is_told_so_and_no_task_is_lost)
{
	static const uint8_t version_2[] = { 0x08, 0x02 };
	concur_session *session = death_start(NULL, 0);
	const struct concur_task task = { .function = "f" };
	struct raw raw = raw_connect();
	struct concur_pool_state state;
	uint8_t frame[RAW_FRAME];
	concur_pool *pool;
	uint16_t status;
	uint64_t id, call;

	must_ok(concur_pool_open(session, "work", NULL, &pool));
	must_ok(concur_pool_submit(pool, &task, 0, &id));
	must(raw_send(&raw, frame, raw_frame(&raw, CONCUR_METHOD_SESSION_HELLO, version_2, sizeof version_2, frame)));
	must(raw_receive(&raw, &status, &call));
	ck_assert_uint_eq(status, CONCUR_WRONG_VERSION);
	must(!raw_receive(&raw, &status, &call));
	raw_close(&raw);
	must_ok(concur_pool_state(pool, &state));
	ck_assert_uint_eq(state.waiting, 1);
	concur_free(pool);
}
END_TEST

/* Receives a request of a few bytes, refuses it for its version, and closes. */
static _Noreturn void
refuse(int listener)
{
	uint8_t bytes[RAW_FRAME], reply[FRAME_REPLY];
	int fd = accept(listener, NULL, NULL);
	struct frame_reply head = { .length = FRAME_REPLY - FRAME_LENGTH, .status = CONCUR_WRONG_VERSION };
	struct frame_request request;

	must(fd >= 0 && recv(fd, bytes, sizeof bytes, 0) >= FRAME_REQUEST);
	frame_request_read(bytes, &request);
	head.call = request.call;
	frame_reply_write(reply, &head);
	must(send(fd, reply, sizeof reply, MSG_NOSIGNAL) == (ssize_t)sizeof reply);
	_exit(0);
}

/* However patient it is: waiting would not help. */
START_TEST(worker_at_a_daemon_of_another_version_says_so_and_ends)
{
	const struct pool_paths paths = pool_paths();
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char url[sizeof address.sun_path + 8], text[1024] = "";
	int ends[2], listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t other, worker;

	(void)death_start(NULL, 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s/other", death.directory);
	(void)snprintf(url, sizeof url, "unix:%s", address.sun_path);
	must(bind(listener, (const struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 1) == 0);
	must(pipe(ends) == 0);
	other = fork();
	must(other >= 0);
	if (other == 0)
		refuse(listener);
	worker = fork();
	must(worker >= 0);
	if (worker == 0) {
		(void)dup2(ends[1], STDERR_FILENO);
		(void)execl(paths.program, paths.program, "--pool", "work", "--connect", url, "--exec", "--patient",
		    (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(WEXITSTATUS(end_of(worker)), 1);
	ck_assert_int_eq(end_of(other), 0);
	ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
	ck_assert_ptr_nonnull(strstr(text, "another version of the protocol"));
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(listener);
	(void)unlink(address.sun_path);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		worker_of_another_version_is_told_so_and_no_task_is_lost,
		worker_at_a_daemon_of_another_version_says_so_and_ends,
		NULL,
	};

	return death_run("versions", tests);
}
