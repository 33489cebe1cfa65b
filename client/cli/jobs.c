/* Jobs on their way. Memory is bounded: so many jobs are ahead of the workers, so many are kept behind one that has not
 * ended, and so many bytes of what they wrote. */
#include "config.h"

#include "jobs.h"

#include "jobend.h"
#include "joblog.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_NS (CONCUR_SECOND / 10)   /* between looks at signals */
#define CANCEL_NS (5 * CONCUR_SECOND)  /* for a worker elsewhere to answer */
#define GLANCE_NS (CONCUR_SECOND / 50) /* between looks at standard input while completions are awaited, too */

static const size_t HELD_BYTES_MAX = 256u << 20;
static const size_t BATCH_BYTES_MAX = 4u << 20;
static const size_t WORDS_BYTES_MAX = 2u << 20; /* of one job: Linux takes no more */

struct job {
	struct link link; /* in jobs->pending, or in jobs->under_way */
	uint64_t number;
	uint64_t task;
	unsigned tries;
	struct buffer words;
	char *label; /* its arguments, for people */
	char *output[2];
	size_t output_size[2];
	bool is_ended;
};

static struct job **
place_of(struct jobs *jobs, uint64_t number)
{
	return &jobs->ring[number % JOBS_HELD_MAX];
}

static void
job_free(struct job *job)
{
	if (!job)
		return;
	link_remove(&job->link);
	buffer_fini(&job->words);
	free(job->output[0]);
	free(job->output[1]);
	free(job->label);
	free(job);
}

/* -- out ----------------------------------------------------------------------------------------------------------- */

static void
print_output(struct jobs *jobs, const char *const *output, const size_t *size)
{
	if (size[0] || size[1])
		progress_clear(&jobs->progress);
	if (size[0]) {
		(void)fwrite(output[0], 1, size[0], stdout);
		(void)fflush(stdout);
	}
	if (size[1])
		(void)fwrite(output[1], 1, size[1], stderr);
}

static void
print_in_order(struct jobs *jobs)
{
	struct job **place;

	while (jobs->printed < jobs->read && (*(place = place_of(jobs, jobs->printed + 1)))->is_ended) {
		struct job *job = *place;

		print_output(jobs, (const char *const *)job->output, job->output_size);
		jobs->held_bytes -= job->output_size[0] + job->output_size[1];
		job_free(job);
		*place = NULL;
		jobs->printed++;
	}
}

/* False if there is no memory. */
static bool
keep_output(struct jobs *jobs, struct job *job, const struct jobend *end)
{
	for (int i = 0; i < 2; i++) {
		if (!end->output_size[i])
			continue;
		job->output[i] = malloc(end->output_size[i]);
		if (!job->output[i])
			return false;
		memcpy(job->output[i], end->output[i], end->output_size[i]);
		job->output_size[i] = end->output_size[i];
		jobs->held_bytes += end->output_size[i];
	}
	return true;
}

/* -- ends ---------------------------------------------------------------------------------------------------------- */

static void
note_failure(struct jobs *jobs, const struct job *job, const struct jobend *end)
{
	char why[sizeof end->why + 32], *text;

	if (jobs->failed++ >= JOBS_FAILURES_MAX)
		return;
	jobend_tell(end, why, sizeof why);
	if (asprintf(&text, "job %llu (%.*s): %s", (unsigned long long)job->number, JOBS_LABEL_MAX, job->label, why) >=
	    0)
		jobs->failures[jobs->failed - 1] = text;
}

static void
write_log(const struct jobs *jobs, const struct job *job, const struct jobend *end)
{
	char *command;

	if (!jobs->log || end->how == JOBEND_CANCELLED)
		return;
	command = jobtemplate_show(&jobs->template, &job->words);
	joblog_write(jobs->log, job->number, end, command ? command : "");
	free(command);
}

static void
count_end(struct jobs *jobs, const struct job *job, const struct jobend *end)
{
	const struct jobspec_halt *halt = &jobs->spec->halt;

	jobs->ended++;
	if (end->how == JOBEND_CANCELLED)
		jobs->cancelled++;
	else if (jobend_is_well(end))
		jobs->well++;
	else
		note_failure(jobs, job, end);
	if (halt->when == JOBSPEC_NEVER || jobs->is_stopped)
		return;
	if ((halt->failed ? jobs->failed : 0) + (halt->well ? jobs->well : 0) < halt->count)
		return;
	jobs->is_halted = true;
	jobs_stop(jobs, halt->when == JOBSPEC_NOW);
}

static void
make_pending(struct jobs *jobs, struct job *job)
{
	link_append(&jobs->pending, &job->link);
	jobs->pending_count++;
}

/* It has ended for good. */
static void
end_job(struct jobs *jobs, struct job *job, struct jobend *end)
{
	if (job->number == jobs->printed + 1) {
		print_output(jobs, end->output, end->output_size);
	} else if (!keep_output(jobs, job, end)) {
		end->how = JOBEND_FAILED;
		(void)snprintf(end->why, sizeof end->why, "there was no memory for what it wrote");
	}
	job->is_ended = true;
	write_log(jobs, job, end);
	count_end(jobs, job, end);
	print_in_order(jobs);
}

/* Those that were submitted first mostly end first. */
static struct job *
find_under_way(const struct jobs *jobs, uint64_t task)
{
	for (struct link *at = jobs->under_way.next; at != &jobs->under_way; at = at->next) {
		struct job *job = LINK_ENTRY(at, struct job, link);

		if (job->task == task)
			return job;
	}
	return NULL;
}

static void
take_completion(struct jobs *jobs, const struct concur_completed *completed)
{
	struct job *job = find_under_way(jobs, completed->task);
	struct jobend end;

	if (!job)
		return;
	link_remove(&job->link);
	jobs->under_way_count--;
	jobend_read(completed, &end);
	if (!jobend_is_well(&end) && end.how != JOBEND_CANCELLED && job->tries < jobs->spec->tries && !jobs->is_stopped)
		make_pending(jobs, job);
	else
		end_job(jobs, job, &end);
}

/* -- in ------------------------------------------------------------------------------------------------------------ */

/* What tells the job from others, on one line. NULL: no memory. */
static char *
make_label(const struct jobinput *input)
{
	struct buffer label = { 0 };

	for (size_t i = 0; i < input->count; i++) {
		if (i)
			buffer_append_byte(&label, ' ');
		for (const char *at = input->arguments[i]; *at; at++)
			buffer_append_byte(&label, iscntrl((unsigned char)*at) ? ' ' : (uint8_t)*at);
	}
	return buffer_to_string(&label);
}

/* A job of the arguments that were read. False if there is no memory. */
static bool
add_job(struct jobs *jobs)
{
	struct job *job = calloc(1, sizeof *job);

	if (!job)
		return false;
	link_init(&job->link);
	job->number = jobs->read + 1;
	job->label = make_label(&jobs->input);
	jobtemplate_fill(&jobs->template, job->number, jobs->input.arguments, jobs->input.count, &job->words);
	if (!job->label || job->words.failed) {
		job_free(job);
		return false;
	}
	jobs->read++;
	*place_of(jobs, job->number) = job;
	if (job->words.size <= WORDS_BYTES_MAX)
		make_pending(jobs, job);
	else
		end_job(jobs, job, &(struct jobend){ .how = JOBEND_FAILED, .why = "its words are too long" });
	return true;
}

static bool
may_read(const struct jobs *jobs)
{
	return !jobs->all_read && !jobs->is_stopped && jobs->pending_count + jobs->under_way_count < jobs->ahead &&
	    jobs->read - jobs->printed < JOBS_HELD_MAX && jobs->held_bytes < HELD_BYTES_MAX;
}

static enum concur_status
read_jobs(struct jobs *jobs)
{
	while (may_read(jobs)) {
		enum lines_next next = jobinput_next(&jobs->input);

		if (next == LINES_LATER)
			break;
		jobs->all_read = next != LINES_LINE;
		if (next == LINES_FAILED) {
			command_complain(jobs->command, "standard input can not be read: %s", strerror(errno));
			jobs->is_broken = true;
		}
		if (next == LINES_LINE && !add_job(jobs))
			return CONCUR_NO_MEMORY;
	}
	return CONCUR_OK;
}

/* As many pending jobs as may go at once, into the arrays. */
static size_t
gather(const struct jobs *jobs, const struct buffer **words, struct job **batch)
{
	size_t count = 0, bytes = 0;

	for (struct link *at = jobs->pending.next; at != &jobs->pending; at = at->next) {
		struct job *job = LINK_ENTRY(at, struct job, link);

		if (count == jobs->batch_max || (count && bytes + job->words.size > BATCH_BYTES_MAX))
			break;
		bytes += job->words.size;
		words[count] = &job->words;
		batch[count++] = job;
	}
	return count;
}

static enum concur_status
submit_pending(struct jobs *jobs)
{
	const struct buffer *words[JOBS_BATCH_MAX];
	struct job *batch[JOBS_BATCH_MAX];
	size_t count = gather(jobs, words, batch);
	enum concur_status status;
	uint64_t first;

	if (count == 0)
		return CONCUR_OK;
	status = jobtask_submit(&jobs->task, words, count, jobs->under_way_count ? 0 : TICK_NS, &first);
	if (status != CONCUR_OK)
		return status == CONCUR_FULL || status == CONCUR_INTERRUPTED ? CONCUR_OK : status;
	for (size_t i = 0; i < count; i++) {
		link_remove(&batch[i]->link);
		batch[i]->tries++;
		batch[i]->task = first + i;
		link_append(&jobs->under_way, &batch[i]->link);
	}
	jobs->pending_count -= count;
	jobs->under_way_count += count;
	return CONCUR_OK;
}

enum concur_status
jobs_fill(struct jobs *jobs)
{
	enum concur_status status;

	/* Not for each that has ended: many go into one call. */
	if (jobs->under_way_count + jobs->slack > jobs->ahead)
		return CONCUR_OK;
	status = read_jobs(jobs);
	return status == CONCUR_OK ? submit_pending(jobs) : status;
}

/* -- waiting ------------------------------------------------------------------------------------------------------- */

enum concur_status
jobs_await(struct jobs *jobs)
{
	struct pollfd input = { STDIN_FILENO, POLLIN, 0 };
	struct concur_completed completed;
	enum concur_status status;

	progress_update(&jobs->progress, jobs->ended, jobs->all_read ? jobs->read : jobinput_total(&jobs->input));
	if (jobs->under_way_count == 0) {
		if (may_read(jobs) && jobs->pending_count == 0)
			(void)poll(&input, 1, (int)(TICK_NS / 1000000));
		return CONCUR_OK;
	}
	status = concur_completions_next(jobs->task.completions,
	    may_read(jobs) || jobs->pending_count ? GLANCE_NS : TICK_NS, &completed);
	if (status == CONCUR_OK)
		take_completion(jobs, &completed);
	return status == CONCUR_TIMED_OUT || status == CONCUR_INTERRUPTED ? CONCUR_OK : status;
}

bool
jobs_are_over(const struct jobs *jobs)
{
	return (jobs->all_read || jobs->is_stopped) && jobs->pending_count == 0 && jobs->under_way_count == 0;
}

/* -- the end ------------------------------------------------------------------------------------------------------- */

/* What has ended meanwhile is not found any more, and what runs on says no: both are as they should be. */
static void
cancel_under_way(struct jobs *jobs, bool now)
{
	concur_future **futures = calloc(jobs->under_way_count + 1, sizeof *futures);
	size_t count = 0;

	for (struct link *at = jobs->under_way.next; futures && at != &jobs->under_way; at = at->next)
		futures[count++] = concur_task_cancel_begin(jobs->command->session,
		    LINK_ENTRY(at, struct job, link)->task, now, CANCEL_NS);
	if (!futures)
		jobs->is_broken = true;
	for (size_t i = 0; i < count; i++) {
		jobs->is_broken |= concur_future_wait(futures[i], CANCEL_NS) == CONCUR_NO_MEMORY;
		concur_future_free(futures[i]);
	}
	free(futures);
}

void
jobs_stop(struct jobs *jobs, bool now)
{
	struct link *link;

	jobs->is_stopped = true;
	while ((link = link_pop(&jobs->pending))) {
		jobs->pending_count--;
		end_job(jobs, LINK_ENTRY(link, struct job, link), &(struct jobend){ .how = JOBEND_CANCELLED });
	}
	cancel_under_way(jobs, now);
}

void
jobs_tell_failures(struct jobs *jobs)
{
	progress_clear(&jobs->progress);
	for (size_t i = 0; i < JOBS_FAILURES_MAX && i < jobs->failed; i++)
		command_complain(jobs->command, "%s", jobs->failures[i] ? jobs->failures[i] : "out of memory");
	if (jobs->failed > JOBS_FAILURES_MAX)
		command_complain(jobs->command, "and %llu more",
		    (unsigned long long)(jobs->failed - JOBS_FAILURES_MAX));
	if (jobs->is_halted)
		command_complain(jobs->command, "halted when %llu had ended well, and %llu had failed",
		    (unsigned long long)jobs->well, (unsigned long long)jobs->failed);
	else if (jobs->failed)
		command_complain(jobs->command, "%llu of %llu job%s failed", (unsigned long long)jobs->failed,
		    (unsigned long long)(jobs->well + jobs->failed), jobs->well + jobs->failed == 1 ? "" : "s");
}

/* -- life ---------------------------------------------------------------------------------------------------------- */

bool
jobs_init(struct jobs *jobs, struct command *command, const struct jobspec *spec, struct fault *fault)
{
	*jobs = (struct jobs){ .command = command, .spec = spec };
	link_init(&jobs->pending);
	link_init(&jobs->under_way);
	jobinput_init(&jobs->input, spec);
	progress_init(&jobs->progress, spec->progress ? PROGRESS_ALWAYS : PROGRESS_NEVER);
	return jobtemplate_init(&jobs->template, spec->words, spec->word_count, jobs->input.count, fault);
}

void
jobs_fini(struct jobs *jobs)
{
	for (size_t i = 0; i < JOBS_HELD_MAX; i++)
		job_free(jobs->ring[i]);
	for (size_t i = 0; i < JOBS_FAILURES_MAX; i++)
		free(jobs->failures[i]);
	jobinput_fini(&jobs->input);
}
