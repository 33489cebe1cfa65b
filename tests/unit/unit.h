/* What every unit test program begins with: Check, and the one way to run a suite. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

#define UNIT_COUNT(array) (sizeof(array) / sizeof *(array))

/* A suite of one case, so named, with the tests that follow, NULL at the end; runs it and returns main's exit
 * status. */
static inline int
unit_run(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner = srunner_create(suite);

	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	/* The driver limits the time of the whole program. */
	tcase_set_timeout(tcase, 0);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
