/* The search for cycles against full reachability: random objects that refer to each other change while it goes on. */
#include "tests/unit/cycle_bench.h"

#include "tests/unit/model.h"

#include "daemon/core/cell.h"
#include "daemon/core/dict.h"
#include "daemon/core/list.h"
#include "daemon/core/queue.h"

enum {
	OBJECTS = 14,
	ITEMS = 40, /* of one container, at most */
	ROUNDS = 30,
	STEPS = 400,
};

/* An object as the model knows it. A container's items are references, or -1 for plain values; a dict's stand at their
 * keys. */
struct thing {
	uint64_t id; /* 0: nobody */
	enum kind_id kind;
	unsigned handles;
	int items[ITEMS];
	size_t count;
	bool is_reachable;
};

struct play {
	struct cycle_bench bench;
	struct random *random;
	struct thing things[OBJECTS];
};

static size_t
draw(struct play *play, size_t below)
{
	return random_below(play->random, below);
}

static struct object *
object_of(struct play *play, const struct thing *thing)
{
	struct object *object = object_find(play->bench.core, thing->id);

	MODEL_ASSERT(object);
	return object;
}

/* -- the model ---------------------------------------------------------------------------------------------------- */

static void
mark(struct play *play, int number)
{
	struct thing *thing = &play->things[number];

	if (thing->is_reachable)
		return;
	thing->is_reachable = true;
	for (size_t i = 0; i < thing->count; i++) {
		if (thing->items[i] >= 0)
			mark(play, thing->items[i]);
	}
}

/* Forgets what can not be reached any more; the rest must be there. */
static void
reach(struct play *play)
{
	for (int i = 0; i < OBJECTS; i++)
		play->things[i].is_reachable = false;
	for (int i = 0; i < OBJECTS; i++) {
		if (play->things[i].handles)
			mark(play, i);
	}
	for (int i = 0; i < OBJECTS; i++) {
		if (play->things[i].is_reachable)
			(void)object_of(play, &play->things[i]);
		else
			play->things[i] = (struct thing){ 0 };
	}
}

/* One that can be reached, or NULL. */
static struct thing *
draw_thing(struct play *play)
{
	struct thing *thing = &play->things[draw(play, OBJECTS)];

	return thing->id ? thing : NULL;
}

static void
model_insert(struct thing *thing, size_t at, int item)
{
	memmove(&thing->items[at + 1], &thing->items[at], (thing->count - at) * sizeof *thing->items);
	thing->items[at] = item;
	thing->count++;
}

static void
model_remove(struct thing *thing, size_t at)
{
	thing->count--;
	memmove(&thing->items[at], &thing->items[at + 1], (thing->count - at) * sizeof *thing->items);
}

/* -- what is done ------------------------------------------------------------------------------------------------- */

static void
step_open(struct play *play)
{
	static const enum kind_id kinds[] = { KIND_DICT, KIND_LIST, KIND_LIST, KIND_QUEUE, KIND_CELL };
	struct thing *thing = &play->things[draw(play, OBJECTS)];
	struct object *object;

	if (thing->id)
		return;
	*thing = (struct thing){ .kind = kinds[draw(play, UNIT_COUNT(kinds))], .handles = 1 };
	object = cycle_bench_open(&play->bench, thing->kind);
	thing->id = object_id(object);
	if (thing->kind == KIND_CELL)
		thing->items[thing->count++] = -1;
}

static void
step_handle(struct play *play)
{
	struct thing *thing = draw_thing(play);

	if (!thing)
		return;
	if (thing->handles && draw(play, 3)) {
		cycle_bench_let_go(&play->bench, object_of(play, thing));
		thing->handles--;
	} else {
		ck_assert_int_eq(session_ref(play->bench.core, play->bench.client, object_of(play, thing)), 0);
		thing->handles++;
	}
}

static void
store_in_dict(struct play *play, struct thing *thing, struct value value, int item)
{
	size_t key = draw(play, 6);
	struct dict_item entry = { INTEGER((int64_t)key), value, false, item >= 0 };

	ck_assert_status(dict_set(play->bench.core, (struct dict *)object_of(play, thing), &entry), CONCUR_OK);
	while (thing->count <= key)
		thing->items[thing->count++] = -1;
	thing->items[key] = item;
}

static void
store_in_list(struct play *play, struct thing *thing, struct value value, int item)
{
	size_t at = draw(play, thing->count + 1);
	bool replaces = at < thing->count && draw(play, 2);
	struct list *list = (struct list *)object_of(play, thing);
	struct list_item stored = { value, item >= 0 };

	if (replaces) {
		ck_assert_status(list_set(play->bench.core, list, (int64_t)at, &stored), CONCUR_OK);
		thing->items[at] = item;
	} else {
		cycle_bench_insert(&play->bench, object_of(play, thing), (int64_t)at, value, item >= 0);
		model_insert(thing, at, item);
	}
}

static void
store_in_queue(struct play *play, struct thing *thing, struct value value, int item)
{
	struct ask ask = fixture_ask(play->bench.client, 1, 1, 0);
	struct result result = { 0 };
	bool refers = item >= 0;

	ck_assert_status(queue_put(play->bench.core, (struct queue *)object_of(play, thing), &ask,
			     &(struct queue_load){ &value, &refers, 1, 0, 0, NULL }, &result),
	    CONCUR_OK);
	thing->items[thing->count++] = item;
}

static void
step_store(struct play *play)
{
	struct thing *thing = draw_thing(play), *target = draw_thing(play);
	struct value value;
	int item;

	if (!thing || thing->count == ITEMS)
		return;
	item = target && draw(play, 4) ? (int)(target - play->things) : -1;
	value = item < 0 ? INTEGER(7) : REFERENCE(target->id);
	switch (thing->kind) {
	case KIND_DICT:
		store_in_dict(play, thing, value, item);
		break;
	case KIND_LIST:
		store_in_list(play, thing, value, item);
		break;
	case KIND_QUEUE:
		store_in_queue(play, thing, value, item);
		break;
	default:
		ck_assert_status(cell_set(play->bench.core, (struct cell *)object_of(play, thing), &value, item >= 0,
				     NULL),
		    CONCUR_OK);
		thing->items[0] = item;
	}
}

static void
remove_from_dict(struct play *play, struct thing *thing)
{
	size_t key = draw(play, thing->count);
	struct blob *value;

	ck_assert_status(dict_pop(play->bench.core, (struct dict *)object_of(play, thing), &INTEGER((int64_t)key),
			     &value),
	    CONCUR_OK);
	blob_unref(value);
	thing->items[key] = -1;
}

static void
remove_from_list(struct play *play, struct thing *thing)
{
	size_t at = draw(play, thing->count);

	cycle_bench_drop(&play->bench, object_of(play, thing), (int64_t)at);
	model_remove(thing, at);
}

static void
remove_from_queue(struct play *play, struct thing *thing)
{
	struct ask ask = fixture_ask(play->bench.client, 1, 1, 0);
	struct result result = { 0 };

	ck_assert_status(queue_get(play->bench.core, (struct queue *)object_of(play, thing), &ask, false, 1, &result),
	    CONCUR_OK);
	result_fini(&result);
	deliveries_read(play->bench.core, &play->bench.client->deliveries, UINT64_MAX);
	model_remove(thing, 0);
}

static void
step_remove(struct play *play)
{
	struct thing *thing = draw_thing(play);

	if (!thing || thing->count == 0 || thing->kind == KIND_CELL)
		return;
	if (thing->kind == KIND_DICT)
		remove_from_dict(play, thing);
	else if (thing->kind == KIND_LIST)
		remove_from_list(play, thing);
	else
		remove_from_queue(play, thing);
}

static void
step_clear(struct play *play)
{
	struct thing *thing = draw_thing(play);

	if (!thing || thing->kind == KIND_CELL)
		return;
	ck_assert_status(object_of(play, thing)->kind->clear(play->bench.core, object_of(play, thing)), CONCUR_OK);
	thing->count = 0;
}

static void
step_reverse(struct play *play)
{
	struct thing *thing = draw_thing(play);

	if (!thing || thing->kind != KIND_LIST)
		return;
	ck_assert_status(list_reverse(play->bench.core, (struct list *)object_of(play, thing)), CONCUR_OK);
	for (size_t i = 0; i < thing->count / 2; i++) {
		int item = thing->items[i];

		thing->items[i] = thing->items[thing->count - 1 - i];
		thing->items[thing->count - 1 - i] = item;
	}
}

static void
step(struct play *play)
{
	switch (draw(play, 24)) {
	case 0:
		step_clear(play);
		break;
	case 1:
		step_reverse(play);
		break;
	case 2:
	case 3:
	case 4:
		step_open(play);
		break;
	case 5:
	case 6:
	case 7:
	case 8:
		step_handle(play);
		break;
	case 9:
	case 10:
	case 11:
	case 12:
		step_remove(play);
		break;
	default:
		step_store(play);
	}
	reach(play);
}

static void
run(struct random *random)
{
	struct play play = { .random = random };
	uint64_t kept = 0, searches = 0;

	cycle_bench_init(&play.bench);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < STEPS; i++) {
			step(&play);
			play.bench.fixture.limits.turn_steps = 1 + draw(&play, 6);
			/* No pause between searches: one goes on nearly all the time. */
			play.bench.core->cycle.due_ns = 0;
			if (draw(&play, 2))
				fixture_turn(&play.bench.fixture, play.bench.core->now_ns + 1);
			reach(&play);
		}
		cycle_bench_pass(&play.bench);
		cycle_bench_pass(&play.bench);
		kept = 0;
		for (int i = 0; i < OBJECTS; i++)
			kept += play.things[i].id != 0;
		MODEL_ASSERT(play.bench.core->objects.count == kept);
		searches = play.bench.core->cycle.number;
	}
	printf("%" PRIu64 " searches\n", searches);
	MODEL_ASSERT(searches > ROUNDS);
	cycle_bench_fini(&play.bench);
}

START_TEST(search_ends_exactly_what_can_not_be_reached)
{
	random_each_seed(run);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { search_ends_exactly_what_can_not_be_reached, NULL };

	return unit_run("cycle_model", tests);
}
