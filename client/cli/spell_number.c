/* Numbers that JSON does not have: integers past 64 bits, infinities, NaN. */
#include "spell.h"

#include "big.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *
spell_double(double number)
{
	const char *name = isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";

	return isfinite(number) ? json_real(number) : json_pack("{s:s}", "$float", name);
}

/* The text in {"key": "text"}, or NULL. */
static const char *
only_text(const json_t *json, const char *key)
{
	return json_object_size(json) == 1 ? json_string_value(json_object_get(json, key)) : NULL;
}

bool
spell_read_double(const json_t *json, double *ret)
{
	const char *name = only_text(json, "$float");

	if (json_object_size(json) == 1 && json_is_number(json_object_get(json, "$float")))
		json = json_object_get(json, "$float");
	if (json_is_number(json))
		*ret = json_number_value(json);
	else if (name && strcmp(name, "nan") == 0)
		*ret = NAN;
	else if (name && strcmp(name, "inf") == 0)
		*ret = INFINITY;
	else if (name && strcmp(name, "-inf") == 0)
		*ret = -INFINITY;
	else
		return false;
	return true;
}

const char *
spell_int_text(const json_t *json)
{
	const char *text = only_text(json, "$int");

	return text && big_is_decimal(text) ? text : NULL;
}

json_t *
spell_u64(uint64_t number)
{
	char text[24];

	if (number <= INT64_MAX)
		return json_integer((json_int_t)number);
	(void)snprintf(text, sizeof text, "%" PRIu64, number);
	return json_pack("{s:s}", "$int", text);
}

bool
spell_read_u64(const json_t *json, uint64_t *ret)
{
	const char *text = spell_int_text(json);
	char *end;

	if (json_is_integer(json) && json_integer_value(json) >= 0) {
		*ret = (uint64_t)json_integer_value(json);
		return true;
	}
	if (!text || *text == '-')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0';
}
