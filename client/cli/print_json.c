/* JSON on one line. jansson prints every double with the same number of digits, which makes 0.1 unreadable; so
 * containers and doubles are written here, strings and integers by jansson. */
#include "print.h"

#include <stdlib.h>
#include <string.h>

static void
print_scalar(FILE *out, json_t *json)
{
	(void)json_dumpf(json, out, JSON_ENCODE_ANY);
}

/* The fewest digits that read back as the same number, and a sign that it is no integer. */
static void
print_double(FILE *out, double number)
{
	char text[40];

	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof text, "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	(void)fprintf(out, strpbrk(text, ".e") ? "%s" : "%s.0", text);
}

static void
print_object(FILE *out, json_t *object)
{
	const char *separator = "";
	const char *key;
	json_t *member;

	(void)fputc('{', out);
	json_object_foreach(object, key, member)
	{
		json_auto_t *name = json_string(key);

		(void)fputs(separator, out);
		print_scalar(out, name);
		(void)fputs(": ", out);
		print_json(out, member);
		separator = ", ";
	}
	(void)fputc('}', out);
}

static void
print_array(FILE *out, json_t *array)
{
	size_t index;
	json_t *item;

	(void)fputc('[', out);
	json_array_foreach(array, index, item)
	{
		if (index)
			(void)fputs(", ", out);
		print_json(out, item);
	}
	(void)fputc(']', out);
}

void
print_json(FILE *out, json_t *json)
{
	if (json_is_object(json))
		print_object(out, json);
	else if (json_is_array(json))
		print_array(out, json);
	else if (json_is_real(json))
		print_double(out, json_real_value(json));
	else
		print_scalar(out, json);
}
