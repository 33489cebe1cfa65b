/* Options that every verb takes. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "fault.h"

#include <stddef.h>
#include <stdint.h>

struct options {
	const char *url;     /* NULL: $CONCUR_URL or the default */
	const char *key;     /* the file of the key; NULL: $CONCUR_KEY_FILE or none */
	uint64_t if_version; /* of the object, if calls are bound to one; or 0 */
	bool json;           /* listings and information as one JSON document */
	bool text;           /* words that are values are text, whatever they look like */
	bool raw;            /* values that are text are printed as they are */
	bool help;
	bool version;
};

/* Takes the option at words[0] if it is one of these: how many words it took, 0 if it is none of them, -1 with a
 * fault. */
int options_take(struct options *options, char *const *words, size_t count, struct fault *fault);

/* The word of an option "--name WORD" or "--name=WORD" at words[0]; *ret_taken is 1 or 2. NULL if it is not that
 * option, or (fault set, *ret_taken -1) if its word is missing. */
const char *options_word(const char *name, char *const *words, size_t count, int *ret_taken, struct fault *fault);

/* True for a word that can only be an option: "-5" is a number, "-" is standard input. */
bool options_looks_so(const char *word);

/* One row an option, for help, completion and the manual; ends with a name of NULL. */
struct options_row {
	const char *name;
	const char *brief; /* the short form, or NULL */
	const char *word;  /* what it takes, or NULL */
	const char *help;
};
extern const struct options_row options_rows[];

#endif
