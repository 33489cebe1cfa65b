/* Errors of tasks: maps with texts as keys, of which any may be missing or be something else than expected. */
#include "task_error.h"

#include "error.h"
#include "lib/status.h"
#include "values.h"

#include <limits.h>

enum { STATUS_WIRE_MAX = 255 };

const struct concur_value *
task_error_member(const struct concur_value *map, const char *key, enum concur_value_kind kind)
{
	size_t size = strlen(key);

	if (map->kind != CONCUR_VALUE_MAP)
		return NULL;
	for (size_t i = 0; i + 1 < map->count; i += 2) {
		const struct concur_value *at = &map->items[i];

		if (at->kind == CONCUR_VALUE_TEXT && at->size == size && memcmp(at->bytes, key, size) == 0)
			return at[1].kind == kind ? &at[1] : NULL;
	}
	return NULL;
}

/* Decoded values have a 0 behind their bytes. */
static const char *
text_of(const struct concur_value *map, const char *key)
{
	const struct concur_value *text = task_error_member(map, key, CONCUR_VALUE_TEXT);

	return text ? text->bytes : "";
}

static int64_t
number_of(const struct concur_value *map, const char *key)
{
	const struct concur_value *number = task_error_member(map, key, CONCUR_VALUE_INTEGER);

	return number ? number->integer : 0;
}

static int
small_number_of(const struct concur_value *map, const char *key)
{
	int64_t number = number_of(map, key);

	return number >= INT_MIN && number <= INT_MAX ? (int)number : 0;
}

/* What is no error of the protocol is not passed on: a wait that has timed out is something else than a task that says
 * so. */
static enum concur_status
status_in(const struct concur_value *map)
{
	int number = small_number_of(map, "status");

	if (number <= CONCUR_OK || number > STATUS_WIRE_MAX ||
	    strcmp(status_name((enum concur_status)number), "UNKNOWN_STATUS") == 0)
		return CONCUR_TASK_FAILED;
	return (enum concur_status)number;
}

enum concur_status
task_error_status(const struct concur_value *error)
{
	const char *type = text_of(error, "type"), *message = text_of(error, "message");
	enum concur_status status = status_in(error);

	if (*type && *message)
		return error_set(status, "%s: %s", type, message);
	if (*type || *message)
		return error_set(status, "%s", *type ? type : message);
	return error_plain(status);
}

enum concur_status
task_end_status(enum concur_task_phase phase, const uint8_t *value, size_t size)
{
	struct concur_value error;
	enum concur_status status;

	if (phase == CONCUR_PHASE_FINISHED)
		return CONCUR_OK;
	if (phase == CONCUR_PHASE_CANCELLED)
		return error_set(CONCUR_CANCELLED, "the task was cancelled");
	if (phase != CONCUR_PHASE_FAILED)
		return error_plain(CONCUR_BAD_REPLY);
	if (!size)
		return error_plain(CONCUR_TASK_FAILED);
	status = values_decode(value, size, &error);
	if (status != CONCUR_OK)
		return error_plain(status);
	status = task_error_status(&error);
	concur_value_free(&error);
	return status;
}

enum concur_status
concur_task_error_read(struct concur_value *value, struct concur_task_error *ret_error)
{
	struct concur_task_error error = { .whole = *value };

	if (value->kind != CONCUR_VALUE_MAP)
		return error_set(CONCUR_BAD_VALUE, "the error of a task is a map");
	error.status = status_in(value);
	error.type = text_of(value, "type");
	error.message = text_of(value, "message");
	error.traceback = text_of(value, "traceback");
	error.signal = small_number_of(value, "signal");
	error.exit_code = small_number_of(value, "exit_code");
	error.user_ns = (uint64_t)number_of(value, "user_ns");
	error.system_ns = (uint64_t)number_of(value, "system_ns");
	error.memory = (uint64_t)number_of(value, "memory");
	error.opaque = task_error_member(value, "exception", CONCUR_VALUE_OPAQUE);
	*value = (struct concur_value){ 0 };
	*ret_error = error;
	return CONCUR_OK;
}

void
concur_task_error_free(struct concur_task_error *error)
{
	if (!error)
		return;
	concur_value_free(&error->whole);
	*error = (struct concur_task_error){ 0 };
}
