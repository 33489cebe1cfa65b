/* What dicts and namespaces have beyond single keys, through the client library and a real daemon. */
#include "tests/system/client.h"

static concur_dict *
new_dict(concur_session *session, const struct concur_value *pairs, size_t count)
{
	concur_dict *dict;

	ck_ok(concur_dict_open(session, NULL, NULL, &dict));
	ck_ok(concur_dict_update(dict, pairs, count));
	return dict;
}

static int64_t
integer_of(concur_dict *dict, struct concur_value key)
{
	struct concur_value value;

	ck_ok(concur_dict_get(dict, key, &value));
	ck_assert_int_eq(value.kind, CONCUR_VALUE_INTEGER);
	return value.integer;
}

START_TEST(merge_puts_another_dict_in)
{
	concur_session *session = client_session();
	concur_dict *dict = new_dict(session, (struct concur_value[]){ CV("a"), CV(1), CV("b"), CV(2) }, 4);
	concur_dict *other = new_dict(session, (struct concur_value[]){ CV("b"), CV(3), CV("c"), CV(4) }, 4);
	concur_namespace *space;
	int64_t len;

	ck_ok(concur_dict_merge(dict, other));
	ck_ok(concur_len(dict, &len));
	ck_assert_int_eq(len, 3);
	ck_assert_int_eq(integer_of(dict, CV("b")), 3);
	/* A namespace is no dict, for its keys are names. */
	ck_ok(concur_namespace_open(session, NULL, NULL, &space));
	ck_status(concur_dict_merge(dict, (concur_dict *)(void *)space), CONCUR_WRONG_KIND);
	concur_free(space);
	concur_free(dict);
	concur_free(other);
	concur_close(session);
}
END_TEST

START_TEST(set_keys_gives_all_keys_one_value)
{
	concur_session *session = client_session();
	concur_dict *dict = new_dict(session, NULL, 0);

	ck_ok(concur_dict_set_keys(dict, (struct concur_value[]){ CV("a"), CV(2) }, 2, CV(7)));
	ck_assert_int_eq(integer_of(dict, CV("a")), 7);
	ck_assert_int_eq(integer_of(dict, CV(2)), 7);
	concur_free(dict);
	concur_close(session);
}
END_TEST

START_TEST(page_backwards_goes_from_last_to_first)
{
	concur_session *session = client_session();
	concur_dict *dict = new_dict(session, NULL, 0);
	struct concur_values page = { 0 };
	int64_t expected = 9;

	for (int i = 0; i < 10; i++)
		ck_ok(concur_dict_set(dict, CV(i), CV(i)));
	do {
		uint64_t cursor = page.cursor;

		concur_values_free(&page);
		ck_ok(concur_dict_page_backwards(dict, cursor, 3, &page));
		for (size_t i = 0; i < page.count; i += 2)
			ck_assert_int_eq(page.items[i].integer, expected--);
	} while (page.cursor);
	ck_assert_int_eq(expected, -1);
	concur_values_free(&page);
	concur_free(dict);
	concur_close(session);
}
END_TEST

START_TEST(opaque_key_is_found_by_the_spelling_that_is_there)
{
	static const struct concur_opaque stored = { "c", "A", 1, NULL, 0 }, asked = { "c", "a", 1, NULL, 0 };
	concur_session *session = client_session();
	concur_dict *dict = new_dict(session, NULL, 0);
	struct concur_value key = { .kind = CONCUR_VALUE_OPAQUE }, ask = key, value;
	struct concur_candidates candidates;
	struct concur_values page;
	concur_future *future;

	key.opaque = &stored;
	ask.opaque = &asked;
	ck_ok(concur_dict_set(dict, CV("plain"), CV(1)));
	ck_ok(concur_dict_set(dict, key, CV(2)));
	future = concur_dict_get_begin(dict, ask);
	ck_ok(concur_future_candidates(future, &candidates));
	concur_future_free(future);
	ck_assert_uint_eq(candidates.count, 1);
	ck_ok(concur_if_version(session, candidates.version));
	ck_ok(concur_dict_get(dict, candidates.items[0], &value));
	ck_assert_int_eq(value.integer, 2);
	/* And if it is not equal: */
	ck_ok(concur_if_version(session, candidates.version));
	ck_status(concur_dict_get(dict, ask, &value), CONCUR_NOT_THERE);
	ck_status(concur_dict_get(dict, CV("absent"), &value), CONCUR_NEEDS_COMPARE);
	ck_ok(concur_dict_candidates(dict, 0, 0, &page));
	ck_assert_uint_eq(page.count, 1);
	concur_values_free(&page);
	concur_candidates_free(&candidates);
	concur_free(dict);
	concur_close(session);
}
END_TEST

START_TEST(compare_exchange_of_opaque_values_gives_what_is_there)
{
	static const struct concur_opaque stored = { "c", "A", 1, NULL, 0 }, expected = { "c", "a", 1, NULL, 0 };
	concur_session *session = client_session();
	concur_dict *dict = new_dict(session, NULL, 0);
	struct concur_value there = { .kind = CONCUR_VALUE_OPAQUE }, ours = there, value;
	struct concur_candidates candidates;
	concur_future *future;

	there.opaque = &stored;
	ours.opaque = &expected;
	ck_ok(concur_dict_set(dict, CV("k"), there));
	future = concur_dict_compare_exchange_begin(dict, CV("k"), ours, CV(1));
	ck_ok(concur_future_candidates(future, &candidates));
	concur_future_free(future);
	ck_assert_uint_eq(candidates.count, 1);
	ck_ok(concur_if_version(session, candidates.version));
	ck_status(concur_dict_compare_exchange(dict, CV("k"), ours, CV(1), &value), CONCUR_CHANGED);
	concur_value_free(&value);
	ck_ok(concur_if_version(session, candidates.version));
	ck_ok(concur_dict_compare_exchange(dict, CV("k"), candidates.items[0], CV(1), &value));
	ck_assert_int_eq(value.integer, 1);
	concur_candidates_free(&candidates);
	concur_free(dict);
	concur_close(session);
}
END_TEST

START_TEST(namespace_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_values pairs;
	concur_namespace *space;
	struct concur_value value;

	ck_ok(concur_namespace_open(session, "settings", NULL, &space));
	ck_ok(concur_namespace_set(space, "name", CV("Bob")));
	ck_status(concur_namespace_get(space, "test", &value), CONCUR_NOT_THERE);
	ck_ok(concur_namespace_add(space, "test", CV(1), &value));
	ck_ok(concur_namespace_add(space, "test", CV(1), &value));
	ck_assert_int_eq(value.integer, 2);
	ck_ok(concur_namespace_page(space, 0, 0, &pairs));
	ck_assert_uint_eq(pairs.count, 4);
	ck_assert_str_eq(pairs.items[1].bytes, "Bob");
	concur_values_free(&pairs);
	ck_ok(concur_namespace_delete(space, "name"));
	ck_status(concur_namespace_delete(space, "name"), CONCUR_NOT_THERE);
	/* As a dict, which the daemon does not take it for. */
	ck_status(concur_dict_set((concur_dict *)(void *)space, CV(1), CV(1)), CONCUR_TYPE_ERROR);
	ck_assert_ptr_null(concur_object_dict(CONCUR_OBJECT(space)));
	concur_free(space);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		merge_puts_another_dict_in,
		set_keys_gives_all_keys_one_value,
		page_backwards_goes_from_last_to_first,
		opaque_key_is_found_by_the_spelling_that_is_there,
		compare_exchange_of_opaque_values_gives_what_is_there,
		namespace_calls_do_what_they_say,
		NULL,
	};

	return unit_run("client_dict", tests);
}
