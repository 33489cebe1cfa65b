/* Maps that share: several copies of one another, each changed at random and held against a plain model of its own,
 * with memory and without; what they point to is counted, and is all given back at the end. */
#include "lib/map.h"

#include "map_keys.h"
#include "model.h"
#include "nomem.h"
#include "unit.h"

enum { KEYS = 4000, SIDES = 5, OPERATIONS = 60000 };

/* What a value points to: the places that have it. */
struct thing {
	size_t refs;
};

struct family {
	struct random *random;
	struct side {
		struct map *map;    /* NULL: nobody */
		size_t place[KEYS]; /* counts up with the insertions; 0: not there */
		struct thing *thing[KEYS];
		size_t count;
	} sides[SIDES];
	size_t inserted;
	size_t things; /* that somebody has */
	struct thing *reserve;
	bool is_full; /* no more copies may be taken of what is shared */
	size_t refused;
};

/* The one in reserve, so that an allocation that fails is never this one. */
static struct thing *
thing_new(struct family *family)
{
	struct thing *thing = family->reserve;

	thing->refs = 1;
	family->reserve = NULL;
	family->things++;
	return thing;
}

static void
thing_reserve(struct family *family)
{
	if (!family->reserve)
		family->reserve = malloc(sizeof *family->reserve);
	MODEL_ASSERT(family->reserve);
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
	struct family *family = arg;

	family->refused += family->is_full;
	return !family->is_full;
}

static void
family_keep(struct map_entry *entry, void *arg)
{
	struct thing *thing = entry->value;

	(void)arg;
	thing->refs++;
}

static const struct map_sharing sharing = { family_may, family_keep };

static void
family_drop(struct map_entry *entry, void *arg)
{
	thing_unref(arg, entry->value);
}

static struct side *
family_copy(struct family *family, struct side *from, struct side *to)
{
	struct map *map = map_copy(from->map, &sharing, family);

	if (!map)
		return NULL;
	*to = *from;
	to->map = map;
	return to;
}

static void
side_free(struct family *family, struct side *side)
{
	while (!map_free(side->map, 100, family_drop, family))
		;
	*side = (struct side){ .map = NULL };
}

/* -- operations, on a map and its model -------------------------------------------------------------------------- */

/* False if there was no memory: then nothing has changed. */
static bool
side_put(struct family *family, struct side *side, size_t n)
{
	struct key key;
	bool created = false;
	struct map_entry *entry;

	entry = map_insert(side->map, key_of(n, &key), &created);

	if (!entry)
		return false;
	MODEL_ASSERT(created == (side->place[n] == 0));
	MODEL_ASSERT(created || entry->value == side->thing[n]);
	if (!created)
		thing_unref(family, entry->value);
	entry->value = side->thing[n] = thing_new(family);
	if (created) {
		side->place[n] = ++family->inserted;
		side->count++;
	}
	return true;
}

static bool
side_replace(struct family *family, struct side *side, size_t n)
{
	struct key key;
	struct map_entry *entry = map_find(side->map, key_of(n, &key));

	MODEL_ASSERT((entry != NULL) == (side->place[n] != 0));
	if (!entry)
		return true;
	entry = map_own(side->map, entry);
	if (!entry)
		return false;
	MODEL_ASSERT(number_of(entry) == n && entry->value == side->thing[n]);
	thing_unref(family, entry->value);
	entry->value = side->thing[n] = thing_new(family);
	return true;
}

static bool
side_remove(struct family *family, struct side *side, size_t n)
{
	struct key key;
	struct map_entry *entry = map_find(side->map, key_of(n, &key));
	struct thing *thing;

	MODEL_ASSERT((entry != NULL) == (side->place[n] != 0));
	if (!entry)
		return true;
	thing = entry->value;
	MODEL_ASSERT(thing == side->thing[n]);
	if (!map_remove(side->map, entry))
		return false;
	thing_unref(family, thing);
	side->place[n] = 0;
	side->count--;
	return true;
}

static void
side_look(const struct side *side)
{
	size_t last = 0, count = 0;
	uint32_t position = 0;
	struct map_entry *entry;

	map_check(side->map);
	MODEL_ASSERT(map_count(side->map) == side->count);
	while ((entry = map_next(side->map, &position))) {
		size_t n = number_of(entry);

		MODEL_ASSERT(side->place[n] > last && entry->value == side->thing[n]);
		last = side->place[n];
		count++;
	}
	MODEL_ASSERT(count == side->count);
}

static bool
side_operation(struct family *family, struct side *side, size_t phase)
{
	/* Few keys and many in turn; mostly in, mostly out, or as much in as out. */
	size_t n = random_below(family->random, phase % 2 ? 300 : KEYS);
	size_t in = phase == 0 || phase == 3 ? 8 : phase == 4 ? 1 : 5;

	if (random_below(family->random, 10) < in)
		return side_put(family, side, n);
	if (random_below(family->random, 8) == 0)
		return side_replace(family, side, n);
	if (random_below(family->random, 10) == 0 && map_last(side->map))
		n = number_of(map_last(side->map));
	return side_remove(family, side, n);
}

/* -- families ---------------------------------------------------------------------------------------------------- */

static struct family *
family_new(struct random *random)
{
	struct family *family = calloc(1, sizeof *family);

	MODEL_ASSERT(family);
	family->random = random;
	family->sides[0].map = map_new(random_next(random));
	MODEL_ASSERT(family->sides[0].map);
	thing_reserve(family);
	return family;
}

static void
family_free(struct family *family)
{
	for (size_t i = 0; i < SIDES; i++) {
		if (family->sides[i].map)
			side_free(family, &family->sides[i]);
	}
	MODEL_ASSERT(family->things == 0);
	free(family->reserve);
	free(family);
}

/* Somebody copies somebody, who may take the place of another. Side 0 is never without a map. */
static void
family_shuffle(struct family *family)
{
	struct side *from = &family->sides[random_below(family->random, SIDES)];
	struct side *to = &family->sides[1 + random_below(family->random, SIDES - 1)];

	if (!from->map || from == to)
		return;
	if (to->map)
		side_free(family, to);
	if (random_below(family->random, 4))
		MODEL_ASSERT(family_copy(family, from, to));
}

static void
family_look(struct family *family)
{
	for (size_t i = 0; i < SIDES; i++) {
		if (family->sides[i].map)
			side_look(&family->sides[i]);
	}
}

static void
compare_copies_with_models(struct random *random)
{
	struct family *family = family_new(random);

	for (size_t i = 0; i < OPERATIONS; i++) {
		struct side *side = &family->sides[random_below(random, 3) ? 0 : random_below(random, SIDES)];

		thing_reserve(family);
		if (side->map)
			MODEL_ASSERT(side_operation(family, side, i / 6000 % 5));
		if (random_below(random, 200) == 0)
			family_shuffle(family);
		if (i % 1000 == 0)
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

/* Each operation once with its first allocation failing, then its second and so on, until nothing fails. */
static void
operate_until_clean(struct family *family, struct side *side, size_t phase)
{
	for (unsigned good = 0;; good++) {
		struct random before = *family->random;
		bool done;

		thing_reserve(family);
		nomem_arm(good);
		done = side_operation(family, side, phase);
		if (!nomem_disarm())
			MODEL_ASSERT(done);
		if (done)
			return;
		*family->random = before;
	}
}

static void
change_without_memory(struct random *random)
{
	struct family *family = family_new(random);

	for (size_t i = 0; i < OPERATIONS / 2; i++) {
		struct side *side = &family->sides[random_below(random, SIDES)];

		if (side->map)
			operate_until_clean(family, side, i / 3000 % 5);
		if (random_below(random, 100) == 0)
			family_shuffle(family);
		if (i % 1000 == 0)
			family_look(family);
	}
	family_look(family);
	family_free(family);
}

START_TEST(changes_of_copies_without_memory_change_nothing)
{
	random_each_seed(change_without_memory);
}
END_TEST

/* -- single cases ------------------------------------------------------------------------------------------------ */

static struct family *
family_of(struct random *random, size_t many)
{
	struct family *family = family_new(random);

	for (size_t n = 0; n < many; n++) {
		thing_reserve(family);
		MODEL_ASSERT(side_put(family, &family->sides[0], n));
	}
	thing_reserve(family);
	return family;
}

START_TEST(copy_without_memory_leaves_the_map_alone)
{
	struct random random = { 1 };
	struct family *family = family_of(&random, KEYS);
	struct side *copy = NULL;
	unsigned failures = 0;

	for (; !copy; failures++) {
		nomem_arm(failures);
		copy = family_copy(family, &family->sides[0], &family->sides[1]);
		MODEL_ASSERT(nomem_disarm() == !copy);
		family_look(family);
	}
	/* The struct, and a directory each of the entries and of the index. */
	MODEL_ASSERT(failures == 4);
	family_free(family);
}
END_TEST

START_TEST(copy_of_an_empty_map_is_one_of_its_own)
{
	struct random random = { 1 };
	struct family *family = family_new(&random);

	MODEL_ASSERT(family_copy(family, &family->sides[0], &family->sides[1]));
	MODEL_ASSERT(side_put(family, &family->sides[1], 1));
	family_look(family);
	MODEL_ASSERT(map_count(family->sides[0].map) == 0);
	family_free(family);
}
END_TEST

START_TEST(change_of_copies_of_a_small_map_leaves_the_others_alone)
{
	struct random random = { 1 };

	/* The first segment is made larger, and smaller again, while it is shared. */
	for (size_t many = 0; many < 40; many++) {
		struct family *family = family_of(&random, many);

		MODEL_ASSERT(family_copy(family, &family->sides[0], &family->sides[1]));
		for (size_t n = 0; n < 40; n++) {
			thing_reserve(family);
			MODEL_ASSERT(side_put(family, &family->sides[n % 2], many + n));
			family_look(family);
		}
		MODEL_ASSERT(family_copy(family, &family->sides[1], &family->sides[2]));
		for (size_t n = 80; n-- > 0;) {
			MODEL_ASSERT(side_remove(family, &family->sides[1], n));
			family_look(family);
		}
		family_free(family);
	}
}
END_TEST

START_TEST(change_of_copies_of_a_map_that_was_emptied_leaves_the_others_alone)
{
	struct random random = { 1 };
	struct family *family = family_of(&random, 2);

	MODEL_ASSERT(side_remove(family, &family->sides[0], 0));
	MODEL_ASSERT(side_remove(family, &family->sides[0], 1));
	MODEL_ASSERT(family_copy(family, &family->sides[0], &family->sides[1]));
	for (size_t i = 0; i < 2; i++) {
		thing_reserve(family);
		MODEL_ASSERT(side_put(family, &family->sides[i], i));
	}
	family_look(family);
	family_free(family);
}
END_TEST

START_TEST(change_of_a_shared_map_copies_one_segment_of_entries)
{
	struct random random = { 1 };
	struct family *family = family_of(&random, KEYS);
	size_t shared = 0, own = 0;

	MODEL_ASSERT(family_copy(family, &family->sides[0], &family->sides[1]));
	MODEL_ASSERT(side_put(family, &family->sides[0], KEYS / 2));
	for (size_t n = 0; n < KEYS; n++) {
		shared += family->sides[1].thing[n]->refs == 1 && family->sides[0].thing[n]->refs == 1;
		own += family->sides[1].thing[n]->refs == 2;
	}
	MODEL_ASSERT(shared + own == KEYS);
	MODEL_ASSERT(own == 511);
	family_free(family);
}
END_TEST

START_TEST(change_that_may_not_copy_changes_nothing)
{
	struct random random = { 1 };
	struct family *family = family_of(&random, KEYS);

	MODEL_ASSERT(family_copy(family, &family->sides[0], &family->sides[1]));
	family->is_full = true;
	MODEL_ASSERT(!side_put(family, &family->sides[0], 0));
	MODEL_ASSERT(!side_replace(family, &family->sides[0], 1));
	MODEL_ASSERT(!side_remove(family, &family->sides[1], 2));
	MODEL_ASSERT(family->refused == 3);
	family_look(family);
	side_free(family, &family->sides[1]);
	/* Nobody shares any more. */
	MODEL_ASSERT(side_put(family, &family->sides[0], 0));
	MODEL_ASSERT(side_remove(family, &family->sides[0], 2));
	family_look(family);
	family_free(family);
}
END_TEST

START_TEST(free_of_a_shared_map_takes_one_step_a_segment)
{
	struct random random = { 1 };
	struct family *family = family_of(&random, KEYS);
	size_t calls = 1;

	MODEL_ASSERT(family_copy(family, &family->sides[0], &family->sides[1]));
	while (!map_free(family->sides[1].map, 1, NULL, NULL))
		calls++;
	MODEL_ASSERT(calls <= KEYS / 50);
	family->sides[1].map = NULL;
	MODEL_ASSERT(family->things == KEYS);
	family_look(family);
	family_free(family);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		random_operations_on_copies_agree_with_their_models,
		changes_of_copies_without_memory_change_nothing,
		copy_without_memory_leaves_the_map_alone,
		copy_of_an_empty_map_is_one_of_its_own,
		change_of_copies_of_a_small_map_leaves_the_others_alone,
		change_of_copies_of_a_map_that_was_emptied_leaves_the_others_alone,
		change_of_a_shared_map_copies_one_segment_of_entries,
		change_that_may_not_copy_changes_nothing,
		free_of_a_shared_map_takes_one_step_a_segment,
		NULL,
	};

	return unit_run("map_copy", tests);
}
