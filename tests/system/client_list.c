/* What lists have beyond single items, comparing objects, and the lock of a value: through the client library and a
 * real daemon. */
#include "tests/system/client.h"

static concur_list *
new_list(concur_session *session, const struct concur_value *items, size_t count)
{
	concur_list *list;

	ck_ok(concur_list_open(session, NULL, NULL, &list));
	ck_ok(concur_list_extend(list, items, count));
	return list;
}

#define VALUES(...) ((const struct concur_value[]){ __VA_ARGS__ })

static struct concur_value
opaque(const struct concur_opaque *from)
{
	struct concur_value value = { .kind = CONCUR_VALUE_OPAQUE };

	value.opaque = from;
	return value;
}

START_TEST(extend_from_takes_every_container)
{
	concur_session *session = client_session();
	struct concur_open two = { .typecode = 'b', .value = CLIST(CV(6), CV(7)) };
	concur_list *list = new_list(session, VALUES(CV(1)), 1), *other = new_list(session, VALUES(CV(2), CV("x")), 2);
	concur_array *array;
	concur_dict *dict;
	concur_set *set;
	concur_lock *lock;
	int64_t count;

	ck_ok(concur_dict_open(session, NULL, NULL, &dict));
	ck_ok(concur_set_open(session, NULL, NULL, &set));
	ck_ok(concur_array_open(session, NULL, &two, &array));
	ck_ok(concur_lock_open(session, NULL, NULL, &lock));
	ck_ok(concur_dict_set(dict, CV(4), CV(0)));
	ck_ok(concur_set_add(set, VALUES(CV(5)), 1, &count));
	ck_ok(concur_list_extend_from(list, CONCUR_OBJECT(other)));
	ck_ok(concur_list_extend_from(list, CONCUR_OBJECT(dict)));
	ck_ok(concur_list_extend_from(list, CONCUR_OBJECT(set)));
	ck_ok(concur_list_extend_from(list, CONCUR_OBJECT(array)));
	ck_ok(concur_object_equal_value(CONCUR_OBJECT(list), CLIST(CV(1), CV(2), CV("x"), CV(4), CV(5), CV(6), CV(7))));
	ck_ok(concur_list_extend_from(other, CONCUR_OBJECT(other)));
	ck_ok(concur_object_equal_value(CONCUR_OBJECT(other), CLIST(CV(2), CV("x"), CV(2), CV("x"))));
	ck_status(concur_list_extend_from(list, CONCUR_OBJECT(lock)), CONCUR_WRONG_KIND);
	concur_free(lock);
	concur_free(array);
	concur_free(set);
	concur_free(dict);
	concur_free(other);
	concur_free(list);
	concur_close(session);
}
END_TEST

START_TEST(opaque_items_before_the_match_are_candidates)
{
	static const struct concur_opaque stored = { "c", "A", 1, NULL, 0 }, asked = { "c", "a", 1, NULL, 0 };
	concur_session *session = client_session();
	concur_list *list = new_list(session, VALUES(CV(1), opaque(&stored), CV(2), opaque(&stored), CV(1)), 5);
	struct concur_candidates candidates;
	concur_future *future;
	int64_t index;

	/* Only what comes before the first that is equal for certain. */
	ck_ok(concur_list_index(list, CV(1), CONCUR_SLICE_ALL, &index));
	ck_assert_int_eq(index, 0);
	future = concur_list_index_begin(list, CV(2), CONCUR_SLICE_ALL);
	ck_ok(concur_future_candidates(future, &candidates));
	concur_future_free(future);
	ck_assert_uint_eq(candidates.count, 1);
	ck_assert_uint_eq(candidates.indexes[0], 1);
	/* It is not equal: */
	ck_ok(concur_if_version(session, candidates.version));
	ck_ok(concur_list_index(list, CV(2), CONCUR_SLICE_ALL, &index));
	ck_assert_int_eq(index, 2);
	concur_candidates_free(&candidates);
	/* For a count all are. */
	future = concur_list_count_begin(list, CV(1));
	ck_ok(concur_future_candidates(future, &candidates));
	concur_future_free(future);
	ck_assert_uint_eq(candidates.count, 2);
	ck_assert_uint_eq(candidates.indexes[1], 3);
	ck_ok(concur_if_version(session, candidates.version));
	ck_ok(concur_list_count(list, CV(1), &index));
	ck_assert_int_eq(index, 2);
	concur_candidates_free(&candidates);
	/* And this one is equal: it is taken out by its index. */
	future = concur_list_remove_begin(list, opaque(&asked));
	ck_ok(concur_future_candidates(future, &candidates));
	concur_future_free(future);
	ck_ok(concur_if_version(session, candidates.version));
	ck_ok(concur_list_delete(list, (int64_t)candidates.indexes[0]));
	concur_candidates_free(&candidates);
	ck_status(concur_object_equal_value(CONCUR_OBJECT(list), CLIST(CV(1), CV(2), opaque(&asked), CV(1))),
	    CONCUR_NEEDS_COMPARE);
	concur_free(list);
	concur_close(session);
}
END_TEST

START_TEST(objects_are_equal_as_python_says)
{
	concur_session *session = client_session();
	concur_list *list = new_list(session, VALUES(CV(1), CV(2)), 2),
		    *same = new_list(session, VALUES(CV(1.0), CV(2)), 2),
		    *longer = new_list(session, VALUES(CV(1), CV(2), CV(3)), 3);
	concur_dict *dict, *turned;
	concur_cell *cell;
	concur_queue *queue;

	ck_ok(concur_dict_open(session, NULL, NULL, &dict));
	ck_ok(concur_dict_open(session, NULL, NULL, &turned));
	ck_ok(concur_cell_open(session, NULL, NULL, &cell));
	ck_ok(concur_queue_open(session, NULL, NULL, &queue));
	ck_ok(concur_dict_update(dict, VALUES(CV("a"), CV(1), CV("b"), CV(2)), 4));
	ck_ok(concur_dict_update(turned, VALUES(CV("b"), CV(2), CV("a"), CV(1)), 4));
	ck_ok(concur_object_equal(CONCUR_OBJECT(list), CONCUR_OBJECT(same)));
	ck_status(concur_object_equal(CONCUR_OBJECT(list), CONCUR_OBJECT(longer)), CONCUR_NO);
	ck_status(concur_object_equal(CONCUR_OBJECT(list), CONCUR_OBJECT(dict)), CONCUR_NO);
	ck_ok(concur_object_equal(CONCUR_OBJECT(dict), CONCUR_OBJECT(turned)));
	ck_ok(concur_object_equal_value(CONCUR_OBJECT(dict), CMAP(CV("b"), CV(2), CV("a"), CV(1))));
	ck_status(concur_object_equal_value(CONCUR_OBJECT(dict), CMAP(CV("b"), CV(2))), CONCUR_NO);
	ck_status(concur_object_equal_value(CONCUR_OBJECT(list), CLIST(CV(1))), CONCUR_NO);
	ck_status(concur_object_equal_value(CONCUR_OBJECT(list), CLIST(CV(1), CV(2), CV(3))), CONCUR_NO);
	ck_ok(concur_object_equal_value(CONCUR_OBJECT(cell), concur_null()));
	ck_status(concur_object_equal(CONCUR_OBJECT(queue), CONCUR_OBJECT(queue)), CONCUR_TYPE_ERROR);
	ck_ok(concur_dict_set(turned, CV("a"), CV(9)));
	ck_status(concur_object_equal(CONCUR_OBJECT(dict), CONCUR_OBJECT(turned)), CONCUR_NO);
	concur_free(queue);
	concur_free(cell);
	concur_free(dict);
	concur_free(turned);
	concur_free(longer);
	concur_free(same);
	concur_free(list);
	concur_close(session);
}
END_TEST

START_TEST(lock_of_a_value_is_one_for_all_and_goes_with_it)
{
	concur_session *session = client_session_without_linger(), *other;
	struct concur_manager before, after;
	struct concur_value value;
	concur_lock *lock, *theirs;
	concur_cell *cell, *opened;
	concur_list *list = new_list(session, NULL, 0);

	ck_ok(concur_manager_info(session, &before));
	ck_ok(concur_cell_open(session, "counter", NULL, &cell));
	ck_ok(concur_object_own_lock(CONCUR_OBJECT(cell), &lock));
	ck_ok(concur_lock_acquire(lock, 0, NULL));
	ck_ok(concur_lock_acquire(lock, 0, NULL)); /* it is an rlock */
	ck_ok(concur_connect(concur_url(session), NULL, &other));
	ck_ok(concur_cell_open(other, "counter", NULL, &opened));
	ck_ok(concur_object_own_lock(CONCUR_OBJECT(opened), &theirs));
	ck_assert_uint_eq(concur_object_id(CONCUR_OBJECT(theirs)), concur_object_id(CONCUR_OBJECT(lock)));
	ck_status(concur_lock_acquire(theirs, 0, NULL), CONCUR_TIMED_OUT);
	ck_ok(concur_lock_release(lock));
	ck_ok(concur_lock_release(lock));
	ck_ok(concur_lock_acquire(theirs, CONCUR_FOREVER, NULL));
	/* Nobody has the handle, and still it is the same. */
	ck_ok(concur_lock_release(theirs));
	concur_free(theirs);
	concur_free(lock);
	ck_ok(concur_object_own_lock(CONCUR_OBJECT(cell), &lock));
	ck_ok(concur_cell_set(cell, CV(1)));
	ck_ok(concur_cell_get(opened, &value));
	ck_assert_int_eq(value.integer, 1);
	ck_status(concur_object_own_lock(CONCUR_OBJECT(list), &theirs), CONCUR_WRONG_KIND);
	concur_free(lock);
	ck_ok(concur_remove(cell));
	concur_free(cell);
	concur_free(opened);
	concur_close(other);
	do
		ck_ok(concur_manager_info(session, &after));
	while (after.objects != before.objects);
	concur_free(list);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		extend_from_takes_every_container,
		opaque_items_before_the_match_are_candidates,
		objects_are_equal_as_python_says,
		lock_of_a_value_is_one_for_all_and_goes_with_it,
		NULL,
	};

	return unit_run("client_list", tests);
}
