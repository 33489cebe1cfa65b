/* Tables: cells are gathered, then printed column by column as wide as the widest. The last column is not padded. */
#include "config.h"

#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64, BETWEEN = 2 }; /* BETWEEN: blanks between two columns */

void
table_init(struct text_table *table, const struct table_column *columns)
{
	*table = (struct text_table){ .columns = columns };
	while (columns[table->width].head)
		table->width++;
}

void
table_fini(struct text_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct text_table){ 0 };
}

void
table_take(struct text_table *table, char *text)
{
	if (table->count == table->room) {
		size_t room = table->room ? table->room * 2 : ROOM_FIRST;
		char **cells = reallocarray(table->cells, room, sizeof *cells);

		if (!cells) {
			free(text);
			table->failed = true;
			return;
		}
		table->cells = cells;
		table->room = room;
	}
	table->failed |= text == NULL;
	table->cells[table->count++] = text;
}

void
table_add(struct text_table *table, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	table_take(table, text);
}

/* Characters of a text in UTF-8, which is how wide it is but for a few scripts. */
static size_t
width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static size_t
width_of_column(const struct text_table *table, size_t column)
{
	size_t width = strlen(table->columns[column].head);

	for (size_t i = column; i < table->count; i += table->width) {
		size_t cell = width_of(table->cells[i]);

		width = cell > width ? cell : width;
	}
	return width;
}

static void
print_cell(const struct text_table *table, size_t column, size_t width, const char *text)
{
	int padding = (int)(width - width_of(text));
	bool last = column + 1 == table->width;

	if (table->columns[column].right)
		(void)printf("%*s%s", padding, "", text);
	else
		(void)printf("%s%*s", text, last ? 0 : padding, "");
	(void)printf("%*s%s", last ? 0 : BETWEEN, "", last ? "\n" : "");
}

bool
table_print(const struct text_table *table, const char *indent)
{
	size_t *widths = table->failed ? NULL : calloc(table->width, sizeof *widths);

	if (!widths)
		return false;
	for (size_t column = 0; column < table->width; column++)
		widths[column] = width_of_column(table, column);
	(void)fputs(indent, stdout);
	for (size_t column = 0; column < table->width; column++)
		print_cell(table, column, widths[column], table->columns[column].head);
	for (size_t i = 0; i < table->count; i++) {
		if (i % table->width == 0)
			(void)fputs(indent, stdout);
		print_cell(table, i % table->width, widths[i % table->width], table->cells[i]);
	}
	free(widths);
	return true;
}
