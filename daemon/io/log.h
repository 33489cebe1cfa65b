/* The log: one line an event, to stderr or to the system's log.
 *
 * A line never makes the daemon wait and never makes it fail: what can not be written at once is counted and lost, and
 * the first line that can be written again says how many were. Lines are a short sentence, then key=value.
 *
 * Thread-safety: none; one thread owns the log. */
#ifndef IO_LOG_H
#define IO_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers as syslog has them. */
enum log_level {
	LOG_ERROR = 3,   /* the daemon can not go on, or can not start */
	LOG_WARNING = 4, /* something an administrator should change */
	LOG_INFO = 6,    /* starts, stops, deaths of peers */
	LOG_DEBUG = 7,   /* every connection */
};

enum log_form {
	LOG_PLAIN,   /* time, level, text */
	LOG_JOURNAL, /* stderr is the journal: "<6>" in front says the level, the journal adds the rest */
	LOG_SYSLOG,  /* datagrams to /dev/log */
};

struct log {
	enum log_level level; /* less important lines are dropped unseen */
	enum log_form form;
	int fd;        /* -1: nowhere */
	bool is_owned; /* fd is closed by log_fini */
	bool is_socket;
	uint64_t lost; /* lines since the last that could be written */
};

/* To stderr. Cannot fail: without a usable stderr all lines are lost. */
void log_init(struct log *log, enum log_level level);
void log_fini(struct log *log);

/* For a daemon that leaves its terminal: a stderr that is a plain file stays, anything else gives way to the system's
 * log; without one, lines are lost. */
void log_detach(struct log *log);

/* One line; control characters in it are replaced. Never blocks; errno is kept. */
void log_write(struct log *log, enum log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

const char *log_level_name(enum log_level level);

/* "error", "warning", "info" or "debug"; false if it is none of them. */
bool log_level_parse(const char *name, enum log_level *ret_level);

#endif
