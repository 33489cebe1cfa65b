/* Private daemons: concur_spawn().
 *
 * The daemon gets a pidfd of the caller, by which it sees the caller's end, and the writing end of a pipe, through
 * which it tells its address when it listens. It is forked twice: its parent ends at once, so that the caller has no
 * child to reap and no SIGCHLD from it later. All strings are made before the first fork, after which only
 * async-signal-safe calls are made, for other threads of the caller may hold any lock. */
#include "config.h"

#include "error.h"
#include "fork.h"
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	SPAWN_SECONDS = 10, /* for the daemon to listen */
	END_MS = 5000,      /* for it to end */
	OWN_ARGUMENTS = 10, /* and NULL */
};

struct spawn {
	char program[4096];
	char directory[80];
	char url[120];
	char parent_fd[12];
	char ready_fd[12];
	const char **argv;
	int parent;   /* pidfd of this process */
	int ready[2]; /* pipe */
};

/* -- the program -------------------------------------------------------------------------------------------------- */

static bool
is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

/* Looks for concurd in $PATH. */
static bool
find_in_path(char *room, size_t size)
{
	const char *at = getenv("PATH"), *end;
	int n;

	for (; at && *at; at = *end ? end + 1 : end) {
		end = strchrnul(at, ':');
		n = snprintf(room, size, "%.*s/concurd", (int)(end - at), at);
		if (end > at && n > 0 && (size_t)n < size && is_program(room))
			return true;
	}
	return false;
}

static enum concur_status
take_program(struct spawn *spawn, const char *path, const char *who)
{
	if (strlen(path) >= sizeof spawn->program || !is_program(path))
		return error_system(CONCUR_NO_DAEMON, errno, "%s (from %s) can not be run", path, who);
	strcpy(spawn->program, path);
	return CONCUR_OK;
}

static enum concur_status
find_program(struct spawn *spawn, const struct concur_options *options)
{
	const char *from = getenv("CONCUR_CONCURD");

	if (options && options->concurd)
		return take_program(spawn, options->concurd, "the options");
	if (from && *from)
		return take_program(spawn, from, "CONCUR_CONCURD");
	if (is_program(CONCURD_PROGRAM))
		return take_program(spawn, CONCURD_PROGRAM, "the installation");
	if (find_in_path(spawn->program, sizeof spawn->program))
		return CONCUR_OK;
	return error_set(CONCUR_NO_DAEMON, "concurd was found neither at %s nor in PATH: set CONCUR_CONCURD",
	    CONCURD_PROGRAM);
}

/* -- what it is given --------------------------------------------------------------------------------------------- */

/* A socket's path has at most 107 bytes, so a long runtime directory is passed over. */
static enum concur_status
make_directory(struct spawn *spawn)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (!runtime || !*runtime || strlen(runtime) > 40 || access(runtime, W_OK))
		runtime = "/tmp";
	snprintf(spawn->directory, sizeof spawn->directory, "%s/concur-XXXXXX", runtime);
	if (!mkdtemp(spawn->directory)) {
		error_system(CONCUR_SYSTEM, errno, "no directory for the daemon's socket: %s", spawn->directory);
		spawn->directory[0] = 0;
		return CONCUR_SYSTEM;
	}
	snprintf(spawn->url, sizeof spawn->url, "unix:%s/socket", spawn->directory);
	return CONCUR_OK;
}

static enum concur_status
make_descriptors(struct spawn *spawn)
{
	spawn->parent = pidfd_open(getpid(), 0);
	if (spawn->parent < 0)
		return error_system(CONCUR_SYSTEM, errno, "pidfd_open");
	if (pipe2(spawn->ready, O_CLOEXEC))
		return error_system(CONCUR_SYSTEM, errno, "pipe2");
	snprintf(spawn->parent_fd, sizeof spawn->parent_fd, "%d", spawn->parent);
	snprintf(spawn->ready_fd, sizeof spawn->ready_fd, "%d", spawn->ready[1]);
	return CONCUR_OK;
}

static enum concur_status
make_arguments(struct spawn *spawn, const struct concur_options *options)
{
	const char *const *more = options ? options->arguments : NULL;
	size_t count = 0;
	const char **at;

	while (more && more[count])
		count++;
	at = spawn->argv = calloc(OWN_ARGUMENTS + count, sizeof *at);
	if (!at)
		return error_plain(CONCUR_NO_MEMORY);
	*at++ = spawn->program;
	*at++ = "--foreground";
	*at++ = "--private";
	*at++ = "--listen";
	*at++ = spawn->url;
	*at++ = "--parent-fd";
	*at++ = spawn->parent_fd;
	*at++ = "--ready-fd";
	*at++ = spawn->ready_fd;
	for (size_t i = 0; i < count; i++)
		*at++ = more[i];
	return CONCUR_OK;
}

/* -- starting ----------------------------------------------------------------------------------------------------- */

/* In the grandchild. A session of its own keeps the terminal's signals away from it. */
static _Noreturn void
become_daemon(const struct spawn *spawn)
{
	sigset_t none;
	int null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	null = open("/dev/null", O_RDWR);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	fcntl(spawn->parent, F_SETFD, 0);
	fcntl(spawn->ready[1], F_SETFD, 0);
	execv(spawn->program, (char *const *)(uintptr_t)spawn->argv);
	_exit(127);
}

static enum concur_status
fork_twice(const struct spawn *spawn)
{
	pid_t pid = _Fork();

	if (pid == 0) {
		pid = _Fork();
		if (pid == 0)
			become_daemon(spawn);
		_exit(pid < 0);
	}
	if (pid < 0)
		return error_system(CONCUR_SYSTEM, errno, "fork");
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return CONCUR_OK;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* poll() until something is there or the time is over, whatever signals come. */
static int
poll_until(struct pollfd *poll_fd, int64_t end_ms)
{
	int64_t left;
	int n;

	do {
		left = end_ms - now_ms();
		n = poll(poll_fd, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n;
}

/* Waits for the line that says that the daemon listens. */
static enum concur_status
wait_until_ready(const struct spawn *spawn, int64_t timeout_ns)
{
	struct pollfd ready = { .fd = spawn->ready[0], .events = POLLIN };
	int64_t end_ms = now_ms() + timeout_ns / 1000000;
	char line[256];
	ssize_t n;

	if (poll_until(&ready, end_ms) == 0)
		return error_set(CONCUR_NO_DAEMON, "%s did not say in time that it is ready", spawn->program);
	do
		n = read(spawn->ready[0], line, sizeof line);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return error_set(CONCUR_NO_DAEMON, "%s ended before it was ready; its last words are on standard error",
		    spawn->program);
	return CONCUR_OK;
}

static enum concur_status
start(struct spawn *spawn, const struct concur_options *options)
{
	int64_t timeout_ns = options && options->timeout_ns > 0 ? options->timeout_ns : SPAWN_SECONDS * CONCUR_SECOND;
	enum concur_status status;

	if ((status = find_program(spawn, options)) || (status = make_directory(spawn)) ||
	    (status = make_descriptors(spawn)) || (status = make_arguments(spawn, options)) ||
	    (status = fork_twice(spawn)))
		return status;
	close(spawn->ready[1]);
	spawn->ready[1] = -1;
	return wait_until_ready(spawn, timeout_ns);
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* The pid is that of a living process: it has just answered Hello on this connection. */
static int
open_daemon(const concur_session *session)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	if (getsockopt(session->conn->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return -1;
	return pidfd_open(peer.pid, 0);
}

enum concur_status
concur_spawn(const struct concur_options *options, concur_session **ret_session)
{
	struct spawn spawn = { .parent = -1, .ready = { -1, -1 } };
	concur_session *session = NULL;
	enum concur_status status;

	status = start(&spawn, options);
	if (status == CONCUR_OK)
		status = session_open(spawn.url, options, &session);
	if (status == CONCUR_OK) {
		session->daemon = open_daemon(session);
		session->spawner = fork_word();
		*ret_session = session;
	} else if (spawn.directory[0]) {
		rmdir(spawn.directory); /* unless the daemon has it by now */
	}
	close_fd(spawn.parent);
	close_fd(spawn.ready[0]);
	close_fd(spawn.ready[1]);
	free(spawn.argv);
	return status;
}

void
session_end_daemon(concur_session *session)
{
	struct pollfd daemon = { .fd = session->daemon, .events = POLLIN };

	if (session->daemon < 0 || session->spawner != fork_word())
		return;
	if (pidfd_send_signal(session->daemon, SIGTERM, NULL, 0) == 0)
		(void)poll_until(&daemon, now_ms() + END_MS);
}
