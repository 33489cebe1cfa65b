/* Slices of the command against the plain meaning of Python's: walk from the first index while it lies in front of
 * stop. */
#include "tests/unit/unit.h"

#include "client/cli/slices.h"

#include <inttypes.h>
#include <stdbool.h>

enum { MISSING = 99 };

/* An end as Python reads it: counted from the end if negative, then put between `low` and `high`. */
static int64_t
end_of(int64_t index, int64_t len, int64_t low, int64_t high)
{
	if (index < 0)
		index += len;
	return index < low ? low : index > high ? high : index;
}

static void
assert_slice(int64_t len, int64_t start, int64_t stop, int64_t step)
{
	json_t *request = json_pack("{s:I, s:I, s:I, s:b, s:b}", "start", (json_int_t)start, "stop", (json_int_t)stop,
	    "step", (json_int_t)step, "from_start", start == MISSING, "to_end", stop == MISSING);
	struct slice slice = slices_indices(request, len);
	int64_t low = step < 0 ? -1 : 0;
	int64_t high = step < 0 ? len - 1 : len;
	int64_t at = start == MISSING ? (step < 0 ? high : low) : end_of(start, len, low, high);
	int64_t end = stop == MISSING ? (step < 0 ? low : high) : end_of(stop, len, low, high);
	int64_t count = 0;

	for (int64_t i = at; step < 0 ? i > end : i < end; i += step)
		ck_assert_msg(slice.first + count++ * slice.step == i,
		    "[%" PRId64 ":%" PRId64 ":%" PRId64 "] of %" PRId64, start, stop, step, len);
	ck_assert_msg(slice.count == count, "[%" PRId64 ":%" PRId64 ":%" PRId64 "] of %" PRId64, start, stop, step,
	    len);
	json_decref(request);
}

START_TEST(indices_of_all_small_slices_are_pythons)
{
	for (int64_t len = 0; len <= 4; len++) {
		for (int64_t start = -6; start <= 7; start++) {
			for (int64_t stop = -6; stop <= 7; stop++) {
				for (int64_t step = -3; step <= 3; step++) {
					if (step != 0)
						assert_slice(len, start == 7 ? MISSING : start,
						    stop == 7 ? MISSING : stop, step);
				}
			}
		}
	}
}
END_TEST

START_TEST(indices_of_extreme_numbers_do_not_overflow)
{
	json_t *request = json_pack("{s:I, s:I, s:I}", "start", (json_int_t)INT64_MAX, "stop", (json_int_t)INT64_MIN,
	    "step", (json_int_t)INT64_MIN);
	struct slice slice = slices_indices(request, 3);

	ck_assert_int_eq(slice.first, 2);
	ck_assert_int_eq(slice.count, 1);
	json_decref(request);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { indices_of_all_small_slices_are_pythons,
		indices_of_extreme_numbers_do_not_overflow, NULL };

	return unit_run("cli_slices", tests);
}
