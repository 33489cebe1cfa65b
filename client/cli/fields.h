/* Fields of a row: how the words of a verb fill its request, in a small notation.
 *
 * A row's fields are tokens with spaces between them, each the name of a field of the request:
 *
 *   key          a word that must be there
 *   value?       a word that may be left out
 *   count=1      a word that may be left out: then 1 is taken
 *   start|flag   a word that may be left out: then the field `flag` is true
 *   stop&flag    a word that may be left out; if it is given, the field `flag` is true
 *   values...    one word or more; where the field is no array, the verb is carried out once for each word
 *   --start      any of these with -- in front: an option. A flag if the field is true or false
 *
 * A name that is no field of the request is the verb's own, as text, or as a flag where it is an option without a
 * =WORD; the verb's code takes it out of the request's JSON.
 *
 * Some names are not those of their field: `timeout`, `delay`, `ttl`, `grace`, `backoff` and `run_timeout` are wait_ns
 * (left out: waits for ever), delay_ns, ttl_ns, grace_ns, backoff_ns and timeout_ns in seconds, `pairs` is `values` as
 * key, value, key, value ... A field `other` is an id, and its word another object's name; so is `lock`, whose
 * word may also be the id; the word of `typecode` is a letter. */
#ifndef CLI_FIELDS_H
#define CLI_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum { FIELD_NAME_MAX = 32 };

struct field {
	char name[FIELD_NAME_MAX];      /* as it stands in the row */
	char if_given[FIELD_NAME_MAX];  /* a bool field, or empty */
	char if_absent[FIELD_NAME_MAX]; /* a bool field, or empty */
	char fallback[FIELD_NAME_MAX];  /* the word taken when none is given, or empty */
	bool is_option;
	bool is_optional; /* always true for options */
	bool is_many;
};

/* Reads the next token at *at and steps behind it; false at the end. */
bool fields_next(const char **at, struct field *ret);

/* Is it a time, in seconds? */
bool fields_is_time(const struct field *field);

/* The field of the request that this one fills. */
const char *fields_target(const struct field *field);

/* "must-create": the option's name as it is typed, without the dashes. */
void fields_option_name(const struct field *field, char *ret, size_t size);

/* " KEY [COUNT] [--timeout SECONDS]". is_flag tells which fields are true or false. */
void fields_usage(const char *fields, bool (*is_flag)(const struct field *field, const void *arg), const void *arg,
    char *ret, size_t size);

#endif
