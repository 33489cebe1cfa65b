/* Counting words in one process. */
#include "client/examples/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory && count) {
		fprintf(stderr, "out of memory\n");
		exit(EXIT_FAILURE);
	}
	return memory;
}

/* The word's place, or the free one where it belongs. */
static struct word *
words_place(const struct words *words, const char *text)
{
	size_t at = 5381;

	for (const char *c = text; *c; c++)
		at = at * 33 + (unsigned char)*c;
	while (words->table[at & (words->room - 1)].text[0] &&
	    strcmp(words->table[at & (words->room - 1)].text, text) != 0)
		at++;
	return &words->table[at & (words->room - 1)];
}

static void
words_grow(struct words *words)
{
	struct words old = *words;

	words->room = old.room ? old.room * 2 : 1024;
	words->table = allocate(words->room, sizeof *words->table);
	for (size_t i = 0; i < old.room; i++)
		if (old.table[i].text[0])
			*words_place(words, old.table[i].text) = old.table[i];
	free(old.table);
}

void
words_add(struct words *words, const char *text, int64_t count)
{
	struct word *word;

	if (words->count * 2 >= words->room)
		words_grow(words);
	word = words_place(words, text);
	if (!word->text[0]) {
		strcpy(word->text, text);
		words->count++;
	}
	word->count += count;
	words->total += count;
}

int64_t
words_count(const struct words *words, const char *text)
{
	return words->room ? words_place(words, text)->count : 0;
}

void
words_clear(struct words *words)
{
	words_free(words);
	*words = (struct words){ 0 };
}

void
words_free(struct words *words)
{
	free(words->table);
}

/* Reads one word; false at the end of the file. */
static bool
read_word(FILE *file, char *text)
{
	size_t size = 0;
	int c;

	while ((c = getc(file)) != EOF && !isalpha(c))
		;
	for (; c != EOF && (isalpha(c) || c == '\''); c = getc(file))
		if (size < WORD_MAX)
			text[size++] = (char)tolower(c);
	while (size && text[size - 1] == '\'')
		size--;
	text[size] = 0;
	return size > 0;
}

/* Something with a zero in its first bytes is no text. */
static bool
is_text(FILE *file)
{
	char bytes[512];
	size_t size = fread(bytes, 1, sizeof bytes, file);

	rewind(file);
	return memchr(bytes, 0, size) == NULL;
}

bool
words_add_file(struct words *words, const char *path)
{
	FILE *file = fopen(path, "r");
	char text[WORD_MAX + 1];
	bool well;

	if (!file)
		return false;
	well = is_text(file);
	while (well && read_word(file, text))
		words_add(words, text, 1);
	well &= !ferror(file);
	fclose(file);
	return well;
}

static int
compare(const void *a_word, const void *b_word)
{
	const struct word *a = a_word, *b = b_word;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->text, b->text);
}

struct word *
words_sorted(const struct words *words)
{
	struct word *sorted = allocate(words->count, sizeof *sorted);
	size_t n = 0;

	for (size_t i = 0; i < words->room; i++)
		if (words->table[i].text[0])
			sorted[n++] = words->table[i];
	if (n)
		qsort(sorted, n, sizeof *sorted, compare);
	return sorted;
}
