/* Rings that share: several copies of one another, each changed at random and held against a plain array of its own,
 * with memory and without; what they point to is counted, and is all given back at the end. */
#include "lib/ring.h"

#include "model.h"
#include "nomem.h"
#include "unit.h"

#include <string.h>

enum { MODEL_MAX = 4 * RING_SEGMENT, SIDES = 4, OPERATIONS = 3000, BATCH = 700 };

/* What an item points to: the places that have it. */
struct thing {
	size_t refs;
};

struct side {
	bool is_there;
	struct ring ring;
	size_t count;
	struct thing *things[MODEL_MAX];
};

struct family {
	struct side sides[SIDES];
	size_t things; /* that somebody has */
	bool is_full;  /* no more copies may be taken of what is shared */
};

static struct thing *
thing_new(struct family *family)
{
	struct thing *thing = malloc(sizeof *thing);

	MODEL_ASSERT(thing);
	thing->refs = 1;
	family->things++;
	return thing;
}

static void
thing_unref(struct family *family, struct thing *thing)
{
	MODEL_ASSERT(thing->refs > 0);
	if (--thing->refs > 0)
		return;
	family->things--;
	free(thing);
}

static bool
family_may(void *arg)
{
	return !((struct family *)arg)->is_full;
}

static void
family_keep(void *item, void *arg)
{
	(void)arg;
	((struct thing *)item)->refs++;
}

static const struct ring_sharing sharing = { family_may, family_keep };

static struct family *
family_new(void)
{
	struct family *family = calloc(1, sizeof *family);

	MODEL_ASSERT(family);
	ring_init(&family->sides[0].ring);
	family->sides[0].is_there = true;
	return family;
}

static int
family_copy(struct family *family, struct side *from, struct side *to)
{
	struct ring ring;

	if (ring_copy(&from->ring, &sharing, family, &ring) < 0)
		return -1;
	*to = *from;
	to->ring = ring;
	return 0;
}

static void
side_free(struct family *family, struct side *side)
{
	while (ring_count(&side->ring)) {
		if (!ring_give_up(&side->ring))
			thing_unref(family, ring_pop_last(&side->ring));
	}
	ring_fini(&side->ring);
	side->is_there = false;
}

static void
family_free(struct family *family)
{
	for (size_t i = 0; i < SIDES; i++) {
		if (family->sides[i].is_there)
			side_free(family, &family->sides[i]);
	}
	MODEL_ASSERT(family->things == 0);
	free(family);
}

/* -- operations, on a ring and its model; -1 without memory: then nothing has changed ----------------------------- */

static int
side_insert(struct family *family, struct side *side, size_t index, struct thing *thing)
{
	int result;

	if (index == side->count)
		result = ring_append(&side->ring, thing);
	else if (index == 0)
		result = ring_prepend(&side->ring, thing);
	else
		result = ring_insert(&side->ring, index, thing);
	if (result < 0)
		return -1;
	memmove(&side->things[index + 1], &side->things[index], (side->count - index) * sizeof thing);
	side->things[index] = thing;
	side->count++;
	(void)family;
	return 0;
}

static int
side_remove(struct family *family, struct side *side, size_t index)
{
	struct thing *thing = side->things[index];

	if (ring_own_removal(&side->ring, index) < 0)
		return -1;
	MODEL_ASSERT(ring_remove(&side->ring, index) == thing);
	thing_unref(family, thing);
	side->count--;
	memmove(&side->things[index], &side->things[index + 1], (side->count - index) * sizeof thing);
	return 0;
}

/* Puts things in place of others, or takes them off at the end. */
static int
side_replace(struct family *family, struct side *side, size_t index, size_t count, bool truncate)
{
	if (ring_own(&side->ring, index, count) < 0)
		return -1;
	for (size_t i = index; i < index + count; i++) {
		MODEL_ASSERT(*ring_at(&side->ring, i) == side->things[i]);
		thing_unref(family, side->things[i]);
		if (!truncate)
			*ring_at(&side->ring, i) = side->things[i] = thing_new(family);
	}
	if (truncate) {
		ring_truncate(&side->ring, index);
		side->count = index;
	}
	return 0;
}

static int
side_extend(struct family *family, struct side *side, size_t more)
{
	if (ring_extend(&side->ring, more) < 0)
		return -1;
	for (size_t i = 0; i < more; i++) {
		MODEL_ASSERT(!*ring_at(&side->ring, side->count));
		*ring_at(&side->ring, side->count) = side->things[side->count] = thing_new(family);
		side->count++;
	}
	return 0;
}

static void
family_look(struct family *family)
{
	for (size_t i = 0; i < SIDES; i++) {
		const struct side *side = &family->sides[i];

		if (!side->is_there)
			continue;
		MODEL_ASSERT(ring_count(&side->ring) == side->count);
		for (size_t j = 0; j < side->count; j++)
			MODEL_ASSERT(*ring_at(&side->ring, j) == side->things[j]);
	}
}

static size_t
some_index(struct random *random, size_t limit)
{
	switch (random_below(random, 4)) {
	case 0:
		return 0;
	case 1:
		return limit;
	default:
		return random_below(random, limit + 1);
	}
}

/* Several at one place, so that they pass borders of segments. */
static void
many_operations(struct family *family, struct side *side, struct random *random)
{
	size_t many = random_below(random, random_below(random, 8) ? 10 : BATCH);
	size_t index = some_index(random, side->count);
	size_t here = many < side->count - index ? many : side->count - index;

	switch (random_below(random, 6)) {
	case 0:
	case 1:
		for (; many && side->count < MODEL_MAX; many--)
			MODEL_ASSERT(side_insert(family, side, index, thing_new(family)) == 0);
		break;
	case 2:
	case 3:
		for (; many && index < side->count; many--)
			MODEL_ASSERT(side_remove(family, side, index) == 0);
		break;
	case 4:
		if (side->count + many < MODEL_MAX)
			MODEL_ASSERT(side_extend(family, side, many) == 0);
		break;
	default:
		MODEL_ASSERT(side_replace(family, side, index, here, index + here == side->count) == 0);
	}
}

static void
family_shuffle(struct family *family, struct random *random)
{
	struct side *from = &family->sides[random_below(random, SIDES)];
	struct side *to = &family->sides[1 + random_below(random, SIDES - 1)];

	if (!from->is_there || from == to)
		return;
	if (to->is_there)
		side_free(family, to);
	if (random_below(random, 4))
		MODEL_ASSERT(family_copy(family, from, to) == 0);
}

static void
compare_copies_with_models(struct random *random)
{
	struct family *family = family_new();

	for (size_t i = 0; i < OPERATIONS; i++) {
		struct side *side = &family->sides[random_below(random, 3) ? 0 : random_below(random, SIDES)];

		if (side->is_there)
			many_operations(family, side, random);
		if (random_below(random, 20) == 0)
			family_shuffle(family, random);
		if (i % 8 == 0)
			family_look(family);
	}
	family_look(family);
	family_free(family);
}

START_TEST(random_operations_on_copies_agree_with_their_models)
{
	random_each_seed(compare_copies_with_models);
}
END_TEST

/* -- single cases ------------------------------------------------------------------------------------------------ */

static struct family *
family_of(size_t many)
{
	struct family *family = family_new();

	MODEL_ASSERT(side_extend(family, &family->sides[0], many) == 0);
	return family;
}

START_TEST(change_of_copies_of_a_small_ring_leaves_the_others_alone)
{
	/* The only segment is made larger, or its items move in it, while it is shared. */
	for (size_t many = 0; many < 40; many++) {
		for (size_t first = 0; first <= many; first++) {
			struct family *family = family_of(many);

			for (size_t i = 0; i < first; i++)
				MODEL_ASSERT(side_remove(family, &family->sides[0], 0) == 0);
			MODEL_ASSERT(family_copy(family, &family->sides[0], &family->sides[1]) == 0);
			for (size_t i = 0; i < 20; i++) {
				struct side *side = &family->sides[i % 2];

				MODEL_ASSERT(
				    side_insert(family, side, i / 2 % 2 ? 0 : side->count, thing_new(family)) == 0);
				family_look(family);
			}
			family_free(family);
		}
	}
}
END_TEST

/* Fails the n-th allocation of the call until it passes without a failure; each time nothing may have changed. What was
 * copied by then is shared anew. */
#define UNTIL_CLEAN(family, call)                                                                 \
	for (unsigned n = 0;; n++) {                                                              \
		nomem_arm(n);                                                                     \
		int result = (call);                                                              \
		bool failed = nomem_disarm();                                                     \
		MODEL_ASSERT(result == (failed ? -1 : 0));                                        \
		family_look(family);                                                              \
		if (!failed)                                                                      \
			break;                                                                    \
		side_free(family, &(family)->sides[1]);                                           \
		MODEL_ASSERT(family_copy(family, &(family)->sides[0], &(family)->sides[1]) == 0); \
	}

START_TEST(change_of_what_is_shared_without_memory_changes_nothing)
{
	struct family *family = family_of(2 * RING_SEGMENT + 10);
	struct side *side = &family->sides[0];
	struct thing *thing = thing_new(family);

	nomem_arm(0);
	MODEL_ASSERT(family_copy(family, side, &family->sides[1]) < 0);
	MODEL_ASSERT(nomem_disarm());
	MODEL_ASSERT(family_copy(family, side, &family->sides[1]) == 0);
	UNTIL_CLEAN(family, side_insert(family, side, RING_SEGMENT + 1, thing));
	UNTIL_CLEAN(family, side_remove(family, side, RING_SEGMENT - 1));
	thing = thing_new(family);
	UNTIL_CLEAN(family, side_insert(family, side, side->count, thing));
	thing = thing_new(family);
	UNTIL_CLEAN(family, side_insert(family, side, 0, thing));
	UNTIL_CLEAN(family, ring_own(&side->ring, 0, side->count));
	UNTIL_CLEAN(family, ring_extend(&side->ring, 0));
	family_free(family);
}
END_TEST

START_TEST(change_that_may_not_copy_changes_nothing)
{
	struct family *family = family_of(2 * RING_SEGMENT);
	struct thing *thing = thing_new(family);

	MODEL_ASSERT(family_copy(family, &family->sides[0], &family->sides[1]) == 0);
	family->is_full = true;
	MODEL_ASSERT(side_insert(family, &family->sides[0], 5, thing) < 0);
	MODEL_ASSERT(side_remove(family, &family->sides[0], 5) < 0);
	MODEL_ASSERT(side_replace(family, &family->sides[1], 5, 1, false) < 0);
	family_look(family);
	side_free(family, &family->sides[1]);
	/* Nobody shares any more. */
	MODEL_ASSERT(side_insert(family, &family->sides[0], 5, thing) == 0);
	MODEL_ASSERT(side_remove(family, &family->sides[0], 5) == 0);
	family_look(family);
	family_free(family);
}
END_TEST

START_TEST(change_of_a_shared_ring_copies_one_segment)
{
	struct family *family = family_of(3 * RING_SEGMENT);
	size_t own = 0;

	MODEL_ASSERT(family_copy(family, &family->sides[0], &family->sides[1]) == 0);
	MODEL_ASSERT(side_replace(family, &family->sides[0], RING_SEGMENT, 1, false) == 0);
	for (size_t i = 0; i < 3 * RING_SEGMENT; i++)
		own += family->sides[1].things[i]->refs == 2;
	MODEL_ASSERT(own == RING_SEGMENT - 1);
	family_free(family);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		random_operations_on_copies_agree_with_their_models,
		change_of_copies_of_a_small_ring_leaves_the_others_alone,
		change_of_what_is_shared_without_memory_changes_nothing,
		change_that_may_not_copy_changes_nothing,
		change_of_a_shared_ring_copies_one_segment,
		NULL,
	};

	return unit_run("ring_copy", tests);
}
