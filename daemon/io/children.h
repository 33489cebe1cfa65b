/* The children: processes that the daemon has started, from their start to their reaping.
 *
 * What the server asks for is done at once, but what comes of it is told at the beginning of the next turn. The end of
 * a process is told after that of its connections, if it had any, and after all that it had written.
 *
 * Thread-safety: none. */
#ifndef IO_CHILDREN_H
#define IO_CHILDREN_H

#include "daemon/io/complaint.h"
#include "lib/link.h"
#include "lib/page.h"
#include "lib/process_spec.h"
#include "lib/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

enum { CHILDREN_NEWS = 16 }; /* more than the server starts in one turn */

/* What came of a start, until it is told. */
struct children_news {
	uint64_t process;
	uint64_t pid; /* 0: it failed */
	int error;
	struct complaint complaint; /* why it failed */
};

struct children {
	struct loop *loop;
	struct table by_number; /* struct child */
	struct children_news news[CHILDREN_NEWS];
	size_t news_count;
	struct link recalled; /* struct child: verdicts on its page are to be told */
	uint64_t files_soft;  /* the limit of open files that children get; 0: the daemon's */
};

/* 0, or -1 if there is no memory. */
int children_init(struct children *children, struct loop *loop);

/* Kills and reaps all that are left; waits a second at most. Takes what children_init() has not seen but for a `loop`
 * of NULL. */
void children_fini(struct children *children);

/* Something is to be told. */
static inline bool
children_have_news(const struct children *children)
{
	return children->news_count || !link_empty(&children->recalled);
}

/* Tells it. Within a turn. */
void children_tell(struct children *children);

/* The effects of struct server_io. */
void children_spawn(struct children *children, uint64_t process, const struct process_spec *spec);
void children_signal(struct children *children, uint64_t process, int signal, bool group);
void children_page_put(struct children *children, uint64_t process, unsigned slot, uint64_t task);
void children_page_recall(struct children *children, uint64_t process, unsigned slot, uint64_t task);

#endif
