/* Locks, conditions and queues when their users die or leave: whole sessions that end, as their peers see it. */
#include "tests/sim/world.h"
#include "tests/unit/unit.h"

#include <stdio.h>

enum { CLIENTS = 4 };

struct bench {
	struct world world;
	struct world_client *clients[CLIENTS];
	uint64_t lock, queue;
	uint64_t strict[2];
};

static uint64_t
open_strict(struct world_client *client, const char *name)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

	request.kind = CONCUR__V1__KIND__KIND_LOCK;
	request.name = world_bytes(name);
	request.strict = true;
	return world_open_with(client, &request);
}

static void
bench_init(struct bench *bench)
{
	world_init(&bench->world, NULL);
	for (int i = 0; i < CLIENTS; i++)
		bench->clients[i] = world_join(&bench->world);
	bench->lock = world_open(bench->clients[0], CONCUR__V1__KIND__KIND_LOCK, "plain");
	bench->strict[0] = open_strict(bench->clients[0], "strict 0");
	bench->strict[1] = open_strict(bench->clients[0], "strict 1");
	bench->queue = world_open(bench->clients[0], CONCUR__V1__KIND__KIND_QUEUE, "queue");
}

static void
die(struct bench *bench, int client)
{
	world_end(bench->clients[client], SERVER_PEER_DIED);
	world_turn(&bench->world, 0);
}

static void
goodbye(struct bench *bench, int client)
{
	struct world_call *call = world_call(bench->clients[client], "/concur.v1.Session/Goodbye", NULL);

	ck_assert_int_eq(call->status, CONCUR_OK);
	ck_assert(bench->clients[client]->is_closed);
}

static struct world_call *
acquire(struct bench *bench, int client, uint64_t lock, int64_t wait_ns)
{
	return world_wait(bench->clients[client], "/concur.v1.Lock/Acquire", lock, wait_ns);
}

static enum concur_status
release(struct bench *bench, int client, uint64_t lock)
{
	return world_ask(bench->clients[client], "/concur.v1.Lock/Release", lock)->status;
}

static struct world_call *
get(struct bench *bench, int client, int64_t wait_ns)
{
	return world_wait(bench->clients[client], "/concur.v1.Queue/Get", bench->queue, wait_ns);
}

static void
put(struct bench *bench, int client, int64_t number)
{
	Concur__V1__PutRequest request = CONCUR__V1__PUT_REQUEST__INIT;

	request.object = bench->queue;
	request.value = world_integer(&bench->world, number);
	ck_assert_int_eq(world_call(bench->clients[client], "/concur.v1.Queue/Put", &request.base)->status, CONCUR_OK);
}

static uint64_t
token(const struct world_call *call)
{
	return ((const Concur__V1__LockReply *)call->message)->token;
}

static bool
has_credit(struct bench *bench)
{
	struct world_call *call = world_ask(bench->clients[CLIENTS - 1], "/concur.v1.Lock/State", bench->lock);

	return ((const Concur__V1__LockState *)call->message)->credits;
}

#define ck_assert_outcome(call, expected) ck_assert_int_eq(world_outcome(call), CONCUR__V1__OUTCOME__##expected)

/* -- death and goodbye ------------------------------------------------------------------------------------------- */

START_TEST(death_of_holder_is_told_to_the_first_waiter_alone)
{
	struct world_call *held, *first, *second;
	const Concur__V1__OwnerDeath *death;
	struct bench bench;

	bench_init(&bench);
	bench.clients[0]->context = 9;
	held = acquire(&bench, 0, bench.lock, 0);
	first = acquire(&bench, 1, bench.lock, -1);
	second = acquire(&bench, 2, bench.lock, -1);
	die(&bench, 0);
	ck_assert_outcome(first, OWNER_DIED);
	ck_assert(!second->answered);
	death = ((const Concur__V1__LockReply *)first->message)->death;
	ck_assert_uint_eq(death->session, bench.clients[0]->session);
	ck_assert_uint_eq(death->process, 101);
	ck_assert_uint_eq(death->context, 9);
	ck_assert_uint_eq(death->token, token(held));
	ck_assert_uint_gt(token(first), token(held));
	ck_assert_int_eq(release(&bench, 1, bench.lock), CONCUR_OK);
	ck_assert_outcome(second, DONE);
	ck_assert_ptr_null(((const Concur__V1__LockReply *)second->message)->death);
	world_fini(&bench.world);
}
END_TEST

START_TEST(death_is_told_with_its_age_to_whoever_comes_later)
{
	struct world_call *next;
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.lock, 0);
	die(&bench, 0);
	world_turn(&bench.world, 7 * WORLD_SECOND);
	next = acquire(&bench, 1, bench.lock, 0);
	ck_assert_outcome(next, OWNER_DIED);
	ck_assert_uint_eq(((const Concur__V1__LockReply *)next->message)->death->age_ns, 7 * WORLD_SECOND);
	world_fini(&bench.world);
}
END_TEST

START_TEST(goodbye_leaves_a_plain_lock_to_be_released_once_by_anyone)
{
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.lock, 0);
	goodbye(&bench, 0);
	ck_assert_outcome(acquire(&bench, 1, bench.lock, 0), TIMED_OUT);
	ck_assert_int_eq(release(&bench, 1, bench.lock), CONCUR_OK);
	ck_assert_int_eq(release(&bench, 1, bench.lock), CONCUR_NOT_LOCKED);
	ck_assert_outcome(acquire(&bench, 1, bench.lock, 0), DONE);
	world_fini(&bench.world);
}
END_TEST

START_TEST(goodbye_releases_a_strict_lock_without_a_word)
{
	struct world_call *next;
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.strict[0], 0);
	next = acquire(&bench, 1, bench.strict[0], -1);
	goodbye(&bench, 0);
	ck_assert_outcome(next, DONE);
	world_fini(&bench.world);
}
END_TEST

START_TEST(death_releases_a_strict_lock_and_leaves_no_credit)
{
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.strict[0], 0);
	die(&bench, 0);
	ck_assert_int_eq(release(&bench, 1, bench.strict[0]), CONCUR_NOT_LOCKED);
	ck_assert_outcome(acquire(&bench, 1, bench.strict[0], 0), OWNER_DIED);
	ck_assert_int_eq(release(&bench, 2, bench.strict[0]), CONCUR_NOT_OWNER);
	world_fini(&bench.world);
}
END_TEST

START_TEST(death_of_all_waiters_leaves_the_lock_free)
{
	struct bench bench;

	bench_init(&bench);
	for (int i = 0; i < 3; i++)
		acquire(&bench, i, bench.lock, -1);
	for (int i = 2; i >= 0; i--)
		die(&bench, i);
	ck_assert_outcome(acquire(&bench, 3, bench.lock, 0), OWNER_DIED);
	world_fini(&bench.world);
}
END_TEST

/* -- the credit -------------------------------------------------------------------------------------------------- */

START_TEST(credit_absorbs_one_release_while_the_lock_is_free)
{
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.lock, 0);
	die(&bench, 0);
	ck_assert(has_credit(&bench));
	ck_assert_int_eq(release(&bench, 1, bench.lock), CONCUR_OK);
	ck_assert(!has_credit(&bench));
	ck_assert_int_eq(release(&bench, 1, bench.lock), CONCUR_NOT_LOCKED);
	/* That the credit is used takes nothing from the news. */
	ck_assert_outcome(acquire(&bench, 1, bench.lock, 0), OWNER_DIED);
	world_fini(&bench.world);
}
END_TEST

START_TEST(credit_absorbs_one_release_under_the_first_grant)
{
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.lock, 0);
	acquire(&bench, 1, bench.lock, -1);
	die(&bench, 0);
	ck_assert_int_eq(release(&bench, 2, bench.lock), CONCUR_OK);
	ck_assert_outcome(acquire(&bench, 2, bench.lock, 0), TIMED_OUT);
	/* The second one is Python's: anyone may. */
	ck_assert_int_eq(release(&bench, 2, bench.lock), CONCUR_OK);
	ck_assert_outcome(acquire(&bench, 2, bench.lock, 0), DONE);
	world_fini(&bench.world);
}
END_TEST

START_TEST(credit_ends_when_the_first_grant_is_released)
{
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.lock, 0);
	acquire(&bench, 1, bench.lock, -1);
	die(&bench, 0);
	ck_assert_int_eq(release(&bench, 1, bench.lock), CONCUR_OK);
	ck_assert(!has_credit(&bench));
	ck_assert_int_eq(release(&bench, 1, bench.lock), CONCUR_NOT_LOCKED);
	world_fini(&bench.world);
}
END_TEST

/* SEMANTICS: the credit ends with the grant that was told of the death, however that grant ends. */
START_TEST(credit_ends_when_the_first_grant_says_goodbye_and_another_releases)
{
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.lock, 0);
	acquire(&bench, 1, bench.lock, -1);
	die(&bench, 0);
	goodbye(&bench, 1);
	/* One release for the dead, one for the one that left: as often as it was acquired. */
	ck_assert_int_eq(release(&bench, 2, bench.lock), CONCUR_OK);
	ck_assert_int_eq(release(&bench, 2, bench.lock), CONCUR_OK);
	ck_assert_int_eq(release(&bench, 2, bench.lock), CONCUR_NOT_LOCKED);
	world_fini(&bench.world);
}
END_TEST

START_TEST(credit_of_a_second_death_is_one)
{
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.lock, 0);
	acquire(&bench, 1, bench.lock, -1);
	die(&bench, 0);
	die(&bench, 1);
	ck_assert_int_eq(release(&bench, 2, bench.lock), CONCUR_OK);
	ck_assert_int_eq(release(&bench, 2, bench.lock), CONCUR_NOT_LOCKED);
	world_fini(&bench.world);
}
END_TEST

/* -- deadlock ---------------------------------------------------------------------------------------------------- */

START_TEST(wait_that_closes_a_cycle_fails_in_words_that_name_it)
{
	const Concur__V1__Error *error;
	struct world_call *first, *second;
	char text[1024];
	struct bench bench;

	bench_init(&bench);
	bench.clients[0]->flags = bench.clients[1]->flags = FRAME_BLOCKED;
	acquire(&bench, 0, bench.strict[0], 0);
	acquire(&bench, 1, bench.strict[1], 0);
	first = acquire(&bench, 0, bench.strict[1], -1);
	second = acquire(&bench, 1, bench.strict[0], -1);
	ck_assert(!first->answered);
	ck_assert_int_eq(second->status, CONCUR_DEADLOCK);
	error = world_error(second);
	snprintf(text, sizeof text, "%.*s", (int)error->message.len, (const char *)error->message.data);
	ck_assert_ptr_nonnull(strstr(text, "'strict 0'"));
	ck_assert_ptr_nonnull(strstr(text, "'strict 1'"));
	ck_assert_ptr_nonnull(strstr(text, "process 101"));
	/* Who was refused still holds what it held, and can let go of it. */
	ck_assert_int_eq(release(&bench, 1, bench.strict[1]), CONCUR_OK);
	ck_assert_outcome(first, DONE);
	world_fini(&bench.world);
}
END_TEST

START_TEST(wait_with_an_end_or_of_a_free_context_is_no_deadlock)
{
	struct world_call *timed, *free;
	struct bench bench;

	bench_init(&bench);
	acquire(&bench, 0, bench.strict[0], 0);
	free = acquire(&bench, 0, bench.strict[0], -1);
	bench.clients[0]->flags = FRAME_BLOCKED;
	timed = acquire(&bench, 0, bench.strict[0], 5);
	ck_assert(!free->answered && !timed->answered);
	world_turn(&bench.world, 5);
	world_turn(&bench.world, 0);
	ck_assert_outcome(timed, TIMED_OUT);
	ck_assert(!free->answered);
	world_fini(&bench.world);
}
END_TEST

/* Owner `pair` of client 1 stands in for the strict lock of that number and is blocked on another, which the same owner
 * of client 2 holds, who is blocked on the strict one. The call of client 2. */
static struct world_call *
stand_in_a_pair(struct bench *bench, unsigned pair)
{
	char name[] = "other 0";
	uint64_t other;

	name[6] = (char)('0' + pair);
	other = open_strict(bench->clients[2], name);
	bench->clients[1]->context = bench->clients[2]->context = pair + 1;
	acquire(bench, 2, other, 0);
	bench->clients[1]->flags = 0;
	acquire(bench, 1, bench->strict[pair], -1);
	bench->clients[1]->flags = bench->clients[2]->flags = FRAME_BLOCKED;
	acquire(bench, 1, other, -1);
	return acquire(bench, 2, bench->strict[pair], -1);
}

START_TEST(death_that_closes_two_cycles_tells_each_of_its_own)
{
	static const char *const names[2][2] = { { "'strict 0'", "'other 0'" }, { "'strict 1'", "'other 1'" } };
	struct world_call *calls[2];
	struct bench bench;

	bench_init(&bench);
	for (unsigned i = 0; i < 2; i++)
		acquire(&bench, 0, bench.strict[i], 0);
	for (unsigned i = 0; i < 2; i++)
		calls[i] = stand_in_a_pair(&bench, i);
	ck_assert(!calls[0]->answered && !calls[1]->answered);
	die(&bench, 0);
	for (unsigned i = 0; i < 2; i++) {
		const Concur__V1__Error *error;
		char text[1024];

		ck_assert_int_eq(calls[i]->status, CONCUR_DEADLOCK);
		error = world_error(calls[i]);
		snprintf(text, sizeof text, "%.*s", (int)error->message.len, (const char *)error->message.data);
		for (unsigned j = 0; j < 2; j++) {
			ck_assert_msg(strstr(text, names[i][j]), "%s", text);
			ck_assert_msg(!strstr(text, names[1 - i][j]), "%s", text);
		}
	}
	world_fini(&bench.world);
}
END_TEST

START_TEST(cycle_is_gone_when_one_of_it_dies)
{
	struct world_call *wait;
	struct bench bench;

	bench_init(&bench);
	bench.clients[0]->flags = bench.clients[1]->flags = FRAME_BLOCKED;
	acquire(&bench, 0, bench.strict[0], 0);
	acquire(&bench, 1, bench.strict[1], 0);
	acquire(&bench, 0, bench.strict[1], -1);
	die(&bench, 0);
	wait = acquire(&bench, 1, bench.strict[0], -1);
	ck_assert_outcome(wait, OWNER_DIED);
	world_fini(&bench.world);
}
END_TEST

/* -- conditions -------------------------------------------------------------------------------------------------- */

static Concur__V1__Cancelled
cancel(struct bench *bench, int client, const struct world_call *wait)
{
	Concur__V1__CancelRequest request = CONCUR__V1__CANCEL_REQUEST__INIT;
	struct world_call *call;

	request.call = wait->id;
	call = world_call(bench->clients[client], "/concur.v1.Session/Cancel", &request.base);
	return ((const Concur__V1__CancelReply *)call->message)->result;
}

START_TEST(cancel_of_a_condition_wait_says_that_it_takes_its_lock_back)
{
	struct world_call *wait;
	struct bench bench;
	uint64_t condition;

	bench_init(&bench);
	condition = world_open(bench.clients[0], CONCUR__V1__KIND__KIND_CONDITION, "condition");
	acquire(&bench, 0, condition, 0);
	wait = world_wait(bench.clients[0], "/concur.v1.Condition/Wait", condition, -1);
	acquire(&bench, 1, condition, 0);
	ck_assert_int_eq(cancel(&bench, 0, wait), CONCUR__V1__CANCELLED__RETAKING);
	ck_assert(!wait->answered);
	ck_assert_int_eq(release(&bench, 1, condition), CONCUR_OK);
	ck_assert_outcome(wait, TIMED_OUT);
	ck_assert_uint_gt(token(wait), 0);
	ck_assert_int_eq(cancel(&bench, 0, wait), CONCUR__V1__CANCELLED__TOO_LATE);
	ck_assert_int_eq(release(&bench, 0, condition), CONCUR_OK);
	world_fini(&bench.world);
}
END_TEST

START_TEST(death_of_the_notified_in_the_turn_of_the_notify_wakes_the_next)
{
	Concur__V1__CountRequest one = CONCUR__V1__COUNT_REQUEST__INIT;
	Concur__V1__ObjectRequest object = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct world_call *waits[2];
	struct bench bench;
	uint64_t condition;

	bench_init(&bench);
	condition = world_open(bench.clients[0], CONCUR__V1__KIND__KIND_CONDITION, "condition");
	for (int i = 0; i < 2; i++) {
		acquire(&bench, i, condition, 0);
		waits[i] = world_wait(bench.clients[i], "/concur.v1.Condition/Wait", condition, -1);
	}
	acquire(&bench, 2, condition, 0);
	one.object = object.object = condition;
	one.count = 1;
	world_send(bench.clients[2], "/concur.v1.Condition/Notify", &one.base);
	world_end(bench.clients[0], SERVER_PEER_DIED);
	world_send(bench.clients[2], "/concur.v1.Lock/Release", &object.base);
	world_turn(&bench.world, 0);
	ck_assert_outcome(waits[1], DONE);
	world_fini(&bench.world);
}
END_TEST

/* -- queues ------------------------------------------------------------------------------------------------------ */

START_TEST(item_put_after_the_death_of_a_getter_goes_to_the_next)
{
	struct world_call *next;
	struct bench bench;

	bench_init(&bench);
	get(&bench, 0, -1);
	next = get(&bench, 1, -1);
	die(&bench, 0);
	put(&bench, 2, 7);
	ck_assert_int_eq(world_number(&((const Concur__V1__ValueReply *)next->message)->value), 7);
	world_fini(&bench.world);
}
END_TEST

START_TEST(item_put_and_death_of_its_getter_in_one_turn_loses_nothing)
{
	Concur__V1__PutRequest request = CONCUR__V1__PUT_REQUEST__INIT;
	struct world_call *taken, *next;
	struct bench bench;

	bench_init(&bench);
	taken = get(&bench, 0, -1);
	request.object = bench.queue;
	for (int64_t i = 0; i < 2; i++) {
		request.value = world_integer(&bench.world, i);
		world_send(bench.clients[2], "/concur.v1.Queue/Put", &request.base);
	}
	world_end(bench.clients[0], SERVER_PEER_DIED);
	ck_assert(!taken->answered);
	for (int64_t i = 0; i < 2; i++) {
		next = get(&bench, 1, 0);
		ck_assert_int_eq(world_number(&((const Concur__V1__ValueReply *)next->message)->value), i);
	}
	world_fini(&bench.world);
}
END_TEST

START_TEST(items_put_by_the_dead_stay_in_order)
{
	struct bench bench;

	bench_init(&bench);
	for (int i = 0; i < 3; i++)
		put(&bench, i, i);
	die(&bench, 0);
	goodbye(&bench, 1);
	for (int64_t i = 0; i < 3; i++) {
		struct world_call *got = get(&bench, 2, 0);

		ck_assert_int_eq(world_number(&((const Concur__V1__ValueReply *)got->message)->value), i);
	}
	world_fini(&bench.world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		death_of_holder_is_told_to_the_first_waiter_alone,
		death_is_told_with_its_age_to_whoever_comes_later,
		goodbye_leaves_a_plain_lock_to_be_released_once_by_anyone,
		goodbye_releases_a_strict_lock_without_a_word,
		death_releases_a_strict_lock_and_leaves_no_credit,
		death_of_all_waiters_leaves_the_lock_free,
		credit_absorbs_one_release_while_the_lock_is_free,
		credit_absorbs_one_release_under_the_first_grant,
		credit_ends_when_the_first_grant_is_released,
		credit_ends_when_the_first_grant_says_goodbye_and_another_releases,
		credit_of_a_second_death_is_one,
		wait_that_closes_a_cycle_fails_in_words_that_name_it,
		wait_with_an_end_or_of_a_free_context_is_no_deadlock,
		death_that_closes_two_cycles_tells_each_of_its_own,
		cycle_is_gone_when_one_of_it_dies,
		cancel_of_a_condition_wait_says_that_it_takes_its_lock_back,
		death_of_the_notified_in_the_turn_of_the_notify_wakes_the_next,
		item_put_after_the_death_of_a_getter_goes_to_the_next,
		item_put_and_death_of_its_getter_in_one_turn_loses_nothing,
		items_put_by_the_dead_stay_in_order,
		NULL,
	};

	return unit_run("lock_death", tests);
}
