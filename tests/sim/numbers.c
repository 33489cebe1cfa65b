/* Values as rows of numbers. */
#include "tests/sim/numbers.h"

#include "lib/value.h"

#include <assert.h>

struct row {
	int64_t *numbers;
	size_t count, room;
};

static void
append(struct row *row, int64_t number)
{
	if (row->count < row->room)
		row->numbers[row->count++] = number;
}

/* "a12" is 12. */
static int64_t
number_in_text(const struct value *text)
{
	int64_t number = 0;

	for (size_t i = 1; i < text->size; i++)
		number = 10 * number + text->data[i] - '0';
	return number;
}

/* Of int16. */
static void
append_array(struct row *row, const struct value *value)
{
	struct value_array array;

	value_array(value, &array);
	assert(array.typecode == 'h');
	for (size_t i = 0; i < array.size; i += 2)
		append(row, (int16_t)(array.items[i] | array.items[i + 1] << 8));
}

static void append_value(struct row *row, const struct value *value);

static void
append_items(struct row *row, const struct value *container)
{
	struct row top = *row;
	struct value_walk walk;
	struct value item;
	int64_t count = 0;

	append(row, 0);
	value_walk_begin(&walk, container);
	for (; value_walk_next(&walk, &item); count++)
		append_value(row, &item);
	append(&top, count);
}

static void
append_value(struct row *row, const struct value *value)
{
	struct value_reference reference;

	switch (value->kind) {
	case VALUE_INTEGER:
		append(row, value_integer(value));
		break;
	case VALUE_TEXT:
		append(row, number_in_text(value));
		break;
	case VALUE_ARRAY:
		append_array(row, value);
		break;
	case VALUE_OBJECT:
		value_reference(value, &reference);
		append(row, (int64_t)reference.object);
		break;
	case VALUE_LIST:
	case VALUE_MAP:
		append_items(row, value);
		break;
	default:
		assert(!"a value that no model has");
	}
}

size_t
numbers_append(const ProtobufCBinaryData *encoded, int64_t *ret, size_t count, size_t room)
{
	struct row row = { ret, count, room };
	enum concur_status status;
	struct value value;

	status = value_parse(encoded->data, encoded->len, &value);
	assert(status == CONCUR_OK);
	append_value(&row, &value);
	return row.count;
}
