/* Values as they come in, and the public functions on values.
 *
 * A received value is checked as a whole, measured, and built in one block: first the structs (values, opaques, ids of
 * references), which need alignment, then the bytes. A value without parts needs no block. */
#include "values.h"

#include "error.h"
#include "lib/limits.h"
#include "lib/value.h"

#include <stdlib.h>

/* Deeper than any daemon allows by default would be refused; its values were all checked on their way in. */
enum { DEPTH_MAX = 256 };

/* What a block must hold; then where its parts are filled. */
struct plan {
	size_t values;
	size_t opaques;
	size_t references;
	size_t bytes;
};

struct builder {
	struct concur_value *values;
	struct concur_opaque *opaques;
	uint64_t *references;
	char *bytes;
};

static void
count_reference(uint64_t id, void *arg)
{
	(void)id;
	(*(size_t *)arg)++;
}

static void
add_reference(uint64_t id, void *arg)
{
	struct builder *builder = arg;

	*builder->references++ = id;
}

static void
plan_value(struct plan *plan, const struct value *view)
{
	struct value_walk walk;
	struct value_opaque opaque;
	struct value item;

	switch (view->kind) {
	case VALUE_LIST:
	case VALUE_TUPLE:
	case VALUE_MAP:
		value_walk_begin(&walk, view);
		for (; value_walk_next(&walk, &item); plan->values++)
			plan_value(plan, &item);
		return;
	case VALUE_OPAQUE:
		value_opaque(view, &opaque);
		plan->opaques++;
		plan->bytes += opaque.codec_size + 1 + opaque.size + 1;
		value_each_reference(view, count_reference, &plan->references);
		return;
	case VALUE_TEXT:
	case VALUE_DATA:
	case VALUE_BIG:
	case VALUE_ARRAY: /* its items are less */
		plan->bytes += view->size + 1;
		return;
	default:
		return;
	}
}

static const char *
build_bytes(struct builder *builder, const void *bytes, size_t size)
{
	char *at = builder->bytes;

	if (size)
		memcpy(at, bytes, size);
	at[size] = 0;
	builder->bytes += size + 1;
	return at;
}

static void build_value(struct builder *builder, const struct value *view, struct concur_value *ret);

/* The items lie together, in front of what they hold in turn. */
static void
build_items(struct builder *builder, const struct value *view, struct concur_value *ret)
{
	struct concur_value *items = builder->values;
	struct value_walk walk;
	struct value item;
	size_t count = 0;

	value_walk_begin(&walk, view);
	while (value_walk_next(&walk, &item))
		count++;
	builder->values += count;
	ret->items = items;
	ret->count = count;
	value_walk_begin(&walk, view);
	while (value_walk_next(&walk, &item))
		build_value(builder, &item, items++);
}

static void
build_opaque(struct builder *builder, const struct value *view, struct concur_value *ret)
{
	struct concur_opaque *made = builder->opaques++;
	struct value_opaque opaque;

	value_opaque(view, &opaque);
	made->codec = build_bytes(builder, opaque.codec, opaque.codec_size);
	made->data = build_bytes(builder, opaque.data, opaque.size);
	made->size = opaque.size;
	made->references = builder->references;
	value_each_reference(view, add_reference, builder);
	made->count = (size_t)(builder->references - made->references);
	ret->opaque = made;
}

static void
build_parts(struct builder *builder, const struct value *view, struct concur_value *ret)
{
	struct value_array array;
	struct value_reference reference;

	switch (view->kind) {
	case VALUE_LIST:
	case VALUE_TUPLE:
	case VALUE_MAP:
		build_items(builder, view, ret);
		return;
	case VALUE_ARRAY:
		value_array(view, &array);
		ret->tag = array.typecode;
		ret->bytes = build_bytes(builder, array.items, array.size);
		ret->size = array.size;
		return;
	case VALUE_OBJECT:
		value_reference(view, &reference);
		ret->tag = reference.kind;
		ret->object = reference.object;
		return;
	default:
		build_opaque(builder, view, ret);
		return;
	}
}

static void
build_value(struct builder *builder, const struct value *view, struct concur_value *ret)
{
	*ret = (struct concur_value){ .kind = (enum concur_value_kind)view->kind };
	switch (view->kind) {
	case VALUE_NONE:
	case VALUE_NULL:
		return;
	case VALUE_BOOLEAN:
		ret->boolean = value_boolean(view);
		return;
	case VALUE_INTEGER:
		ret->integer = value_integer(view);
		return;
	case VALUE_NUMBER:
		ret->number = value_number(view);
		return;
	case VALUE_TEXT:
	case VALUE_DATA:
	case VALUE_BIG:
		ret->bytes = build_bytes(builder, view->data, view->size);
		ret->size = view->size;
		return;
	default:
		build_parts(builder, view, ret);
		return;
	}
}

/* One block for all that the plan says. *ret_block is NULL if it says nothing. */
static int
builder_init(struct builder *builder, const struct plan *plan, void **ret_block)
{
	size_t values = plan->values * sizeof(struct concur_value);
	size_t opaques = plan->opaques * sizeof(struct concur_opaque);
	size_t references = plan->references * sizeof(uint64_t);
	size_t size = values + opaques + references + plan->bytes;
	char *block = NULL;

	if (size && !(block = malloc(size)))
		return -1;
	*ret_block = block;
	if (!block)
		return 0;
	builder->values = (struct concur_value *)(void *)block;
	builder->opaques = (struct concur_opaque *)(void *)(block + values);
	builder->references = (uint64_t *)(void *)(block + values + opaques);
	builder->bytes = block + values + opaques + references;
	return 0;
}

static enum concur_status
check(const uint8_t *bytes, size_t size, struct value *ret_view)
{
	struct value_limits limits = { .depth_max = DEPTH_MAX, .key_max = SIZE_MAX };

	return value_check(bytes, size, &limits, ret_view, NULL) == CONCUR_OK ? CONCUR_OK : CONCUR_BAD_REPLY;
}

enum concur_status
values_decode(const uint8_t *bytes, size_t size, struct concur_value *ret_value)
{
	struct builder builder = { 0 };
	struct plan plan = { 0 };
	struct value view;
	void *block;

	if (check(bytes, size, &view) != CONCUR_OK)
		return CONCUR_BAD_REPLY;
	plan_value(&plan, &view);
	if (builder_init(&builder, &plan, &block))
		return CONCUR_NO_MEMORY;
	build_value(&builder, &view, ret_value);
	ret_value->owned = block;
	return CONCUR_OK;
}

enum concur_status
values_decode_all(struct values_source *source, struct concur_value **ret_items, size_t *ret_count)
{
	struct builder builder = { 0 };
	struct plan plan = { 0 };
	struct concur_value *items;
	const uint8_t *bytes;
	struct value view;
	size_t size, count = 0;
	void *block;

	for (source->rewind(source); source->next(source, &bytes, &size); count++) {
		if (check(bytes, size, &view) != CONCUR_OK)
			return CONCUR_BAD_REPLY;
		plan_value(&plan, &view);
	}
	plan.values += count;
	if (builder_init(&builder, &plan, &block))
		return CONCUR_NO_MEMORY;
	items = builder.values;
	builder.values += count;
	*ret_items = block;
	*ret_count = count;
	for (source->rewind(source); source->next(source, &bytes, &size); items++) {
		(void)value_parse(bytes, size, &view); /* it was checked above */
		build_value(&builder, &view, items);
	}
	return CONCUR_OK;
}

void
concur_value_free(struct concur_value *value)
{
	if (!value)
		return;
	free(value->owned);
	*value = (struct concur_value){ 0 };
}

void
concur_values_free(struct concur_values *values)
{
	if (!values)
		return;
	free(values->items);
	*values = (struct concur_values){ 0 };
}

enum concur_status
concur_value_copy(const struct concur_value *value, struct concur_value *ret_copy)
{
	enum concur_status status;
	uint8_t *bytes;
	size_t size;

	status = values_measure(value, DEPTH_MAX, &size);
	if (status != CONCUR_OK)
		return status;
	bytes = malloc(size);
	if (!bytes)
		return error_plain(CONCUR_NO_MEMORY);
	values_encode(bytes, value);
	status = values_decode(bytes, size, ret_copy);
	free(bytes);
	if (status == CONCUR_BAD_REPLY)
		status = CONCUR_BAD_VALUE;
	return status == CONCUR_OK ? status : error_plain(status);
}

static bool
same_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
	return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

static bool
same_items(const struct concur_value *a, const struct concur_value *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = concur_value_same(&a->items[i], &b->items[i]);
	return same;
}

static bool
same_opaque(const struct concur_opaque *a, const struct concur_opaque *b)
{
	return strcmp(a->codec, b->codec) == 0 && same_bytes(a->data, a->size, b->data, b->size) &&
	    same_bytes(a->references, a->count * sizeof(uint64_t), b->references, b->count * sizeof(uint64_t));
}

bool
concur_value_same(const struct concur_value *a, const struct concur_value *b)
{
	if (a->kind != b->kind || a->tag != b->tag)
		return false;
	switch (a->kind) {
	case CONCUR_VALUE_NONE:
	case CONCUR_VALUE_NULL:
		return true;
	case CONCUR_VALUE_BOOLEAN:
		return a->boolean == b->boolean;
	case CONCUR_VALUE_INTEGER:
		return a->integer == b->integer;
	case CONCUR_VALUE_NUMBER:
		return same_bytes(&a->number, sizeof a->number, &b->number, sizeof b->number);
	case CONCUR_VALUE_OBJECT:
		return a->object == b->object;
	case CONCUR_VALUE_LIST:
	case CONCUR_VALUE_TUPLE:
	case CONCUR_VALUE_MAP:
		return same_items(a, b);
	case CONCUR_VALUE_OPAQUE:
		return same_opaque(a->opaque, b->opaque);
	default:
		return same_bytes(a->bytes, a->size, b->bytes, b->size);
	}
}
