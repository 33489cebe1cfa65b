/* Arrays, and values with a typecode, through the client library and a real daemon. */
#include "tests/system/client.h"

static concur_array *
new_array(concur_session *session, char typecode, int64_t count)
{
	struct concur_open how = { .typecode = typecode, .count = count };
	concur_array *array;

	ck_ok(concur_array_open(session, NULL, &how, &array));
	return array;
}

START_TEST(array_calls_do_what_they_say)
{
	concur_session *session = client_session();
	concur_array *array = new_array(session, 'i', 4);
	struct concur_value value;
	int64_t len;

	ck_ok(concur_len(array, &len));
	ck_assert_int_eq(len, 4);
	ck_ok(concur_array_set(array, -1, CV(5)));
	ck_ok(concur_array_get(array, 3, &value));
	ck_assert_int_eq(value.integer, 5);
	ck_ok(concur_array_add(array, 3, CV(2), &value));
	ck_assert_int_eq(value.integer, 7);
	ck_ok(concur_array_subtract(array, 3, CV(10), &value));
	ck_assert_int_eq(value.integer, -3);
	ck_ok(concur_array_maximum(array, 3, CV(4), &value));
	ck_assert_int_eq(value.integer, 4);
	ck_ok(concur_array_minimum(array, 3, CV(9), &value));
	ck_assert_int_eq(value.integer, 4);
	ck_ok(concur_array_exchange(array, 3, CV(1), &value));
	ck_assert_int_eq(value.integer, 4);
	ck_status(concur_array_compare_exchange(array, 3, CV(4), CV(2), &value), CONCUR_CHANGED);
	ck_assert_int_eq(value.integer, 1);
	ck_ok(concur_array_compare_exchange(array, 3, CV(1), CV(2), &value));
	ck_assert_int_eq(value.integer, 2);
	ck_status(concur_array_get(array, 4, &value), CONCUR_INDEX_ERROR);
	ck_status(concur_array_set(array, 0, CV(INT64_MAX)), CONCUR_OVERFLOW);
	ck_status(concur_array_set(array, 0, CV(0.5)), CONCUR_TYPE_ERROR);
	ck_status(concur_clear(array), CONCUR_TYPE_ERROR);
	concur_free(array);
	concur_close(session);
}
END_TEST

START_TEST(slice_of_many_items_comes_in_pages)
{
	enum { ITEMS = 100000 };
	concur_session *session = client_session();
	concur_array *array = new_array(session, 'd', ITEMS);
	struct concur_slice backwards = CONCUR_SLICE_ALL;
	struct concur_values page = { 0 };
	size_t bytes = 0, pages = 0;

	ck_ok(concur_array_set(array, 0, CV(1.5)));
	backwards.step = -1;
	do {
		uint64_t cursor = page.cursor;

		concur_values_free(&page);
		ck_ok(concur_array_get_slice(array, backwards, cursor, &page));
		ck_assert_uint_eq(page.count, 1);
		ck_assert_int_eq(page.items[0].kind, CONCUR_VALUE_ARRAY);
		ck_assert_int_eq(page.items[0].tag, 'd');
		bytes += page.items[0].size;
		pages++;
	} while (page.cursor);
	ck_assert_uint_eq(bytes, ITEMS * sizeof(double));
	ck_assert_uint_gt(pages, 1);
	/* The first item is the last one here. */
	ck_assert_double_eq(((double){ 1.5 }),
	    *(const double *)(const void *)(page.items[0].bytes + page.items[0].size - sizeof(double)));
	concur_values_free(&page);
	ck_ok(concur_array_get_value(array, ITEMS - 3, 0, &page));
	ck_assert_uint_eq(page.items[0].size, 3 * sizeof(double));
	ck_assert_uint_eq(page.cursor, 0);
	concur_values_free(&page);
	concur_free(array);
	concur_close(session);
}
END_TEST

START_TEST(set_slice_takes_an_array_of_the_same_shape)
{
	concur_session *session = client_session();
	concur_array *array = new_array(session, 'b', 6);
	struct concur_slice odd = { .start = 1, .step = 2, .to_end = true };
	struct concur_values page;

	ck_ok(concur_array_set_slice(array, odd, concur_array_value('b', "abc", 3)));
	ck_status(concur_array_set_slice(array, odd, concur_array_value('b', "ab", 2)), CONCUR_VALUE_ERROR);
	ck_status(concur_array_set_slice(array, odd, concur_array_value('B', "abc", 3)), CONCUR_TYPE_ERROR);
	ck_status(concur_array_set_slice(array, odd, CLIST(CV(1), CV(2), CV(3))), CONCUR_TYPE_ERROR);
	ck_ok(concur_array_get_value(array, 0, 0, &page));
	ck_assert_mem_eq(page.items[0].bytes, "\0a\0b\0c", 6);
	concur_values_free(&page);
	concur_free(array);
	concur_close(session);
}
END_TEST

START_TEST(array_of_a_list_holds_its_numbers)
{
	concur_session *session = client_session();
	struct concur_open how = { .typecode = 'H', .value = CLIST(CV(1), CV(65535)) };
	struct concur_value value;
	concur_array *array;

	ck_ok(concur_array_open(session, NULL, &how, &array));
	ck_ok(concur_array_get(array, 1, &value));
	ck_assert_int_eq(value.integer, 65535);
	concur_free(array);
	how.value = CLIST(CV(-1));
	ck_status(concur_array_open(session, NULL, &how, &array), CONCUR_OVERFLOW);
	concur_close(session);
}
END_TEST

START_TEST(cell_with_a_typecode_holds_what_fits)
{
	concur_session *session = client_session();
	struct concur_open how = { .typecode = 'B' };
	struct concur_value value;
	concur_cell *cell;

	ck_ok(concur_cell_open(session, NULL, &how, &cell));
	ck_ok(concur_cell_get(cell, &value));
	ck_assert_int_eq(value.integer, 0);
	ck_ok(concur_cell_add(cell, CV(255), &value));
	ck_status(concur_cell_add(cell, CV(1), &value), CONCUR_OVERFLOW);
	ck_status(concur_cell_set(cell, CV("x")), CONCUR_TYPE_ERROR);
	ck_status(concur_cell_subtract(cell, CV(256), &value), CONCUR_OVERFLOW);
	ck_ok(concur_cell_subtract(cell, CV(250), &value));
	ck_assert_int_eq(value.integer, 5);
	ck_ok(concur_cell_maximum(cell, CV(9), &value));
	ck_assert_int_eq(value.integer, 9);
	ck_ok(concur_cell_minimum(cell, CV(2), &value));
	ck_assert_int_eq(value.integer, 2);
	concur_free(cell);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		array_calls_do_what_they_say,
		slice_of_many_items_comes_in_pages,
		set_slice_takes_an_array_of_the_same_shape,
		array_of_a_list_holds_its_numbers,
		cell_with_a_typecode_holds_what_fits,
		NULL,
	};

	return unit_run("client_array", tests);
}
