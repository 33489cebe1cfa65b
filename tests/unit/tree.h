/* Trees: values as plain structures, the naive model that the value codec is held against.
 *
 * They are read from text in Python's notation, made at random, encoded, and compared in the most obvious way. */
#ifndef TESTS_UNIT_TREE_H
#define TESTS_UNIT_TREE_H

#include "lib/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TREE_BYTES_MAX = 32 };

/* The widest integers that a model can have; big integers are tested up to these. */
__extension__ typedef __int128 tree_integer;

struct tree {
	enum value_kind kind;
	tree_integer integer;       /* BOOLEAN, INTEGER, BIG; of OBJECT the id */
	double number;              /* NUMBER */
	char bytes[TREE_BYTES_MAX]; /* TEXT, DATA, OPAQUE (the data; its codec is "pickle") */
	size_t size;                /* of bytes */
	uint32_t typecode;          /* ARRAY */
	struct tree **items;        /* LIST, TUPLE, ARRAY; of MAP key, value, key, value ... */
	size_t count;               /* of items */
};

/* Aborts on text that is not one value. Python's notation: None True False 1 -2 1.5 inf nan 'text' b'data' [] () {}
 * array('i', [1]), 2**70; and proxy(5), an object reference, and opaque('x'). Escapes are \n and \xNN. */
struct tree *tree_read(const char *text);

/* Random, nested up to `depth`; only what can be a key if `as_key`. Numbers and texts are drawn from few, so that equal
 * ones are met often. `random` is the state of the generator. */
struct tree *tree_random(uint64_t *random, unsigned depth, bool as_key);

/* The same value in another spelling: 1 may become 1.0 or True, pairs of maps may change places. */
struct tree *tree_respell(uint64_t *random, const struct tree *tree);

void tree_free(struct tree *tree);

uint64_t tree_draw(uint64_t *random, uint64_t below);

/* A malloc'ed encoding, as large as need be. */
uint8_t *tree_encode(const struct tree *tree, size_t *ret_size);

/* Encodes and checks it; *ret borrows the encoding, which the caller frees. */
uint8_t *tree_value(const struct tree *tree, struct value *ret);

enum value_same tree_equal(const struct tree *a, const struct tree *b);
enum concur_status tree_compare(const struct tree *a, const struct tree *b, int *ret);

#endif
