/* What tests of nested containers share: values read from text, and objects shown as the structure that they make. */
#ifndef TESTS_UNIT_NEST_FIXTURE_H
#define TESTS_UNIT_NEST_FIXTURE_H

#include "tests/unit/core_fixture.h"

#include "daemon/core/dict.h"
#include "daemon/core/list.h"

/* Python's notation, as tree_read() takes it. The bytes that *ret borrows; the caller frees them. */
uint8_t *nest_read(const char *text, struct value *ret);

/* In the same notation, with what references lead to in their place; to be freed. No references in circles. */
char *nest_show(const struct core *core, const void *object);

/* The blob's value, shown likewise, is that. */
void nest_expect_at(const struct core *core, const struct blob *blob, const char *text);

/* The object that the blob or value refers to; it must be one. */
struct object *nest_object(const struct core *core, const struct blob *blob);
struct object *nest_object_of(const struct core *core, const struct value *value);

/* What is stored could have been sent: it passes the check of a value, and tells rightly of references in it. */
void nest_check_encoding(const struct blob *blob);

/* -- a bench ----------------------------------------------------------------------------------------------------- */

struct nest_bench {
	struct core_fixture fixture;
	struct core *core;
	struct dict *dict, *plain;      /* nested, not nested */
	struct list *list, *plain_list; /* the same */
	uint64_t objects;               /* in the core when nothing is stored */
	uint8_t **bytes;                /* of values that were read */
	size_t read;
};

void nest_bench_init(struct nest_bench *bench);
void nest_bench_fini(struct nest_bench *bench);

/* Empties the object, and lets go what goes with that. */
void nest_clear(struct nest_bench *bench, void *object);

/* The value, and an item of it; both live as long as the bench. */
struct value nest_value(struct nest_bench *bench, const char *text);
struct dict_item nest_item(struct nest_bench *bench, const char *key, const char *text);

/* dict[key] = value */
enum concur_status nest_set(struct nest_bench *bench, const char *key, const char *text);

/* The object is shown so. */
void nest_expect(struct nest_bench *bench, const void *object, const char *text);

#endif
