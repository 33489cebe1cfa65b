/* How long an anonymous object that nobody refers to stays. */
#include "tests/unit/object_bench.h"

enum { LINGER = 60 };

static void
bench_init(struct object_bench *bench)
{
	struct limits limits = world_limits();

	limits.linger_seconds = LINGER;
	limits.linger_max = 3;
	object_bench_init(bench, &limits);
}

START_TEST(anonymous_object_that_was_sent_lingers_then_goes)
{
	struct object_bench bench;
	uint64_t id;

	bench_init(&bench);
	id = object_bench_open_list(bench.client);
	world_end(bench.client, SERVER_PEER_DIED);
	world_settle(&bench.world);
	ck_assert_uint_eq(bench.world.deadline_ns, bench.world.now_ns + LINGER * WORLD_SECOND);
	world_turn(&bench.world, LINGER * WORLD_SECOND - 1);
	ck_assert(object_bench_lives(&bench, id));
	ck_assert_uint_eq(object_bench_count(&bench), 0);
	world_turn(&bench.world, 1);
	ck_assert(!object_bench_lives(&bench, id));
	ck_assert_uint_eq(bench.world.deadline_ns, UINT64_MAX);
	world_fini(&bench.world);
}
END_TEST

START_TEST(reference_taken_meanwhile_revives_and_the_time_begins_anew)
{
	struct object_bench bench;
	uint64_t id, later;

	bench_init(&bench);
	id = object_bench_open_list(bench.client);
	later = object_bench_open_list(bench.client);
	object_bench_append(bench.client, id, world_integer(&bench.world, 7));
	object_bench_unref(bench.client, id);
	world_turn(&bench.world, (LINGER - 1) * WORLD_SECOND);
	object_bench_unref(bench.client, later);
	ck_assert_int_eq(world_ask(bench.other, "/concur.v1.Object/Ref", id)->status, CONCUR_OK);
	world_turn(&bench.world, 1000 * WORLD_SECOND);
	ck_assert(object_bench_lives(&bench, id));
	ck_assert_uint_eq(object_bench_info(&bench, id)->len, 1);
	ck_assert(!object_bench_lives(&bench, later));
	object_bench_unref(bench.other, id);
	world_turn(&bench.world, (LINGER - 1) * WORLD_SECOND);
	ck_assert(object_bench_lives(&bench, id));
	world_turn(&bench.world, 2 * WORLD_SECOND);
	ck_assert(!object_bench_lives(&bench, id));
	world_fini(&bench.world);
}
END_TEST

START_TEST(named_object_that_is_removed_does_not_linger)
{
	struct object_bench bench;
	uint64_t id;

	bench_init(&bench);
	id = world_open(bench.client, CONCUR__V1__KIND__KIND_LIST, "name");
	world_ask(bench.client, "/concur.v1.Object/Remove", id);
	object_bench_unref(bench.client, id);
	ck_assert(!object_bench_lives(&bench, id));
	world_fini(&bench.world);
}
END_TEST

START_TEST(end_of_a_pipe_does_not_linger)
{
	struct object_bench bench;
	Concur__V1__PipeRequest request = CONCUR__V1__PIPE_REQUEST__INIT;
	const Concur__V1__PipeReply *ends;
	struct world_call *receive;

	bench_init(&bench);
	request.duplex = true;
	ends = (const Concur__V1__PipeReply *)world_call(bench.client, "/concur.v1.Pipe/New", &request.base)->message;
	receive = world_wait(bench.client, "/concur.v1.Pipe/Recv", ends->end0, -1);
	ck_assert(!receive->answered);
	object_bench_unref(bench.client, ends->end1);
	ck_assert_int_eq(world_outcome(receive), CONCUR__V1__OUTCOME__END_OF_FILE);
	world_fini(&bench.world);
}
END_TEST

START_TEST(lingering_past_linger_max_lets_the_first_go_first)
{
	struct object_bench bench;
	uint64_t ids[5];

	bench_init(&bench);
	for (size_t i = 0; i < UNIT_COUNT(ids); i++)
		ids[i] = object_bench_open_list(bench.client);
	for (size_t i = 0; i < UNIT_COUNT(ids); i++)
		object_bench_unref(bench.client, ids[i]);
	for (size_t i = 0; i < UNIT_COUNT(ids); i++)
		ck_assert_int_eq(object_bench_lives(&bench, ids[i]), i >= 2);
	world_fini(&bench.world);
}
END_TEST

START_TEST(call_refused_for_memory_ends_the_lingering)
{
	struct limits limits = world_limits();
	struct object_bench bench;
	uint64_t list, kept;

	limits.linger_seconds = LINGER;
	limits.memory_max = 4000;
	world_init(&bench.world, &limits);
	bench.client = bench.other = world_join(&bench.world);
	list = object_bench_open_list(bench.client);
	kept = object_bench_open_list(bench.client);
	while (object_bench_append(bench.client, list, world_integer(&bench.world, 1))->status == CONCUR_OK)
		;
	/* Nothing lingers yet: nothing to let go, now or later. */
	object_bench_unref(bench.client, list);
	ck_assert(object_bench_lives(&bench, list));
	ck_assert_int_eq(object_bench_append(bench.client, kept, world_integer(&bench.world, 1))->status, CONCUR_LIMIT);
	world_settle(&bench.world);
	ck_assert(!object_bench_lives(&bench, list));
	ck_assert_int_eq(object_bench_append(bench.client, kept, world_integer(&bench.world, 1))->status, CONCUR_OK);
	world_fini(&bench.world);
}
END_TEST

START_TEST(open_refused_for_objects_max_ends_the_lingering)
{
	struct limits limits = world_limits();
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;
	struct object_bench bench;

	limits.linger_seconds = LINGER;
	limits.objects_max = 1;
	world_init(&bench.world, &limits);
	bench.client = world_join(&bench.world);
	object_bench_unref(bench.client, object_bench_open_list(bench.client));
	request.kind = CONCUR__V1__KIND__KIND_LIST;
	ck_assert_int_eq(world_call(bench.client, "/concur.v1.Object/Open", &request.base)->status, CONCUR_LIMIT);
	ck_assert_int_eq(world_call(bench.client, "/concur.v1.Object/Open", &request.base)->status, CONCUR_OK);
	world_fini(&bench.world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		anonymous_object_that_was_sent_lingers_then_goes,
		reference_taken_meanwhile_revives_and_the_time_begins_anew,
		named_object_that_is_removed_does_not_linger,
		end_of_a_pipe_does_not_linger,
		lingering_past_linger_max_lets_the_first_go_first,
		call_refused_for_memory_ends_the_lingering,
		open_refused_for_objects_max_ends_the_lingering,
		NULL,
	};

	return unit_run("linger", tests);
}
