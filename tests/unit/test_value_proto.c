/* The value codec against protobuf-c: random values are unpacked by it, hold what they should, and are packed again to
 * the same bytes; and every walk sees what protobuf-c sees. */
#include "tests/unit/tree.h"
#include "tests/unit/unit.h"

#include "concur/v1/value.pb-c.h"
#include "lib/value.h"

#include <inttypes.h>

enum { ROUNDS = 20000, DEPTH = 5 };

static void check_same(const Concur__V1__Value *message, const struct value *value);

static void
check_bytes(const ProtobufCBinaryData *expected, const uint8_t *data, size_t size)
{
	ck_assert_uint_eq(expected->len, size);
	if (size > 0)
		ck_assert_mem_eq(expected->data, data, size);
}

static void
check_sequence(const Concur__V1__Sequence *sequence, const struct value *value)
{
	struct value_walk walk;
	struct value item;

	value_walk_begin(&walk, value);
	for (size_t i = 0; i < sequence->n_items; i++) {
		ck_assert(value_walk_next(&walk, &item));
		check_same(sequence->items[i], &item);
	}
	ck_assert(!value_walk_next(&walk, &item));
}

static void
check_mapping(const Concur__V1__Mapping *mapping, const struct value *value)
{
	struct value_walk walk;
	struct value item;

	value_walk_begin(&walk, value);
	for (size_t i = 0; i < mapping->n_pairs; i++) {
		ck_assert(value_walk_next(&walk, &item));
		check_same(mapping->pairs[i]->key, &item);
		ck_assert(value_walk_next(&walk, &item));
		check_same(mapping->pairs[i]->value, &item);
	}
	ck_assert(!value_walk_next(&walk, &item));
}

static void
check_parts(const Concur__V1__Value *message, const struct value *value)
{
	struct value_array array;
	struct value_reference reference;
	struct value_opaque opaque;

	switch (value->kind) {
	case VALUE_ARRAY:
		value_array(value, &array);
		ck_assert_uint_eq(array.typecode, message->array->typecode);
		check_bytes(&message->array->items, array.items, array.size);
		break;
	case VALUE_OBJECT:
		value_reference(value, &reference);
		ck_assert_uint_eq(reference.object, message->object->object);
		ck_assert_uint_eq(reference.kind, message->object->kind);
		break;
	default:
		value_opaque(value, &opaque);
		ck_assert_uint_eq(opaque.codec_size, strlen(message->opaque->codec));
		ck_assert_mem_eq(opaque.codec, message->opaque->codec, opaque.codec_size);
		check_bytes(&message->opaque->data, opaque.data, opaque.size);
		break;
	}
}

static void
check_same(const Concur__V1__Value *message, const struct value *value)
{
	double number;

	ck_assert_int_eq((int)message->kind_case, (int)value->kind);
	switch (value->kind) {
	case VALUE_NULL:
		ck_assert(message->null);
		break;
	case VALUE_BOOLEAN:
		ck_assert_int_eq(message->boolean, value_boolean(value));
		break;
	case VALUE_INTEGER:
		ck_assert_int_eq(message->integer, value_integer(value));
		break;
	case VALUE_NUMBER:
		number = value_number(value);
		ck_assert_mem_eq(&message->number, &number, sizeof number);
		break;
	case VALUE_TEXT:
		ck_assert_uint_eq(strlen(message->text), value->size);
		ck_assert_int_eq(memcmp(message->text, value->data, value->size), 0);
		break;
	case VALUE_BIG:
		check_bytes(&message->big, value->data, value->size);
		break;
	case VALUE_DATA:
		check_bytes(&message->data, value->data, value->size);
		break;
	case VALUE_LIST:
		check_sequence(message->list, value);
		break;
	case VALUE_TUPLE:
		check_sequence(message->tuple, value);
		break;
	case VALUE_MAP:
		check_mapping(message->map, value);
		break;
	default:
		check_parts(message, value);
		break;
	}
}

START_TEST(random_values_are_what_protobuf_reads_and_writes)
{
	const char *text = getenv("CONCUR_TEST_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : 1;

	for (unsigned i = 0; i < ROUNDS; i++, seed++) {
		uint64_t random = seed;
		struct tree *tree = tree_random(&random, DEPTH, false);
		struct value value;
		uint8_t *bytes = tree_value(tree, &value);
		size_t size = (size_t)(value.data + value.size - bytes);
		Concur__V1__Value *message = concur__v1__value__unpack(NULL, size, bytes);

		ck_assert_msg(message != NULL, "seed %" PRIu64, seed);
		check_same(message, &value);
		ck_assert_msg(concur__v1__value__get_packed_size(message) == size, "seed %" PRIu64, seed);
		uint8_t *again = malloc(size);
		concur__v1__value__pack(message, again);
		ck_assert_msg(memcmp(again, bytes, size) == 0, "seed %" PRIu64, seed);
		free(again);
		concur__v1__value__free_unpacked(message, NULL);
		free(bytes);
		tree_free(tree);
	}
}
END_TEST

/* What the check lets pass, protobuf-c must read too, and it is the one encoding: it writes the same bytes. */
START_TEST(flipped_values_that_pass_are_what_protobuf_writes)
{
	static const struct value_limits limits = { .depth_max = 16, .key_max = 1024 };
	unsigned passed = 0;

	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		uint64_t random = seed;
		struct tree *tree = tree_random(&random, DEPTH, false);
		struct value value;
		size_t size;
		uint8_t *bytes = tree_encode(tree, &size);

		bytes[tree_draw(&random, size)] ^= (uint8_t)(1u << tree_draw(&random, 8));
		if (value_check(bytes, size, &limits, &value, NULL) == CONCUR_OK && !memchr(bytes, 0, size)) {
			Concur__V1__Value *message = concur__v1__value__unpack(NULL, size, bytes);
			uint8_t *again = malloc(size);

			ck_assert_msg(message != NULL, "seed %" PRIu64, seed);
			ck_assert_msg(concur__v1__value__get_packed_size(message) == size, "seed %" PRIu64, seed);
			concur__v1__value__pack(message, again);
			ck_assert_msg(memcmp(again, bytes, size) == 0, "seed %" PRIu64, seed);
			check_same(message, &value);
			free(again);
			concur__v1__value__free_unpacked(message, NULL);
			passed++;
		}
		free(bytes);
		tree_free(tree);
	}
	ck_assert_uint_gt(passed, ROUNDS / 20);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		random_values_are_what_protobuf_reads_and_writes,
		flipped_values_that_pass_are_what_protobuf_writes,
		NULL,
	};

	return unit_run("value_proto", tests);
}
