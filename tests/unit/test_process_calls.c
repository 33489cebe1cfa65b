/* Calls on processes through the whole server: who may have what started, and what is answered. */
#include "config.h"

#include "tests/unit/unit.h"

#include "tests/sim/world.h"

#include <string.h>

enum { DAEMON_UID = 1000, OTHER_UID = 1001, WORDS = 4 };

struct bench {
	struct world world;
	struct world_client *client;
};

static const char *const python[] = { "python3", "-m", NULL };
static const struct runtime runtimes[] = { { "python", python }, { NULL, NULL } };

static void
bench_init(struct bench *bench, bool local, uint64_t uid)
{
	*bench = (struct bench){ 0 };
	world_init_as(&bench->world, NULL, DAEMON_UID, runtimes);
	bench->world.peer = (struct server_peer){ .local = local, .uid = uid };
	bench->client = world_join(&bench->world);
}

/* A request of a command whose words are in one string, with blanks between them. */
static struct world_call *
new_process(struct bench *bench, Concur__V1__ProcessRequest *request, const char *words)
{
	ProtobufCBinaryData fields[WORDS];
	size_t count = 0;

	for (const char *at = words; *at; count++) {
		size_t size = strcspn(at, " ");

		fields[count] = (ProtobufCBinaryData){ size, (uint8_t *)(uintptr_t)at };
		at += size + (at[size] == ' ');
	}
	request->n_words = count;
	request->words = fields;
	return world_call(bench->client, "/concur.v1.Process/New", &request->base);
}

static uint64_t
id_of(const struct world_call *call)
{
	ck_assert_int_eq(call->status, CONCUR_OK);
	return ((const Concur__V1__OpenReply *)call->message)->object;
}

static int64_t
count_of(const struct world_call *call)
{
	ck_assert_int_eq(call->status, CONCUR_OK);
	return ((const Concur__V1__CountReply *)call->message)->count;
}

static void
assert_says(const struct world_call *call, enum concur_status status, const char *what)
{
	const Concur__V1__Error *error = world_error(call);

	ck_assert_int_eq(call->status, status);
	ck_assert_ptr_nonnull(memmem(error->message.data, error->message.len, what, strlen(what)));
}

START_TEST(new_of_a_command_is_for_the_daemons_own_user_and_root_alone)
{
	static const struct {
		bool local;
		uint64_t uid;
		enum concur_status status;
	} peers[] = {
		{ true, DAEMON_UID, CONCUR_OK },
		{ true, 0, CONCUR_OK },
		{ true, OTHER_UID, CONCUR_PERMISSION },
		{ false, DAEMON_UID, CONCUR_PERMISSION },
		{ false, 0, CONCUR_PERMISSION },
	};
	Concur__V1__ProcessRequest request = CONCUR__V1__PROCESS_REQUEST__INIT;
	struct bench bench;

	bench_init(&bench, peers[_i].local, peers[_i].uid);
	ck_assert_int_eq(new_process(&bench, &request, "sleep 1")->status, peers[_i].status);
	/* A runtime is for everybody. */
	request.runtime = world_bytes("python");
	id_of(new_process(&bench, &request, ""));
	/* But a word, an environment or a directory could make it another program. */
	ck_assert_int_eq(new_process(&bench, &request, "worker")->status, peers[_i].status);
	request.directory = world_bytes("/tmp");
	ck_assert_int_eq(new_process(&bench, &request, "")->status, peers[_i].status);
	request.directory.len = 0;
	request.n_environment = 1;
	request.environment = (ProtobufCBinaryData[]){ world_bytes("LD_PRELOAD=/tmp/mine.so") };
	ck_assert_int_eq(new_process(&bench, &request, "")->status, peers[_i].status);
	world_fini(&bench.world);
}
END_TEST

START_TEST(new_of_a_runtime_has_its_words_in_front)
{
	Concur__V1__ProcessRequest request = CONCUR__V1__PROCESS_REQUEST__INIT;
	const Concur__V1__ProcessState *state;
	struct bench bench;
	uint64_t id;

	bench_init(&bench, true, DAEMON_UID);
	request.runtime = world_bytes("python");
	id = id_of(new_process(&bench, &request, "worker"));
	state = (const Concur__V1__ProcessState *)world_ask(bench.client, "/concur.v1.Process/State", id)->message;
	ck_assert_uint_eq(state->n_words, 3);
	ck_assert_mem_eq(state->words[0].data, "python3", 7);
	ck_assert_mem_eq(state->words[2].data, "worker", 6);
	request.runtime = world_bytes("perl");
	assert_says(new_process(&bench, &request, "x"), CONCUR_NOT_FOUND, "--runtime");
	world_fini(&bench.world);
}
END_TEST

START_TEST(new_with_malformed_words_is_refused)
{
	Concur__V1__ProcessRequest request = CONCUR__V1__PROCESS_REQUEST__INIT;
	struct bench bench;

	bench_init(&bench, true, DAEMON_UID);
	assert_says(new_process(&bench, &request, ""), CONCUR_VALUE_ERROR, "has a command");
	request.directory = (ProtobufCBinaryData){ 3, (uint8_t *)(uintptr_t) "a\0b" };
	assert_says(new_process(&bench, &request, "x"), CONCUR_VALUE_ERROR, "NUL");
	request.directory.len = 0;
	request.n_environment = 1;
	request.environment = (ProtobufCBinaryData[]){ world_bytes("=x") };
	assert_says(new_process(&bench, &request, "x"), CONCUR_VALUE_ERROR, "NAME=VALUE");
	request.n_environment = 0;
	request.lifetime = CONCUR__V1__LIFETIME__LIFETIME_SESSION;
	assert_says(new_process(&bench, &request, "x"), CONCUR_VALUE_ERROR, "daemon");
	world_fini(&bench.world);
}
END_TEST

START_TEST(life_is_told_as_it_is)
{
	Concur__V1__ProcessRequest request = CONCUR__V1__PROCESS_REQUEST__INIT;
	struct world_call *start, *join;
	struct bench bench;
	uint64_t id;

	bench_init(&bench, true, DAEMON_UID);
	id = id_of(new_process(&bench, &request, "sleep 1"));
	ck_assert_int_eq(world_wait(bench.client, "/concur.v1.Process/Join", id, -1)->status, CONCUR_NOT_STARTED);
	start = world_ask(bench.client, "/concur.v1.Process/Start", id);
	ck_assert(!start->answered);
	world_turn(&bench.world, 0);
	ck_assert_int_gt(count_of(start), 0);
	assert_says(world_ask(bench.client, "/concur.v1.Process/Start", id), CONCUR_ALREADY_STARTED, "make another");
	join = world_wait(bench.client, "/concur.v1.Process/Join", id, -1);
	ck_assert(!join->answered);
	world_processes_exit(&bench.world.processes, id, 5);
	world_turn(&bench.world, 0);
	world_turn(&bench.world, 0);
	ck_assert_int_eq(count_of(join), 5);
	world_fini(&bench.world);
}
END_TEST

START_TEST(start_that_fails_says_why_then_and_later)
{
	Concur__V1__ProcessRequest request = CONCUR__V1__PROCESS_REQUEST__INIT;
	struct world_call *start;
	struct bench bench;
	uint64_t id;

	bench_init(&bench, true, DAEMON_UID);
	id = id_of(new_process(&bench, &request, "missing"));
	start = world_ask(bench.client, "/concur.v1.Process/Start", id);
	world_turn(&bench.world, 0);
	assert_says(start, CONCUR_START_FAILED, "missing: No such file");
	assert_says(world_wait(bench.client, "/concur.v1.Process/Join", id, -1), CONCUR_START_FAILED, "No such file");
	world_fini(&bench.world);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("process_calls");
	TCase *cases = tcase_create("process_calls");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(cases, new_of_a_command_is_for_the_daemons_own_user_and_root_alone, 0, 5);
	tcase_add_test(cases, new_of_a_runtime_has_its_words_in_front);
	tcase_add_test(cases, new_with_malformed_words_is_refused);
	tcase_add_test(cases, life_is_told_as_it_is);
	tcase_add_test(cases, start_that_fails_says_why_then_and_later);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
