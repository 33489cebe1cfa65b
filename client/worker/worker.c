/* The life of a worker: attachments, one after the other.
 *
 * A worker that the daemon started has one. Any other attaches again when its connection has ended by itself, after a
 * pause that doubles from 100 ms to 10 s while nobody answers; what it had in hand then was given up by the daemon, and
 * is dropped. Over TCP the library goes on with the session when a connection drops (client/keeper.h), and nothing of
 * that is noticed here; the connection has ended only when that came too late. */
#include "config.h"

#include "worker.h"

#include "client/error.h"
#include "client/future.h"
#include "work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_FIRST_NS (CONCUR_SECOND / 10)
#define PAUSE_MAX_NS (10 * CONCUR_SECOND)

/* -- making ------------------------------------------------------------------------------------------------------- */

/* The descriptor is closed, so that nobody whom this process starts has it. */
static enum concur_status
map_page(struct concur_worker *worker, int fd)
{
	void *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	int error = errno;

	close(fd);
	if (page == MAP_FAILED)
		return error_system(CONCUR_SYSTEM, error, "the page of descriptor %d can not be mapped", fd);
	worker->page = page;
	return CONCUR_OK;
}

/* A condition whose waits are measured by the monotonic clock is not needed: none has a time-out. */
static void
init_locks(struct concur_worker *worker)
{
	(void)pthread_mutex_init(&worker->lock, NULL);
	(void)pthread_cond_init(&worker->changed, NULL);
	(void)pthread_cond_init(&worker->waiting, NULL);
}

enum concur_status
concur_worker_new(const struct concur_worker_options *options, concur_worker **ret_worker)
{
	concur_worker *worker = calloc(1, sizeof *worker);
	enum concur_status status;

	if (!worker)
		return error_plain(CONCUR_NO_MEMORY);
	worker->options = options;
	link_init(&worker->running);
	init_locks(worker);
	status = functions_init(&worker->functions, options->tables);
	if (status == CONCUR_OK && options->threads > WORKER_THREADS_MAX)
		status = error_set(CONCUR_VALUE_ERROR, "%u threads: a worker has at most %d", options->threads,
		    WORKER_THREADS_MAX);
	if (status == CONCUR_OK && done_init(&worker->done))
		status = error_plain(CONCUR_NO_MEMORY);
	if (status == CONCUR_OK && options->page > 0)
		status = map_page(worker, options->page);
	if (status != CONCUR_OK) {
		concur_worker_free(worker);
		return status;
	}
	*ret_worker = worker;
	return CONCUR_OK;
}

void
concur_worker_free(concur_worker *worker)
{
	if (!worker)
		return;
	if (worker->page)
		munmap(worker->page, PAGE_BYTES);
	functions_fini(&worker->functions);
	done_fini(&worker->done);
	(void)pthread_cond_destroy(&worker->waiting);
	(void)pthread_cond_destroy(&worker->changed);
	(void)pthread_mutex_destroy(&worker->lock);
	free(worker);
}

/* -- one attachment ----------------------------------------------------------------------------------------------- */

/* The threads of an attachment besides the caller's. */
struct crew {
	pthread_t flusher, watch;
	bool has_flusher, has_watch;
	unsigned runners;
	struct runner {
		pthread_t thread;
		struct concur_worker *worker;
		unsigned number;
	} others[WORKER_THREADS_MAX];
};

/* PREFIX_0, PREFIX_1 ... The number is whole, and the prefix is cut where a letter of it ends. */
static void
name_thread(const struct concur_worker *worker, unsigned number)
{
	char name[WORKER_THREAD_NAME];
	int room = (int)sizeof name - 1 - snprintf(NULL, 0, "_%u", number);
	size_t size = strnlen(worker->thread_name_prefix, (size_t)room);

	if (size == 0)
		return;
	while (size && (worker->thread_name_prefix[size] & 0xC0) == 0x80)
		size--;
	snprintf(name, sizeof name, "%.*s_%u", (int)size, worker->thread_name_prefix, number);
	(void)pthread_setname_np(pthread_self(), name);
}

static void *
run_in_thread(void *arg)
{
	struct runner *runner = arg;

	name_thread(runner->worker, runner->number);
	worker_run_tasks(runner->worker, runner->number);
	return NULL;
}

/* Runners that can not be started are done without. */
static void
start_runners(struct concur_worker *worker, struct crew *crew)
{
	for (unsigned number = 1; number < worker->options->threads; number++) {
		struct runner *runner = &crew->others[crew->runners];

		runner->worker = worker;
		runner->number = number;
		if (pthread_create(&runner->thread, NULL, run_in_thread, runner))
			break;
		crew->runners++;
	}
}

static enum concur_status
start_crew(struct concur_worker *worker, struct crew *crew)
{
	int error = pthread_create(&crew->flusher, NULL, worker_flush, worker);

	crew->has_flusher = error == 0;
	if (error == 0 && !worker->page && worker_begin_watch(worker)) {
		error = pthread_create(&crew->watch, NULL, worker_watch, worker);
		crew->has_watch = error == 0;
	}
	if (error)
		return error_system(CONCUR_SYSTEM, error, "no thread for the worker");
	start_runners(worker, crew);
	return CONCUR_OK;
}

static void
end_crew(struct concur_worker *worker, struct crew *crew)
{
	for (unsigned i = 0; i < crew->runners; i++)
		(void)pthread_join(crew->others[i].thread, NULL);
	pthread_mutex_lock(&worker->lock);
	worker->is_attached = false;
	pthread_cond_broadcast(&worker->waiting);
	if (worker->watch)
		concur_future_cancel(worker->watch);
	pthread_mutex_unlock(&worker->lock);
	if (crew->has_flusher)
		(void)pthread_join(crew->flusher, NULL);
	if (crew->has_watch)
		(void)pthread_join(crew->watch, NULL);
	concur_future_free(worker->watch); /* that of a thread that could not be started */
	worker->watch = NULL;
}

static void
begin_attachment(struct concur_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->is_attached = true;
	worker->is_over = false;
	worker->end = CONCUR_OK;
	worker->begun = 0;
	worker->credit = (struct credit){ 0 };
	if (worker->is_draining)
		worker_tell_drain(worker);
	pthread_mutex_unlock(&worker->lock);
}

/* The caller's thread has its own name again afterwards. */
static void
run_tasks_here(struct concur_worker *worker)
{
	char before[WORKER_THREAD_NAME];
	bool is_known = pthread_getname_np(pthread_self(), before, sizeof before) == 0;

	name_thread(worker, 0);
	worker_run_tasks(worker, 0);
	if (is_known)
		(void)pthread_setname_np(pthread_self(), before);
}

/* Works until the attachment is over. */
static enum concur_status
work(struct concur_worker *worker)
{
	struct crew *crew = calloc(1, sizeof *crew);
	enum concur_status status;

	if (!crew)
		return error_plain(CONCUR_NO_MEMORY);
	begin_attachment(worker);
	status = start_crew(worker, crew);
	if (status == CONCUR_OK)
		run_tasks_here(worker);
	end_crew(worker, crew);
	free(crew);
	return status == CONCUR_OK ? worker->end : status;
}

static enum concur_status
attach_and_work(struct concur_worker *worker, bool *ret_has_worked)
{
	enum concur_status status = worker_attach(worker);

	if (status == CONCUR_OK) {
		*ret_has_worked = true;
		status = work(worker);
	}
	if (worker->session)
		worker_detach(worker);
	return status;
}

/* -- all of them -------------------------------------------------------------------------------------------------- */

/* Statuses of a daemon that may be there again later, or a pool of that name. */
static bool
is_passing(const struct concur_worker_options *options, enum concur_status status)
{
	if (status == CONCUR_NOT_FOUND)
		return options->pool;
	return status == CONCUR_CLOSED || status == CONCUR_NO_DAEMON || status == CONCUR_TIMED_OUT ||
	    status == CONCUR_STOPPING || status == CONCUR_NO_MEMORY || status == CONCUR_LIMIT;
}

/* Whether it is worth to try again. */
static bool
is_to_go_on(const struct concur_worker *worker, enum concur_status status, bool has_ever_worked)
{
	const struct concur_worker_options *options = worker->options;

	return !options->process && (has_ever_worked || options->patient) && is_passing(options, status);
}

static bool
is_to_end(struct concur_worker *worker)
{
	bool is_draining;

	pthread_mutex_lock(&worker->lock);
	is_draining = worker->is_draining;
	pthread_mutex_unlock(&worker->lock);
	return is_draining;
}

/* Until the time is over, or the worker is to end. */
static void
rest(struct concur_worker *worker, int64_t pause_ns)
{
	const struct timespec tick = { .tv_nsec = PAUSE_FIRST_NS };

	for (; pause_ns > 0 && !is_to_end(worker); pause_ns -= PAUSE_FIRST_NS)
		(void)nanosleep(&tick, NULL);
}

enum concur_status
concur_worker_run(concur_worker *worker)
{
	int64_t pause_ns = PAUSE_FIRST_NS;
	bool has_ever_worked = false;
	enum concur_status status;

	for (;;) {
		bool has_worked = false;

		status = attach_and_work(worker, &has_worked);
		has_ever_worked |= has_worked;
		if (status == CONCUR_OK || is_to_end(worker))
			return CONCUR_OK;
		if (!is_to_go_on(worker, status, has_ever_worked))
			return status;
		pause_ns = has_worked ? PAUSE_FIRST_NS : 2 * pause_ns;
		if (pause_ns > PAUSE_MAX_NS)
			pause_ns = PAUSE_MAX_NS;
		rest(worker, pause_ns);
	}
}

void
concur_worker_drain(concur_worker *worker, bool give_up)
{
	pthread_mutex_lock(&worker->lock);
	if (!worker->is_draining && worker->is_attached)
		worker_tell_drain(worker);
	worker->is_draining = true;
	worker->is_given_up |= give_up;
	for (struct link *at = worker->running.next; give_up && at != &worker->running; at = at->next)
		atomic_store(&LINK_ENTRY(at, struct concur_work, running)->is_cancelled, true);
	pthread_mutex_unlock(&worker->lock);
}
