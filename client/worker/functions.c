/* Tables of functions, joined and sorted. */
#include "functions.h"

#include "client/error.h"

#include <stdlib.h>

static int
compare_rows(const void *a, const void *b)
{
	return strcmp((*(const struct concur_function *const *)a)->name,
	    (*(const struct concur_function *const *)b)->name);
}

static size_t
count_rows(const struct concur_function *const *tables)
{
	size_t count = 0;

	for (; tables && *tables; tables++)
		for (const struct concur_function *row = *tables; row->name; row++)
			count++;
	return count;
}

enum concur_status
functions_init(struct functions *functions, const struct concur_function *const *tables)
{
	size_t count = count_rows(tables), at = 0;

	*functions = (struct functions){ malloc((count + 1) * sizeof *functions->rows), count };
	if (!functions->rows)
		return error_plain(CONCUR_NO_MEMORY);
	for (; tables && *tables; tables++)
		for (const struct concur_function *row = *tables; row->name; row++)
			functions->rows[at++] = row;
	qsort(functions->rows, count, sizeof *functions->rows, compare_rows);
	for (size_t i = 1; i < count; i++) {
		const char *name = functions->rows[i]->name;

		if (strcmp(functions->rows[i - 1]->name, name) == 0) {
			functions_fini(functions);
			return error_set(CONCUR_VALUE_ERROR, "the function %s is there twice", name);
		}
	}
	return CONCUR_OK;
}

void
functions_fini(struct functions *functions)
{
	free(functions->rows);
	*functions = (struct functions){ 0 };
}

/* Below, at or above 0, as `name` is to the row's. */
static int
compare_name(const void *name, size_t size, const char *row)
{
	size_t length = strlen(row);
	int first = size ? memcmp(name, row, size < length ? size : length) : 0;

	return first ? first : (size > length) - (size < length);
}

const struct concur_function *
functions_find(const struct functions *functions, const void *name, size_t size)
{
	size_t low = 0, high = functions->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_name(name, size, functions->rows[middle]->name);

		if (order == 0)
			return functions->rows[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
