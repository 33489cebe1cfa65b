/* Words of a text, and a table that counts them: what the demo needs besides concur. */
#ifndef EXAMPLES_WORDS_H
#define EXAMPLES_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORD_MAX = 63 }; /* letters; what follows in a longer word is left out */

struct word {
	char text[WORD_MAX + 1]; /* in lower case */
	int64_t count;
};

/* An open hash table. Ends the program when there is no memory. */
struct words {
	struct word *table; /* an empty text: a free place */
	size_t room;        /* a power of two, or 0 */
	size_t count;       /* words */
	int64_t total;      /* of all counts */
};

void words_add(struct words *words, const char *text, int64_t count);
int64_t words_count(const struct words *words, const char *text);
void words_clear(struct words *words);
void words_free(struct words *words);

/* Counts the words of a file: letters, and apostrophes between them. False if it can not be read or is no text. */
bool words_add_file(struct words *words, const char *path);

/* The words by falling count, then by the alphabet. The caller frees it. */
struct word *words_sorted(const struct words *words);

#endif
