/* Sets through the client library and a real daemon, and what to do about items that only the client can compare. */
#include "tests/system/client.h"

#include <stdio.h>
#include <strings.h>

static concur_set *
new_set(concur_session *session, const struct concur_value *items, size_t count)
{
	concur_set *set;
	int64_t added;

	ck_ok(concur_set_open(session, NULL, NULL, &set));
	ck_ok(concur_set_add(set, items, count, &added));
	ck_assert_int_eq(added, (int64_t)count);
	return set;
}

#define SET(session, ...)                                                \
	new_set((session), (const struct concur_value[]){ __VA_ARGS__ }, \
	    sizeof((const struct concur_value[]){ __VA_ARGS__ }) / sizeof(struct concur_value))

/* The sum of the items, which are integers, and how many there are. */
static void
expect_items(concur_set *set, int64_t count, int64_t sum)
{
	struct concur_values page = { 0 };

	do {
		uint64_t cursor = page.cursor;

		concur_values_free(&page);
		ck_ok(concur_set_page(set, cursor, 2, &page));
		for (size_t i = 0; i < page.count; i++, count--)
			sum -= page.items[i].integer;
	} while (page.cursor);
	concur_values_free(&page);
	ck_assert_int_eq(count, 0);
	ck_assert_int_eq(sum, 0);
}

START_TEST(set_calls_do_what_they_say)
{
	concur_session *session = client_session();
	concur_set *set = SET(session, CV(1), CV(2), CV("x"));
	struct concur_value value;
	int64_t count;

	ck_ok(concur_set_contains(set, CV(2.0)));
	ck_status(concur_set_contains(set, CV(3)), CONCUR_NOT_THERE);
	ck_status(concur_set_contains(set, CLIST(CV(1))), CONCUR_UNHASHABLE);
	ck_ok(concur_set_pop(set, &value));
	ck_assert_str_eq(value.bytes, "x");
	concur_value_free(&value);
	ck_ok(concur_set_discard(set, (const struct concur_value[]){ CV(1), CV(9) }, 2, &count));
	ck_assert_int_eq(count, 1);
	expect_items(set, 1, 2);
	ck_ok(concur_clear(set));
	ck_status(concur_set_pop(set, &value), CONCUR_NOT_THERE);
	ck_assert_ptr_eq(concur_object_set(CONCUR_OBJECT(set)), set);
	concur_free(set);
	concur_close(session);
}
END_TEST

START_TEST(algebra_takes_a_set_or_items)
{
	static const int64_t counts[] = { 4, 2, 1, 2 }, sums[] = { 10, 5, 1, 5 }, changes[] = { 1, 1, 2, 3 };
	concur_session *session = client_session();
	concur_set *other = SET(session, CV(3), CV(2), CV(4)), *set, *made;
	const struct concur_value items[] = { CV(3), CV(2), CV(4), CV(2.0) };
	int64_t count;

	for (int operation = CONCUR_SET_UNION; operation <= CONCUR_SET_SYMMETRIC_DIFFERENCE; operation++) {
		enum concur_set_operation which = (enum concur_set_operation)operation;

		for (int by_items = 0; by_items < 2; by_items++) {
			struct concur_set_side side = by_items ? concur_side_items(items, 4) : concur_side_set(other);

			set = SET(session, CV(1), CV(2), CV(3));
			ck_ok(concur_set_combine(set, which, side, &made));
			expect_items(made, counts[operation], sums[operation]);
			expect_items(set, 3, 6);
			ck_ok(concur_set_change(set, which, side, &count));
			ck_assert_int_eq(count, changes[operation]);
			expect_items(set, counts[operation], sums[operation]);
			concur_free(made);
			concur_free(set);
		}
	}
	concur_free(other);
	concur_close(session);
}
END_TEST

START_TEST(ask_says_yes_or_no)
{
	concur_session *session = client_session();
	concur_set *one = SET(session, CV(1)), *two = SET(session, CV(1), CV(2));

	ck_ok(concur_set_ask(one, CONCUR_SET_IS_SUBSET, concur_side_set(two)));
	ck_status(concur_set_ask(two, CONCUR_SET_IS_SUBSET, concur_side_set(one)), CONCUR_NO);
	ck_ok(concur_set_ask(two, CONCUR_SET_IS_SUPERSET, concur_side_set(one)));
	ck_ok(concur_set_ask(two, CONCUR_SET_IS_DISJOINT, concur_side_items(NULL, 0)));
	ck_status(concur_set_ask(two, CONCUR_SET_IS_DISJOINT, concur_side_set(two)), CONCUR_NO);
	ck_status(concur_set_ask(two, (enum concur_set_question)9, concur_side_set(two)), CONCUR_BAD_ARGUMENT);
	concur_free(one);
	concur_free(two);
	concur_close(session);
}
END_TEST

/* The set that is made lives as long as its handle. */
START_TEST(made_set_goes_with_its_handle)
{
	concur_session *session = client_session_without_linger();
	concur_set *set = SET(session, CV(1)), *made;
	struct concur_manager before, after;

	ck_ok(concur_manager_info(session, &before));
	ck_ok(concur_set_combine(set, CONCUR_SET_UNION, concur_side_set(set), &made));
	concur_free(made);
	do
		ck_ok(concur_manager_info(session, &after));
	while (after.objects != before.objects);
	concur_free(set);
	concur_close(session);
}
END_TEST

/* -- what only the client can compare ---------------------------------------------------------------------------- */

static struct concur_value
opaque(const struct concur_opaque *from)
{
	struct concur_value value = { .kind = CONCUR_VALUE_OPAQUE };

	value.opaque = from;
	return value;
}

/* A codec in which the case of letters does not matter: adds an item as a client of it has to. True if it is new. */
static bool
add_folded(concur_session *session, concur_set *set, struct concur_value item)
{
	concur_future *future = concur_set_add_begin(set, &item, 1);
	enum concur_status status = concur_future_wait(future, CONCUR_FOREVER);
	struct concur_candidates candidates;
	int64_t count = 0;

	if (status == CONCUR_OK) {
		ck_ok(concur_future_count(future, &count));
	} else {
		ck_status(status, CONCUR_NEEDS_COMPARE);
		ck_ok(concur_future_candidates(future, &candidates));
		ck_assert_uint_eq(candidates.cursor, 0);
		ck_assert_ptr_null(candidates.indexes);
		for (size_t i = 0; i < candidates.count; i++) {
			if (candidates.items[i].kind == CONCUR_VALUE_OPAQUE && item.kind == CONCUR_VALUE_OPAQUE &&
			    !strcasecmp(candidates.items[i].opaque->data, item.opaque->data))
				count--;
		}
		if (count == 0) {
			ck_ok(concur_if_version(session, candidates.version));
			ck_ok(concur_set_add(set, &item, 1, &count));
		}
		concur_candidates_free(&candidates);
	}
	concur_future_free(future);
	return count > 0;
}

START_TEST(opaque_items_are_compared_by_the_client)
{
	static const struct concur_opaque words[] = { { "fold", "a", 2, NULL, 0 }, { "fold", "A", 2, NULL, 0 },
		{ "fold", "b", 2, NULL, 0 } };
	concur_session *session = client_session();
	struct concur_candidates candidates;
	struct concur_values page;
	concur_future *future;
	concur_set *set;

	ck_ok(concur_set_open(session, NULL, NULL, &set));
	/* The first needs no look: there is nothing to compare it with. */
	ck_assert(add_folded(session, set, opaque(&words[0])));
	ck_assert(!add_folded(session, set, opaque(&words[1])));
	ck_assert(add_folded(session, set, opaque(&words[2])));
	ck_assert(add_folded(session, set, CV(1)));
	/* What is there byte for byte needs none either. */
	ck_ok(concur_set_contains(set, opaque(&words[2])));
	ck_ok(concur_set_contains(set, CV(1)));
	ck_status(concur_set_contains(set, CV(2)), CONCUR_NEEDS_COMPARE);
	ck_ok(concur_set_candidates(set, 0, 0, &page));
	ck_assert_uint_eq(page.count, 2);
	concur_values_free(&page);
	future = concur_set_contains_begin(set, CV(1));
	ck_status(concur_future_candidates(future, &candidates), CONCUR_BAD_ARGUMENT);
	concur_future_free(future);
	concur_free(set);
	concur_close(session);
}
END_TEST

/* More than one page: the rest is had by its cursor, at the same version. */
START_TEST(many_candidates_come_in_pages)
{
	enum { WORDS = 3000 };
	concur_session *session = client_session();
	struct concur_candidates candidates;
	struct concur_values page = { 0 };
	concur_future *future;
	concur_set *set;
	int64_t count;
	size_t all;

	ck_ok(concur_set_open(session, NULL, NULL, &set));
	for (int i = 0; i < WORDS; i++) {
		char text[16];
		struct concur_opaque word = { "c", text, (size_t)snprintf(text, sizeof text, "%d", i), NULL, 0 };
		struct concur_value items[] = { opaque(&word), CV(i) };
		struct concur_listing info;

		ck_ok(concur_object_info(CONCUR_OBJECT(set), &info));
		ck_ok(concur_if_version(session, info.items[0].version));
		ck_ok(concur_set_add(set, items, 2, &count));
		concur_listing_free(&info);
	}
	future = concur_set_contains_begin(set, CV("x"));
	ck_ok(concur_future_candidates(future, &candidates));
	concur_future_free(future);
	all = candidates.count;
	for (page.cursor = candidates.cursor; page.cursor; all += page.count) {
		uint64_t cursor = page.cursor;

		concur_values_free(&page);
		ck_ok(concur_if_version(session, candidates.version));
		ck_ok(concur_set_candidates(set, cursor, 0, &page));
		ck_assert_uint_eq(page.version, candidates.version);
	}
	ck_assert_uint_lt(candidates.count, WORDS);
	ck_assert_uint_eq(all, WORDS);
	concur_values_free(&page);
	concur_candidates_free(&candidates);
	concur_free(set);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		set_calls_do_what_they_say,
		algebra_takes_a_set_or_items,
		ask_says_yes_or_no,
		made_set_goes_with_its_handle,
		opaque_items_are_compared_by_the_client,
		many_candidates_come_in_pages,
		NULL,
	};

	return unit_run("client_set", tests);
}
