/* Blobs: sizes around the border of the long form, references, footprint. */
#include "lib/blob.h"

#include "unit.h"

#include <malloc.h>

START_TEST(new_of_any_size_keeps_the_bytes)
{
	static const size_t sizes[] = { 0, 1, 16, 254, 255, 256, 100000 };
	uint8_t bytes[100000];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		struct blob *blob = blob_new(6, bytes, sizes[i]);

		ck_assert_ptr_nonnull(blob);
		ck_assert_uint_eq(blob->kind, 6);
		ck_assert_uint_eq(blob->refs, 1);
		ck_assert_uint_eq(blob_size(blob), sizes[i]);
		ck_assert_mem_eq(blob_data(blob), bytes, sizes[i]);
		blob_unref(blob);
	}
}
END_TEST

START_TEST(alloc_then_fill_gives_the_same_as_new)
{
	uint8_t *data;
	struct blob *blob = blob_alloc(7, 300, &data);

	ck_assert_ptr_nonnull(blob);
	memset(data, 'x', 300);
	ck_assert_ptr_eq(blob_data(blob), data);
	ck_assert_uint_eq(blob_size(blob), 300);
	ck_assert_int_eq(blob_data(blob)[299], 'x');
	blob_unref(blob);
}
END_TEST

START_TEST(alloc_past_the_address_space_fails)
{
	uint8_t *data = NULL;

	ck_assert_ptr_null(blob_alloc(7, SIZE_MAX, &data));
	ck_assert_ptr_null(blob_alloc(7, SIZE_MAX - 6, &data));
	ck_assert_ptr_null(blob_alloc(7, PTRDIFF_MAX, &data));
	ck_assert_ptr_null(data);
}
END_TEST

START_TEST(unref_of_one_of_two_keeps_the_blob)
{
	/* gcc would warn of a use after free, since it can not count references. */
	void (*volatile unref)(struct blob *) = blob_unref;
	struct blob *blob = blob_new(6, "kept", 4);

	ck_assert_ptr_eq(blob_ref(blob), blob);
	unref(blob);
	ck_assert_uint_eq(blob->refs, 1);
	ck_assert_mem_eq(blob_data(blob), "kept", 4);
	blob_unref(blob);
	blob_unref(NULL);
}
END_TEST

START_TEST(footprint_of_any_size_covers_what_malloc_takes)
{
	ck_assert_uint_eq(blob_footprint(0), 32);
	ck_assert_uint_eq(blob_footprint(16), 32);
	ck_assert_uint_eq(blob_footprint(19), 48);
	for (size_t size = 0; size < 600; size++) {
		uint8_t *data;
		struct blob *blob = blob_alloc(6, size, &data);

		/* A free chunk of which less than a chunk would be left is given whole: 16 bytes more, now and then. */
		ck_assert_uint_lt(malloc_usable_size(blob), blob_footprint(size) + 16);
		ck_assert_uint_ge(blob_footprint(size), (size_t)(data - (uint8_t *)blob) + size);
		blob_unref(blob);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		new_of_any_size_keeps_the_bytes,
		alloc_then_fill_gives_the_same_as_new,
		alloc_past_the_address_space_fails,
		unref_of_one_of_two_keeps_the_blob,
		footprint_of_any_size_covers_what_malloc_takes,
		NULL,
	};

	return unit_run("blob", tests);
}
