/* Reading a slice in pages. The daemon limits the items of one call, so the slice's indexes are worked out here, as
 * Python does, and asked for in runs whose size follows the size of the replies. */
#include "slices.h"

#include "args.h"
#include "methods.h"
#include "print.h"

#include <stdlib.h>

enum {
	PAGE_FIRST = 16,         /* items: of unknown size */
	PAGE_MAX = 4096,         /* items */
	PAGE_BYTES = 256 * 1024, /* that a page should have */
};

/* One end of a slice, put into the list's bounds. */
static int64_t
adjust(int64_t index, int64_t len, int64_t step)
{
	int64_t below = step < 0 ? -1 : 0;
	int64_t above = step < 0 ? len - 1 : len;

	if (index < 0)
		index = index < -len ? below : index + len;
	return index > above ? above : index;
}

static int64_t
member(const json_t *json, const char *name)
{
	return json_integer_value(json_object_get(json, name));
}

struct slice
slices_indices(const json_t *request, int64_t len)
{
	/* The smallest number has no opposite; no list is so long that it mattered. */
	int64_t step = member(request, "step");
	struct slice slice = { .step = step == INT64_MIN ? -INT64_MAX : step };
	bool from_start = json_is_true(json_object_get(request, "from_start"));
	bool to_end = json_is_true(json_object_get(request, "to_end"));
	int64_t stop;

	slice.first = adjust(from_start ? (slice.step < 0 ? INT64_MAX : 0) : member(request, "start"), len, slice.step);
	if (to_end)
		stop = slice.step < 0 ? -1 : len;
	else
		stop = adjust(member(request, "stop"), len, slice.step);
	if (slice.step < 0)
		slice.count = stop < slice.first ? (slice.first - stop - 1) / -slice.step + 1 : 0;
	else
		slice.count = slice.first < stop ? (stop - slice.first - 1) / slice.step + 1 : 0;
	return slice;
}

/* Makes the request one for `count` items from number `at` of the slice on. */
static void
set_run(json_t *request, const struct slice *slice, int64_t at, int64_t count)
{
	int64_t last = slice->first + (at + count - 1) * slice->step;
	/* Just behind the last item, on the side to which the step goes. */
	int64_t stop = slice->step < 0 ? last - 1 : last + 1;

	(void)json_object_set_new(request, "from_start", json_false());
	(void)json_object_set_new(request, "start", json_integer(slice->first + at * slice->step));
	/* As an index, -1 would be the last item. */
	(void)json_object_set_new(request, "to_end", json_boolean(stop < 0));
	(void)json_object_set_new(request, "stop", json_integer(stop < 0 ? 0 : stop));
}

static int64_t
next_count(int64_t count, size_t bytes)
{
	int64_t fitting = count * PAGE_BYTES / (int64_t)(bytes + 1);

	return fitting < 1 ? 1 : fitting > PAGE_MAX ? PAGE_MAX : fitting;
}

static enum verdict
read_pages(struct command *command, json_t *request, const struct slice *slice)
{
	enum verdict verdict = VERDICT_DONE;
	int64_t page = PAGE_FIRST;
	int64_t count;

	for (int64_t at = 0; at < slice->count && verdict == VERDICT_DONE; at += count) {
		json_auto_t *reply = NULL;

		count = page < slice->count - at ? page : slice->count - at;
		set_run(request, slice, at, count);
		verdict = command_call(command, command->row->method, request, &reply);
		if (verdict == VERDICT_DONE)
			verdict = print_values(command, reply);
		page = next_count(count, command->reply_size);
	}
	return verdict;
}

static enum verdict
read_slice(struct command *command, json_t *request)
{
	json_auto_t *len_request = NULL;
	json_auto_t *len = NULL;
	json_t *id = NULL;
	struct slice slice;
	enum verdict verdict = command_open(command, false, false, &id);

	if (verdict != VERDICT_DONE)
		return verdict;
	command_snapshot(command, &id);
	len_request = json_pack("{s:O}", "object", id);
	(void)json_object_set_new(request, "object", id);
	/* The daemon knows what to say about a step of 0. */
	if (member(request, "step") == 0)
		return command_call(command, command->row->method, request, &len);
	verdict = command_call(command, "Object/Len", len_request, &len);
	if (verdict == VERDICT_DONE)
		verdict = print_outcome(command, len);
	if (verdict != VERDICT_DONE)
		return verdict;
	slice = slices_indices(request, member(len, "count"));
	verdict = read_pages(command, request, &slice);
	if (verdict == VERDICT_DONE)
		print_end(command);
	return verdict;
}

/* `items` has no words: all of them. */
static bool
complete_request(json_t *request)
{
	json_auto_t *all = json_pack("{s:b, s:b, s:i}", "from_start", 1, "to_end", 1, "step", 1);

	return json_object_size(request) > 0 || json_object_update(request, all) == 0;
}

enum verdict
slices_run(struct command *command)
{
	struct args args;
	enum verdict verdict = args_connect(command, NULL, &args);

	if (verdict == VERDICT_DONE)
		verdict = complete_request(args.request) ? read_slice(command, args.request)
							 : command_failed(command, CONCUR_NO_MEMORY);
	args_fini(&args);
	return verdict;
}
