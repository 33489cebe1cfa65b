/* What tests do with dicts when it can not fail. */
#ifndef TESTS_UNIT_DICT_FIXTURE_H
#define TESTS_UNIT_DICT_FIXTURE_H

#include "tests/unit/core_fixture.h"

#include "daemon/core/dict.h"

/* The value, which is the caller's; NULL if the key is not there. */
static inline struct blob *
dict_popped(struct core *core, struct dict *dict, const struct value *key)
{
	struct blob *value;

	ck_assert_status(dict_pop(core, dict, key, &value), CONCUR_OK);
	return value;
}

#endif
