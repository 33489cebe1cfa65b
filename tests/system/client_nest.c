/* Nested containers through the client library and a real daemon. */
#include "tests/system/client.h"

#define PATH(...)                                       \
	((const struct concur_value[]){ __VA_ARGS__ }), \
	    sizeof((const struct concur_value[]){ __VA_ARGS__ }) / sizeof(struct concur_value)

static const struct concur_open nested = { .nested = true };

START_TEST(dict_put_into_a_nested_dict_is_shared)
{
	concur_session *session = client_session();
	struct concur_value value;
	concur_object *found;
	concur_dict *dict, *inner;

	ck_ok(concur_dict_open(session, NULL, &nested, &dict));
	ck_ok(concur_dict_set(dict, CV("a"), CMAP(CV("n"), CLIST(CV(1), CV(2)))));
	ck_ok(concur_dict_get(dict, CV("a"), &value));
	ck_assert_int_eq(value.kind, CONCUR_VALUE_OBJECT);
	ck_ok(concur_object_take(session, &value, &found));
	concur_value_free(&value);
	inner = concur_object_dict(found);
	ck_ok(concur_dict_set(inner, CV("b"), CV(1)));
	ck_ok(concur_path_get(CONCUR_OBJECT(dict), PATH(CV("a"), CV("b")), &value));
	ck_assert_int_eq(value.integer, 1);
	ck_ok(concur_path_set(CONCUR_OBJECT(dict), PATH(CV("a"), CV("n"), CV(0)), CLIST(CV("deep"))));
	ck_ok(concur_path_get(CONCUR_OBJECT(inner), PATH(CV("n"), CV(0), CV(0)), &value));
	ck_assert_str_eq(value.bytes, "deep");
	concur_value_free(&value);
	concur_free(inner);
	concur_free(dict);
	concur_close(session);
}
END_TEST

START_TEST(list_and_namespace_nest_likewise)
{
	concur_session *session = client_session();
	const struct concur_value items[] = { CMAP(CV("k"), CV(1)) };
	concur_namespace *space;
	struct concur_value value;
	concur_list *list;

	ck_ok(concur_list_open(session, NULL, &nested, &list));
	ck_ok(concur_list_extend(list, items, 1));
	ck_ok(concur_list_get(list, 0, &value));
	ck_assert_int_eq(value.kind, CONCUR_VALUE_OBJECT);
	concur_value_free(&value);
	ck_ok(concur_namespace_open(session, NULL, &nested, &space));
	ck_ok(concur_namespace_set(space, "name", CLIST(CV(1))));
	ck_ok(concur_path_add(CONCUR_OBJECT(space), PATH(CV("name"), CV(0)), CV(1), &value));
	ck_assert_int_eq(value.integer, 2);
	concur_free(list);
	concur_free(space);
	concur_close(session);
}
END_TEST

START_TEST(append_at_a_key_of_a_nested_dict_fills_a_shared_list)
{
	concur_session *session = client_session();
	struct concur_value value;
	concur_object *list;
	concur_dict *dict;
	int64_t len;

	ck_ok(concur_dict_open(session, NULL, &nested, &dict));
	ck_ok(concur_dict_append(dict, CV("a"), CV(1), &len));
	ck_ok(concur_dict_append(dict, CV("a"), CV(2), &len));
	ck_assert_int_eq(len, 2);
	ck_ok(concur_dict_get(dict, CV("a"), &value));
	ck_ok(concur_object_take(session, &value, &list));
	ck_assert_int_eq(concur_object_kind(list), CONCUR_KIND_LIST);
	ck_ok(concur_object_len(list, &len));
	ck_assert_int_eq(len, 2);
	concur_value_free(&value);
	concur_free(list);
	concur_free(dict);
	concur_close(session);
}
END_TEST

START_TEST(nested_one_says_so_and_others_can_not_be)
{
	concur_session *session = client_session();
	struct concur_listing listing;
	concur_queue *queue;
	concur_list *list;

	ck_ok(concur_list_open(session, NULL, &nested, &list));
	ck_ok(concur_object_info(CONCUR_OBJECT(list), &listing));
	ck_assert_uint_eq(listing.items[0].detail_count, 1);
	ck_assert_str_eq(listing.items[0].details[0].name, "nested");
	ck_assert_int_eq(listing.items[0].details[0].number, 1);
	concur_listing_free(&listing);
	ck_status(concur_queue_open(session, NULL, &nested, &queue), CONCUR_VALUE_ERROR);
	ck_assert_ptr_nonnull(strstr(concur_message(), "nested"));
	concur_free(list);
	concur_close(session);
}
END_TEST

START_TEST(more_objects_than_one_call_may_make_are_refused_by_name)
{
	enum { MANY = 16385 };
	concur_session *session = client_session();
	struct concur_value *items = calloc(MANY, sizeof *items);
	concur_dict *dict;
	int64_t len;

	ck_assert_ptr_nonnull(items);
	for (size_t i = 0; i < MANY; i++)
		items[i] = concur_items(CONCUR_VALUE_LIST, NULL, 0);
	ck_ok(concur_dict_open(session, NULL, &nested, &dict));
	ck_status(concur_dict_set(dict, CV("a"), concur_items(CONCUR_VALUE_LIST, items, MANY)), CONCUR_TOO_LARGE);
	ck_assert_ptr_nonnull(strstr(concur_message(), "nested_max"));
	ck_ok(concur_len(dict, &len));
	ck_assert_int_eq(len, 0);
	ck_ok(concur_dict_set(dict, CV("a"), concur_items(CONCUR_VALUE_LIST, items, MANY - 2)));
	free(items);
	concur_free(dict);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		dict_put_into_a_nested_dict_is_shared,
		list_and_namespace_nest_likewise,
		append_at_a_key_of_a_nested_dict_fills_a_shared_list,
		nested_one_says_so_and_others_can_not_be,
		more_objects_than_one_call_may_make_are_refused_by_name,
		NULL,
	};

	return unit_run("client_nest", tests);
}
