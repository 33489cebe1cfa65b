/* Two clients of a simulated server, and what tests of references do with them: one opens and gives up, the other one
 * looks whether an object is still there. */
#ifndef TESTS_UNIT_OBJECT_BENCH_H
#define TESTS_UNIT_OBJECT_BENCH_H

#include "tests/sim/world.h"
#include "tests/unit/unit.h"

struct object_bench {
	struct world world;
	struct world_client *client, *other;
};

/* limits: NULL for those of world_limits(). Ends with world_fini(). */
static inline void
object_bench_init(struct object_bench *bench, const struct limits *limits)
{
	world_init(&bench->world, limits);
	bench->client = world_join(&bench->world);
	bench->other = world_join(&bench->world);
}

/* NULL: there is no such object. Holds until the world's next turn. */
static inline const Concur__V1__ObjectInfo *
object_bench_info(struct object_bench *bench, uint64_t id)
{
	struct world_call *call = world_ask(bench->other, "/concur.v1.Object/Info", id);

	return call->status == CONCUR_OK ? (const Concur__V1__ObjectInfo *)call->message : NULL;
}

/* Whether the object is there after one more turn. */
static inline bool
object_bench_lives(struct object_bench *bench, uint64_t id)
{
	world_turn(&bench->world, 0);
	return object_bench_info(bench, id) != NULL;
}

static inline uint64_t
object_bench_count(struct object_bench *bench)
{
	struct world_call *call = world_call(bench->other, "/concur.v1.Manager/Info", NULL);

	return ((const Concur__V1__ManagerInfo *)call->message)->number_of_objects;
}

static inline uint64_t
object_bench_open_list(struct world_client *client)
{
	return world_open(client, CONCUR__V1__KIND__KIND_LIST, NULL);
}

static inline void
object_bench_unref(struct world_client *client, uint64_t id)
{
	ck_assert_int_eq(world_outcome(world_ask(client, "/concur.v1.Object/Unref", id)), CONCUR__V1__OUTCOME__DONE);
}

static inline struct world_call *
object_bench_append(struct world_client *client, uint64_t list, ProtobufCBinaryData value)
{
	Concur__V1__ValueRequest request = CONCUR__V1__VALUE_REQUEST__INIT;

	request.object = list;
	request.value = value;
	return world_call(client, "/concur.v1.List/Append", &request.base);
}

#endif
