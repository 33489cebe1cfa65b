/* The model of sets. What two sets make of each other is a new one, put together item by item. */
#include "tests/sim/sets.h"

#include "concur/v1/set.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETS_BATCH = 5 /* items of one request, at most */ };

struct draw {
	struct sets *sets;
	struct random *random;
	struct world *world;
	struct sets_one *set; /* that it is about */
	uint64_t id;
	struct data_call *call;
};

/* -- one set ----------------------------------------------------------------------------------------------------- */

/* The item's place, or the count. */
static size_t
place_of(const struct sets_one *set, int64_t item)
{
	size_t at = 0;

	while (at < set->count && set->items[at] != item)
		at++;
	return at;
}

static bool
contains(const struct sets_one *set, int64_t item)
{
	return place_of(set, item) < set->count;
}

static bool
add(struct sets_one *set, int64_t item)
{
	if (contains(set, item))
		return false;
	set->items[set->count++] = item;
	return true;
}

static bool
discard(struct sets_one *set, int64_t item)
{
	size_t at = place_of(set, item);

	if (at == set->count)
		return false;
	set->count--;
	memmove(set->items + at, set->items + at + 1, (set->count - at) * sizeof *set->items);
	return true;
}

/* Adds those items of `from` that are in `among`, or are not. */
static void
add_those(struct sets_one *to, const struct sets_one *from, const struct sets_one *among, bool in)
{
	for (size_t i = 0; i < from->count; i++) {
		if (contains(among, from->items[i]) == in)
			add(to, from->items[i]);
	}
}

enum algebra { UNION, INTERSECTION, DIFFERENCE, SYMMETRIC_DIFFERENCE };

static struct sets_one
combine(enum algebra algebra, const struct sets_one *a, const struct sets_one *b)
{
	struct sets_one made = { 0 };

	if (algebra != INTERSECTION)
		add_those(&made, a, b, false);
	if (algebra == INTERSECTION)
		add_those(&made, a, b, true);
	if (algebra == UNION) {
		made = *a;
		add_those(&made, b, a, false);
	}
	if (algebra == SYMMETRIC_DIFFERENCE)
		add_those(&made, b, a, false);
	return made;
}

/* How many items of `a` are not in `b`. */
static size_t
count_only_in(const struct sets_one *a, const struct sets_one *b)
{
	size_t count = 0;

	for (size_t i = 0; i < a->count; i++)
		count += !contains(b, a->items[i]);
	return count;
}

/* -- operations -------------------------------------------------------------------------------------------------- */

static void
reply_count(struct draw *draw, size_t count)
{
	draw->call->reply.has_number = true;
	draw->call->reply.number = (int64_t)count;
}

static int64_t
draw_item(struct draw *draw)
{
	return (int64_t)random_below(draw->random, SETS_ITEMS);
}

/* Some items, which may be there twice. */
static ProtobufCBinaryData *
draw_items(struct draw *draw, size_t *ret_count, int64_t *ret)
{
	ProtobufCBinaryData *values = arena_alloc(&draw->world->arena, SETS_BATCH * sizeof *values);

	if (!values)
		abort();
	*ret_count = random_below(draw->random, SETS_BATCH + 1);
	for (size_t i = 0; i < *ret_count; i++) {
		ret[i] = draw_item(draw);
		values[i] = world_integer(draw->world, ret[i]);
	}
	return values;
}

static void
each_item(struct draw *draw, bool (*change)(struct sets_one *set, int64_t item))
{
	Concur__V1__ValuesRequest *request =
	    data_request(draw->call, draw->world, &concur__v1__values_request__descriptor);
	int64_t items[SETS_BATCH];
	size_t count = 0;

	request->object = draw->id;
	request->values = draw_items(draw, &request->n_values, items);
	for (size_t i = 0; i < request->n_values; i++)
		count += change(draw->set, items[i]);
	reply_count(draw, count);
}

static void
set_add(struct draw *draw)
{
	each_item(draw, add);
}

static void
set_discard(struct draw *draw)
{
	each_item(draw, discard);
}

static void
set_contains(struct draw *draw)
{
	Concur__V1__ValueRequest *request =
	    data_request(draw->call, draw->world, &concur__v1__value_request__descriptor);
	int64_t item = draw_item(draw);

	request->object = draw->id;
	request->value = world_integer(draw->world, item);
	draw->call->reply.outcome = contains(draw->set, item) ? MODEL_DONE : MODEL_NOT_THERE;
}

static void
set_pop(struct draw *draw)
{
	Concur__V1__ObjectRequest *request =
	    data_request(draw->call, draw->world, &concur__v1__object_request__descriptor);

	request->object = draw->id;
	if (draw->set->count)
		data_reply_value(draw->call, draw->set->items[--draw->set->count]);
	else
		data_reply_nothing(draw->call, MODEL_NOT_THERE);
}

static void
set_page(struct draw *draw)
{
	Concur__V1__PageRequest *request = data_request(draw->call, draw->world, &concur__v1__page_request__descriptor);

	request->object = draw->id;
	draw->call->reply.has_values = true;
	for (size_t i = 0; i < draw->set->count; i++)
		data_reply_value(draw->call, draw->set->items[i]);
}

/* The other side: another set, the same one, or items. */
static struct sets_one
draw_other(struct draw *draw)
{
	Concur__V1__SetRequest *request = data_request(draw->call, draw->world, &concur__v1__set_request__descriptor);
	size_t other = random_below(draw->random, SETS + 1);
	struct sets_one set = { 0 };
	int64_t items[SETS_BATCH];

	request->object = draw->id;
	if (other < SETS) {
		request->other = draw->sets->ids[other];
		return draw->sets->sets[other];
	}
	request->values = draw_items(draw, &request->n_values, items);
	for (size_t i = 0; i < request->n_values; i++)
		add(&set, items[i]);
	return set;
}

static void
change(struct draw *draw, enum algebra algebra)
{
	struct sets_one other = draw_other(draw), before = *draw->set;

	*draw->set = combine(algebra, &before, &other);
	reply_count(draw, count_only_in(&before, draw->set) + count_only_in(draw->set, &before));
}

static void
set_update(struct draw *draw)
{
	change(draw, UNION);
}

static void
set_intersection_update(struct draw *draw)
{
	change(draw, INTERSECTION);
}

static void
set_difference_update(struct draw *draw)
{
	change(draw, DIFFERENCE);
}

static void
set_symmetric_difference_update(struct draw *draw)
{
	change(draw, SYMMETRIC_DIFFERENCE);
}

static void
reply_yes_or_no(struct draw *draw, bool yes)
{
	draw->call->reply.outcome = yes ? MODEL_DONE : MODEL_NO;
}

static void
set_is_subset(struct draw *draw)
{
	struct sets_one other = draw_other(draw);

	reply_yes_or_no(draw, count_only_in(draw->set, &other) == 0);
}

static void
set_is_superset(struct draw *draw)
{
	struct sets_one other = draw_other(draw);

	reply_yes_or_no(draw, count_only_in(&other, draw->set) == 0);
}

static void
set_is_disjoint(struct draw *draw)
{
	struct sets_one other = draw_other(draw);

	reply_yes_or_no(draw, count_only_in(&other, draw->set) == other.count);
}

/* -- drawing ----------------------------------------------------------------------------------------------------- */

static const struct {
	const char *method;
	void (*make)(struct draw *draw);
} rows[] = {
	{ "/concur.v1.Set/Add", set_add },
	{ "/concur.v1.Set/Discard", set_discard },
	{ "/concur.v1.Set/Contains", set_contains },
	{ "/concur.v1.Set/Pop", set_pop },
	{ "/concur.v1.Set/Page", set_page },
	{ "/concur.v1.Set/Update", set_update },
	{ "/concur.v1.Set/IntersectionUpdate", set_intersection_update },
	{ "/concur.v1.Set/DifferenceUpdate", set_difference_update },
	{ "/concur.v1.Set/SymmetricDifferenceUpdate", set_symmetric_difference_update },
	{ "/concur.v1.Set/IsSubset", set_is_subset },
	{ "/concur.v1.Set/IsSuperset", set_is_superset },
	{ "/concur.v1.Set/IsDisjoint", set_is_disjoint },
};

static struct draw
draw_begin(struct sets *sets, struct random *random, struct world *world, struct data_call *ret)
{
	size_t which = random_below(random, SETS);

	*ret = (struct data_call){ 0 };
	return (struct draw){ sets, random, world, &sets->sets[which], sets->ids[which], ret };
}

void
sets_draw(struct sets *sets, struct random *random, struct world *world, struct data_call *ret)
{
	struct draw draw = draw_begin(sets, random, world, ret);
	size_t row = random_below(random, sizeof rows / sizeof *rows);

	ret->method = rows[row].method;
	rows[row].make(&draw);
}

void
sets_draw_make(struct sets *sets, struct random *random, struct world *world, struct data_call *ret,
    struct sets_one *ret_made)
{
	static const char *const methods[] = { [UNION] = "/concur.v1.Set/MakeUnion",
		[INTERSECTION] = "/concur.v1.Set/MakeIntersection",
		[DIFFERENCE] = "/concur.v1.Set/MakeDifference",
		[SYMMETRIC_DIFFERENCE] = "/concur.v1.Set/MakeSymmetricDifference" };
	struct draw draw = draw_begin(sets, random, world, ret);
	enum algebra algebra = (enum algebra)random_below(random, sizeof methods / sizeof *methods);
	struct sets_one other = draw_other(&draw);

	ret->method = methods[algebra];
	*ret_made = combine(algebra, draw.set, &other);
}

void
sets_open(struct sets *sets, struct world_client *client)
{
	char name[16];

	for (unsigned i = 0; i < SETS; i++) {
		snprintf(name, sizeof name, "set %u", i);
		sets->ids[i] = world_open(client, CONCUR__V1__KIND__KIND_SET, name);
	}
}
