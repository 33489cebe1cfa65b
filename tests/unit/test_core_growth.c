/* Containers that grow and shrink while memory comes and goes. */
#include "tests/unit/dict_fixture.h"
#include "tests/unit/nomem.h"

#include "daemon/core/list.h"

/* Each insertion is tried with every one of its allocations failing, at all sizes up to a few segments. */
START_TEST(dict_that_grows_without_memory_stays_whole)
{
	struct core_fixture fixture;
	struct object *object;
	struct dict *dict;

	fixture_init(&fixture);
	object = fixture_open(&fixture, &(struct object_options){ .kind = KIND_DICT });
	dict = (struct dict *)object;
	for (int64_t i = 0; i < 10000; i++) {
		struct dict_item item = { .key = INTEGER(i), .value = INTEGER(i) };
		enum concur_status status;
		unsigned nth = 0;

		do {
			uint64_t bytes = fixture.core.bytes, version = object->version;

			nomem_arm(nth++);
			status = dict_set(&fixture.core, dict, &item);
			nomem_disarm();
			if (status == CONCUR_OK)
				break;
			ck_assert_status(status, CONCUR_NO_MEMORY);
			ck_assert_uint_eq(fixture.core.bytes, bytes);
			ck_assert_uint_eq(object->version, version);
			ck_assert_ptr_null(dict_get(dict, &item.key));
		} while (true);
		ck_assert_uint_eq(dict_kind.len(object), (uint64_t)i + 1);
	}
	for (int64_t i = 0; i < 10000; i++) {
		struct value value = store_value(dict_get(dict, &INTEGER(i)));

		ck_assert_int_eq(value_integer(&value), i);
	}
	/* Taking out needs no memory. */
	nomem_starve(0);
	for (int64_t i = 0; i < 10000; i++)
		blob_unref(dict_popped(&fixture.core, dict, &INTEGER(i * 7 % 10000)));
	nomem_disarm();
	ck_assert_uint_eq(fixture.core.bytes, 0);
	fixture_fini(&fixture);
}
END_TEST

START_TEST(list_that_grows_without_memory_stays_whole)
{
	struct core_fixture fixture;
	struct object *object;
	struct list *list;

	fixture_init(&fixture);
	object = fixture_open(&fixture, &(struct object_options){ .kind = KIND_LIST });
	list = (struct list *)object;
	for (int64_t i = 0; i < 10000; i++) {
		struct list_item item = { INTEGER(i), false };

		for (unsigned nth = 1;; nth++) {
			nomem_arm(nth - 1);
			enum concur_status status = list_extend(&fixture.core, list, &item, 1);
			nomem_disarm();
			if (status == CONCUR_OK)
				break;
			ck_assert_status(status, CONCUR_NO_MEMORY);
			ck_assert_uint_eq(list_kind.len(object), (uint64_t)i);
		}
	}
	for (int64_t i = 0; i < 10000; i++) {
		struct blob *blob = NULL;
		struct value value;

		nomem_starve(0);
		(void)list_pop(&fixture.core, list, 0, &blob);
		nomem_disarm();
		ck_assert_ptr_nonnull(blob);
		value = store_value(blob);
		ck_assert_int_eq(value_integer(&value), i);
		blob_unref(blob);
	}
	fixture_fini(&fixture);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		dict_that_grows_without_memory_stays_whole,
		list_that_grows_without_memory_stays_whole,
		NULL,
	};

	return unit_run("core_growth", tests);
}
