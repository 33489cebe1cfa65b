/* What tasks write: the last lines of each. They are counted as what the task is itself. */
#include "daemon/core/pool_impl.h"

#include "daemon/core/process.h"

#include <stdlib.h>

/* NULL if there is no memory. */
static struct process_output *
task_log(struct core *core, struct task *task)
{
	struct task_more *more = task_more(task);

	if (!more || more->log)
		return more ? more->log : NULL;
	more->log = malloc(sizeof *more->log);
	if (!more->log)
		return NULL;
	process_output_init(more->log);
	core->object_bytes += sizeof *more->log;
	return more->log;
}

void
task_has_written(struct core *core, struct task *task, bool is_error, const char *text, size_t size)
{
	struct process_output *log = task_log(core, task);
	size_t before = log ? log->bytes : 0;

	if (!log)
		return;
	if (core_has_no_room(core, size + PROCESS_LINE_COST)) {
		log->next++;
		return;
	}
	process_output_add(log, core->limits->task_output_max, is_error, text, size);
	core->object_bytes += log->bytes;
	core->object_bytes -= before;
}

void
task_drop_log(struct core *core, struct task_more *more)
{
	size_t steps = SIZE_MAX; /* they are no more than task_output_max has room for */

	if (!more->log)
		return;
	core->object_bytes -= sizeof *more->log + more->log->bytes;
	process_output_drop(more->log, 0, &steps);
	free(more->log);
	more->log = NULL;
}
