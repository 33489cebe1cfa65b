/* What tests of nested containers share. */
#include "tests/unit/nest_fixture.h"

#include "tests/unit/tree.h"

#include <stdio.h>

uint8_t *
nest_read(const char *text, struct value *ret)
{
	struct tree *tree = tree_read(text);
	uint8_t *bytes = tree_value(tree, ret);

	tree_free(tree);
	return bytes;
}

struct object *
nest_object_of(const struct core *core, const struct value *value)
{
	struct value_reference reference;
	struct object *object;

	ck_assert_int_eq(value->kind, VALUE_OBJECT);
	value_reference(value, &reference);
	object = object_find(core, reference.object);
	ck_assert_ptr_nonnull(object);
	ck_assert_uint_eq(object->kind->id, reference.kind);
	return object;
}

struct object *
nest_object(const struct core *core, const struct blob *blob)
{
	struct value value = store_value(blob);

	return nest_object_of(core, &value);
}

/* -- showing ----------------------------------------------------------------------------------------------------- */

static void show_object(FILE *to, const struct core *core, const struct object *object);

static void
show_value(FILE *to, const struct core *core, const struct value *value)
{
	struct value_walk walk;
	struct value item;
	size_t count = 0;

	switch (value->kind) {
	case VALUE_INTEGER:
		fprintf(to, "%lld", (long long)value_integer(value));
		break;
	case VALUE_TEXT:
		fprintf(to, "'%.*s'", (int)value->size, (const char *)value->data);
		break;
	case VALUE_OBJECT:
		show_object(to, core, nest_object_of(core, value));
		break;
	case VALUE_TUPLE:
		fputs("(", to);
		value_walk_begin(&walk, value);
		for (; value_walk_next(&walk, &item); count++) {
			fputs(count ? ", " : "", to);
			show_value(to, core, &item);
		}
		fputs(count == 1 ? ",)" : ")", to);
		break;
	default:
		ck_abort_msg("a value of kind %d is stored", value->kind);
	}
}

static void
show_blob(FILE *to, const struct core *core, const struct blob *blob)
{
	struct value value = store_value(blob);

	show_value(to, core, &value);
}

static void
show_dict(FILE *to, const struct core *core, const struct dict *dict)
{
	struct map_entry *entry;
	uint32_t position = 0;
	size_t count = 0;

	fputs("{", to);
	for (; (entry = map_next(dict_entries(dict), &position)); count++) {
		fputs(count ? ", " : "", to);
		show_blob(to, core, entry->key);
		fputs(": ", to);
		show_blob(to, core, entry->value);
	}
	fputs("}", to);
}

static void
show_object(FILE *to, const struct core *core, const struct object *object)
{
	const struct list *list = (const struct list *)object;

	if (object->kind != &list_kind) {
		show_dict(to, core, (const struct dict *)object);
		return;
	}
	fputs("[", to);
	for (int64_t i = 0; list_get(list, i); i++) {
		fputs(i ? ", " : "", to);
		show_blob(to, core, list_get(list, i));
	}
	fputs("]", to);
}

char *
nest_show(const struct core *core, const void *object)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(to);
	show_object(to, core, object);
	ck_assert_int_eq(fclose(to), 0);
	return text;
}

void
nest_expect_at(const struct core *core, const struct blob *blob, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(to);
	show_blob(to, core, blob);
	ck_assert_int_eq(fclose(to), 0);
	ck_assert_str_eq(text, expected);
	free(text);
}

void
nest_check_encoding(const struct blob *blob)
{
	const struct value_limits limits = { VALUE_DEPTH_HARD_MAX, SIZE_MAX };
	struct value value = store_value(blob), checked;
	size_t size = value_encoded_size(value.kind, value.size);
	uint8_t *bytes = malloc(size);
	bool refers;

	ck_assert_ptr_nonnull(bytes);
	value_encode(bytes, &value);
	ck_assert_status(value_check(bytes, size, &limits, &checked, &refers), CONCUR_OK);
	ck_assert(!refers || blob->kind & BLOB_REFERS);
	free(bytes);
}

/* -- a bench ----------------------------------------------------------------------------------------------------- */

void
nest_bench_init(struct nest_bench *bench)
{
	const struct object_options dict = { .kind = KIND_DICT, .nested = true };
	const struct object_options list = { .kind = KIND_LIST, .nested = true };

	*bench = (struct nest_bench){ .read = 0 };
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->dict = fixture_open(&bench->fixture, &dict);
	bench->list = fixture_open(&bench->fixture, &list);
	bench->plain = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_DICT });
	bench->plain_list = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LIST });
	bench->objects = bench->core->objects.count;
}

void
nest_bench_fini(struct nest_bench *bench)
{
	fixture_fini(&bench->fixture);
	while (bench->read)
		free(bench->bytes[--bench->read]);
	free(bench->bytes);
}

void
nest_clear(struct nest_bench *bench, void *object)
{
	ck_assert_status(((struct object *)object)->kind->clear(bench->core, object), CONCUR_OK);
	fixture_settle(&bench->fixture);
}

struct value
nest_value(struct nest_bench *bench, const char *text)
{
	struct value value;

	bench->bytes = reallocarray(bench->bytes, bench->read + 1, sizeof *bench->bytes);
	ck_assert_ptr_nonnull(bench->bytes);
	bench->bytes[bench->read++] = nest_read(text, &value);
	return value;
}

struct dict_item
nest_item(struct nest_bench *bench, const char *key, const char *text)
{
	return (struct dict_item){ .key = TEXT(key), .value = nest_value(bench, text) };
}

enum concur_status
nest_set(struct nest_bench *bench, const char *key, const char *text)
{
	const struct dict_item item = nest_item(bench, key, text);

	return dict_set(bench->core, bench->dict, &item);
}

void
nest_expect(struct nest_bench *bench, const void *object, const char *text)
{
	char *have = nest_show(bench->core, object);

	ck_assert_str_eq(have, text);
	free(have);
}
