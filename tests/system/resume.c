/* Sessions over TCP whose connections drop: the real library and the real daemon, and a proxy between them that cuts.
 * */
#include "config.h"

#include "tests/system/death.h"
#include "tests/system/proxy.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	THREADS = 4,
	ROUNDS = 60, /* of each thread */
	BURST = 16,  /* calls in flight at once */
	ITEMS = 400,
	GATHERED = 128, /* values of 64 KiB, with which the library has gathered all it gathers */
	LARGE = 2 * GATHERED,
};

/* A daemon that keeps a session for so long, a way to it, and a session that goes that way. */
struct bench {
	struct proxy *proxy;
	concur_session *near, *far;
};

static concur_session *
connect_far(const struct bench *bench)
{
	concur_session *far;

	must_ok(concur_connect(proxy_url(bench->proxy), NULL, &far));
	return far;
}

static struct bench
bench_new(const char *grace)
{
	char limit[64];
	const char *const arguments[] = { "--limit", limit, NULL };
	struct bench bench;

	(void)snprintf(limit, sizeof limit, "grace_seconds=%s", grace);
	bench.near = death_start_on_tcp("tcp://127.0.0.1:0", arguments);
	bench.proxy = proxy_new(death.tcp_url, 0x9e3779b97f4a7c15);
	bench.far = connect_far(&bench);
	return bench;
}

/* Nothing of them is left. */
static void
bench_free(struct bench *bench)
{
	proxy_cut_after(bench->proxy, 0);
	proxy_heal(bench->proxy);
	concur_close(bench->far);
	proxy_free(bench->proxy);
}

static int64_t
number_in(concur_dict *dict, const char *key)
{
	struct concur_value value;
	int64_t number;

	must_ok(concur_dict_get(dict, CV(key), &value));
	number = value.integer;
	concur_value_free(&value);
	return number;
}

static void
await_cut_off(concur_session *session, uint64_t count)
{
	struct concur_manager manager;

	do {
		must_ok(concur_manager_info(session, &manager));
		(void)sched_yield();
	} while (manager.cut_off != count);
}

/* -- each call once ----------------------------------------------------------------------------------------------- */

static void
add_one_by_one(concur_dict *dict)
{
	struct concur_value value;

	must_ok(concur_dict_add(dict, CV("sum"), CV(1), &value));
	concur_value_free(&value);
}

static void
add_many_at_once(concur_dict *dict)
{
	concur_future *futures[BURST];

	for (int i = 0; i < BURST; i++)
		futures[i] = concur_dict_add_begin(dict, CV("sum"), CV(1));
	for (int i = BURST - 1; i >= 0; i--)
		must_ok(await_future(futures[i]));
}

static void *
add_in_thread(void *arg)
{
	concur_dict *dict = death_dict(arg);

	for (int i = 0; i < ROUNDS; i++) {
		add_many_at_once(dict);
		add_one_by_one(dict);
	}
	concur_free(dict);
	return NULL;
}

static void
check_sum(uint64_t bytes)
{
	struct bench bench = bench_new("60");
	pthread_t threads[THREADS];
	concur_dict *dict = death_dict(bench.near);

	proxy_cut_after(bench.proxy, bytes);
	proxy_cut(bench.proxy, false);
	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&threads[i], NULL, add_in_thread, bench.far) == 0);
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(threads[i], NULL) == 0);
	ck_assert_int_eq(number_in(dict, "sum"), THREADS * ROUNDS * (BURST + 1));
	must(proxy_cuts(bench.proxy) > 5);
	concur_free(dict);
	bench_free(&bench);
}

START_TEST(sum_is_exact_however_often_the_connection_drops)
{
	check_sum(8000);
}
END_TEST

/* Hardly more than a Hello gets through at once. */
START_TEST(sum_is_exact_even_if_little_gets_through_at_a_time)
{
	check_sum(1500);
}
END_TEST

struct haul {
	struct bench *bench;
	unsigned char got[ITEMS];
	pthread_mutex_t lock;
};

static void *
get_in_thread(void *arg)
{
	struct haul *haul = arg;
	concur_queue *queue = death_queue(haul->bench->far, 0);
	struct concur_value value;

	for (;;) {
		must_ok(concur_queue_get(queue, CONCUR_FOREVER, &value));
		if (value.integer < 0)
			break;
		must(pthread_mutex_lock(&haul->lock) == 0);
		haul->got[value.integer]++;
		must(pthread_mutex_unlock(&haul->lock) == 0);
	}
	concur_free(queue);
	return NULL;
}

START_TEST(items_are_neither_lost_nor_doubled)
{
	struct bench bench = bench_new("60");
	struct haul haul = { .bench = &bench, .lock = PTHREAD_MUTEX_INITIALIZER };
	concur_queue *queue = death_queue(bench.far, 0);
	concur_future *futures[ITEMS];
	pthread_t threads[THREADS];

	proxy_cut_after(bench.proxy, 2500);
	proxy_cut(bench.proxy, false);
	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&threads[i], NULL, get_in_thread, &haul) == 0);
	for (int i = 0; i < ITEMS; i++)
		futures[i] = concur_queue_put_begin(queue, CV(i), 0);
	for (int i = 0; i < ITEMS; i++)
		must_ok(await_future(futures[i]));
	for (int i = 0; i < THREADS; i++)
		must_ok(concur_queue_put(queue, CV(-1), 0));
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(threads[i], NULL) == 0);
	for (int i = 0; i < ITEMS; i++)
		ck_assert_msg(haul.got[i] == 1, "item %d came %d times", i, haul.got[i]);
	must(proxy_cuts(bench.proxy) > 5);
	concur_free(queue);
	bench_free(&bench);
}
END_TEST

static uint64_t
refs_of(concur_object *object)
{
	struct concur_listing listing;
	uint64_t refs;

	must_ok(concur_object_info(object, &listing));
	refs = listing.items[0].refs;
	concur_listing_free(&listing);
	return refs;
}

/* Handles are given back by calls that have no reply. */
START_TEST(one_way_calls_arrive_once)
{
	struct bench bench = bench_new("60");
	concur_dict *near = death_dict(bench.near), *far[BURST];
	uint64_t refs = refs_of(CONCUR_OBJECT(near));

	proxy_cut_after(bench.proxy, 1500);
	proxy_cut(bench.proxy, false);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < BURST; i++)
			far[i] = death_dict(bench.far);
		for (int i = 0; i < BURST; i++)
			concur_free(far[i]);
	}
	must_ok(concur_ping(bench.far));
	ck_assert_uint_eq(refs_of(CONCUR_OBJECT(near)), refs);
	must(proxy_cuts(bench.proxy) > 5);
	concur_free(near);
	bench_free(&bench);
}
END_TEST

/* So many that the library has to ask which have arrived. */
START_TEST(one_way_calls_that_nothing_answers_do_not_pile_up)
{
	struct bench bench = bench_new("60");
	concur_dict *dict = death_dict(bench.far);
	concur_context *context;

	for (int i = 0; i < 400000; i++) {
		if (i % 100000 == 50000)
			proxy_cut(bench.proxy, false);
		must_ok(concur_context_new(bench.far, &context));
		concur_context_free(context);
	}
	add_one_by_one(dict);
	ck_assert_int_eq(number_in(dict, "sum"), 1);
	concur_free(dict);
	bench_free(&bench);
}
END_TEST

/* -- while it is cut off ------------------------------------------------------------------------------------------ */

START_TEST(waiting_call_goes_on_and_gets_what_came_meanwhile)
{
	struct bench bench = bench_new("60");
	concur_queue *far = death_queue(bench.far, 0), *near = death_queue(bench.near, 0);
	concur_future *get = concur_queue_get_begin(far, CONCUR_FOREVER);
	struct concur_value value;

	await_waiters(CONCUR_OBJECT(near), 1);
	proxy_cut(bench.proxy, true);
	await_cut_off(bench.near, 1);
	must_ok(concur_queue_put(near, CV(7), 0));
	must_be(concur_future_wait(get, CONCUR_SECOND / 100), CONCUR_PENDING);
	must(!concur_future_done(get));
	proxy_heal(bench.proxy);
	must_ok(concur_future_value(get, &value));
	ck_assert_int_eq(value.integer, 7);
	concur_future_free(get);
	concur_free(far);
	concur_free(near);
	bench_free(&bench);
}
END_TEST

START_TEST(call_that_is_cancelled_while_cut_off_is_withdrawn)
{
	struct bench bench = bench_new("60");
	concur_queue *far = death_queue(bench.far, 0), *near = death_queue(bench.near, 0);
	concur_future *get = concur_queue_get_begin(far, CONCUR_FOREVER);

	await_waiters(CONCUR_OBJECT(near), 1);
	proxy_cut(bench.proxy, true);
	concur_future_cancel(get);
	must_be(concur_future_wait(get, CONCUR_SECOND / 100), CONCUR_PENDING);
	proxy_heal(bench.proxy);
	must_be(await_future(get), CONCUR_CANCELLED);
	concur_free(far);
	concur_free(near);
	bench_free(&bench);
}
END_TEST

/* Its time is over in the daemon, cut off or not. */
START_TEST(lock_stays_held_and_a_wait_ends_when_it_would_have)
{
	struct bench bench = bench_new("60");
	concur_lock *far = death_lock(bench.far, true), *near = death_lock(bench.near, true);
	struct concur_grant grant;

	must_ok(concur_lock_acquire(far, CONCUR_FOREVER, &grant));
	proxy_cut(bench.proxy, true);
	await_cut_off(bench.near, 1);
	must_be(concur_lock_acquire(near, CONCUR_SECOND / 100, &grant), CONCUR_TIMED_OUT);
	proxy_heal(bench.proxy);
	must_ok(concur_lock_release(far));
	must_ok(concur_lock_acquire(near, CONCUR_FOREVER, &grant));
	must_ok(concur_lock_release(near));
	concur_free(far);
	concur_free(near);
	bench_free(&bench);
}
END_TEST

#ifndef __SANITIZE_THREAD__ /* which knows of no thread that is started in the child of a process with threads */
START_TEST(child_of_a_session_that_is_cut_off_gets_its_own)
{
	struct bench bench = bench_new("60");
	concur_dict *dict = death_dict(bench.far);
	concur_queue *queue = death_queue(bench.far, 0);
	concur_future *get = concur_queue_get_begin(queue, CONCUR_FOREVER);
	pid_t child;
	int status;

	add_one_by_one(dict);
	proxy_cut(bench.proxy, true);
	await_cut_off(bench.near, 1);
	proxy_heal(bench.proxy);
	child = fork();
	must(child >= 0);
	if (child == 0) {
		must_be(concur_future_wait(get, CONCUR_FOREVER), CONCUR_FORKED);
		concur_future_free(get);
		add_one_by_one(dict);
		concur_free(dict);
		concur_free(queue);
		concur_close(bench.far);
		_exit(EXIT_SUCCESS);
	}
	must(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	add_one_by_one(dict);
	ck_assert_int_eq(number_in(dict, "sum"), 3);
	must_ok(concur_queue_put(queue, CV(1), 0));
	must_ok(await_future(get));
	concur_free(dict);
	concur_free(queue);
	bench_free(&bench);
}
END_TEST
#endif

struct many {
	concur_dict *dict;
	_Atomic int begun;
	char text[64 * 1024];
};

static void *
set_many(void *arg)
{
	struct many *many = arg;
	concur_future *futures[LARGE];

	memset(many->text, 'x', sizeof many->text - 1);
	for (int i = 0; i < LARGE; i++) {
		futures[i] = concur_dict_set_begin(many->dict, CV(i), CV((const char *)many->text));
		atomic_fetch_add(&many->begun, 1);
	}
	for (int i = 0; i < LARGE; i++)
		must_ok(await_future(futures[i]));
	return NULL;
}

/* More than the library gathers: whoever sends has to wait, and must not keep the connection from being mended. */
START_TEST(calls_made_while_cut_off_are_gathered_or_wait)
{
	static struct many many;
	struct bench bench = bench_new("60");
	concur_dict *near = death_dict(bench.near);
	pthread_t thread;
	int64_t count;

	many.dict = death_dict(bench.far);
	proxy_cut(bench.proxy, true);
	await_cut_off(bench.near, 1);
	must(pthread_create(&thread, NULL, set_many, &many) == 0);
	while (atomic_load(&many.begun) < GATHERED)
		(void)sched_yield();
	proxy_heal(bench.proxy);
	must(pthread_join(thread, NULL) == 0);
	must_ok(concur_len(near, &count));
	ck_assert_int_eq(count, LARGE);
	concur_free(near);
	concur_free(many.dict);
	bench_free(&bench);
}
END_TEST

/* -- the end of it ------------------------------------------------------------------------------------------------ */

START_TEST(session_that_comes_back_too_late_is_told_so_and_its_lock_passes_on)
{
	struct bench bench = bench_new("1");
	concur_lock *far = death_lock(bench.far, true), *near = death_lock(bench.near, true);
	concur_queue *queue = death_queue(bench.far, 0);
	concur_future *get = concur_queue_get_begin(queue, CONCUR_FOREVER);
	struct concur_grant grant;

	must_ok(concur_lock_acquire(far, CONCUR_FOREVER, &grant));
	proxy_cut(bench.proxy, true);
	must_be(concur_lock_acquire(near, CONCUR_FOREVER, &grant), CONCUR_OWNER_DIED);
	proxy_heal(bench.proxy);
	must_be(concur_future_wait(get, CONCUR_FOREVER), CONCUR_CLOSED);
	must(strstr(concur_message(), "connect again"));
	must_be(concur_lock_release(far), CONCUR_CLOSED);
	must(strstr(concur_message(), "what it held is released") ||
	    strstr(concur_message(), "what the session held is released"));
	must_ok(concur_lock_release(near));
	concur_future_free(get);
	concur_free(far);
	concur_free(near);
	concur_free(queue);
	concur_close(bench.far);
	bench.far = connect_far(&bench);
	must_ok(concur_ping(bench.far));
	bench_free(&bench);
}
END_TEST

START_TEST(session_that_ends_with_its_connection_does_so_at_once)
{
	const struct concur_options options = { .ends_with_connection = true };
	struct bench bench = bench_new("60");
	concur_lock *near = death_lock(bench.near, true), *lock;
	struct concur_grant grant;
	concur_session *brief;

	must_ok(concur_connect(proxy_url(bench.proxy), &options, &brief));
	lock = death_lock(brief, true);
	must_ok(concur_lock_acquire(lock, CONCUR_FOREVER, &grant));
	proxy_cut(bench.proxy, false);
	must_be(concur_ping(brief), CONCUR_CLOSED);
	must_be(concur_lock_acquire(near, CONCUR_FOREVER, &grant), CONCUR_OWNER_DIED);
	must_ok(concur_lock_release(near));
	concur_free(lock);
	concur_free(near);
	concur_close(brief);
	bench_free(&bench);
}
END_TEST

START_TEST(close_of_a_session_that_is_cut_off_returns)
{
	struct bench bench = bench_new("1");

	proxy_cut(bench.proxy, true);
	concur_close(bench.far);
	bench.far = NULL;
	bench_free(&bench);
}
END_TEST

START_TEST(daemon_that_is_gone_for_good_ends_the_session)
{
	struct bench bench = bench_new("1");
	concur_queue *queue = death_queue(bench.far, 0);
	concur_future *get = concur_queue_get_begin(queue, CONCUR_FOREVER);

	must_ok(concur_ping(bench.far));
	death_end_daemon(SIGKILL);
	must_be(await_future(get), CONCUR_CLOSED);
	concur_free(queue);
	bench_free(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		sum_is_exact_however_often_the_connection_drops,
		sum_is_exact_even_if_little_gets_through_at_a_time,
		items_are_neither_lost_nor_doubled,
		one_way_calls_arrive_once,
		one_way_calls_that_nothing_answers_do_not_pile_up,
		waiting_call_goes_on_and_gets_what_came_meanwhile,
		call_that_is_cancelled_while_cut_off_is_withdrawn,
		lock_stays_held_and_a_wait_ends_when_it_would_have,
#ifndef __SANITIZE_THREAD__
		child_of_a_session_that_is_cut_off_gets_its_own,
#endif
		calls_made_while_cut_off_are_gathered_or_wait,
		session_that_comes_back_too_late_is_told_so_and_its_lock_passes_on,
		session_that_ends_with_its_connection_does_so_at_once,
		close_of_a_session_that_is_cut_off_returns,
		daemon_that_is_gone_for_good_ends_the_session,
		NULL,
	};

	return death_run("resume", tests);
}
