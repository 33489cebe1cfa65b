/* What the tests of pools share: a daemon with a pool, and workers for it: concur-worker with a module. */
#ifndef TESTS_SYSTEM_POOL_H
#define TESTS_SYSTEM_POOL_H

#include "tests/system/client.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

/* Where the build has them. */
struct pool_paths {
	char program[PATH_BYTES];
	char module[PATH_BYTES];
};

static inline struct pool_paths
pool_paths(void)
{
	const char *build = getenv("CONCUR_TEST_BUILDDIR");
	struct pool_paths paths;

	snprintf(paths.program, sizeof paths.program, "%s/concur-worker", build ? build : ".");
	snprintf(paths.module, sizeof paths.module, "%s/tests/system/.libs/pool_module.so", build ? build : ".");
	return paths;
}

/* A session, its pool "work", and what is needed to hold a task until it is let go. */
struct fixture {
	concur_session *session;
	concur_pool *pool;
	concur_semaphore *began;
	concur_event *go;
};

static inline struct fixture
fixture_with(const char *const *arguments)
{
	const struct concur_options options = { .arguments = arguments };
	const struct concur_open none = { .has_count = true };
	struct fixture fixture;

	ck_ok(concur_spawn(&options, &fixture.session));
	ck_ok(concur_pool_open(fixture.session, "work", NULL, &fixture.pool));
	ck_ok(concur_semaphore_open(fixture.session, "began", &none, &fixture.began));
	ck_ok(concur_event_open(fixture.session, "go", NULL, &fixture.go));
	return fixture;
}

static inline struct fixture
fixture_new(void)
{
	return fixture_with(NULL);
}

/* The pool is made if need be, and its workers are the runtime's that fixture_local() defines. */
static inline concur_pool *
open_local(const struct fixture *fixture, const char *name, const struct concur_pool_options *options)
{
	struct concur_pool_options full = *options;
	concur_pool *pool;

	full.runtime = "test";
	ck_ok(concur_pool_open(fixture->session, name, NULL, &pool));
	ck_ok(concur_pool_configure(pool, &full));
	return pool;
}

/* The same with a pool "local", for which the daemon starts one worker at most, with that module. */
static inline struct fixture
fixture_local(const char *path)
{
	static char runtime[3 * PATH_BYTES];
	static const char *const arguments[] = { "--runtime", runtime, NULL };
	struct fixture fixture;

	snprintf(runtime, sizeof runtime, "test=%s --module %s", pool_paths().program, path);
	fixture = fixture_with(arguments);
	ck_ok(concur_remove(fixture.pool));
	concur_free(fixture.pool);
	fixture.pool = open_local(&fixture, "local", &(struct concur_pool_options){ .workers = 1 });
	return fixture;
}

static inline void
fixture_free(struct fixture *fixture)
{
	concur_free(fixture->go);
	concur_free(fixture->began);
	concur_free(fixture->pool);
	concur_close(fixture->session);
}

/* concur-worker with the module and more arguments; `err` is its standard error, or -1. */
static inline pid_t
start_worker(const struct fixture *fixture, int err, const char *more, const char *word)
{
	const struct pool_paths paths = pool_paths();
	const char *const argv[] = { paths.program, "--pool", "work", "--connect", concur_url(fixture->session),
		"--module", paths.module, more, word, NULL };
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid)
		return pid;
	if (err >= 0)
		dup2(err, STDERR_FILENO);
	execv(paths.program, (char *const *)(uintptr_t)argv);
	_exit(127);
}

static inline int
end_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

/* The pool is closed and its workers go. */
static inline void
dismiss(struct fixture *fixture, pid_t worker)
{
	ck_ok(concur_pool_close(fixture->pool, false, NULL));
	ck_ok(concur_pool_join(fixture->pool, CONCUR_FOREVER));
	ck_assert_int_eq(end_of(worker), 0);
	fixture_free(fixture);
}

static inline enum concur_status
apply(struct fixture *fixture, const char *function, struct concur_value arguments, struct concur_value *ret_value)
{
	struct concur_task task = { .function = function, .arguments = arguments };

	return concur_pool_apply(fixture->pool, &task, CONCUR_FOREVER, ret_value);
}

static inline void
must_square(struct fixture *fixture, int64_t number)
{
	struct concur_value value;

	ck_ok(apply(fixture, "square", CV(number), &value));
	ck_assert_int_eq(value.integer, number * number);
	concur_value_free(&value);
}

static inline uint64_t
submit(struct fixture *fixture, const char *function, struct concur_value arguments)
{
	struct concur_task task = { .function = function, .arguments = arguments };
	uint64_t id;

	ck_ok(concur_pool_submit(fixture->pool, &task, CONCUR_FOREVER, &id));
	return id;
}

/* A task that has begun, and ends when the event is set. */
static inline uint64_t
submit_held(struct fixture *fixture)
{
	uint64_t id = submit(fixture, "hold", CLIST(CV("began"), CV("go")));

	ck_ok(concur_semaphore_acquire(fixture->began, 1, CONCUR_FOREVER, NULL));
	return id;
}

#endif
