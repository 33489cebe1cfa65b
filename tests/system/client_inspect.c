/* Inspection through the client library, against the real daemon: who holds, who waits, who is there. */
#include "tests/system/client.h"

#include <unistd.h>

enum { WAITERS = 7, MANY = 40 };

/* A context of its own for every call that waits: the calls of one owner on one lock are one too many. */
static concur_future *
wait_as(concur_session *session, concur_context *context, concur_lock *lock)
{
	concur_future *future;

	ck_ok(concur_context_use(session, context));
	future = concur_lock_acquire_begin(lock, CONCUR_FOREVER);
	ck_ok(concur_context_use(session, NULL));
	return future;
}

START_TEST(info_of_lock_tells_holder_and_details)
{
	concur_session *session = client_session();
	struct concur_listing listing;
	concur_lock *lock;

	ck_ok(concur_lock_open(session, "told", &(struct concur_open){ .strict = true }, &lock));
	ck_ok(concur_object_info(CONCUR_OBJECT(lock), &listing));
	ck_assert_uint_eq(listing.items[0].holder_count, 0);
	concur_listing_free(&listing);
	ck_ok(concur_lock_acquire(lock, 0, NULL));
	ck_ok(concur_object_info(CONCUR_OBJECT(lock), &listing));
	ck_assert_uint_eq(listing.count, 1);
	ck_assert_str_eq(listing.items[0].name, "told");
	ck_assert_uint_eq(listing.items[0].holder_count, 1);
	ck_assert(!listing.items[0].more_holders);
	ck_assert_uint_eq(listing.items[0].holders[0].holder.process, (uint64_t)getpid());
	ck_assert_str_eq(listing.items[0].holders[0].how, "exclusive");
	ck_assert_uint_eq(listing.items[0].holders[0].count, 1);
	ck_assert(listing.items[0].holders[0].local);
	ck_assert_uint_ge(listing.items[0].detail_count, 1);
	ck_assert_str_eq(listing.items[0].details[0].name, "strict");
	ck_assert_int_eq(listing.items[0].details[0].number, 1);
	concur_listing_free(&listing);
	concur_free(lock);
	concur_close(session);
}
END_TEST

START_TEST(holders_are_those_who_hold)
{
	concur_session *session = client_session();
	struct concur_holds holds;
	concur_lock *lock;

	ck_ok(concur_lock_open(session, NULL, NULL, &lock));
	ck_ok(concur_object_holders(CONCUR_OBJECT(lock), 0, 0, &holds));
	ck_assert_uint_eq(holds.count, 0);
	concur_holds_free(&holds);
	ck_ok(concur_lock_acquire(lock, 0, NULL));
	ck_ok(concur_object_holders(CONCUR_OBJECT(lock), 0, 0, &holds));
	ck_assert_uint_eq(holds.count, 1);
	ck_assert_uint_eq(holds.cursor, 0);
	ck_assert_uint_eq(holds.items[0].holder.process, (uint64_t)getpid());
	concur_holds_free(&holds);
	concur_free(lock);
	concur_close(session);
}
END_TEST

START_TEST(waiters_come_in_pages_in_order)
{
	concur_session *session = client_session();
	concur_context *contexts[WAITERS];
	concur_future *futures[WAITERS];
	struct concur_mark from = { 0 };
	struct concur_waiters page;
	uint64_t last = 0;
	size_t seen = 0;
	concur_lock *lock;

	ck_ok(concur_lock_open(session, NULL, NULL, &lock));
	ck_ok(concur_lock_acquire(lock, 0, NULL));
	for (int i = 0; i < WAITERS; i++) {
		ck_ok(concur_context_new(session, &contexts[i]));
		futures[i] = wait_as(session, contexts[i], lock);
	}
	do {
		ck_ok(concur_object_waiters(CONCUR_OBJECT(lock), &from, 3, &page));
		for (size_t i = 0; i < page.count; i++) {
			ck_assert_uint_gt(page.items[i].call, last);
			ck_assert_str_eq(page.items[i].role, "acquire");
			ck_assert_int_eq(page.items[i].left_ns, CONCUR_FOREVER);
			last = page.items[i].call;
		}
		seen += page.count;
		from = page.next;
		concur_waiters_free(&page);
	} while (from.number);
	ck_assert_uint_eq(seen, WAITERS);
	for (int i = 0; i < WAITERS; i++) {
		concur_future_free(futures[i]);
		concur_context_free(contexts[i]);
	}
	concur_free(lock);
	concur_close(session);
}
END_TEST

START_TEST(sessions_tell_this_one_and_who_refers)
{
	concur_session *session = client_session(), *other;
	struct concur_clients clients;
	concur_lock *lock, *again;

	ck_ok(concur_connect(concur_url(session), NULL, &other));
	ck_ok(concur_lock_open(session, "referred", NULL, &lock));
	ck_ok(concur_manager_sessions(session, 0, 0, 0, &clients));
	ck_assert_uint_ge(clients.count, 2);
	ck_assert_uint_eq(clients.cursor, 0);
	concur_clients_free(&clients);
	ck_ok(concur_manager_sessions(other, concur_object_id(CONCUR_OBJECT(lock)), 0, 0, &clients));
	ck_assert_uint_eq(clients.count, 1);
	ck_assert_uint_eq(clients.items[0].handles, 1);
	ck_assert(!clients.items[0].self);
	concur_clients_free(&clients);
	ck_ok(concur_lock_open(other, "referred", NULL, &again));
	ck_ok(concur_manager_sessions(other, concur_object_id(CONCUR_OBJECT(lock)), 0, 0, &clients));
	ck_assert_uint_eq(clients.count, 2);
	ck_assert(clients.items[0].self != clients.items[1].self);
	ck_assert_uint_eq(clients.items[0].process, (uint64_t)getpid());
	ck_assert(clients.items[0].local);
	concur_clients_free(&clients);
	concur_free(lock);
	concur_free(again);
	concur_close(other);
	concur_close(session);
}
END_TEST

START_TEST(list_of_all_has_objects_without_a_name)
{
	concur_session *session = client_session();
	struct concur_listing page;
	concur_list *lists[MANY];
	uint64_t cursor = 0;
	size_t named = 0, all = 0;

	for (int i = 0; i < MANY; i++)
		ck_ok(concur_list_open(session, NULL, NULL, &lists[i]));
	do {
		ck_ok(concur_manager_list_all(session, CONCUR_KIND_LIST, cursor, 7, &page));
		for (size_t i = 0; i < page.count; i++) {
			ck_assert_int_eq(page.items[i].kind, CONCUR_KIND_LIST);
			all += page.items[i].name_size == 0;
		}
		cursor = page.cursor;
		concur_listing_free(&page);
	} while (cursor);
	do {
		ck_ok(concur_manager_list(session, CONCUR_KIND_LIST, cursor, 7, &page));
		for (size_t i = 0; i < page.count; i++)
			named += page.items[i].name_size == 0;
		cursor = page.cursor;
		concur_listing_free(&page);
	} while (cursor);
	ck_assert_uint_eq(all, MANY);
	ck_assert_uint_eq(named, 0);
	for (int i = 0; i < MANY; i++)
		concur_free(lists[i]);
	concur_close(session);
}
END_TEST

START_TEST(peek_gives_the_next_item_and_takes_nothing)
{
	concur_session *session = client_session();
	struct concur_value value;
	concur_queue *queue;
	int64_t len;

	ck_ok(concur_queue_open(session, NULL, &(struct concur_open){ .order = CONCUR_LIFO }, &queue));
	ck_status(concur_queue_peek(queue, &value), CONCUR_EMPTY);
	ck_ok(concur_queue_put(queue, CV(1), 0));
	ck_ok(concur_queue_put(queue, CV(2), 0));
	ck_ok(concur_queue_peek(queue, &value));
	ck_assert_int_eq(value.integer, 2);
	concur_value_free(&value);
	ck_ok(concur_len(queue, &len));
	ck_assert_int_eq(len, 2);
	ck_ok(concur_queue_get(queue, 0, &value));
	ck_assert_int_eq(value.integer, 2);
	concur_value_free(&value);
	concur_free(queue);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		info_of_lock_tells_holder_and_details,
		holders_are_those_who_hold,
		waiters_come_in_pages_in_order,
		sessions_tell_this_one_and_who_refers,
		list_of_all_has_objects_without_a_name,
		peek_gives_the_next_item_and_takes_nothing,
		NULL,
	};

	return unit_run("client_inspect", tests);
}
