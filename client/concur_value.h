/* Values: what keys, items and results are. Part of <concur.h>, which has the rules that all calls share. */
#ifndef CONCUR_VALUE_H
#define CONCUR_VALUE_H

#include "concur_status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The result is a status that has to be looked at. */
#define CONCUR_CHECKED __attribute__((warn_unused_result))

#pragma GCC visibility push(default)

enum concur_value_kind {
	CONCUR_VALUE_NONE = 0, /* no value */
	CONCUR_VALUE_NULL = 1,
	CONCUR_VALUE_BOOLEAN = 2,
	CONCUR_VALUE_INTEGER = 3,
	CONCUR_VALUE_BIG = 4, /* an integer outside int64 */
	CONCUR_VALUE_NUMBER = 5,
	CONCUR_VALUE_TEXT = 6,
	CONCUR_VALUE_DATA = 7,
	CONCUR_VALUE_LIST = 8,
	CONCUR_VALUE_TUPLE = 9,
	CONCUR_VALUE_MAP = 10,
	CONCUR_VALUE_ARRAY = 11,
	CONCUR_VALUE_OBJECT = 12,
	CONCUR_VALUE_OPAQUE = 13,
};

/* Bytes that only some clients understand. */
struct concur_opaque {
	const char *codec; /* such as "pickle" */
	const void *data;
	size_t size;
	const uint64_t *references; /* ids of the objects that the data refers to */
	size_t count;               /* of them */
};

/* One value. Made by the functions below it borrows what it points to; received from the daemon it owns that, all in
 * one block, until concur_value_free(). Copying the struct copies the borrowing, not the contents. */
struct concur_value {
	enum concur_value_kind kind;
	uint32_t tag; /* ARRAY: the typecode, a letter of Python's array module. OBJECT: an enum concur_kind */
	union {
		bool boolean;    /* BOOLEAN */
		int64_t integer; /* INTEGER */
		double number;   /* NUMBER */
		uint64_t object; /* OBJECT: its id */
		struct { /* TEXT (UTF-8), DATA, ARRAY (items, little-endian), BIG (two's complement, little-endian) */
			const char *bytes; /* received: a 0 that is not counted follows */
			size_t size;
		};
		struct { /* LIST, TUPLE: the items. MAP: key, value, key, value ... */
			const struct concur_value *items;
			size_t count; /* of items; twice the number of pairs */
		};
		const struct concur_opaque *opaque;
	};
	void *owned; /* the library's: what concur_value_free() frees */
};

/* Several values that belong together, with what the reply said besides. */
struct concur_values {
	struct concur_value *items; /* of a page of a dict: key, value, key, value ... */
	size_t count;               /* of items */
	uint64_t version;           /* of the container */
	uint64_t cursor;            /* of the next page; 0: this was the last */
};

/* Frees what the value owns, which may be nothing, and leaves it CONCUR_VALUE_NONE. Takes NULL. */
void concur_value_free(struct concur_value *value);
void concur_values_free(struct concur_values *values);

/* A deep copy, to be freed. NO_MEMORY, BAD_VALUE (nested too deep, no value, text that is not UTF-8). */
CONCUR_CHECKED enum concur_status concur_value_copy(const struct concur_value *value, struct concur_value *ret_copy);

/* Same kind and same contents. (The daemon compares as Python does: there 1 and 1.0 are equal.) */
bool concur_value_same(const struct concur_value *a, const struct concur_value *b);

static inline struct concur_value
concur_null(void)
{
	struct concur_value value = { .kind = CONCUR_VALUE_NULL };
	return value;
}

static inline struct concur_value
concur_boolean(bool from)
{
	struct concur_value value = { .kind = CONCUR_VALUE_BOOLEAN };
	value.boolean = from;
	return value;
}

static inline struct concur_value
concur_integer(int64_t from)
{
	struct concur_value value = { .kind = CONCUR_VALUE_INTEGER };
	value.integer = from;
	return value;
}

/* Above INT64_MAX it is CONCUR_VALUE_NONE, which every call refuses with BAD_VALUE. */
static inline struct concur_value
concur_unsigned(uint64_t from)
{
	struct concur_value value = { .kind = from > INT64_MAX ? CONCUR_VALUE_NONE : CONCUR_VALUE_INTEGER };
	value.integer = (int64_t)from;
	return value;
}

static inline struct concur_value
concur_number(double from)
{
	struct concur_value value = { .kind = CONCUR_VALUE_NUMBER };
	value.number = from;
	return value;
}

/* For kinds TEXT, DATA and BIG. */
static inline struct concur_value
concur_bytes(enum concur_value_kind kind, const void *bytes, size_t size)
{
	struct concur_value value = { .kind = kind };
	value.bytes = (const char *)bytes;
	value.size = size;
	return value;
}

/* NULL makes a CONCUR_VALUE_NULL. */
static inline struct concur_value
concur_text(const char *from)
{
	return from ? concur_bytes(CONCUR_VALUE_TEXT, from, strlen(from)) : concur_null();
}

static inline struct concur_value
concur_data(const void *bytes, size_t size)
{
	return concur_bytes(CONCUR_VALUE_DATA, bytes, size);
}

/* `typecode` is one of b B h H i I l L q Q f d; the items are little-endian, l L q Q d have 8 bytes. */
static inline struct concur_value
concur_array_value(char typecode, const void *items, size_t size)
{
	struct concur_value value = concur_bytes(CONCUR_VALUE_ARRAY, items, size);
	value.tag = (unsigned char)typecode;
	return value;
}

/* For kinds LIST, TUPLE and MAP (then `items` alternate, and count is twice the number of pairs). */
static inline struct concur_value
concur_items(enum concur_value_kind kind, const struct concur_value *items, size_t count)
{
	struct concur_value value = { .kind = kind };
	value.items = items;
	value.count = count;
	return value;
}

#ifndef __cplusplus
static inline struct concur_value
concur_value_itself(struct concur_value value)
{
	return value;
}

/* `true` and `false` are of type int in this C; CV() knows them by how they are spelled. */
static inline struct concur_value
concur_value_spelled(struct concur_value value, const char *spelling)
{
	if (value.kind == CONCUR_VALUE_INTEGER && (!strcmp(spelling, "true") || !strcmp(spelling, "false")))
		return concur_boolean(value.integer != 0);
	return value;
}

/* A value from a number, a bool, a string or a value: CV(42), CV(2.5), CV(true), CV("a"). What it points to is
 * borrowed. */
/* clang-format off */
#define CV(x) concur_value_spelled(_Generic((x), bool: concur_boolean, \
    char: concur_integer, signed char: concur_integer, short: concur_integer, int: concur_integer, \
    long: concur_integer, long long: concur_integer, \
    unsigned char: concur_unsigned, unsigned short: concur_unsigned, unsigned: concur_unsigned, \
    unsigned long: concur_unsigned, unsigned long long: concur_unsigned, \
    float: concur_number, double: concur_number, \
    char *: concur_text, const char *: concur_text, \
    struct concur_value: concur_value_itself, const struct concur_value: concur_value_itself)(x), #x)

/* A list or a tuple of values, within the block it stands in: CLIST(CV(1), CV("a")). */
#define CONCUR_ITEMS(kind, ...) concur_items((kind), (const struct concur_value[]){ __VA_ARGS__ }, \
    sizeof((const struct concur_value[]){ __VA_ARGS__ }) / sizeof(struct concur_value))
#define CLIST(...) CONCUR_ITEMS(CONCUR_VALUE_LIST, __VA_ARGS__)
#define CTUPLE(...) CONCUR_ITEMS(CONCUR_VALUE_TUPLE, __VA_ARGS__)
#define CMAP(...) CONCUR_ITEMS(CONCUR_VALUE_MAP, __VA_ARGS__)
/* clang-format on */
#endif

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
