/* The core's turn: answers, and graves that are dug by counted steps. */

#include "tests/unit/dict_fixture.h"
#include "daemon/core/lock.h"

static struct dict *
open_dict(struct core_fixture *fixture, int64_t entries)
{
	struct dict *dict = fixture_open(fixture, &(struct object_options){ .kind = KIND_DICT });

	for (int64_t i = 0; i < entries; i++) {
		struct dict_item item = { .key = INTEGER(i), .value = INTEGER(i) };

		ck_assert_status(dict_set(&fixture->core, dict, &item), CONCUR_OK);
	}
	return dict;
}

START_TEST(draw_goes_on_from_where_it_was_told)
{
	struct core_fixture fixture;

	fixture_init(&fixture);
	ck_assert_uint_eq(core_draw(&fixture.core), 1001);
	ck_assert_uint_eq(core_draw(&fixture.core), 1002);
	ck_assert_uint_eq(object_id(fixture_open(&fixture, &(struct object_options){ .kind = KIND_LIST })), 1003);
	fixture_fini(&fixture);
}
END_TEST

START_TEST(turn_without_work_asks_for_none)
{
	struct core_fixture fixture;

	fixture_init(&fixture);
	ck_assert_uint_eq(fixture_turn(&fixture, 5), UINT64_MAX);
	fixture_fini(&fixture);
}
END_TEST

START_TEST(large_dict_is_freed_over_several_turns)
{
	enum { ENTRIES = 100000 };
	struct core_fixture fixture;
	uint64_t one, left;
	size_t turns = 0;

	fixture_init(&fixture);
	object_destroy(&fixture.core, (struct object *)open_dict(&fixture, ENTRIES));
	left = fixture.core.bytes;
	one = left / ENTRIES;
	while (fixture_turn(&fixture, 0) == 0) {
		ck_assert_uint_le(left - fixture.core.bytes, one * fixture.limits.turn_steps);
		left = fixture.core.bytes;
		turns++;
	}
	ck_assert_uint_ge(turns, ENTRIES / fixture.limits.turn_steps);
	ck_assert_uint_le(turns, 2 * ENTRIES / fixture.limits.turn_steps);
	ck_assert_uint_eq(fixture.core.bytes, 0);
	fixture_fini(&fixture);
}
END_TEST

START_TEST(many_small_graves_share_the_steps_of_a_turn)
{
	struct core_fixture fixture;
	uint64_t left;

	fixture_init(&fixture);
	fixture.limits.turn_steps = 50;
	for (unsigned i = 0; i < 40; i++)
		object_destroy(&fixture.core, (struct object *)open_dict(&fixture, 20));
	left = fixture.core.bytes;
	while (fixture_turn(&fixture, 0) == 0) {
		ck_assert_uint_le(left - fixture.core.bytes, 50 * 64);
		left = fixture.core.bytes;
	}
	fixture_fini(&fixture);
}
END_TEST

START_TEST(empty_objects_count_as_steps)
{
	struct core_fixture fixture;
	size_t turns = 0;

	fixture_init(&fixture);
	fixture.limits.turn_steps = 10;
	for (unsigned i = 0; i < 100; i++)
		object_destroy(&fixture.core, fixture_open(&fixture, &(struct object_options){ .kind = 1 + i % 5 }));
	while (fixture_turn(&fixture, 0) == 0)
		turns++;
	ck_assert_uint_ge(turns, 9);
	fixture_fini(&fixture);
}
END_TEST

START_TEST(fini_digs_what_is_left)
{
	struct core_fixture fixture;

	/* What stays is found by the sanitizer and valgrind. */
	fixture_init(&fixture);
	fixture.limits.turn_steps = 10;
	open_dict(&fixture, 1000);
	object_destroy(&fixture.core, (struct object *)open_dict(&fixture, 1000));
	ck_assert_uint_eq(fixture_turn(&fixture, 0), 0);
	core_fini(&fixture.core);
	ck_assert_uint_eq(fixture.core.bytes, 0);
}
END_TEST

/* -- answers ----------------------------------------------------------------------------------------------------- */

struct relay {
	struct waiter_ops ops;
	struct lock *lock;
	unsigned answered;
};

/* Gives the lock on as soon as it has it. */
static void
on_granted(struct core *core, struct waiter *waiter)
{
	struct relay *relay = LINK_ENTRY(waiter->ops, struct relay, ops);

	relay->answered++;
	ck_assert_status(waiter->status, CONCUR_OK);
	ck_assert_uint_eq(waiter->by_call.key, relay->answered);
	ck_assert_status(lock_release(core, relay->lock, waiter->session, waiter->by_call.key), CONCUR_OK);
}

START_TEST(answer_goes_on_with_what_an_answer_wakes)
{
	struct core_fixture fixture;
	struct relay relay = { .ops = { on_granted } };
	struct session *session;
	struct result result = { 0 };
	struct ask ask;

	fixture_init(&fixture);
	session = fixture_session(&fixture, 1);
	relay.lock = fixture_open(&fixture, &(struct object_options){ .kind = KIND_LOCK, .strict = true });
	for (uint64_t call = 0; call <= 5; call++) {
		ask = fixture_ask(session, call, call, -1);
		ask.ops = &relay.ops;
		ck_assert_status(lock_acquire(&fixture.core, relay.lock, &ask, &result),
		    call ? CONCUR_PENDING : CONCUR_OK);
	}
	ck_assert_status(lock_release(&fixture.core, relay.lock, session, 0), CONCUR_OK);
	core_answer(&fixture.core);
	ck_assert_uint_eq(relay.answered, 5);
	ck_assert_uint_eq(fixture.core.waiting, 0);
	fixture_fini(&fixture);
}
END_TEST

/* -- determinism ------------------------------------------------------------------------------------------------- */

/* Some work, and what it came to. */
static uint64_t
work(struct core_fixture *fixture)
{
	struct dict *dict;
	struct session *session;

	fixture_init(fixture);
	session = fixture_session(fixture, 1);
	dict = open_dict(fixture, 3000);
	for (int64_t i = 0; i < 2900; i++)
		blob_unref(dict_popped(&fixture->core, dict, &INTEGER(i * 7 % 3000)));
	session_end(&fixture->core, session, FAREWELL_DEATH);
	fixture_settle(fixture);
	return ((struct object *)dict)->version;
}

START_TEST(same_input_gives_same_state)
{
	struct core_fixture first, second;

	ck_assert_uint_eq(work(&first), work(&second));
	ck_assert_uint_eq(first.core.counter, second.core.counter);
	ck_assert_uint_eq(first.core.bytes, second.core.bytes);
	fixture_fini(&first);
	fixture_fini(&second);
}
END_TEST

/* An entry takes 16 bytes in the dict besides key and value, and more in its index. */
START_TEST(memory_counts_what_holds_the_items_until_it_is_gone)
{
	enum { ENTRIES = 10000 };
	struct core_fixture fixture;
	struct object *dict;
	uint64_t empty, full;

	fixture_init(&fixture);
	dict = (struct object *)open_dict(&fixture, 0);
	empty = fixture.core.object_bytes;
	ck_assert_uint_gt(empty, 0);
	for (int64_t i = 0; i < ENTRIES; i++) {
		struct dict_item item = { .key = INTEGER(i), .value = INTEGER(i) };

		ck_assert_status(dict_set(&fixture.core, (struct dict *)dict, &item), CONCUR_OK);
	}
	full = fixture.core.object_bytes;
	ck_assert_uint_ge(full - empty, 16 * ENTRIES);
	ck_assert_uint_eq(core_memory(&fixture.core), fixture.core.bytes + full);
	ck_assert_status(dict->kind->clear(&fixture.core, dict), CONCUR_OK);
	ck_assert_uint_lt(fixture.core.object_bytes, empty + 1000);
	object_destroy(&fixture.core, dict);
	fixture_settle(&fixture);
	ck_assert_uint_eq(fixture.core.object_bytes, 0);
	fixture_fini(&fixture);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		draw_goes_on_from_where_it_was_told,
		turn_without_work_asks_for_none,
		large_dict_is_freed_over_several_turns,
		many_small_graves_share_the_steps_of_a_turn,
		empty_objects_count_as_steps,
		fini_digs_what_is_left,
		answer_goes_on_with_what_an_answer_wakes,
		same_input_gives_same_state,
		memory_counts_what_holds_the_items_until_it_is_gone,
		NULL,
	};

	return unit_run("core", tests);
}
