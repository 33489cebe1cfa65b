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

	/* Check's own assertions need memory each time. */
	if (dict_pop(core, dict, key, &value) != CONCUR_OK)
		ck_abort_msg("an entry can not be taken out");
	return value;
}

#endif
