/* The cell. */
#include "tests/unit/core_fixture.h"

#include "daemon/core/cell.h"

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct cell *cell;
	struct object *object; /* the cell's */
};

/* A cell of the value, NULL for the one that a cell has at first. */
static void
bench_init(struct bench *bench, const struct value *value)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->object = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_CELL, .value = value });
	bench->cell = (struct cell *)bench->object;
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

static void
expect(struct bench *bench, const char *expected)
{
	fixture_expect_blob(cell_get(bench->cell), false, expected);
	ck_assert_uint_eq(bench->object->bytes, store_bytes(cell_get(bench->cell)));
	ck_assert_uint_eq(bench->core->bytes, bench->object->bytes);
}

START_TEST(new_cell_holds_null_or_what_it_was_given)
{
	struct bench bench;

	bench_init(&bench, NULL);
	expect(&bench, "None");
	bench_fini(&bench);
	bench_init(&bench, &TEXT("a"));
	expect(&bench, "'a'");
	bench_fini(&bench);
}
END_TEST

START_TEST(set_replaces_and_gives_the_old_value)
{
	struct bench bench;
	struct blob *old;
	uint64_t version;

	bench_init(&bench, &INTEGER(1));
	version = bench.object->version;
	ck_assert_status(cell_set(bench.core, bench.cell, &INTEGER(2), false, &old), CONCUR_OK);
	fixture_expect_blob(old, true, "1");
	ck_assert_uint_gt(bench.object->version, version);
	ck_assert_status(cell_set(bench.core, bench.cell, &TEXT("a long text, longer than the number was"), false,
			     NULL),
	    CONCUR_OK);
	expect(&bench, "'a long text, longer than the number was'");
	bench_fini(&bench);
}
END_TEST

START_TEST(add_gives_the_sum_or_leaves_it)
{
	struct bench bench;
	uint64_t version;

	bench_init(&bench, &INTEGER(1));
	ck_assert_status(cell_change(bench.core, bench.cell, TYPECODE_ADD, &INTEGER(41), false), CONCUR_OK);
	expect(&bench, "42");
	ck_assert_status(cell_change(bench.core, bench.cell, TYPECODE_ADD, &NUMBER(0.5), false), CONCUR_OK);
	expect(&bench, "42.5");
	version = bench.object->version;
	ck_assert_status(cell_change(bench.core, bench.cell, TYPECODE_ADD, &TEXT("a"), false), CONCUR_TYPE_ERROR);
	expect(&bench, "42.5");
	ck_assert_uint_eq(bench.object->version, version);
	ck_assert_status(cell_set(bench.core, bench.cell, &INTEGER(INT64_MIN), false, NULL), CONCUR_OK);
	ck_assert_status(cell_change(bench.core, bench.cell, TYPECODE_ADD, &INTEGER(-1), false), CONCUR_OVERFLOW);
	expect(&bench, "-9223372036854775808");
	bench_fini(&bench);
}
END_TEST

START_TEST(compare_exchange_sets_only_what_is_as_expected)
{
	struct bench bench;
	enum outcome outcome;
	uint64_t version;

	bench_init(&bench, &INTEGER(1));
	version = bench.object->version;
	ck_assert_status(cell_compare_exchange(bench.core, bench.cell, &INTEGER(2), &INTEGER(3), false, &outcome),
	    CONCUR_OK);
	ck_assert_int_eq(outcome, OUTCOME_CHANGED);
	ck_assert_uint_eq(bench.object->version, version);
	ck_assert_status(cell_compare_exchange(bench.core, bench.cell, &BOOLEAN(true), &OPAQUE('x'), false, &outcome),
	    CONCUR_OK);
	ck_assert_int_eq(outcome, OUTCOME_DONE);
	expect(&bench, "x");
	ck_assert_status(cell_compare_exchange(bench.core, bench.cell, &OPAQUE('y'), &INTEGER(3), false, &outcome),
	    CONCUR_NEEDS_COMPARE);
	expect(&bench, "x");
	ck_assert_status(cell_compare_exchange(bench.core, bench.cell, &OPAQUE('x'), &INTEGER(3), false, &outcome),
	    CONCUR_OK);
	ck_assert_int_eq(outcome, OUTCOME_DONE);
	expect(&bench, "3");
	bench_fini(&bench);
}
END_TEST

/* -- typecodes, the greater and the smaller ---------------------------------------------------------------------- */

static enum concur_status
change(struct bench *bench, enum typecode_operation operation, struct value operand)
{
	return cell_change(bench->core, bench->cell, operation, &operand, false);
}

START_TEST(change_of_any_value_is_python_s)
{
	struct bench bench;

	bench_init(&bench, &INTEGER(5));
	ck_assert_status(change(&bench, TYPECODE_SUBTRACT, INTEGER(7)), CONCUR_OK);
	expect(&bench, "-2");
	ck_assert_status(change(&bench, TYPECODE_SUBTRACT, NUMBER(0.5)), CONCUR_OK);
	expect(&bench, "-2.5");
	ck_assert_status(change(&bench, TYPECODE_MAXIMUM, INTEGER(3)), CONCUR_OK);
	expect(&bench, "3");
	ck_assert_status(change(&bench, TYPECODE_MAXIMUM, NUMBER(2.5)), CONCUR_OK);
	ck_assert_status(change(&bench, TYPECODE_MAXIMUM, TEXT("a")), CONCUR_TYPE_ERROR);
	ck_assert_status(change(&bench, TYPECODE_SUBTRACT, TEXT("a")), CONCUR_TYPE_ERROR);
	expect(&bench, "3");
	bench_fini(&bench);
	bench_init(&bench, &TEXT("b"));
	ck_assert_status(change(&bench, TYPECODE_MINIMUM, TEXT("c")), CONCUR_OK);
	ck_assert_status(change(&bench, TYPECODE_MINIMUM, TEXT("a")), CONCUR_OK);
	expect(&bench, "'a'");
	ck_assert_status(change(&bench, TYPECODE_MINIMUM, OPAQUE('p')), CONCUR_NEEDS_COMPARE);
	bench_fini(&bench);
	bench_init(&bench, &INTEGER(INT64_MIN));
	ck_assert_status(change(&bench, TYPECODE_SUBTRACT, INTEGER(1)), CONCUR_OVERFLOW);
	bench_fini(&bench);
}
END_TEST

START_TEST(cell_with_a_typecode_keeps_only_what_fits)
{
	struct object_options options = { .kind = KIND_CELL, .typecode = 'b' };
	struct object *copy;
	struct bench bench;

	bench_init(&bench, NULL);
	bench.object = fixture_open(&bench.fixture, &options);
	bench.cell = (struct cell *)bench.object;
	fixture_expect_blob(cell_get(bench.cell), false, "0");
	ck_assert_status(cell_set(bench.core, bench.cell, &BOOLEAN(true), false, NULL), CONCUR_OK);
	fixture_expect_blob(cell_get(bench.cell), false, "1");
	ck_assert_status(cell_set(bench.core, bench.cell, &INTEGER(128), false, NULL), CONCUR_OVERFLOW);
	ck_assert_status(cell_set(bench.core, bench.cell, &NUMBER(1), false, NULL), CONCUR_TYPE_ERROR);
	ck_assert_status(change(&bench, TYPECODE_ADD, INTEGER(126)), CONCUR_OK);
	ck_assert_status(change(&bench, TYPECODE_ADD, INTEGER(1)), CONCUR_OVERFLOW);
	fixture_expect_blob(cell_get(bench.cell), false, "127");
	ck_assert_status(object_copy(bench.core, bench.object, LIFETIME_DEFAULT, NULL, &copy), CONCUR_OK);
	object_ref(bench.core, copy);
	ck_assert_status(cell_set(bench.core, (struct cell *)copy, &INTEGER(-129), false, NULL), CONCUR_OVERFLOW);
	bench_fini(&bench);
}
END_TEST

START_TEST(new_cell_of_wrong_typecode_or_value_is_refused)
{
	const struct object_options wrong[] = { { .kind = KIND_CELL, .typecode = 'z' },
		{ .kind = KIND_CELL, .typecode = 'b', .value = &TEXT("x") } };
	static const enum concur_status statuses[] = { CONCUR_VALUE_ERROR, CONCUR_TYPE_ERROR };
	struct bench bench;

	bench_init(&bench, NULL);
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		struct object_open open = { .options = wrong[i] };
		struct object *object;
		bool created;

		ck_assert_status(object_open(bench.core, &open, &object, &created), statuses[i]);
	}
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		new_cell_holds_null_or_what_it_was_given,
		set_replaces_and_gives_the_old_value,
		add_gives_the_sum_or_leaves_it,
		compare_exchange_sets_only_what_is_as_expected,
		change_of_any_value_is_python_s,
		cell_with_a_typecode_keeps_only_what_fits,
		new_cell_of_wrong_typecode_or_value_is_refused,
		NULL,
	};

	return unit_run("cell", tests);
}
