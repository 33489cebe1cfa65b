/* Trees: read from text in Python's notation. Text that is wrong is the test's mistake, so it aborts. */
#include "tests/unit/tree.h"

#include <ctype.h>
#include <stdlib.h>

static struct tree *read_value(const char **at);

static struct tree *
read_new(enum value_kind kind)
{
	struct tree *tree = calloc(1, sizeof *tree);

	if (!tree)
		abort();
	tree->kind = kind;
	return tree;
}

/* Steps over blanks and, if it comes next, the word. */
static bool
read_word(const char **at, const char *word)
{
	*at += strspn(*at, " ");
	if (strncmp(*at, word, strlen(word)) != 0)
		return false;
	*at += strlen(word);
	return true;
}

static void
read_must(const char **at, const char *word)
{
	if (!read_word(at, word))
		abort();
}

/* Behind the opening quote. */
static struct tree *
read_bytes(const char **at, enum value_kind kind)
{
	struct tree *tree = read_new(kind);

	for (; **at != '\''; tree->size++) {
		if (**at == '\0' || tree->size == TREE_BYTES_MAX)
			abort();
		char c = *(*at)++;
		if (c == '\\' && **at == 'x') {
			const char digits[3] = { (*at)[1], (*at)[2], '\0' };
			c = (char)strtoul(digits, NULL, 16);
			*at += 3;
		} else if (c == '\\') {
			c = '\n';
			read_must(at, "n");
		}
		tree->bytes[tree->size] = c;
	}
	read_must(at, "'");
	return tree;
}

/* Room doubles whenever the count reaches a power of two. */
static void
read_item(const char **at, struct tree *tree)
{
	if ((tree->count & (tree->count - 1)) == 0) {
		tree->items = reallocarray(tree->items, tree->count ? 2 * tree->count : 1, sizeof(struct tree *));
		if (!tree->items)
			abort();
	}
	tree->items[tree->count++] = read_value(at);
}

/* Behind the opening bracket. Returns whether a comma stood behind the last item. */
static bool
read_items(const char **at, struct tree *tree, const char *close)
{
	bool comma = true;

	while (!read_word(at, close)) {
		if (!comma)
			abort();
		read_item(at, tree);
		if (tree->kind == VALUE_MAP) {
			read_must(at, ":");
			read_item(at, tree);
		}
		comma = read_word(at, ",");
	}
	return comma;
}

static struct tree *
read_container(const char **at, enum value_kind kind, const char *close)
{
	struct tree *tree = read_new(kind);
	bool comma = read_items(at, tree, close);

	if (kind == VALUE_TUPLE && tree->count == 1 && !comma)
		abort();
	return tree;
}

static struct tree *
read_array(const char **at)
{
	struct tree *tree = read_new(VALUE_ARRAY);

	read_must(at, "'");
	tree->typecode = (uint8_t) * (*at)++;
	read_must(at, "'");
	read_must(at, ", [");
	read_items(at, tree, "]");
	read_must(at, ")");
	return tree;
}

static tree_integer
read_integer(const char **at)
{
	tree_integer integer = 0;

	while (isdigit((unsigned char)**at))
		integer = integer * 10 + (*(*at)++ - '0');
	return integer;
}

static struct tree *
read_number(const char **at)
{
	struct tree *tree = read_new(VALUE_INTEGER);
	bool negative = read_word(at, "-");
	size_t digits = strspn(*at, "0123456789");

	if (digits == 0 || strchr(".e", (*at)[digits] ? (*at)[digits] : ' ')) {
		char *end;
		tree->kind = VALUE_NUMBER;
		tree->number = strtod(*at, &end);
		if (end == *at)
			abort();
		*at = end;
		tree->number = negative ? -tree->number : tree->number;
		return tree;
	}
	tree->integer = read_integer(at);
	if (read_word(at, "**")) {
		tree_integer base = tree->integer, power = read_integer(at);
		for (tree->integer = 1; power > 0; power--)
			tree->integer *= base;
	}
	tree->integer = negative ? -tree->integer : tree->integer;
	if (read_word(at, "+"))
		tree->integer += read_integer(at);
	tree->kind = tree->integer == (int64_t)tree->integer ? VALUE_INTEGER : VALUE_BIG;
	return tree;
}

static struct tree *
read_boolean(tree_integer integer)
{
	struct tree *tree = read_new(VALUE_BOOLEAN);

	tree->integer = integer;
	return tree;
}

static struct tree *
read_reference(const char **at)
{
	struct tree *tree = read_new(VALUE_OBJECT);

	tree->integer = read_integer(at);
	read_must(at, ")");
	return tree;
}

static struct tree *
read_opaque(const char **at)
{
	struct tree *tree = read_bytes(at, VALUE_OPAQUE);

	read_must(at, ")");
	return tree;
}

static struct tree *
read_value(const char **at)
{
	if (read_word(at, "None"))
		return read_new(VALUE_NULL);
	if (read_word(at, "True"))
		return read_boolean(1);
	if (read_word(at, "False"))
		return read_boolean(0);
	if (read_word(at, "'"))
		return read_bytes(at, VALUE_TEXT);
	if (read_word(at, "b'"))
		return read_bytes(at, VALUE_DATA);
	if (read_word(at, "["))
		return read_container(at, VALUE_LIST, "]");
	if (read_word(at, "("))
		return read_container(at, VALUE_TUPLE, ")");
	if (read_word(at, "{"))
		return read_container(at, VALUE_MAP, "}");
	if (read_word(at, "array("))
		return read_array(at);
	if (read_word(at, "proxy("))
		return read_reference(at);
	if (read_word(at, "opaque('"))
		return read_opaque(at);
	return read_number(at);
}

struct tree *
tree_read(const char *text)
{
	struct tree *tree = read_value(&text);

	if (*text != '\0')
		abort();
	return tree;
}
