/* Workers over TCP whose connections drop: what they have in hand, they go on with; what they ran is not run again. */
#include "config.h"

#include "tests/system/death.h"
#include "tests/system/pool.h"
#include "tests/system/proxy.h"

#include <sched.h>

enum { TASKS = 300 };

struct bench {
	struct proxy *proxy;
	struct fixture fixture; /* of the session that the test has on the unix socket */
	pid_t worker;
};

/* As pool.h has it, but over there. */
static pid_t
start_far_worker(const struct bench *bench)
{
	const struct pool_paths paths = pool_paths();
	const char *const argv[] = { paths.program, "--pool", "work", "--connect", proxy_url(bench->proxy), "--module",
		paths.module, NULL };
	pid_t pid = fork();

	must(pid >= 0);
	if (pid)
		return pid;
	execv(paths.program, (char *const *)(uintptr_t)argv);
	_exit(127);
}

static struct bench
bench_new(const char *grace)
{
	const struct concur_open none = { .has_count = true };
	char limit[64];
	const char *const arguments[] = { "--limit", limit, NULL };
	struct bench bench;

	(void)snprintf(limit, sizeof limit, "grace_seconds=%s", grace);
	bench.fixture.session = death_start_on_tcp("tcp://127.0.0.1:0", arguments);
	must_ok(concur_pool_open(bench.fixture.session, "work", NULL, &bench.fixture.pool));
	must_ok(concur_semaphore_open(bench.fixture.session, "began", &none, &bench.fixture.began));
	must_ok(concur_event_open(bench.fixture.session, "go", NULL, &bench.fixture.go));
	bench.proxy = proxy_new(death.tcp_url, 0x853c49e6748fea9b);
	bench.worker = start_far_worker(&bench);
	must_square(&bench.fixture, 3);
	return bench;
}

static void
bench_free(struct bench *bench)
{
	proxy_cut_after(bench->proxy, 0);
	proxy_heal(bench->proxy);
	must_ok(concur_pool_close(bench->fixture.pool, false, NULL));
	must_ok(concur_pool_join(bench->fixture.pool, CONCUR_FOREVER));
	ck_assert_int_eq(end_of(bench->worker), 0);
	proxy_free(bench->proxy);
	concur_free(bench->fixture.go);
	concur_free(bench->fixture.began);
	concur_free(bench->fixture.pool);
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

START_TEST(tasks_run_once_however_often_the_connection_drops)
{
	struct bench bench = bench_new("60");
	struct concur_value value;
	uint64_t ids[TASKS];

	proxy_cut_after(bench.proxy, 3000);
	proxy_cut(bench.proxy, false);
	for (int i = 0; i < TASKS; i++)
		ids[i] = submit(&bench.fixture, "count", CV(i));
	for (int i = 0; i < TASKS; i++) {
		must_ok(concur_task_wait(bench.fixture.session, ids[i], CONCUR_FOREVER, &value));
		ck_assert_msg(value.integer == 1, "task %d has run %lld times", i, (long long)value.integer);
		concur_value_free(&value);
	}
	must(proxy_cuts(bench.proxy) > 5);
	bench_free(&bench);
}
END_TEST

START_TEST(worker_that_comes_back_in_time_goes_on_with_what_it_has)
{
	struct bench bench = bench_new("60");
	uint64_t held = submit_held(&bench.fixture);
	struct concur_value value;

	proxy_cut(bench.proxy, true);
	await_cut_off(bench.fixture.session, 1);
	must_ok(concur_event_set(bench.fixture.go));
	must_be(concur_task_wait(bench.fixture.session, held, CONCUR_SECOND / 100, &value), CONCUR_TIMED_OUT);
	proxy_heal(bench.proxy);
	must_ok(concur_task_wait(bench.fixture.session, held, CONCUR_FOREVER, &value));
	must_square(&bench.fixture, 5);
	bench_free(&bench);
}
END_TEST

START_TEST(worker_that_comes_back_too_late_has_lost_its_task_and_attaches_anew)
{
	struct bench bench = bench_new("1");
	uint64_t held = submit_held(&bench.fixture);
	struct concur_value value;

	proxy_cut(bench.proxy, true);
	must_be(concur_task_wait(bench.fixture.session, held, CONCUR_FOREVER, &value), CONCUR_WORKER_DIED);
	proxy_heal(bench.proxy);
	must_square(&bench.fixture, 5);
	bench_free(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		tasks_run_once_however_often_the_connection_drops,
		worker_that_comes_back_in_time_goes_on_with_what_it_has,
		worker_that_comes_back_too_late_has_lost_its_task_and_attaches_anew,
		NULL,
	};

	return death_run("resume_worker", tests);
}
