/* Enums as words. protobuf makes names unique by a prefix, the enum's own name, which nobody wants to type. */
#include "enums.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 48 };

static int
fold(char letter)
{
	return letter == '-' ? '_' : tolower((unsigned char)letter);
}

static bool
same_word(const char *a, const char *b)
{
	while (*a && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Behind "FUTURE_" for the enum FutureState, whose names all begin so. */
static const char *
without_first_word(const ProtobufCEnumDescriptor *type, const char *name)
{
	const char *end = strchr(name, '_');

	for (unsigned i = 0; end && i < type->n_values; i++) {
		if (strncmp(type->values[i].name, name, (size_t)(end - name) + 1) != 0)
			return name;
	}
	return end && type->n_values > 1 ? end + 1 : name;
}

/* Behind "KIND_" for the enum Kind. */
static const char *
without_prefix(const ProtobufCEnumDescriptor *type, const char *name)
{
	size_t size = strlen(type->short_name);

	for (size_t i = 0; i < size; i++) {
		if (fold(type->short_name[i]) != fold(name[i]))
			return without_first_word(type, name);
	}
	return name[size] == '_' ? name + size + 1 : name;
}

static void
lower(const char *name, char *ret, size_t size)
{
	size_t i = 0;

	for (; name[i] && i < size - 1; i++)
		ret[i] = (char)fold(name[i]);
	ret[i] = '\0';
}

json_t *
enums_spell(const ProtobufCEnumDescriptor *type, int number)
{
	const ProtobufCEnumValue *row = protobuf_c_enum_descriptor_get_value(type, number);
	char word[WORD_MAX];

	if (!row)
		return json_integer(number);
	lower(without_prefix(type, row->name), word, sizeof word);
	return json_string(word);
}

bool
enums_read(const ProtobufCEnumDescriptor *type, const char *word, int *ret)
{
	for (unsigned i = 0; word && i < type->n_values; i++) {
		const ProtobufCEnumValue *row = &type->values[i];

		if (same_word(word, row->name) || same_word(word, without_prefix(type, row->name))) {
			*ret = row->value;
			return true;
		}
	}
	return false;
}

void
enums_list(const ProtobufCEnumDescriptor *type, const char *separator, char *ret, size_t size)
{
	char word[WORD_MAX];
	size_t used = 0;

	*ret = '\0';
	for (unsigned i = 0; i < type->n_values && used < size; i++) {
		lower(without_prefix(type, type->values[i].name), word, sizeof word);
		used += (size_t)snprintf(ret + used, size - used, "%s%s", i ? separator : "", word);
	}
}
