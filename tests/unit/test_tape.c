/* Tapes: small values and blobs, gaps in the numbers, borders of segments, memory given back; against a plain array. */
#include "lib/tape.h"

#include "model.h"
#include "nomem.h"
#include "unit.h"

#include <string.h>

enum { MODEL_MAX = 8192, OPERATIONS = 400, LARGE = 1000 };

/* What the tape should hold. */
struct model_item {
	uint64_t number;
	size_t size;
	uint8_t first; /* its first byte; all are alike */
};

struct model {
	struct tape tape;
	struct model_item items[MODEL_MAX];
	size_t start, count;
	uint64_t number;
};

static void
model_append(struct model *model, size_t size, uint64_t skip)
{
	bool is_small = size <= TAPE_SMALL_MAX;
	uint8_t bytes[LARGE];
	struct model_item item = { model->number += 1 + skip, size, (uint8_t)(model->number * 7) };

	memset(bytes, item.first, size);
	MODEL_ASSERT(tape_reserve(&model->tape, tape_item_bytes(size, !is_small)) == 0);
	if (is_small)
		tape_append(&model->tape, item.number, 6, bytes, size);
	else
		tape_append_blob(&model->tape, item.number, blob_new(7, bytes, size));
	model->items[(model->start + model->count++) % MODEL_MAX] = item;
}

static void
model_drop(struct model *model)
{
	const struct model_item *expected = &model->items[model->start % MODEL_MAX];
	struct tape_item item;

	tape_first(&model->tape, &item);
	MODEL_ASSERT(item.number == expected->number);
	MODEL_ASSERT(item.size == expected->size);
	MODEL_ASSERT(item.kind == (item.blob ? 7 : 6));
	MODEL_ASSERT((item.blob != NULL) == (item.size > TAPE_SMALL_MAX));
	for (size_t i = 0; i < item.size; i++)
		MODEL_ASSERT(item.data[i] == expected->first);
	tape_drop(&model->tape);
	blob_unref(item.blob);
	model->start++;
	model->count--;
	MODEL_ASSERT(model->tape.count == model->count);
	MODEL_ASSERT(model->tape.used <= model->tape.held);
}

static void
model_fini(struct model *model)
{
	while (model->count)
		model_drop(model);
	MODEL_ASSERT(model->tape.used == 0);
	tape_fini(&model->tape);
}

static void
run_model(struct random *random)
{
	static struct model model;

	memset(&model, 0, sizeof model);
	for (int i = 0; i < OPERATIONS; i++) {
		size_t many = random_below(random, 200);
		bool puts = random_below(random, 2);

		while (puts && many-- && model.count < MODEL_MAX)
			model_append(&model, random_below(random, 10) ? random_below(random, 255) : LARGE,
			    random_below(random, 8) ? 0 : random_below(random, 1000));
		while (!puts && many-- && model.count)
			model_drop(&model);
	}
	model_fini(&model);
}

START_TEST(tape_behaves_as_an_array)
{
	random_each_seed(run_model);
}
END_TEST

START_TEST(reserve_of_many_makes_appending_need_no_memory)
{
	static struct model model;
	uint8_t bytes[TAPE_SMALL_MAX] = { 0 };
	enum { MANY = 3000 };
	bool failed;

	memset(&model, 0, sizeof model);
	for (int i = 0; i < 100; i++)
		model_append(&model, 99, 0);
	ck_assert_int_eq(tape_reserve(&model.tape, MANY * tape_item_bytes(sizeof bytes, false)), 0);
	nomem_starve(0);
	/* The worst that can come: a gap in front of each. */
	for (uint64_t i = 0; i < MANY; i++)
		tape_append(&model.tape, 1000 + 2 * i, 6, bytes, sizeof bytes);
	failed = nomem_disarm();
	ck_assert(!failed);
	ck_assert_uint_eq(model.tape.count, 100 + MANY);
	tape_fini(&model.tape);
}
END_TEST

START_TEST(reserve_without_memory_leaves_all_as_it_was)
{
	static struct model model;

	memset(&model, 0, sizeof model);
	model_append(&model, 10, 0);
	for (unsigned good = 0; good < 3; good++) {
		int result;

		nomem_starve(good);
		result = tape_reserve(&model.tape, 5 * TAPE_SEGMENT);
		ck_assert(nomem_disarm());
		ck_assert_int_eq(result, -1);
	}
	model_append(&model, 10, 0);
	model_fini(&model);
}
END_TEST

START_TEST(tape_that_is_emptied_gives_its_segments_back)
{
	static struct model model;

	memset(&model, 0, sizeof model);
	for (int i = 0; i < 5000; i++)
		model_append(&model, 100, 0);
	ck_assert_uint_gt(model.tape.held, 7 * TAPE_SEGMENT);
	while (model.count)
		model_drop(&model);
	ck_assert_uint_le(model.tape.held, TAPE_SEGMENT / 2);
	model_append(&model, 5, 0);
	ck_assert_uint_le(model.tape.held, 256);
	model_fini(&model);
}
END_TEST

START_TEST(tape_that_breathes_stays_small)
{
	static struct model model;

	memset(&model, 0, sizeof model);
	model_append(&model, 20, 0);
	for (int i = 0; i < 10000; i++) {
		model_append(&model, 20, 0);
		model_drop(&model);
	}
	ck_assert_uint_eq(model.tape.held, 256);
	model_fini(&model);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		tape_behaves_as_an_array,
		reserve_of_many_makes_appending_need_no_memory,
		reserve_without_memory_leaves_all_as_it_was,
		tape_that_is_emptied_gives_its_segments_back,
		tape_that_breathes_stays_small,
		NULL,
	};

	return unit_run("tape", tests);
}
