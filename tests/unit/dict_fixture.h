/* A dict to test, and what tests do with dicts when it can not fail. */
#ifndef TESTS_UNIT_DICT_FIXTURE_H
#define TESTS_UNIT_DICT_FIXTURE_H

#include "tests/unit/core_fixture.h"

#include "daemon/core/dict.h"

struct dict_bench {
	struct core_fixture fixture;
	struct core *core;
	struct object *object; /* the dict */
	struct dict *dict;
	char text[FIXTURE_TEXT]; /* what dict_bench_show() has returned */
};

static inline void
dict_bench_init(struct dict_bench *bench, int64_t maxsize, bool evict)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->object = fixture_open(&bench->fixture,
	    &(struct object_options){ .kind = KIND_DICT, .maxsize = maxsize, .evict = evict });
	bench->dict = (struct dict *)bench->object;
}

static inline void
dict_bench_fini(struct dict_bench *bench)
{
	fixture_fini(&bench->fixture);
}

static inline enum concur_status
dict_bench_set(struct dict_bench *bench, struct value key, int64_t value)
{
	return dict_set(bench->core, bench->dict, &(struct dict_item){ .key = key, .value = INTEGER(value) });
}

/* All entries of a dict, or the first of many. */
static inline const char *
dict_bench_show(struct dict_bench *bench, const struct object *object)
{
	struct dict_page page;
	struct map_entry *entry;
	int shown = 0;

	strcpy(bench->text, "{");
	ck_assert(dict_page_begin((const struct dict *)object, 0, &page));
	for (; shown < 8 && (entry = dict_page_next(&page)); shown++) {
		strcat(bench->text, bench->text[1] ? ", " : "");
		fixture_show_blob(bench->text, FIXTURE_TEXT, entry->key);
		strcat(bench->text, ": ");
		fixture_show_blob(bench->text, FIXTURE_TEXT, entry->value);
	}
	return strcat(bench->text, "}");
}

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
