/* Calls that are bound to a version of their object, through the client library and a real daemon. */
#include "tests/system/client.h"

#include <sys/wait.h>
#include <unistd.h>

static uint64_t
version_of(concur_object *object)
{
	struct concur_listing info;
	uint64_t version;

	ck_ok(concur_object_info(object, &info));
	version = info.items[0].version;
	concur_listing_free(&info);
	return version;
}

static int64_t
len_of(concur_object *object)
{
	int64_t len;

	ck_ok(concur_object_len(object, &len));
	return len;
}

START_TEST(call_at_version_is_carried_out_only_while_it_is_that)
{
	concur_session *session = client_session();
	concur_list *list;
	uint64_t version;

	ck_ok(concur_list_open(session, NULL, NULL, &list));
	version = version_of(CONCUR_OBJECT(list));
	ck_ok(concur_if_version(session, version));
	ck_ok(concur_list_append(list, CV(1)));
	/* The condition was for that one call. */
	ck_ok(concur_list_append(list, CV(2)));
	ck_ok(concur_if_version(session, version));
	ck_status(concur_list_append(list, CV(3)), CONCUR_CHANGED);
	ck_assert_int_eq(len_of(CONCUR_OBJECT(list)), 2);
	ck_ok(concur_if_version(session, version));
	ck_ok(concur_if_version(session, 0));
	ck_ok(concur_list_append(list, CV(3)));
	concur_free(list);
	concur_close(session);
}
END_TEST

START_TEST(future_version_leads_from_change_to_change)
{
	concur_session *session = client_session();
	concur_future *future;
	concur_list *list;
	uint64_t version, next;

	ck_ok(concur_list_open(session, NULL, NULL, &list));
	version = version_of(CONCUR_OBJECT(list));
	for (int i = 0; i < 3; i++) {
		ck_ok(concur_if_version(session, version));
		future = concur_list_append_begin(list, CV(i));
		ck_ok(concur_future_version(future, &next));
		ck_ok(client_end(future));
		ck_assert_uint_gt(next, version);
		version = next;
	}
	ck_assert_uint_eq(version, version_of(CONCUR_OBJECT(list)));
	/* Also a no tells the version of now. */
	ck_ok(concur_if_version(session, 1));
	future = concur_list_append_begin(list, CV(9));
	ck_status(concur_future_version(future, &next), CONCUR_CHANGED);
	ck_assert_uint_eq(next, version);
	concur_future_free(future);
	/* Not every reply has a version. */
	future = concur_object_len_begin(CONCUR_OBJECT(list));
	ck_status(concur_future_version(future, &next), CONCUR_BAD_ARGUMENT);
	concur_future_free(future);
	concur_free(list);
	concur_close(session);
}
END_TEST

START_TEST(condition_stays_until_a_call_on_an_object)
{
	concur_session *session = client_session();
	concur_list *list, *other;

	ck_ok(concur_list_open(session, NULL, NULL, &list));
	ck_ok(concur_if_version(session, 1));
	ck_ok(concur_ping(session));
	ck_ok(concur_list_open(session, NULL, NULL, &other));
	ck_status(concur_list_append(list, CV(1)), CONCUR_CHANGED);
	/* A call that the library itself refuses was that call too. */
	ck_ok(concur_if_version(session, 1));
	ck_status(concur_list_append(list, (struct concur_value){ 0 }), CONCUR_BAD_VALUE);
	ck_ok(concur_list_append(list, CV(1)));
	concur_free(list);
	concur_free(other);
	concur_close(session);
}
END_TEST

START_TEST(condition_on_what_can_not_say_changed_is_refused)
{
	concur_session *session = client_session();
	struct concur_listing info;
	concur_list *list;

	ck_ok(concur_list_open(session, NULL, NULL, &list));
	ck_ok(concur_if_version(session, version_of(CONCUR_OBJECT(list))));
	ck_status(concur_object_info(CONCUR_OBJECT(list), &info), CONCUR_BAD_MESSAGE);
	concur_free(list);
	concur_close(session);
}
END_TEST

/* Opening the handle anew, which the child's first call does by itself, is not what the condition is for. */
START_TEST(condition_of_a_child_is_for_its_own_call)
{
	concur_session *session = client_session();
	concur_list *list;
	uint64_t version;
	int status;

	ck_ok(concur_list_open(session, NULL, NULL, &list));
	version = version_of(CONCUR_OBJECT(list));
	ck_ok(concur_list_append(list, CV(1)));
	if (fork() == 0) {
		enum concur_status said = concur_if_version(session, version);

		if (said == CONCUR_OK)
			said = concur_list_append(list, CV(2));
		_exit(said == CONCUR_CHANGED ? 0 : 1);
	}
	ck_assert_int_gt(wait(&status), 0);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(len_of(CONCUR_OBJECT(list)), 1);
	concur_free(list);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		call_at_version_is_carried_out_only_while_it_is_that,
		future_version_leads_from_change_to_change,
		condition_stays_until_a_call_on_an_object,
		condition_on_what_can_not_say_changed_is_refused,
		condition_of_a_child_is_for_its_own_call,
		NULL,
	};

	return unit_run("client_version", tests);
}
