/* A table for people: columns as wide as what is in them. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct table_column {
	const char *head;
	bool right; /* numbers */
};

struct text_table {
	const struct table_column *columns;
	size_t width; /* columns */
	char **cells; /* owned, row by row */
	size_t count; /* cells */
	size_t room;
	size_t fold; /* columns of a line, past which the last cell goes on below; 0: any number */
	bool failed; /* there was no memory for a cell */
};

/* `columns` ends with a head of NULL and outlives the table. */
void table_init(struct text_table *table, const struct table_column *columns);
void table_fini(struct text_table *table);

/* Lines are to be no longer than the terminal's, if stdout is one (80 where it does not know). */
void table_fit(struct text_table *table);

/* The next cell, in the order of reading. The table takes the text over; NULL: there was no memory. */
void table_take(struct text_table *table, char *text);

/* The next cell, printed as by printf. */
__attribute__((format(printf, 2, 3))) void table_add(struct text_table *table, const char *format, ...);

/* Prints heads and rows, each with `indent` in front. False if there was no memory for the table. */
bool table_print(const struct text_table *table, const char *indent);

#endif
