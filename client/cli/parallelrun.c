/* Jobs in parallel: on the workers of a pool, or on its own.
 *
 * Its own workers belong to a private daemon, which watches this process and ends with it, and they and their jobs with
 * the daemon; so nothing is left whatever ends this process. A job has a worker for itself: whatever happens to that
 * costs this job only. Signals are blocked and looked for between calls, so that none comes at the wrong moment. */
#include "config.h"

#include "parallelrun.h"

#include "help.h"
#include "joblog.h"
#include "jobs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As GNU parallel's. */
enum { FAILED_MAX = 101, STATUS_ERROR = 255, STATUS_SIGNAL = 128 };

enum {
	AHEAD_EACH = 4, /* jobs that are submitted for each that runs */
	AHEAD_MORE = 32,
};

struct parallel {
	struct command *command;
	struct jobspec spec;
	struct jobs jobs;
	sigset_t signals;
	int signal;      /* that came; 0: none */
	char *directory; /* owned */
	char *url;       /* likewise: $CONCUR_URL as it was; NULL: it was not set */
};

/* -- workers ------------------------------------------------------------------------------------------------------- */

/* Cores that this process may use. */
static unsigned
count_cores(void)
{
	cpu_set_t cores;
	int count = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;

	return count < 1 ? 1u : count > JOBSPEC_JOBS_MAX ? (unsigned)JOBSPEC_JOBS_MAX : (unsigned)count;
}

/* Workers find their next jobs waiting, unless each job's end decides whether there will be a next one. */
static void
look_ahead(struct parallel *parallel, uint64_t workers)
{
	struct jobs *jobs = &parallel->jobs;
	bool waits = parallel->spec.halt.when != JOBSPEC_NEVER;

	jobs->ahead = waits ? workers : AHEAD_EACH * workers + AHEAD_MORE;
	jobs->slack = waits ? 0 : jobs->ahead / 4;
	jobs->batch_max = JOBS_BATCH_MAX;
}

/* A daemon and a pool for this process alone. Jobs are to see the world as it is here. */
static enum concur_status
hire_workers(struct parallel *parallel)
{
	const char *const limits[] = { "--limit", "processes_max=2000", "--limit", "stop_seconds=2", NULL };
	const struct concur_options options = { .client = "concur parallel", .arguments = limits };
	struct jobs *jobs = &parallel->jobs;
	unsigned count = parallel->spec.jobs ? parallel->spec.jobs : count_cores();
	const struct concur_pool_options how = { .workers = count, .runtime = "exec" };
	const char *url = getenv("CONCUR_URL");
	enum concur_status status;

	parallel->directory = getcwd(NULL, 0);
	parallel->url = url ? strdup(url) : NULL;
	if (url && !parallel->url)
		return CONCUR_NO_MEMORY;
	status = concur_spawn(&options, &parallel->command->session);
	if (status == CONCUR_OK)
		status = concur_pool_open(parallel->command->session, NULL, NULL, &jobs->task.pool);
	if (status == CONCUR_OK)
		status = concur_pool_configure(jobs->task.pool, &how);
	jobs->task.directory = parallel->directory;
	jobs->task.url = parallel->url;
	look_ahead(parallel, count);
	return status;
}

/* Somebody else's pool: as many jobs under way as were asked for, or enough for all its workers. */
static enum concur_status
find_workers(struct parallel *parallel)
{
	const struct concur_options options = { .client = "concur parallel",
		.key_file = parallel->command->options.key };
	const struct concur_open there = { .must_exist = true };
	struct jobs *jobs = &parallel->jobs;
	struct concur_pool_state state;
	uint64_t workers;
	enum concur_status status;

	status = concur_connect(parallel->command->options.url, &options, &parallel->command->session);
	if (status == CONCUR_OK)
		status = concur_pool_open(parallel->command->session, parallel->spec.pool, &there, &jobs->task.pool);
	if (status == CONCUR_OK)
		status = concur_pool_state(jobs->task.pool, &state);
	if (status != CONCUR_OK)
		return status;
	workers = state.workers > state.workers_max ? state.workers : state.workers_max;
	look_ahead(parallel, workers ? workers : 1);
	/* -j is less than the pool could do: jobs that are submitted are as good as running. */
	if (parallel->spec.jobs) {
		jobs->ahead = parallel->spec.jobs;
		jobs->slack = 0;
	}
	if (state.capacity && state.capacity < JOBS_BATCH_MAX)
		jobs->batch_max = (size_t)state.capacity;
	return CONCUR_OK;
}

/* -- signals ------------------------------------------------------------------------------------------------------- */

static void
block_signals(struct parallel *parallel)
{
	(void)sigemptyset(&parallel->signals);
	(void)sigaddset(&parallel->signals, SIGINT);
	(void)sigaddset(&parallel->signals, SIGTERM);
	(void)sigaddset(&parallel->signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &parallel->signals, NULL);
}

/* Whether one came now. One that is ignored, as under nohup, does not come. */
static bool
signal_came(struct parallel *parallel)
{
	const struct timespec now = { 0 };
	int signal = sigtimedwait(&parallel->signals, NULL, &now);

	if (signal <= 0)
		return false;
	parallel->signal = signal;
	return true;
}

/* -- the verb ------------------------------------------------------------------------------------------------------ */

/* Until all is done, or a second signal comes. */
static enum concur_status
run_jobs(struct parallel *parallel)
{
	struct jobs *jobs = &parallel->jobs;
	enum concur_status status = CONCUR_OK;

	while (status == CONCUR_OK && !jobs_are_over(jobs)) {
		bool was_told = parallel->signal;

		if (signal_came(parallel)) {
			if (was_told)
				break;
			jobs_stop(jobs, true);
		}
		status = jobs_fill(jobs);
		if (status == CONCUR_OK)
			status = jobs_await(jobs);
		if (ferror(stdout) && !jobs->is_stopped) {
			command_complain(parallel->command, "the output can not be written: %s", strerror(errno));
			jobs->is_broken = true;
			jobs_stop(jobs, true);
		}
	}
	return status;
}

static enum concur_status
open_and_run(struct parallel *parallel)
{
	struct jobs *jobs = &parallel->jobs;
	enum concur_status status;

	jobs->task.timeout_ns = parallel->spec.timeout_ns;
	status = parallel->spec.pool ? find_workers(parallel) : hire_workers(parallel);
	if (status == CONCUR_OK)
		status = concur_completions_new(parallel->command->session, &jobs->task.completions);
	if (status == CONCUR_OK)
		status = run_jobs(parallel);
	return status;
}

/* What this process ends with. */
static int
exit_status(const struct parallel *parallel)
{
	const struct jobs *jobs = &parallel->jobs;

	if (parallel->signal)
		return STATUS_SIGNAL + parallel->signal;
	if (jobs->is_broken)
		return STATUS_ERROR;
	/* Enough have ended well; how the others did was not asked. */
	if (jobs->is_halted && parallel->spec.halt.well && !parallel->spec.halt.failed)
		return 0;
	return jobs->failed > FAILED_MAX ? FAILED_MAX : (int)jobs->failed;
}

static bool
open_log(struct parallel *parallel)
{
	const char *path = parallel->spec.log;

	if (!path || (parallel->jobs.log = joblog_open(path)))
		return true;
	command_complain(parallel->command, "%s can not be written: %s", path, strerror(errno));
	return false;
}

static void
close_log(struct parallel *parallel)
{
	if (!parallel->jobs.log || joblog_close(parallel->jobs.log))
		return;
	command_complain(parallel->command, "%s can not be written: %s", parallel->spec.log, strerror(errno));
	parallel->jobs.is_broken = true;
}

/* The words are understood. */
static int
carry_out(struct parallel *parallel)
{
	enum concur_status status;

	if (!open_log(parallel))
		return STATUS_ERROR;
	block_signals(parallel);
	status = open_and_run(parallel);
	progress_end(&parallel->jobs.progress, parallel->jobs.ended);
	if (status != CONCUR_OK) {
		(void)command_failed(parallel->command, status);
		parallel->jobs.is_broken = true;
	}
	jobs_tell_failures(&parallel->jobs);
	close_log(parallel);
	concur_completions_free(parallel->jobs.task.completions);
	concur_free(parallel->jobs.task.pool);
	return exit_status(parallel);
}

static int
run(struct parallel *parallel)
{
	struct command *command = parallel->command;
	struct fault fault;
	int status = STATUS_ERROR;

	if (jobs_init(&parallel->jobs, command, &parallel->spec, &fault)) {
		command->name = command->row->verb;
		status = carry_out(parallel);
	} else {
		(void)command_misused(command, &fault);
	}
	jobs_fini(&parallel->jobs);
	free(parallel->directory);
	free(parallel->url);
	return status;
}

enum verdict
parallelrun_run(struct command *command)
{
	struct parallel *parallel = calloc(1, sizeof *parallel);
	int status = STATUS_ERROR;
	struct fault fault;

	if (!parallel) {
		command_complain(command, "out of memory");
		return (enum verdict)status;
	}
	parallel->command = command;
	if (!jobspec_read(command, &parallel->spec, &fault)) {
		(void)command_misused(command, &fault);
	} else if (command->options.help) {
		help_row(command->row, ROW_TOP);
		status = 0;
	} else {
		status = run(parallel);
	}
	free(parallel);
	return (enum verdict)status;
}
