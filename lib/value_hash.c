/* Values: seeded hashes of keys.
 *
 * Values that are equal have equal hashes, so numbers are hashed as the numeral they stand for, whatever their kind.
 * What can never be equal is kept apart by a salt of its own that goes into the seed. */
#include "value.h"

#include "numeral.h"

#include <assert.h>
/* Gives constants and static functions only. */
#define XXH_INLINE_ALL
#include <xxhash.h>

enum value_salt {
	SALT_INTEGER,
	SALT_BIG,
	SALT_REAL,
	SALT_NULL,
	SALT_TEXT,
	SALT_DATA,
	SALT_TUPLE,
	SALT_OBJECT,
	SALT_OPAQUE,
};

/* Odd multipliers without a pattern, for mixing. */
#define HASH_PRIME_1 UINT64_C(0x9e3779b97f4a7c15)
#define HASH_PRIME_2 UINT64_C(0xc2b2ae3d27d4eb4f)

static inline uint64_t
hash_bytes(const void *bytes, size_t size, uint64_t seed, enum value_salt salt)
{
	return XXH3_64bits_withSeed(bytes, size, seed + salt * HASH_PRIME_1);
}

/* The number's bytes are taken in the machine's order: hashes of one daemon are nobody else's. */
static inline uint64_t
hash_u64(uint64_t number, uint64_t seed, enum value_salt salt)
{
	return hash_bytes(&number, sizeof number, seed, salt);
}

static uint64_t
hash_numeral(const struct numeral *numeral, uint64_t seed)
{
	uint64_t bits;

	switch (numeral->form) {
	case NUMERAL_INTEGER:
		return hash_u64((uint64_t)numeral->integer, seed, SALT_INTEGER);
	case NUMERAL_BIG:
		return hash_bytes(numeral->big, numeral->big_size, seed, SALT_BIG);
	case NUMERAL_REAL:
		break;
	}
	memcpy(&bits, &numeral->real, sizeof bits);
	return hash_u64(bits, seed, SALT_REAL);
}

static uint64_t
hash_tuple(const struct value *tuple, uint64_t seed)
{
	struct value_walk walk;
	struct value item;
	uint64_t hash = seed;
	uint64_t count = 0;

	value_walk_begin(&walk, tuple);
	while (value_walk_next(&walk, &item)) {
		hash += value_hash(&item, seed) * HASH_PRIME_2;
		hash = (hash << 31 | hash >> 33) * HASH_PRIME_1;
		count++;
	}
	return hash_u64(hash ^ count, seed, SALT_TUPLE);
}

static uint64_t
hash_reference(const struct value *value, uint64_t seed)
{
	struct value_reference reference;

	value_reference(value, &reference);
	return hash_u64(reference.object, seed, SALT_OBJECT);
}

uint64_t
value_hash(const struct value *value, uint64_t seed)
{
	struct numeral numeral;

	switch (value->kind) {
	case VALUE_TEXT:
		return hash_bytes(value->data, value->size, seed, SALT_TEXT);
	case VALUE_INTEGER:
	case VALUE_BOOLEAN:
		return hash_u64((uint64_t)value_integer(value), seed, SALT_INTEGER);
	case VALUE_DATA:
		return hash_bytes(value->data, value->size, seed, SALT_DATA);
	case VALUE_BIG:
	case VALUE_NUMBER:
		numeral_of(value, &numeral);
		return hash_numeral(&numeral, seed);
	case VALUE_TUPLE:
		return hash_tuple(value, seed);
	case VALUE_OBJECT:
		return hash_reference(value, seed);
	case VALUE_OPAQUE:
		return hash_bytes(value->data, value->size, seed, SALT_OPAQUE);
	default:
		assert(value->kind == VALUE_NULL); /* no other kind can be a key */
		return hash_u64(0, seed, SALT_NULL);
	}
}
