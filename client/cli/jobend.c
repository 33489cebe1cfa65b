/* Reading results of "exec", and errors. A result that is not whole has failed: who pipes it on must not take the first
 * part for all. */
#include "jobend.h"

#include <stdio.h>
#include <string.h>

static const struct concur_value *
member(const struct concur_value *map, const char *name, enum concur_value_kind kind)
{
	size_t size = strlen(name);

	for (size_t i = 0; map->kind == CONCUR_VALUE_MAP && i + 1 < map->count; i += 2) {
		const struct concur_value *key = &map->items[i], *value = key + 1;

		if (key->kind == CONCUR_VALUE_TEXT && key->size == size && memcmp(key->bytes, name, size) == 0)
			return value->kind == kind ? value : NULL;
	}
	return NULL;
}

static int64_t
number_of(const struct concur_value *map, const char *name, int64_t otherwise)
{
	const struct concur_value *value = member(map, name, CONCUR_VALUE_INTEGER);

	return value ? value->integer : otherwise;
}

static void
bytes_of(const struct concur_value *map, const char *name, enum concur_value_kind kind, const char **ret,
    size_t *ret_size)
{
	const struct concur_value *value = member(map, name, kind);

	*ret = value ? value->bytes : NULL;
	*ret_size = value ? value->size : 0;
}

static void
read_result(const struct concur_value *result, struct jobend *end)
{
	int64_t dropped = number_of(result, "dropped", 0), code = number_of(result, "exit_code", -1);

	end->how = code >= 0 ? JOBEND_EXITED : JOBEND_KILLED;
	end->number = (int)(code >= 0 ? code : number_of(result, "signal", 0));
	bytes_of(result, "stdout", CONCUR_VALUE_DATA, &end->output[0], &end->output_size[0]);
	bytes_of(result, "stderr", CONCUR_VALUE_DATA, &end->output[1], &end->output_size[1]);
	bytes_of(result, "host", CONCUR_VALUE_TEXT, &end->host, &end->host_size);
	end->began_ns = number_of(result, "began_ns", 0);
	end->ran_ns = number_of(result, "ran_ns", 0);
	if (dropped == 0)
		return;
	end->how = JOBEND_FAILED;
	end->number = 0;
	end->output_size[0] = end->output_size[1] = 0;
	(void)snprintf(end->why, sizeof end->why, "it wrote %lld bytes more than the %d that are kept of each output",
	    (long long)dropped, CONCUR_EXEC_OUTPUT_MAX);
}

static void
read_error(const struct concur_completed *completed, struct jobend *end)
{
	const char *text;
	size_t size;

	end->how = JOBEND_FAILED;
	end->number = (int)number_of(&completed->value, "signal", 0);
	bytes_of(&completed->value, "message", CONCUR_VALUE_TEXT, &text, &size);
	if (size == 0) {
		text = concur_strerror(completed->status);
		size = strlen(text);
	}
	(void)snprintf(end->why, sizeof end->why, "%.*s", (int)(size < sizeof end->why ? size : sizeof end->why - 1),
	    text);
}

void
jobend_read(const struct concur_completed *completed, struct jobend *ret)
{
	*ret = (struct jobend){ .how = JOBEND_CANCELLED };
	if (completed->phase == CONCUR_PHASE_FINISHED)
		read_result(&completed->value, ret);
	else if (completed->phase == CONCUR_PHASE_FAILED)
		read_error(completed, ret);
}

bool
jobend_is_well(const struct jobend *end)
{
	return end->how == JOBEND_EXITED && end->number == 0;
}

void
jobend_tell(const struct jobend *end, char *ret, size_t size)
{
	if (end->how == JOBEND_EXITED)
		(void)snprintf(ret, size, "exit status %d", end->number);
	else if (end->how == JOBEND_KILLED)
		(void)snprintf(ret, size, "signal %d", end->number);
	else
		(void)snprintf(ret, size, "%s", end->how == JOBEND_FAILED ? end->why : "it was cancelled");
}
