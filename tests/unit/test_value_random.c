/* Random values against the naive model. CONCUR_TEST_SEED chooses others; a failure tells the seed. */
#include "tests/unit/tree.h"
#include "tests/unit/unit.h"

#include "lib/value.h"

#include <inttypes.h>

enum { ROUNDS = 60000, DEPTH = 4 };

static uint64_t
first_seed(void)
{
	const char *text = getenv("CONCUR_TEST_SEED");

	return text ? strtoull(text, NULL, 0) : 1;
}

static int
sign(int order)
{
	return (order > 0) - (order < 0);
}

static bool
is_key(const struct tree *tree)
{
	bool all = tree->kind != VALUE_LIST && tree->kind != VALUE_MAP && tree->kind != VALUE_ARRAY;

	for (size_t i = 0; i < tree->count && all; i++)
		all = is_key(tree->items[i]);
	return all;
}

/* All that must hold between two values; *met counts the equal ones. */
static void
check_two(const struct tree *tree_a, const struct tree *tree_b, uint64_t seed, unsigned *met)
{
	struct value a, b;
	uint8_t *bytes_a = tree_value(tree_a, &a), *bytes_b = tree_value(tree_b, &b);
	enum value_same same = value_equal(&a, &b);
	int order = 0, expected = 0;

	ck_assert_msg(same == tree_equal(tree_a, tree_b), "equal, seed %" PRIu64, seed);
	ck_assert_msg(value_equal(&b, &a) == same, "symmetric, seed %" PRIu64, seed);
	if (same == VALUE_SAME && is_key(tree_a) && is_key(tree_b)) {
		ck_assert_msg(value_hash(&a, seed) == value_hash(&b, seed), "hash, seed %" PRIu64, seed);
		++*met;
	}
	enum concur_status status = value_compare(&a, &b, &order);
	ck_assert_msg(status == tree_compare(tree_a, tree_b, &expected), "status of order, seed %" PRIu64, seed);
	ck_assert_msg(status || sign(order) == expected, "order, seed %" PRIu64, seed);
	free(bytes_a);
	free(bytes_b);
}

START_TEST(equal_compare_hash_of_random_values_agree_with_model)
{
	uint64_t seed = first_seed();
	unsigned met = 0;

	for (unsigned i = 0; i < ROUNDS; i++, seed++) {
		uint64_t random = seed;
		unsigned depth = 1 + i % DEPTH;
		struct tree *a = tree_random(&random, depth, i & 4);
		struct tree *b = tree_random(&random, depth, i & 4);

		check_two(a, b, seed, &met);
		tree_free(a);
		tree_free(b);
	}
	/* Values that never meet would prove nothing. */
	ck_assert_uint_gt(met, 100);
}
END_TEST

START_TEST(equal_compare_hash_of_respelt_values_agree_with_model)
{
	uint64_t seed = first_seed();
	unsigned met = 0;

	for (unsigned i = 0; i < ROUNDS; i++, seed++) {
		uint64_t random = seed;
		struct tree *a = tree_random(&random, 1 + i % DEPTH, i & 4);
		struct tree *b = tree_respell(&random, a);

		check_two(a, b, seed, &met);
		tree_free(a);
		tree_free(b);
	}
	ck_assert_uint_gt(met, ROUNDS / 3);
}
END_TEST

START_TEST(check_key_of_random_values_agrees_with_model)
{
	static const struct value_limits limits = { .depth_max = DEPTH, .key_max = 4096 };
	uint64_t seed = first_seed();

	for (unsigned i = 0; i < ROUNDS; i++, seed++) {
		uint64_t random = seed;
		struct tree *tree = tree_random(&random, DEPTH, false);
		struct value value;
		size_t size;
		uint8_t *bytes = tree_encode(tree, &size);
		enum concur_status status = value_check_key(bytes, size, &limits, &value, NULL);

		ck_assert_msg(status == (is_key(tree) ? CONCUR_OK : CONCUR_UNHASHABLE), "seed %" PRIu64, seed);
		free(bytes);
		tree_free(tree);
	}
}
END_TEST

START_TEST(check_of_cut_or_flipped_values_never_reads_outside)
{
	static const struct value_limits limits = { .depth_max = 8, .key_max = 4096 };
	uint64_t seed = first_seed();

	for (unsigned i = 0; i < ROUNDS; i++, seed++) {
		uint64_t random = seed;
		struct tree *tree = tree_random(&random, DEPTH, false);
		struct value value;
		size_t size;
		uint8_t *bytes = tree_encode(tree, &size);

		/* Every true beginning of an encoding lacks something. */
		uint8_t *cut = malloc(size);
		size_t cut_size = (size_t)tree_draw(&random, size);
		memcpy(cut, bytes, cut_size);
		ck_assert_int_eq(value_check(cut, cut_size, &limits, &value, NULL), CONCUR_BAD_VALUE);
		free(cut);

		bytes[tree_draw(&random, size)] ^= (uint8_t)(1u << tree_draw(&random, 8));
		if (value_check(bytes, size, &limits, &value, NULL) == CONCUR_OK)
			ck_assert_ptr_eq(value.data + value.size, bytes + size);
		free(bytes);
		tree_free(tree);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		equal_compare_hash_of_random_values_agree_with_model,
		equal_compare_hash_of_respelt_values_agree_with_model,
		check_key_of_random_values_agrees_with_model,
		check_of_cut_or_flipped_values_never_reads_outside,
		NULL,
	};

	return unit_run("value_random", tests);
}
