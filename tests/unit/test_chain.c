/* Chains: what goes in comes out at the same offsets, however it is cut; against a flat array of bytes. */
#include "lib/chain.h"

#include "model.h"
#include "nomem.h"
#include "unit.h"

enum { MODEL_MAX = 16 * 1024 * 1024, OPERATIONS = 3000, POOL_KEEP = 4, PIECE_MAX = 2 * CHAIN_SEGMENT };

struct model {
	struct chain_pool pool;
	struct chain chain;
	uint8_t *bytes; /* all that was ever appended, by offset */
	uint64_t start, end;
	uint8_t *piece; /* PIECE_MAX bytes, to append */
};

static void
model_init(struct model *model)
{
	chain_pool_init(&model->pool, POOL_KEEP);
	chain_init(&model->chain, &model->pool);
	model->bytes = malloc(MODEL_MAX);
	model->piece = malloc(PIECE_MAX);
	model->start = model->end = 0;
	for (size_t i = 0; i < PIECE_MAX; i++)
		model->piece[i] = (uint8_t)(i * 31 + i / 256);
}

static void
model_fini(struct model *model)
{
	chain_fini(&model->chain);
	MODEL_ASSERT(model->pool.count <= POOL_KEEP);
	chain_pool_fini(&model->pool);
	free(model->bytes);
	free(model->piece);
}

/* Notes `size` bytes of the piece as appended. */
static void
model_append(struct model *model, size_t from, size_t size)
{
	MODEL_ASSERT(model->end + size < MODEL_MAX);
	memcpy(model->bytes + model->end, model->piece + from, size);
	model->end += size;
}

/* Compares the bytes from..to, fetched by `max` iovecs a call. */
static void
model_look(struct model *model, uint64_t from, uint64_t to, int max)
{
	struct iovec iov[8];

	MODEL_ASSERT(model->chain.start == model->start);
	MODEL_ASSERT(model->chain.end == model->end);
	while (from < to) {
		int count = chain_iov(&model->chain, from, to, iov, max);

		MODEL_ASSERT(count > 0);
		MODEL_ASSERT(count <= max);
		for (int i = 0; i < count; i++) {
			MODEL_ASSERT(iov[i].iov_len > 0);
			MODEL_ASSERT(memcmp(iov[i].iov_base, model->bytes + from, iov[i].iov_len) == 0);
			from += iov[i].iov_len;
			MODEL_ASSERT(from <= to);
		}
	}
	MODEL_ASSERT(chain_iov(&model->chain, to, to, iov, max) == 0);
}

/* A size that is small most of the time. */
static size_t
some_size(struct random *random, size_t max)
{
	return random_below(random, random_below(random, 4) ? 100 : max + 1);
}

static void
append_reserved(struct model *model, struct random *random)
{
	size_t size = some_size(random, CHAIN_SEGMENT);
	size_t used = random_below(random, size + 1);
	uint8_t *to = chain_reserve(&model->chain, size);

	MODEL_ASSERT(to);
	memcpy(to, model->piece, used);
	/* One in eight is forgotten. */
	if (random_below(random, 8) == 0)
		return;
	chain_commit(&model->chain, used);
	model_append(model, 0, used);
}

static void
append_blob(struct model *model, struct random *random)
{
	size_t size = some_size(random, PIECE_MAX);
	size_t from = random_below(random, size + 1);
	size_t part = random_below(random, size - from + 1);
	struct blob *blob = blob_new(7, model->piece, size);

	MODEL_ASSERT(chain_append_blob(&model->chain, blob, from, part) == 0);
	blob_unref(blob);
	model_append(model, from, part);
}

/* Another chain, of copied bytes, a blob, and copied bytes again, of which some have gone at its front. */
static void
join_another(struct model *model, struct random *random)
{
	size_t sizes[3], at = 0, gone;
	struct blob *blob;
	struct chain other;

	for (int i = 0; i < 3; i++)
		sizes[i] = some_size(random, PIECE_MAX / 2);
	gone = random_below(random, sizes[0] + sizes[1] + sizes[2] + 1);
	blob = blob_new(7, model->piece, sizes[1]);
	chain_init(&other, &model->pool);
	MODEL_ASSERT(chain_append(&other, model->piece, sizes[0]) == 0);
	MODEL_ASSERT(chain_append_blob(&other, blob, 0, sizes[1]) == 0);
	MODEL_ASSERT(chain_append(&other, model->piece, sizes[2]) == 0);
	blob_unref(blob);
	chain_drop(&other, gone);
	chain_join(&model->chain, &other);
	MODEL_ASSERT(!other.head && other.start == other.end);
	chain_fini(&other);
	for (int i = 0; i < 3; at += sizes[i++]) {
		size_t before = gone > at ? gone - at : 0;

		if (before < sizes[i])
			model_append(model, before, sizes[i] - before);
	}
}

/* Some bytes from anywhere. */
static void
read_some(const struct model *model, struct random *random, uint64_t from, uint64_t to)
{
	uint8_t bytes[100];
	size_t size = random_below(random, sizeof bytes + 1);

	size = to - from < size ? (size_t)(to - from) : size;
	chain_read(&model->chain, from, bytes, size);
	MODEL_ASSERT(memcmp(bytes, model->bytes + from, size) == 0);
}

static void
one_operation(struct model *model, struct random *random)
{
	size_t size = some_size(random, PIECE_MAX);
	uint64_t held = model->end - model->start;

	switch (random_below(random, 8)) {
	case 7:
		join_another(model, random);
		break;
	case 0:
	case 1:
		MODEL_ASSERT(chain_append(&model->chain, model->piece, size) == 0);
		model_append(model, 0, size);
		break;
	case 2:
	case 3:
		append_reserved(model, random);
		break;
	case 4:
		append_blob(model, random);
		break;
	case 5:
		model->start += random_below(random, 4) ? held / 2 : held;
		chain_drop(&model->chain, model->start);
		break;
	default:
		model->end -= random_below(random, (held < 5000 ? held : 5000) + 1);
		chain_rewind(&model->chain, model->end);
		break;
	}
}

static void
compare_with_model(struct random *random)
{
	struct model model;

	model_init(&model);
	for (size_t i = 0; i < OPERATIONS && model.end < MODEL_MAX - 2 * PIECE_MAX; i++) {
		uint64_t from, to;

		one_operation(&model, random);
		from = model.start + random_below(random, model.end - model.start + 1);
		to = from + random_below(random, model.end - from + 1);
		model_look(&model, from, to, 1 + (int)random_below(random, 8));
		read_some(&model, random, from, to);
	}
	model_look(&model, model.start, model.end, 8);
	model_fini(&model);
}

START_TEST(random_operations_agree_with_a_model)
{
	random_each_seed(compare_with_model);
}
END_TEST

START_TEST(drop_of_all_leaves_nothing_in_the_chain)
{
	struct model model;

	model_init(&model);
	MODEL_ASSERT(chain_append(&model.chain, model.piece, 100) == 0);
	chain_drop(&model.chain, 100);
	MODEL_ASSERT(!model.chain.head);
	MODEL_ASSERT(!model.chain.tail);
	MODEL_ASSERT(model.pool.count == 1);
	MODEL_ASSERT(model.chain.start == 100);
	MODEL_ASSERT(model.chain.end == 100);
	/* The segment serves the next chain, without malloc. */
	nomem_arm(0);
	MODEL_ASSERT(chain_reserve(&model.chain, 10));
	MODEL_ASSERT(!nomem_disarm());
	chain_commit(&model.chain, 0);
	MODEL_ASSERT(!model.chain.head);
	MODEL_ASSERT(model.pool.count == 1);
	model_fini(&model);
}
END_TEST

START_TEST(append_of_a_blob_holds_a_reference_until_dropped)
{
	struct model model;
	struct blob *blob = blob_new(7, "0123456789", 10);
	struct iovec iov[2];

	model_init(&model);
	MODEL_ASSERT(chain_append_blob(&model.chain, blob, 2, 5) == 0);
	MODEL_ASSERT(blob->refs == 2);
	MODEL_ASSERT(chain_iov(&model.chain, 1, 5, iov, 2) == 1);
	MODEL_ASSERT(iov[0].iov_base == blob_data(blob) + 3);
	MODEL_ASSERT(iov[0].iov_len == 4);
	chain_drop(&model.chain, 4);
	MODEL_ASSERT(blob->refs == 2);
	chain_drop(&model.chain, 5);
	MODEL_ASSERT(blob->refs == 1);
	MODEL_ASSERT(chain_append_blob(&model.chain, blob, 0, 10) == 0);
	model_fini(&model);
	MODEL_ASSERT(blob->refs == 1);
	blob_unref(blob);
}
END_TEST

START_TEST(iov_of_a_long_chain_begins_where_the_last_one_did)
{
	struct model model;
	struct iovec iov;
	struct chain_segment *at;

	model_init(&model);
	for (int i = 0; i < 100; i++) {
		MODEL_ASSERT(chain_append(&model.chain, model.piece, PIECE_MAX) == 0);
		model_append(&model, 0, PIECE_MAX);
	}
	MODEL_ASSERT(chain_iov(&model.chain, model.end, model.end, &iov, 1) == 0);
	at = model.chain.cursor;
	MODEL_ASSERT(at == model.chain.tail);
	model_append(&model, 0, 10);
	MODEL_ASSERT(chain_append(&model.chain, model.piece, 10) == 0);
	model_look(&model, model.end - 10, model.end, 1);
	/* And back, and when its segment has gone. */
	model_look(&model, 0, model.end, 8);
	model.start = model.end - 5;
	chain_drop(&model.chain, model.start);
	model_look(&model, model.start, model.end, 8);
	model_fini(&model);
}
END_TEST

START_TEST(appending_without_memory_changes_nothing)
{
	struct model model;
	struct blob *blob = blob_new(7, "0123456789", 10);

	model_init(&model);
	model.pool.keep = 0;
	MODEL_ASSERT(chain_append(&model.chain, model.piece, 1000) == 0);
	model_append(&model, 0, 1000);
	for (unsigned n = 0; n < 2; n++) {
		nomem_arm(n);
		MODEL_ASSERT(chain_append(&model.chain, model.piece, PIECE_MAX) == -1);
		MODEL_ASSERT(nomem_disarm());
		model_look(&model, 0, model.end, 8);
	}
	nomem_arm(0);
	MODEL_ASSERT(!chain_reserve(&model.chain, CHAIN_SEGMENT));
	nomem_arm(0);
	MODEL_ASSERT(chain_append_blob(&model.chain, blob, 0, 10) == -1);
	MODEL_ASSERT(nomem_disarm());
	MODEL_ASSERT(blob->refs == 1);
	model_look(&model, 0, model.end, 8);
	model_fini(&model);
	blob_unref(blob);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		random_operations_agree_with_a_model,
		drop_of_all_leaves_nothing_in_the_chain,
		append_of_a_blob_holds_a_reference_until_dropped,
		iov_of_a_long_chain_begins_where_the_last_one_did,
		appending_without_memory_changes_nothing,
		NULL,
	};

	return unit_run("chain", tests);
}
