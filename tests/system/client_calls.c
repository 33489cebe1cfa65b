/* Every call of the client library once against a daemon: what it gives, and its plain noes. */
#include "tests/system/client.h"

static int64_t
integer_of(struct concur_value value)
{
	ck_assert_int_eq(value.kind, CONCUR_VALUE_INTEGER);
	return value.integer;
}

START_TEST(dict_calls_do_what_they_say)
{
	concur_session *session = client_session();
	const struct concur_value pairs[] = { CV("x"), CV(1), CV("y"), CV(2) };
	struct concur_values values;
	struct concur_value value;
	concur_dict *dict;
	int64_t len;

	ck_ok(concur_dict_open(session, "stock", NULL, &dict));
	ck_ok(concur_dict_set(dict, CV("a"), CV(3)));
	ck_ok(concur_dict_get(dict, CV("a"), &value));
	ck_assert_int_eq(integer_of(value), 3);
	ck_status(concur_dict_get(dict, CV("b"), &value), CONCUR_NOT_THERE);
	ck_status(concur_dict_get(dict, CLIST(CV(1)), &value), CONCUR_UNHASHABLE);
	ck_ok(concur_dict_contains(dict, CV("a")));
	ck_status(concur_dict_contains(dict, CV("b")), CONCUR_NOT_THERE);
	ck_ok(concur_dict_add(dict, CV("a"), CV(4), &value));
	ck_assert_int_eq(integer_of(value), 7);
	ck_ok(concur_dict_set_default(dict, CV("b"), CV("new"), &value));
	concur_value_free(&value);
	ck_status(concur_dict_set_default(dict, CV("a"), CV("new"), &value), CONCUR_EXISTS);
	ck_assert_int_eq(integer_of(value), 7);
	ck_ok(concur_dict_compare_exchange(dict, CV("a"), CV(7), CV(8), &value));
	ck_status(concur_dict_compare_exchange(dict, CV("a"), CV(7), CV(9), &value), CONCUR_CHANGED);
	ck_assert_int_eq(integer_of(value), 8);
	ck_status(concur_dict_append(dict, CV("a"), CV("er"), &len), CONCUR_TYPE_ERROR);
	ck_ok(concur_dict_set(dict, CV("c"), CLIST(CV(1))));
	ck_ok(concur_dict_append(dict, CV("c"), CV("er"), &len));
	ck_assert_int_eq(len, 2);
	ck_ok(concur_dict_update(dict, pairs, 4));
	ck_status(concur_dict_update(dict, pairs, 3), CONCUR_BAD_ARGUMENT);
	ck_ok(concur_dict_pop_item(dict, &values));
	ck_assert_str_eq(values.items[0].bytes, "y");
	concur_values_free(&values);
	ck_ok(concur_dict_page(dict, 0, 0, &values));
	ck_assert_uint_eq(values.count, 8);
	ck_assert_str_eq(values.items[5].items[1].bytes, "er");
	concur_values_free(&values);
	ck_ok(concur_dict_delete(dict, CV("x")));
	ck_status(concur_dict_delete(dict, CV("x")), CONCUR_NOT_THERE);
	ck_ok(concur_dict_pop(dict, CV("b"), NULL));
	ck_ok(concur_len(dict, &len));
	ck_assert_int_eq(len, 2);
	ck_ok(concur_clear(dict));
	concur_free(dict);
	concur_close(session);
}
END_TEST

static void
check_list(concur_list *list, const char *expected)
{
	struct concur_values values;
	char text[64] = "";

	ck_ok(concur_list_get_slice(list, CONCUR_SLICE_ALL, &values));
	for (size_t i = 0; i < values.count; i++)
		text[i] = (char)('0' + integer_of(values.items[i]));
	ck_assert_str_eq(text, expected);
	concur_values_free(&values);
}

START_TEST(list_calls_do_what_they_say)
{
	concur_session *session = client_session();
	const struct concur_value three[] = { CV(3), CV(1), CV(2) };
	struct concur_value value;
	concur_list *list;
	int64_t n;

	ck_ok(concur_list_open(session, NULL, NULL, &list));
	ck_ok(concur_list_extend(list, three, 3));
	ck_ok(concur_list_append(list, CV(5)));
	ck_ok(concur_list_insert(list, 0, CV(9)));
	check_list(list, "93125");
	ck_ok(concur_list_sort(list, false));
	check_list(list, "12359");
	ck_ok(concur_list_reverse(list));
	ck_ok(concur_list_set(list, -1, CV(5)));
	check_list(list, "95325");
	ck_ok(concur_list_count(list, CV(5), &n));
	ck_assert_int_eq(n, 2);
	ck_ok(concur_list_index(list, CV(5), CONCUR_SLICE(2, 5), &n));
	ck_assert_int_eq(n, 4);
	ck_status(concur_list_index(list, CV(5), CONCUR_SLICE(2, 4), &n), CONCUR_NOT_THERE);
	ck_ok(concur_list_remove(list, CV(5)));
	check_list(list, "9325");
	ck_ok(concur_list_delete(list, 0));
	ck_ok(concur_list_get(list, 0, &value));
	ck_assert_int_eq(integer_of(value), 3);
	ck_status(concur_list_get(list, 3, &value), CONCUR_INDEX_ERROR);
	ck_ok(concur_list_pop(list, -1, &value));
	ck_assert_int_eq(integer_of(value), 5);
	ck_ok(concur_list_repeat(list, 2));
	check_list(list, "3232");
	ck_ok(concur_list_set_slice(list, CONCUR_SLICE(1, 3), three, 3));
	check_list(list, "33122");
	ck_ok(concur_list_delete_slice(list, (struct concur_slice){ .step = 2, .from_start = true, .to_end = true }));
	check_list(list, "32");
	ck_status(concur_list_delete_slice(list, (struct concur_slice){ .step = 0 }), CONCUR_VALUE_ERROR);
	concur_free(list);
	concur_close(session);
}
END_TEST

START_TEST(queue_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_open room_of_two = { .maxsize = 2 };
	const struct concur_value two[] = { CV(1), CV(2) };
	struct concur_queue_state state;
	struct concur_values values;
	struct concur_value value;
	concur_queue *queue;

	ck_ok(concur_queue_open(session, "jobs", &room_of_two, &queue));
	ck_ok(concur_queue_put_many(queue, two, 2, 0));
	ck_status(concur_queue_put(queue, CV(3), 0), CONCUR_FULL);
	ck_status(concur_queue_put(queue, CV(3), 1000), CONCUR_FULL);
	ck_status(concur_queue_put(queue, CV(3), -2), CONCUR_BAD_WAIT);
	ck_ok(concur_queue_get(queue, 0, &value));
	ck_assert_int_eq(integer_of(value), 1);
	ck_ok(concur_queue_get_many(queue, 10, CONCUR_FOREVER, &values));
	ck_assert_uint_eq(values.count, 1);
	concur_values_free(&values);
	ck_status(concur_queue_get(queue, 1000, &value), CONCUR_EMPTY);
	ck_status(concur_queue_join(queue, 1000), CONCUR_TIMED_OUT);
	ck_ok(concur_queue_task_done(queue, 2));
	ck_ok(concur_queue_join(queue, CONCUR_FOREVER));
	ck_status(concur_queue_task_done(queue, 1), CONCUR_TOO_MANY_DONE);
	ck_ok(concur_queue_shutdown(queue, false));
	ck_status(concur_queue_get(queue, CONCUR_FOREVER, &value), CONCUR_SHUT_DOWN);
	ck_ok(concur_queue_state(queue, &state));
	ck_assert_uint_eq(state.maxsize, 2);
	ck_assert(state.is_shut_down);
	concur_free(queue);
	concur_close(session);
}
END_TEST

START_TEST(lock_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_grant first, second;
	struct concur_lock_state state;
	concur_lock *lock;
	concur_cell *cell;

	ck_ok(concur_lock_open(session, NULL, NULL, &lock));
	ck_ok(concur_cell_open(session, NULL, NULL, &cell));
	ck_status(concur_lock_release(lock), CONCUR_NOT_LOCKED);
	ck_ok(concur_lock_acquire(lock, 0, &first));
	ck_status(concur_lock_acquire(lock, 0, &second), CONCUR_TIMED_OUT);
	ck_ok(concur_lock_state(lock, &state));
	ck_assert(state.locked);
	ck_assert_uint_eq(state.holder.token, first.token);
	ck_ok(concur_guard(session, lock, first.token));
	ck_ok(concur_cell_set(cell, CV(1)));
	ck_ok(concur_guard(session, NULL, 0));
	ck_ok(concur_lock_release(lock));
	ck_ok(concur_lock_acquire(lock, 0, &second));
	ck_assert_uint_gt(second.token, first.token);
	ck_ok(concur_guard(session, lock, first.token));
	ck_status(concur_cell_set(cell, CV(2)), CONCUR_STALE_TOKEN);
	ck_ok(concur_guard(session, NULL, 0));
	ck_ok(concur_cell_set(cell, CV(3)));
	concur_free(lock);
	concur_free(cell);
	concur_close(session);
}
END_TEST

START_TEST(cell_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_open five = { .value = CV(5) };
	struct concur_value value;
	concur_cell *cell;

	ck_ok(concur_cell_open(session, NULL, &five, &cell));
	ck_ok(concur_cell_add(cell, CV(2), &value));
	ck_assert_int_eq(integer_of(value), 7);
	ck_status(concur_cell_add(cell, CV("x"), &value), CONCUR_TYPE_ERROR);
	ck_ok(concur_cell_exchange(cell, CV("text"), &value));
	ck_assert_int_eq(integer_of(value), 7);
	ck_status(concur_cell_compare_exchange(cell, CV(7), CV(8), &value), CONCUR_CHANGED);
	ck_assert_str_eq(value.bytes, "text");
	concur_value_free(&value);
	ck_ok(concur_cell_set(cell, concur_null()));
	ck_ok(concur_cell_get(cell, &value));
	ck_assert_int_eq(value.kind, CONCUR_VALUE_NULL);
	concur_free(cell);
	concur_close(session);
}
END_TEST

START_TEST(object_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_open existing = { .must_exist = true }, new = { .must_create = true };
	struct concur_listing listing;
	struct concur_manager manager;
	concur_object *object;
	concur_dict *dict;
	concur_list *list;

	ck_status(concur_dict_open(session, "d", &existing, &dict), CONCUR_NOT_FOUND);
	ck_ok(concur_dict_open(session, "d", &new, &dict));
	ck_status(concur_object_open(session, CONCUR_KIND_DICT, "d", &new, &object), CONCUR_ALREADY_THERE);
	ck_status(concur_list_open(session, "d", NULL, &list), CONCUR_WRONG_KIND);
	ck_ok(concur_object_ref(session, concur_object_id(CONCUR_OBJECT(dict)), &object));
	ck_assert_ptr_eq(concur_object_dict(object), object);
	ck_assert_ptr_null(concur_object_list(object));
	concur_free(object);
	ck_ok(concur_object_info(CONCUR_OBJECT(dict), &listing));
	ck_assert_str_eq(listing.items[0].name, "d");
	ck_assert_int_eq(listing.items[0].kind, CONCUR_KIND_DICT);
	concur_listing_free(&listing);
	ck_ok(concur_manager_list(session, CONCUR_KIND_NONE, 0, 0, &listing));
	ck_assert_uint_eq(listing.count, 1);
	concur_listing_free(&listing);
	ck_ok(concur_manager_info(session, &manager));
	ck_assert_uint_eq(manager.objects, 1);
	ck_ok(concur_ping(session));
	ck_ok(concur_remove(dict));
	ck_status(concur_manager_remove(session, "d"), CONCUR_NOT_THERE);
	concur_free(dict);
	concur_close(session);
}
END_TEST

START_TEST(reference_in_a_value_opens_the_object)
{
	concur_session *session = client_session();
	struct concur_value value;
	concur_object *object;
	concur_list *outer, *inner;
	int64_t len;

	ck_ok(concur_list_open(session, NULL, NULL, &outer));
	ck_ok(concur_list_open(session, NULL, NULL, &inner));
	ck_ok(concur_list_append(inner, CV(1)));
	ck_ok(concur_list_append(outer, concur_reference(CONCUR_OBJECT(inner))));
	concur_free(inner);
	ck_ok(concur_list_get(outer, 0, &value));
	ck_assert_int_eq(value.kind, CONCUR_VALUE_OBJECT);
	ck_ok(concur_object_ref(session, value.object, &object));
	ck_ok(concur_object_len(object, &len));
	ck_assert_int_eq(len, 1);
	concur_free(object);
	concur_free(outer);
	concur_close(session);
}
END_TEST

START_TEST(call_any_method_gives_its_message)
{
	concur_session *session = client_session();
	struct concur_reply reply;

	ck_ok(concur_call(session, "/concur.v1.Manager/Info", NULL, 0, CONCUR_BLOCKED, &reply));
	ck_assert_uint_gt(reply.size, 0);
	concur_reply_free(&reply);
	ck_ok(concur_call(session, "/concur.v1.Session/Ping", NULL, 0, CONCUR_ONE_WAY, &reply));
	concur_reply_free(&reply);
	ck_status(concur_call(session, "/concur.v1.None/None", NULL, 0, 0, &reply), CONCUR_UNKNOWN_METHOD);
	ck_status(concur_call(session, "/concur.v1.Dict/Get", "\x08", 1, 0, &reply), CONCUR_BAD_MESSAGE);
	ck_status(concur_call(session, "/concur.v1.Dict/Get", NULL, 0, 4, &reply), CONCUR_BAD_ARGUMENT);
	concur_close(session);
}
END_TEST

START_TEST(value_over_a_limit_refuses_that_call_only)
{
	const char *const limits[] = { "--limit", "frame_max=1M", "--limit", "depth_max=3", "--limit", "key_max=100",
		"--limit", "name_max=10", NULL };
	struct concur_options options = { .arguments = limits };
	struct concur_value deep = CLIST(CLIST(CV(1))), deeper = CLIST(deep);
	char *bytes = calloc(1, 2 << 20);
	concur_session *session;
	concur_dict *dict;
	int64_t len;

	ck_ok(concur_spawn(&options, &session));
	ck_status(concur_dict_open(session, "elevenbytes", NULL, &dict), CONCUR_TOO_LARGE);
	ck_ok(concur_dict_open(session, "ten__bytes", NULL, &dict));
	ck_status(concur_dict_set(dict, CV(1), concur_data(bytes, 2 << 20)), CONCUR_TOO_LARGE);
	ck_status(concur_dict_set(dict, concur_data(bytes, 200), CV(1)), CONCUR_TOO_LARGE);
	ck_status(concur_dict_set(dict, CV(1), deeper), CONCUR_TOO_LARGE);
	ck_ok(concur_dict_set(dict, concur_data(bytes, 100), deep));
	ck_ok(concur_dict_set(dict, CV(1), concur_data(bytes, 1000000)));
	ck_ok(concur_len(dict, &len));
	ck_assert_int_eq(len, 2);
	free(bytes);
	concur_free(dict);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { dict_calls_do_what_they_say, list_calls_do_what_they_say,
		queue_calls_do_what_they_say, lock_calls_do_what_they_say, cell_calls_do_what_they_say,
		object_calls_do_what_they_say, reference_in_a_value_opens_the_object, call_any_method_gives_its_message,
		value_over_a_limit_refuses_that_call_only, NULL };

	return unit_run("client_calls", tests);
}
