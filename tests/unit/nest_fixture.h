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

#endif
