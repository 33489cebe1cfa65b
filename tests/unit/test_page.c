/* The page: of a task that is begun and recalled at once, just one comes true. */
#include "tests/unit/unit.h"

#include "lib/page.h"

#include <pthread.h>
#include <string.h>

enum { TASK = 77, ROUNDS = 2000 };

START_TEST(begin_after_put_has_it_started_and_done)
{
	struct page page = { { 0 } };

	page_put(&page, 3, TASK);
	ck_assert_uint_eq(page_read(&page, 3), page_word(TASK, PAGE_QUEUED));
	ck_assert(page_begin(&page, 3, TASK));
	ck_assert_uint_eq(page_state(page_read(&page, 3)), PAGE_STARTED);
	ck_assert_int_eq(page_recall(&page, 3, TASK), PAGE_STARTED);
	page_done(&page, 3, TASK);
	ck_assert_int_eq(page_recall(&page, 3, TASK), PAGE_DONE);
	ck_assert_uint_eq(page_task(page_read(&page, 3)), TASK);
}
END_TEST

START_TEST(begin_after_recall_passes_over_it)
{
	struct page page = { { 0 } };

	page_put(&page, 0, TASK);
	ck_assert_int_eq(page_recall(&page, 0, TASK), PAGE_RECALLED);
	ck_assert(!page_begin(&page, 0, TASK));
	ck_assert_int_eq(page_recall(&page, 0, TASK), PAGE_RECALLED);
}
END_TEST

START_TEST(begin_of_another_task_is_refused)
{
	struct page page = { { 0 } };

	page_put(&page, 0, TASK);
	ck_assert(!page_begin(&page, 0, TASK + 1));
	ck_assert(page_begin(&page, 0, TASK));
}
END_TEST

START_TEST(recall_of_what_nobody_put_counts_as_started)
{
	struct page page;

	memset(&page, 0xff, sizeof page);
	ck_assert_int_eq(page_recall(&page, 0, TASK), PAGE_STARTED);
	page_put(&page, 0, TASK + 1);
	ck_assert_int_eq(page_recall(&page, 0, TASK), PAGE_STARTED);
	ck_assert(page_begin(&page, 0, TASK + 1));
}
END_TEST

START_TEST(put_takes_the_highest_task)
{
	struct page page = { { 0 } };

	page_put(&page, PAGE_SLOTS - 1, PAGE_TASK_MAX);
	ck_assert(page_begin(&page, PAGE_SLOTS - 1, PAGE_TASK_MAX));
	ck_assert_uint_eq(page_task(page_read(&page, PAGE_SLOTS - 1)), PAGE_TASK_MAX);
	ck_assert_uint_le(sizeof page, PAGE_BYTES);
}
END_TEST

struct race {
	struct page page;
	pthread_barrier_t meet;
	bool begun[PAGE_SLOTS];
};

static void *
begin_all(void *arg)
{
	struct race *race = arg;

	for (unsigned round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&race->meet);
		for (unsigned slot = 0; slot < PAGE_SLOTS; slot++)
			race->begun[slot] = page_begin(&race->page, slot, round);
		pthread_barrier_wait(&race->meet);
	}
	return NULL;
}

START_TEST(begin_and_recall_at_once_never_both_succeed_nor_both_fail)
{
	static struct race race;
	bool recalled[PAGE_SLOTS];
	pthread_t thread;

	pthread_barrier_init(&race.meet, NULL, 2);
	pthread_create(&thread, NULL, begin_all, &race);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned slot = 0; slot < PAGE_SLOTS; slot++)
			page_put(&race.page, slot, round);
		pthread_barrier_wait(&race.meet);
		/* From the other end, so that they meet in the middle. */
		for (unsigned slot = PAGE_SLOTS; slot-- > 0;)
			recalled[slot] = page_recall(&race.page, slot, round) == PAGE_RECALLED;
		pthread_barrier_wait(&race.meet);
		for (unsigned slot = 0; slot < PAGE_SLOTS; slot++)
			ck_assert(race.begun[slot] != recalled[slot]);
	}
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&race.meet);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		begin_after_put_has_it_started_and_done,
		begin_after_recall_passes_over_it,
		begin_of_another_task_is_refused,
		recall_of_what_nobody_put_counts_as_started,
		put_takes_the_highest_task,
		begin_and_recall_at_once_never_both_succeed_nor_both_fail,
		NULL,
	};

	return unit_run("page", tests);
}
