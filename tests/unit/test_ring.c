/* Rings: both ends, the middle, borders of segments, memory given back; against a plain array. */
#include "lib/ring.h"

#include "model.h"
#include "nomem.h"
#include "unit.h"

#include <string.h>

enum { MODEL_MAX = 5 * RING_SEGMENT, OPERATIONS = 600 };

struct model {
	struct ring ring;
	void **items; /* what the ring should hold */
	size_t count;
	uintptr_t next; /* the next item to put in */
};

static void
model_init(struct model *model)
{
	ring_init(&model->ring);
	model->items = calloc(MODEL_MAX, sizeof(void *));
	model->count = 0;
	model->next = 1;
}

static void
model_fini(struct model *model)
{
	ring_fini(&model->ring);
	free(model->items);
}

static void
model_look(const struct model *model)
{
	const struct ring *ring = &model->ring;

	MODEL_ASSERT(ring_count(ring) == model->count);
	for (size_t i = 0; i < model->count; i++)
		MODEL_ASSERT(*ring_at(ring, i) == model->items[i]);
	/* No more segments than the items touch, and one in reserve. */
	MODEL_ASSERT(ring->used <= model->count / RING_SEGMENT + 2);
}

static void
model_insert(struct model *model, size_t index)
{
	void *item = (void *)model->next++;

	memmove(&model->items[index + 1], &model->items[index], (model->count - index) * sizeof item);
	model->items[index] = item;
	if (index == model->count++)
		MODEL_ASSERT(ring_append(&model->ring, item) == 0);
	else if (index == 0)
		MODEL_ASSERT(ring_prepend(&model->ring, item) == 0);
	else
		MODEL_ASSERT(ring_insert(&model->ring, index, item) == 0);
}

static void
model_remove(struct model *model, size_t index)
{
	void *item = model->items[index];

	model->count--;
	memmove(&model->items[index], &model->items[index + 1], (model->count - index) * sizeof item);
	if (index == model->count)
		MODEL_ASSERT(ring_pop_last(&model->ring) == item);
	else if (index == 0)
		MODEL_ASSERT(ring_pop_first(&model->ring) == item);
	else
		MODEL_ASSERT(ring_remove(&model->ring, index) == item);
}

/* A random index up to and with `limit`, often at an end. */
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

static void
one_operation(struct model *model, struct random *random, bool growing)
{
	size_t many = random_below(random, random_below(random, 8) ? 20 : 3000);

	if (random_below(random, 20) == 0) {
		size_t index = model->count - (many < model->count ? many : model->count);

		ring_truncate(&model->ring, index);
		model->count = index;
	} else if (random_below(random, 20) == 0 && model->count + many < MODEL_MAX) {
		MODEL_ASSERT(ring_extend(&model->ring, many) == 0);
		memset(&model->items[model->count], 0, many * sizeof(void *));
		model->count += many;
	} else {
		size_t index = some_index(random, model->count);

		/* Several at one place, so that it passes borders of segments. */
		for (size_t i = 0; i < many; i++) {
			if (growing && model->count < MODEL_MAX)
				model_insert(model, index);
			else if (index < model->count)
				model_remove(model, index);
			else if (model->count > 0)
				model_remove(model, index = model->count - 1);
		}
	}
}

static void
compare_with_model(struct random *random)
{
	struct model model;

	model_init(&model);
	for (size_t i = 0; i < OPERATIONS; i++) {
		one_operation(&model, random, random_below(random, 10) < (i / 60 % 2 ? 3 : 7));
		if (i % 8 == 0)
			model_look(&model);
	}
	while (model.count)
		model_remove(&model, some_index(random, model.count - 1));
	model_look(&model);
	MODEL_ASSERT(model.ring.used * model.ring.places < RING_SEGMENT);
	model_fini(&model);
}

START_TEST(random_operations_agree_with_a_model)
{
	random_each_seed(compare_with_model);
}
END_TEST

START_TEST(pop_of_what_was_appended_keeps_memory_bounded)
{
	struct ring ring;

	ring_init(&ring);
	for (uintptr_t i = 1; i <= 5; i++)
		MODEL_ASSERT(ring_append(&ring, (void *)i) == 0);
	for (uintptr_t i = 1; i <= 100000; i++) {
		MODEL_ASSERT(ring_append(&ring, (void *)(i + 5)) == 0);
		MODEL_ASSERT(ring_pop_first(&ring) == (void *)i);
	}
	MODEL_ASSERT(ring_footprint(&ring) <= 32 * sizeof(void *));
	for (uintptr_t i = 0; i < 100000; i++)
		MODEL_ASSERT(ring_append(&ring, (void *)i) == 0);
	MODEL_ASSERT(ring_footprint(&ring) >= 100000 * sizeof(void *));
	while (ring_count(&ring))
		ring_pop_first(&ring);
	MODEL_ASSERT(ring_footprint(&ring) <= 32 * sizeof(void *));
	ring_fini(&ring);
}
END_TEST

START_TEST(append_at_a_border_that_breathes_uses_the_reserve)
{
	struct ring ring;

	ring_init(&ring);
	for (size_t i = 0; i < 2 * RING_SEGMENT; i++)
		MODEL_ASSERT(ring_append(&ring, &ring) == 0);
	MODEL_ASSERT(ring_append(&ring, &ring) == 0);
	ring_pop_last(&ring);
	nomem_arm(0);
	for (int i = 0; i < 100; i++) {
		MODEL_ASSERT(ring_append(&ring, &ring) == 0);
		ring_pop_last(&ring);
	}
	MODEL_ASSERT(!nomem_disarm());
	ring_fini(&ring);
}
END_TEST

/* Fails the n-th allocation of the call until it passes without a failure; each time nothing may have changed. */
#define UNTIL_CLEAN(model, call)                           \
	for (unsigned n = 0;; n++) {                       \
		nomem_arm(n);                              \
		int result = (call);                       \
		bool failed = nomem_disarm();              \
		MODEL_ASSERT(result == (failed ? -1 : 0)); \
		if (!failed)                               \
			break;                             \
		model_look(model);                         \
	}

START_TEST(growing_without_memory_changes_nothing)
{
	struct model model;

	model_init(&model);
	for (size_t i = 0; i < 3 * RING_SEGMENT; i++) {
		void *item = (void *)model.next++;

		/* At the front every other time. */
		if (i % 2) {
			UNTIL_CLEAN(&model, ring_prepend(&model.ring, item));
			memmove(&model.items[1], &model.items[0], model.count * sizeof item);
			model.items[0] = item;
		} else {
			UNTIL_CLEAN(&model, ring_append(&model.ring, item));
			model.items[model.count] = item;
		}
		model.count++;
	}
	UNTIL_CLEAN(&model, ring_extend(&model.ring, 2 * RING_SEGMENT));
	MODEL_ASSERT(ring_count(&model.ring) == 5 * RING_SEGMENT);
	MODEL_ASSERT(ring_extend(&model.ring, SIZE_MAX / 2) == -1);
	MODEL_ASSERT(ring_count(&model.ring) == 5 * RING_SEGMENT);
	model_fini(&model);
	model_init(&model);
	UNTIL_CLEAN(&model, ring_extend(&model.ring, 3 * RING_SEGMENT));
	model_fini(&model);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		random_operations_agree_with_a_model,
		pop_of_what_was_appended_keeps_memory_bounded,
		append_at_a_border_that_breathes_uses_the_reserve,
		growing_without_memory_changes_nothing,
		NULL,
	};

	return unit_run("ring", tests);
}
