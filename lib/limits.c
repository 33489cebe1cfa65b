/* The table of limits. */
#include "limits.h"

#include <string.h>

const struct limits_row limits_rows[] = {
#define LIMITS_ROW(name, value, unit, text) { #name, unit, text, value, offsetof(struct limits, name) },
	LIMITS_LIST(LIMITS_ROW)
#undef LIMITS_ROW
	    { NULL, NULL, NULL, 0, 0 },
};

static uint64_t *
limits_at(struct limits *limits, const struct limits_row *row)
{
	return (uint64_t *)(void *)((char *)limits + row->offset);
}

void
limits_defaults(struct limits *limits)
{
	for (const struct limits_row *row = limits_rows; row->name; row++)
		*limits_at(limits, row) = row->value;
}

bool
limits_set(struct limits *limits, const char *name, uint64_t value)
{
	for (const struct limits_row *row = limits_rows; row->name; row++) {
		if (strcmp(row->name, name) == 0) {
			*limits_at(limits, row) = value;
			return true;
		}
	}
	return false;
}
