/* What is said of a process between those who want it (daemon/core) and those who start it (daemon/io). */
#ifndef LIB_PROCESS_SPEC_H
#define LIB_PROCESS_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A command that the administrator allows everybody to start, by its name. */
struct runtime {
	const char *name;
	const char *const *argv; /* ends with NULL */
};

/* How a process is to be started. */
struct process_spec {
	const char *const *argv;        /* ends with NULL, has at least one; the first is looked for in $PATH */
	const char *const *environment; /* "NAME=VALUE", beside what the daemon has; ends with NULL */
	const char *directory;          /* NULL: the daemon's */
	bool page;                      /* it shares a page with the daemon, see lib/page.h */
};

/* What the kernel says that it used. */
struct process_usage {
	uint64_t user_ns;
	uint64_t system_ns;
	uint64_t memory_bytes; /* at most at once */
};

/* How it ended. */
struct process_end {
	int code;    /* its exit status; by a signal: that one's number, negative */
	bool dumped; /* it left a core dump */
	struct process_usage usage;
	const uint64_t *page; /* a copy of the words of its page, PAGE_SLOTS of them, borrowed; NULL: it had none */
};

#endif
