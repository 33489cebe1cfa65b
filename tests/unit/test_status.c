/* Names and texts of the statuses. */
#include "tests/unit/unit.h"

#include "lib/status.h"

#include <string.h>

static const enum concur_status all_statuses[] = {
#define ROW(name, number, text) CONCUR_##name,
	CONCUR_STATUS_LIST(ROW)
#undef ROW
};

START_TEST(name_of_known_status_is_its_own)
{
	ck_assert_str_eq(status_name(CONCUR_OK), "OK");
	ck_assert_str_eq(status_name(CONCUR_WRONG_KIND), "WRONG_KIND");
	ck_assert_str_eq(status_name(CONCUR_SYSTEM), "SYSTEM");
}
END_TEST

START_TEST(text_of_known_status_is_its_own)
{
	ck_assert_str_eq(status_text(CONCUR_OK), "done");
	ck_assert_str_eq(status_text(CONCUR_WRONG_KIND), "the object is of another kind");
}
END_TEST

START_TEST(name_and_text_of_every_two_statuses_differ)
{
	for (size_t i = 0; i < UNIT_COUNT(all_statuses); i++) {
		for (size_t k = 0; k < i; k++) {
			ck_assert_str_ne(status_name(all_statuses[i]), status_name(all_statuses[k]));
			ck_assert_str_ne(status_text(all_statuses[i]), status_text(all_statuses[k]));
		}
	}
}
END_TEST

START_TEST(name_and_text_of_unknown_number_say_so)
{
	ck_assert_str_eq(status_name((enum concur_status)201), "UNKNOWN_STATUS");
	ck_assert_ptr_nonnull(strstr(status_text((enum concur_status)201), "does not know"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		name_of_known_status_is_its_own,
		text_of_known_status_is_its_own,
		name_and_text_of_every_two_statuses_differ,
		name_and_text_of_unknown_number_say_so,
		NULL,
	};

	return unit_run("status", tests);
}
