/* Configuring pools through the whole server: who may have what started, and what is refused. */
#include "config.h"

#include "tests/unit/unit.h"

#include "tests/sim/world.h"

#include "concur/v1/pool.pb-c.h"

#include <string.h>

enum { DAEMON_UID = 1000, OTHER_UID = 1001 };

struct bench {
	struct world world;
	struct world_client *client;
	uint64_t pool;
};

static const char *const python[] = { "python3", "-m", NULL };
static const struct runtime python_only[] = { { "python", python }, { NULL, NULL } };
static const struct runtime with_worker[] = { { "worker", python }, { NULL, NULL } };

static void
bench_init(struct bench *bench, uint64_t uid, const struct runtime *runtimes)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

	*bench = (struct bench){ 0 };
	world_init_as(&bench->world, NULL, DAEMON_UID, runtimes);
	bench->world.peer = (struct server_peer){ .local = true, .uid = uid };
	bench->client = world_join(&bench->world);
	request.kind = CONCUR__V1__KIND__KIND_POOL;
	bench->pool = world_open_with(bench->client, &request);
}

static const struct world_call *
configure(struct bench *bench, const Concur__V1__PoolOptions *options)
{
	Concur__V1__PoolOptions request = *options;

	request.object = bench->pool;
	return world_call(bench->client, "/concur.v1.Pool/Configure", &request.base);
}

static const Concur__V1__PoolState *
state(struct bench *bench)
{
	return (const Concur__V1__PoolState *)world_ask(bench->client, "/concur.v1.Pool/State", bench->pool)->message;
}

static void
assert_refused(const struct world_call *call, enum concur_status status, const char *what)
{
	const Concur__V1__Error *error = world_error(call);

	ck_assert_int_eq(call->status, status);
	ck_assert_ptr_nonnull(memmem(error->message.data, error->message.len, what, strlen(what)));
}

START_TEST(workers_of_the_daemons_choice_are_for_its_own_user)
{
	Concur__V1__PoolOptions options = CONCUR__V1__POOL_OPTIONS__INIT;
	struct bench bench;

	options.kind = CONCUR__V1__POOL_KIND__POOL_PROCESS;
	bench_init(&bench, OTHER_UID, python_only);
	assert_refused(configure(&bench, &options), CONCUR_PERMISSION, "own user");
	options.runtime = world_bytes("exec");
	assert_refused(configure(&bench, &options), CONCUR_PERMISSION, "own user");
	/* A runtime is for everybody. */
	options.runtime = world_bytes("python");
	ck_assert_int_eq(configure(&bench, &options)->status, CONCUR_OK);
	ck_assert_uint_eq(state(&bench)->workers_max, 1);
	world_fini(&bench.world);

	options.runtime.len = 0;
	bench_init(&bench, OTHER_UID, with_worker);
	ck_assert_int_eq(configure(&bench, &options)->status, CONCUR_OK);
	world_fini(&bench.world);

	bench_init(&bench, DAEMON_UID, python_only);
	ck_assert_int_eq(configure(&bench, &options)->status, CONCUR_OK);
	options.runtime = world_bytes("exec");
	ck_assert_int_eq(configure(&bench, &options)->status, CONCUR_OK);
	options.runtime = world_bytes("perl");
	assert_refused(configure(&bench, &options), CONCUR_NOT_FOUND, "--runtime");
	world_fini(&bench.world);
}
END_TEST

/* A number alone says nothing of how they are started. */
START_TEST(workers_of_a_pool_that_knows_its_command_are_for_everybody)
{
	Concur__V1__PoolOptions options = CONCUR__V1__POOL_OPTIONS__INIT;
	struct bench bench;

	bench_init(&bench, OTHER_UID, python_only);
	options.workers = 2;
	assert_refused(configure(&bench, &options), CONCUR_PERMISSION, "own user");
	options.runtime = world_bytes("python");
	ck_assert_int_eq(configure(&bench, &options)->status, CONCUR_OK);
	options.runtime.len = 0;
	options.workers = 3;
	ck_assert_int_eq(configure(&bench, &options)->status, CONCUR_OK);
	ck_assert_uint_eq(state(&bench)->workers_max, 3);
	world_fini(&bench.world);
}
END_TEST

START_TEST(options_that_do_not_go_together_are_refused_and_change_nothing)
{
	static const struct {
		int kind, workers, threads;
		bool has_workers;
		const char *sentence;
	} rows[] = {
		{ 4, 0, 0, false, "process, thread or remote" },
		{ CONCUR__V1__POOL_KIND__POOL_PROCESS, 0, 0, true, "must be greater than 0" },
		{ CONCUR__V1__POOL_KIND__POOL_REMOTE, 1, 0, true, "starts no workers" },
		{ CONCUR__V1__POOL_KIND__POOL_REMOTE, 0, 1, false, "starts no workers" },
		{ CONCUR__V1__POOL_KIND__POOL_THREAD, 1, 1, true, "its workers" },
		{ CONCUR__V1__POOL_KIND__POOL_THREAD, 65, 0, true, "at most 64 threads" },
		{ CONCUR__V1__POOL_KIND__POOL_PROCESS, 1, 65, true, "at most 64 threads" },
	};
	Concur__V1__PoolOptions options = CONCUR__V1__POOL_OPTIONS__INIT;
	struct bench bench;

	bench_init(&bench, DAEMON_UID, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		options.kind = (Concur__V1__PoolKind)rows[i].kind;
		options.workers = (uint32_t)rows[i].workers;
		options.threads = (uint32_t)rows[i].threads;
		options.has_workers = rows[i].has_workers;
		assert_refused(configure(&bench, &options), CONCUR_VALUE_ERROR, rows[i].sentence);
		ck_assert_int_eq(state(&bench)->kind, CONCUR__V1__POOL_KIND__POOL_REMOTE);
		ck_assert_uint_eq(state(&bench)->workers_max, 0);
	}
	world_fini(&bench.world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		workers_of_the_daemons_choice_are_for_its_own_user,
		workers_of_a_pool_that_knows_its_command_are_for_everybody,
		options_that_do_not_go_together_are_refused_and_change_nothing,
		NULL,
	};

	return unit_run("pool_options", tests);
}
