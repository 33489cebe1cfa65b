/* What a process writes, or a task: the last lines; and those who wait for the next one of a process.
 *
 * Invariant: lines are numbered without a gap, the last one is output.next - 1; their bytes, with PROCESS_LINE_COST for
 * each, are no more than the limit, unless one alone is. */
#include "daemon/core/process.h"

#include <stdlib.h>
#include <string.h>

static struct process_line *
process_line_of(struct link *link)
{
	return LINK_ENTRY(link, struct process_line, link);
}

static size_t
process_line_bytes(size_t size)
{
	return size + PROCESS_LINE_COST;
}

void
process_output_init(struct process_output *output)
{
	*output = (struct process_output){ .next = 0 };
	link_init(&output->lines);
}

void
process_output_drop(struct process_output *output, size_t bytes_max, size_t *steps)
{
	for (; *steps && output->bytes > bytes_max; --*steps) {
		struct process_line *line = process_line_of(link_pop(&output->lines));

		output->bytes -= process_line_bytes(line->size);
		free(line);
	}
}

void
process_output_add(struct process_output *output, uint64_t bytes_max, bool is_error, const char *text, size_t size)
{
	size_t cost = process_line_bytes(size), steps = SIZE_MAX;
	struct process_line *line = malloc(sizeof *line + size);

	if (!line) {
		process_output_drop(output, 0, &steps);
		output->next++;
		return;
	}
	process_output_drop(output, bytes_max > cost ? bytes_max - cost : 0, &steps);
	line->number = output->next++;
	line->is_error = is_error;
	line->size = size;
	memcpy(line->text, text, size);
	link_append(&output->lines, &line->link);
	output->bytes += cost;
}

void
process_has_written(struct core *core, struct process *process, uint64_t task, bool is_error, const char *text,
    size_t size)
{
	if (process->watcher && process->watcher->line)
		process->watcher->line(core, process, task, is_error, text, size);
	process_output_add(&process->output, core->limits->output_max, is_error, text, size);
	object_changed(core, &process->object);
	waiter_wake_all(core, &process->readers, CONCUR_OK);
}

const struct process_line *
process_line_from(const struct process_output *output, uint64_t number)
{
	if (number >= output->next)
		return NULL;
	/* Most readers want what came last. */
	for (struct link *at = output->lines.prev; at != &output->lines; at = at->prev) {
		if (process_line_of(at)->number <= number || at->prev == &output->lines)
			return process_line_of(at);
	}
	return NULL;
}

const struct process_line *
process_line_next(const struct process_output *output, const struct process_line *line)
{
	return line->link.next == &output->lines ? NULL : process_line_of(line->link.next);
}

enum concur_status
process_await_line(struct core *core, struct process *process, uint64_t number, const struct ask *ask,
    struct result *ret)
{
	struct waiter *waiter;
	enum concur_status status;

	if (number < process->output.next)
		return CONCUR_OK;
	if (process->state == PROCESS_EXITED || process->state == PROCESS_FAILED) {
		ret->outcome = OUTCOME_END_OF_FILE;
		return CONCUR_OK;
	}
	if (ask->wait_ns == 0) {
		ret->outcome = OUTCOME_TIMED_OUT;
		return CONCUR_OK;
	}
	status = waiter_new(core, &process->object, &process->readers, ask, OUTCOME_TIMED_OUT, &waiter);
	if (status == CONCUR_PENDING)
		waiter->role = PROCESS_ROLE_OUTPUT;
	return status;
}
