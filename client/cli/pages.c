/* Pages. What a page says about the next one has the same names in the request: `cursor`, or the three of a mark. */
#include "pages.h"

#include <string.h>

static bool
is_zero(json_t *number)
{
	return json_is_integer(number) && json_integer_value(number) == 0;
}

bool
pages_next(json_t *reply, json_t *request)
{
	static const char *const mark[] = { "from_session", "from_call", "from_number" };
	json_t *cursor = json_object_get(reply, "cursor"), *number = json_object_get(reply, mark[2]);

	if (cursor && !is_zero(cursor))
		return json_object_set(request, "cursor", cursor) == 0;
	if (!number || is_zero(number))
		return false;
	for (size_t i = 0; i < sizeof mark / sizeof *mark; i++) {
		if (json_object_set(request, mark[i], json_object_get(reply, mark[i])) < 0)
			return false;
	}
	return true;
}

enum verdict
pages_all(struct command *command, const char *method, json_t *request, const char *member, json_t **ret_array)
{
	json_t *array = json_array();
	bool more = true;

	while (more) {
		json_auto_t *reply = NULL;
		enum verdict verdict = command_call(command, method, request, &reply);

		if (verdict != VERDICT_DONE) {
			json_decref(array);
			return verdict;
		}
		if (json_array_extend(array, json_object_get(reply, member)) < 0) {
			json_decref(array);
			return command_failed(command, CONCUR_NO_MEMORY);
		}
		more = pages_next(reply, request);
	}
	*ret_array = array;
	return VERDICT_DONE;
}
