/* Children.
 *
 * Life: children_spawn() -> running, watched by its pidfd -> children_on_exit(): its outputs are emptied, what is left
 * of its group is killed if that was asked for, it is reaped, the server is told, the record is freed. As long as there
 * is a record its pid and its group are its own, since it is not reaped. */
#include "config.h"

#include "daemon/io/children.h"

#include "daemon/io/listener.h"
#include "daemon/io/output.h"
#include "daemon/io/spawn.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CHILDREN_STDOUT,
	CHILDREN_STDERR,
	CHILDREN_OUTPUTS,
	CHILDREN_KILL_MS = 1000, /* that a killed process may take to go */
	CHILDREN_BITS = 64,
};

struct child {
	struct table_node by_number;
	struct children *children;
	struct event event; /* of the pidfd */
	int pidfd;
	pid_t pid;
	bool takes_group;                             /* what is left of its group goes with it */
	struct page *page;                            /* NULL: none */
	struct link recalled;                         /* in children->recalled */
	uint64_t pending[PAGE_SLOTS / CHILDREN_BITS]; /* slots whose verdict is to be told */
	uint8_t verdicts[PAGE_SLOTS];                 /* enum page_state */
	uint64_t recalled_tasks[PAGE_SLOTS];          /* whose verdicts these are */
	struct output outputs[CHILDREN_OUTPUTS];
};

static struct child *
child_of(struct table_node *node)
{
	return LINK_ENTRY(node, struct child, by_number);
}

static struct child *
children_find(const struct children *children, uint64_t process)
{
	struct table_node *node = table_find(&children->by_number, process);

	return node ? child_of(node) : NULL;
}

static uint64_t
child_number(const struct child *child)
{
	return child->by_number.key;
}

/* -- the end ------------------------------------------------------------------------------------------------------ */

/* Takes it out of everything but memory. */
static void
child_close(struct child *child)
{
	table_remove(&child->children->by_number, &child->by_number);
	link_remove(&child->recalled);
	(void)event_del(&child->event);
	(void)close(child->pidfd);
	spawn_unmap(child->page);
	for (int i = 0; i < CHILDREN_OUTPUTS; i++)
		output_close(&child->outputs[i]);
}

static uint64_t
children_ns(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_usec * 1000;
}

static void
child_fill_end(int status, const struct rusage *usage, struct process_end *ret)
{
	*ret = (struct process_end){
		.code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status),
		.dumped = WIFSIGNALED(status) && WCOREDUMP(status),
		.usage = { children_ns(&usage->ru_utime), children_ns(&usage->ru_stime),
		    (uint64_t)usage->ru_maxrss * 1024 },
	};
}

/* The last words on its page. */
static const uint64_t *
child_copy_page(const struct child *child, uint64_t ret_words[PAGE_SLOTS])
{
	if (!child->page)
		return NULL;
	for (unsigned slot = 0; slot < PAGE_SLOTS; slot++)
		ret_words[slot] = page_read(child->page, slot);
	return ret_words;
}

static void
child_log_end(const struct child *child, const struct process_end *end)
{
	log_write(child->children->loop->log, LOG_DEBUG, "process ended number=%llu pid=%d code=%d",
	    (unsigned long long)child_number(child), (int)child->pid, end->code);
}

/* Reaps it and tells the server, if it has ended. */
static void
child_finish(struct child *child)
{
	struct server_input input = { .kind = SERVER_EXITED, .process = child_number(child) };
	struct loop *loop = child->children->loop;
	uint64_t words[PAGE_SLOTS];
	struct process_end end;
	struct rusage usage;
	int status;

	for (int i = 0; i < CHILDREN_OUTPUTS; i++)
		output_finish(&child->outputs[i]);
	if (child->takes_group)
		(void)kill(-child->pid, SIGKILL);
	if (wait4(child->pid, &status, WNOHANG, &usage) != child->pid) {
		/* Somebody else has reaped it; nobody knows how it ended. */
		status = 0;
		memset(&usage, 0, sizeof usage);
	}
	child_fill_end(status, &usage, &end);
	end.page = child_copy_page(child, words);
	input.end = &end;
	child_log_end(child, &end);
	child_close(child);
	loop_input(loop, &input);
	free(child);
	listener_resume(loop);
}

static void
children_on_exit(evutil_socket_t fd, short what, void *arg)
{
	struct child *child = arg;
	struct loop *loop = child->children->loop;

	(void)fd;
	(void)what;
	loop_turn_begin(loop);
	/* What it had sent to the daemon comes first, and the end of its session. */
	deaths_take(&loop->deaths);
	child_finish(child);
}

/* -- the start ---------------------------------------------------------------------------------------------------- */

/* A child that was spawned gets its record; 0, or an errno: then it is gone again. */
static int
child_new(struct children *children, uint64_t process, struct spawned *spawned)
{
	struct child *child = calloc(1, sizeof *child);
	struct event_base *base = children->loop->base;
	int status;

	if (!child)
		goto no_memory;
	child->children = children;
	child->pid = spawned->pid;
	child->pidfd = spawned->pidfd;
	child->page = spawned->page;
	link_init(&child->recalled);
	table_insert(&children->by_number, &child->by_number, process);
	(void)event_assign(&child->event, base, child->pidfd, EV_READ | EV_PERSIST, children_on_exit, child);
	status = event_add(&child->event, NULL);
	for (int i = 0; i < CHILDREN_OUTPUTS; i++)
		status |= output_open(&child->outputs[i], children->loop, process, spawned->page, spawned->out[i],
		    i == CHILDREN_STDERR);
	if (status == 0)
		return 0;
	child_close(child);
	free(child);
	goto kill;
no_memory:
	(void)close(spawned->pidfd);
	(void)close(spawned->out[CHILDREN_STDOUT]);
	(void)close(spawned->out[CHILDREN_STDERR]);
	spawn_unmap(spawned->page);
kill:
	(void)kill(-spawned->pid, SIGKILL);
	while (waitpid(spawned->pid, NULL, 0) < 0 && errno == EINTR)
		;
	return ENOMEM;
}

void
children_spawn(struct children *children, uint64_t process, const struct process_spec *spec)
{
	const struct spawn_setting setting = { listener_url(children->loop), process, children->files_soft };
	struct log *log = children->loop->log;
	struct children_news *news;
	struct spawned spawned;

	assert(children->news_count < CHILDREN_NEWS);
	news = &children->news[children->news_count++];
	*news = (struct children_news){ .process = process };
	news->error = spawn_process(spec, &setting, &spawned, &news->complaint);
	if (!news->error) {
		news->error = child_new(children, process, &spawned);
		(void)complain(&news->complaint, "out of memory");
	}
	if (!news->error) {
		news->pid = (uint64_t)spawned.pid;
		log_write(log, LOG_DEBUG, "process started number=%llu pid=%d command=%s", (unsigned long long)process,
		    (int)spawned.pid, spec->argv[0]);
		return;
	}
	log_write(log, LOG_INFO, "process could not be started number=%llu: %s", (unsigned long long)process,
	    news->complaint.text);
}

/* -- news --------------------------------------------------------------------------------------------------------- */

static void
children_tell_start(struct children *children, const struct children_news *news)
{
	const struct server_input input = {
		.kind = news->pid ? SERVER_SPAWNED : SERVER_SPAWN_FAILED,
		.process = news->process,
		.pid = news->pid,
		.error = news->error,
		.sentence = news->complaint.text,
	};

	loop_input(children->loop, &input);
}

static void
child_tell_verdicts(struct child *child)
{
	for (unsigned slot = 0; slot < PAGE_SLOTS; slot++) {
		uint64_t *pending = &child->pending[slot / CHILDREN_BITS], bit = UINT64_C(1) << slot % CHILDREN_BITS;
		const struct server_input input = {
			.kind = SERVER_RECALLED,
			.process = child_number(child),
			.task = child->recalled_tasks[slot],
			.verdict = (enum page_state)child->verdicts[slot],
		};

		if (*pending & bit) {
			*pending &= ~bit;
			loop_input(child->children->loop, &input);
		}
	}
}

void
children_tell(struct children *children)
{
	struct link news, *link;
	size_t count = children->news_count;

	for (size_t i = 0; i < count; i++)
		children_tell_start(children, &children->news[i]);
	/* What is told may ask for more, which is for the next turn. */
	memmove(children->news, children->news + count, (children->news_count - count) * sizeof *children->news);
	children->news_count -= count;
	link_init(&news);
	while ((link = link_pop(&children->recalled)))
		link_append(&news, link);
	while ((link = link_pop(&news)))
		child_tell_verdicts(LINK_ENTRY(link, struct child, recalled));
}

/* -- what is done with one ---------------------------------------------------------------------------------------- */

void
children_signal(struct children *children, uint64_t process, int signal, bool group)
{
	struct child *child = children_find(children, process);

	if (!child)
		return;
	child->takes_group |= group && (signal == SIGTERM || signal == SIGKILL);
	(void)kill(group ? -child->pid : child->pid, signal);
}

void
children_page_put(struct children *children, uint64_t process, unsigned slot, uint64_t task)
{
	struct child *child = children_find(children, process);

	if (child && child->page)
		page_put(child->page, slot, task);
}

void
children_page_recall(struct children *children, uint64_t process, unsigned slot, uint64_t task)
{
	struct child *child = children_find(children, process);

	if (!child || !child->page)
		return;
	child->verdicts[slot] = (uint8_t)page_recall(child->page, slot, task);
	child->recalled_tasks[slot] = task;
	child->pending[slot / CHILDREN_BITS] |= UINT64_C(1) << slot % CHILDREN_BITS;
	if (!link_linked(&child->recalled))
		link_append(&children->recalled, &child->recalled);
}

/* -- all of them -------------------------------------------------------------------------------------------------- */

int
children_init(struct children *children, struct loop *loop)
{
	link_init(&children->recalled);
	if (table_init(&children->by_number) < 0)
		return -1;
	children->loop = loop;
	return 0;
}

static void
child_kill(struct table_node *node, void *arg)
{
	(void)arg;
	(void)kill(-child_of(node)->pid, SIGKILL);
}

static void
child_reap(struct child *child)
{
	struct pollfd ended = { .fd = child->pidfd, .events = POLLIN };

	if (poll(&ended, 1, CHILDREN_KILL_MS) > 0)
		(void)waitpid(child->pid, NULL, WNOHANG);
	child_close(child);
	free(child);
}

void
children_fini(struct children *children)
{
	struct table_node *node;

	if (!children->loop)
		return;
	table_each(&children->by_number, child_kill, NULL);
	while ((node = table_any(&children->by_number)))
		child_reap(child_of(node));
	table_fini(&children->by_number);
	children->loop = NULL;
}
