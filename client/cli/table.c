/* Tables: cells are gathered, then printed column by column as wide as the widest. The last column is not padded. Where
 * the lines are to fit a terminal it is folded at blanks. */
#include "config.h"

#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	ROOM_FIRST = 64,
	BETWEEN = 2,     /* blanks between two columns */
	FOLD_LEAST = 10, /* columns of a line that are worth folding a cell for ... */
	FOLD_INDENT = 4, /* ... else it goes below, behind so many blanks */
	FOLD_DEFAULT = 80,
};

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
table_fit(struct text_table *table)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		table->fold = size.ws_col ? size.ws_col : FOLD_DEFAULT;
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

/* How much of the text, in bytes, comes in a line of `room` columns: up to a blank if all is too much, but a word. */
static size_t
first_part(const char *text, size_t room)
{
	size_t part = 0, width = 0;

	if (width_of(text) <= room)
		return strlen(text);
	for (size_t i = 0; text[i] && (width <= room || part == 0); i++) {
		if (text[i] == ' ')
			part = i;
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	}
	return part ? part : strlen(text);
}

/* The last cell of a line, which begins at column `start`. */
static void
print_last(const struct text_table *table, size_t start, const char *text)
{
	size_t room = table->fold > start ? table->fold - start : 0, part;

	if (table->fold && room < FOLD_LEAST && width_of(text) > room) {
		start = FOLD_INDENT;
		room = table->fold > start ? table->fold - start : 0;
		(void)printf("\n%*s", (int)start, "");
	}
	while (table->fold && text[part = first_part(text, room)]) {
		(void)printf("%.*s\n%*s", (int)part, text, (int)start, "");
		text += part + 1;
	}
	(void)printf("%s\n", text);
}

static void
print_cell(const struct table_column *column, size_t width, const char *text)
{
	int padding = (int)(width - width_of(text)), before = column->right ? padding : 0;

	(void)printf("%*s%s%*s", before, "", text, padding - before + BETWEEN, "");
}

/* A line of cells, or of heads. */
static void
print_line(const struct text_table *table, const size_t *widths, const char *indent, char *const *cells)
{
	size_t start = strlen(indent), last = table->width - 1;

	(void)fputs(indent, stdout);
	for (size_t i = 0; i < last; start += widths[i++] + BETWEEN)
		print_cell(&table->columns[i], widths[i], cells ? cells[i] : table->columns[i].head);
	print_last(table, start, cells ? cells[last] : table->columns[last].head);
}

bool
table_print(const struct text_table *table, const char *indent)
{
	size_t *widths = table->failed ? NULL : calloc(table->width, sizeof *widths);

	if (!widths)
		return false;
	for (size_t column = 0; column < table->width; column++)
		widths[column] = width_of_column(table, column);
	print_line(table, widths, indent, NULL);
	for (size_t i = 0; i < table->count; i += table->width)
		print_line(table, widths, indent, &table->cells[i]);
	free(widths);
	return true;
}
