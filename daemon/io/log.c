/* The log's lines: made in one buffer on the stack, written in one system call that does not wait.
 *
 * stderr is shared with whoever started the daemon, so its flags must stay as they are. A pipe or a terminal is opened
 * once more through /proc, which gives a description of our own that can be non-blocking; a socket is sent to with
 * MSG_DONTWAIT; a plain file does not block. */
#include "config.h"

#include "daemon/io/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	LOG_LINE_MAX = 1024, /* bytes of a line; below PIPE_BUF, so that a pipe takes all of it or nothing */
	LOG_FACILITY_DAEMON = 3 << 3,
};

static const struct {
	enum log_level level;
	const char *name;
} log_levels[] = {
	{ LOG_ERROR, "error" },
	{ LOG_WARNING, "warning" },
	{ LOG_INFO, "info" },
	{ LOG_DEBUG, "debug" },
};

const char *
log_level_name(enum log_level level)
{
	for (size_t i = 0; i < sizeof log_levels / sizeof log_levels[0]; i++) {
		if (log_levels[i].level == level)
			return log_levels[i].name;
	}
	return "?";
}

bool
log_level_parse(const char *name, enum log_level *ret_level)
{
	for (size_t i = 0; i < sizeof log_levels / sizeof log_levels[0]; i++) {
		if (strcmp(log_levels[i].name, name) == 0) {
			*ret_level = log_levels[i].level;
			return true;
		}
	}
	return false;
}

/* JOURNAL_STREAM names device and inode of the journal's socket; it is inherited even where stderr is not. */
static bool
log_is_journal(const struct stat *stat)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && device == stat->st_dev &&
	    inode == stat->st_ino;
}

void
log_init(struct log *log, enum log_level level)
{
	struct stat stat;

	*log = (struct log){ .level = level, .form = LOG_PLAIN, .fd = -1 };
	if (fstat(STDERR_FILENO, &stat) != 0)
		return;
	log->is_socket = S_ISSOCK(stat.st_mode);
	if (log_is_journal(&stat))
		log->form = LOG_JOURNAL;
	if (S_ISFIFO(stat.st_mode) || S_ISCHR(stat.st_mode)) {
		log->fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		log->is_owned = log->fd >= 0;
	}
	if (log->fd < 0)
		log->fd = STDERR_FILENO;
}

void
log_fini(struct log *log)
{
	if (log->is_owned)
		(void)close(log->fd);
	log->fd = -1;
	log->is_owned = false;
}

void
log_detach(struct log *log)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	struct stat stat;

	if (fstat(STDERR_FILENO, &stat) == 0 && S_ISREG(stat.st_mode))
		return;
	log_fini(log);
	log->form = LOG_SYSLOG;
	log->is_socket = true;
	log->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	log->is_owned = log->fd >= 0;
	if (log->fd >= 0 && connect(log->fd, (const struct sockaddr *)&address, sizeof address) != 0)
		log_fini(log);
}

static bool
log_put(const struct log *log, const char *line, size_t size)
{
	struct pollfd ready = { .fd = log->fd, .events = POLLOUT };

	if (log->fd < 0)
		return false;
	if (log->is_socket)
		return send(log->fd, line, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size;
	/* Where /proc was not to be had, fd is the shared stderr, which may block: ask first. */
	if (!log->is_owned && (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT)))
		return false;
	return write(log->fd, line, size) == (ssize_t)size;
}

/* Fills what stands in front of the text; returns its length. */
static int
log_prefix(const struct log *log, enum log_level level, char *line, size_t size)
{
	struct timespec now;
	struct tm day;
	size_t at;

	if (log->form == LOG_JOURNAL)
		return snprintf(line, size, "<%d>", (int)level);
	if (log->form == LOG_SYSLOG)
		return snprintf(line, size, "<%d>concurd[%d]: ", LOG_FACILITY_DAEMON | (int)level, (int)getpid());
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (!gmtime_r(&now.tv_sec, &day))
		return snprintf(line, size, "%s ", log_level_name(level));
	at = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &day);
	return (int)at + snprintf(line + at, size - at, ".%03ldZ %-7s ", now.tv_nsec / 1000000, log_level_name(level));
}

static bool __attribute__((format(printf, 3, 0)))
log_line(const struct log *log, enum log_level level, const char *format, va_list args)
{
	char line[LOG_LINE_MAX];
	size_t start = (size_t)log_prefix(log, level, line, sizeof line);
	int text = vsnprintf(line + start, sizeof line - start, format, args);
	size_t size;

	if (text < 0)
		return false;
	size = start + (size_t)text;
	if (size > sizeof line - 1)
		size = sizeof line - 1;
	for (size_t i = start; i < size; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	}
	if (log->form != LOG_SYSLOG)
		line[size++] = '\n';
	return log_put(log, line, size);
}

static bool __attribute__((format(printf, 3, 4)))
log_say(const struct log *log, enum log_level level, const char *format, ...)
{
	va_list args;
	bool is_written;

	va_start(args, format);
	is_written = log_line(log, level, format, args);
	va_end(args);
	return is_written;
}

void
log_write(struct log *log, enum log_level level, const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (level > log->level)
		return;
	if (log->lost > 0 && log_say(log, LOG_WARNING, "log lines were lost count=%llu", (unsigned long long)log->lost))
		log->lost = 0;
	va_start(args, format);
	if (!log_line(log, level, format, args))
		log->lost++;
	va_end(args);
	errno = saved;
}
