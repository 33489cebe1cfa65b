/* The table of verbs: one row each feeds the parser, help, completion and the manual.
 *
 * A verb for a new RPC is one row in rows.c; only verbs that loop in a way of their own or run a command have code. */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct command;

/* What a row's verb belongs to: kinds of objects, by the numbers of concur.v1.Kind, or nothing. */
enum {
	ROW_TOP = 1 << 0, /* no object: "concur ping" */
	ROW_DICT = 1 << 1,
	ROW_LIST = 1 << 2,
	ROW_QUEUE = 1 << 3,
	ROW_LOCK = 1 << 4,
	ROW_VALUE = 1 << 5,
	ROW_SET = 1 << 6,
	ROW_NAMESPACE = 1 << 7,
	ROW_ARRAY = 1 << 8,
	ROW_PIPE = 1 << 9,
	ROW_RLOCK = 1 << 10,
	ROW_RWLOCK = 1 << 11,
	ROW_SEMAPHORE = 1 << 12,
	ROW_CONDITION = 1 << 13,
	ROW_EVENT = 1 << 14,
	ROW_BARRIER = 1 << 15,
	ROW_LATCH = 1 << 16,
	ROW_POOL = 1 << 17,
	ROW_PROCESS = 1 << 18,
	ROW_FUTURE = 1 << 19, /* no object: its number is written where others have a name */
	ROW_CONTAINERS = ROW_DICT | ROW_LIST | ROW_QUEUE | ROW_SET | ROW_NAMESPACE,
	ROW_PATHS = ROW_DICT | ROW_LIST | ROW_NAMESPACE,  /* what paths lead through */
	ROW_LOCKS = ROW_LOCK | ROW_RLOCK | ROW_CONDITION, /* of the service Lock; a condition's lock */
	ROW_SIGNALS = ROW_SEMAPHORE | ROW_EVENT | ROW_BARRIER | ROW_LATCH,
	ROW_ALL = (ROW_PROCESS << 1) - 1 - ROW_TOP, /* of every kind */
};

/* How a row's verb is carried out. */
enum {
	ROW_CREATES = 1 << 0, /* the object is made if it is not there */
	ROW_LISTS =
	    1 << 1, /* prints items, one a line or as one JSON array; goes on while the reply says there is more */
	ROW_COMMAND = 1 << 2,     /* takes a command behind "--" */
	ROW_MAY_COMMAND = 1 << 5, /* with ROW_COMMAND: or none */
	ROW_HIDDEN = 1 << 3,      /* not in help */
	ROW_OWN_WORDS = 1 << 6,   /* all words behind it are its own, options too; with a method of NULL */
	ROW_SETS_UP = 1 << 7,     /* with ROW_CREATES: an object that it made goes again if its call is refused */
	ROW_SNAPSHOT = 1 << 4,    /* with ROW_LISTS: lists a copy, so that all pages tell of one moment */
};

struct row {
	unsigned kinds; /* ROW_TOP, ROW_DICT ... */
	const char *verb;
	const char *method; /* NULL: the verb has code of its own and no request */
	const char
	    *fields;  /* how its words fill the request: fields.h. Without a method: its words, as help shows them */
	unsigned how; /* ROW_CREATES ... */
	enum verdict (*print)(struct command *command, json_t *reply); /* prints a reply; NULL with `run` */
	enum verdict (*run)(struct command *command);                  /* NULL: as the row says */
	const char *help;                                              /* one line, no full stop */
};

extern const struct row rows[];
extern const size_t rows_count;

/* The kinds as words of the command line. */
struct kind_word {
	unsigned kind; /* ROW_DICT ... */
	const char *word;
	const char *help;
};
extern const struct kind_word rows_kinds[]; /* ends with a word of NULL */

/* NULL if there is none. */
const struct row *rows_find(unsigned kind, const char *verb);
const struct kind_word *rows_kind(const char *word);

/* What is typed: "concur dict NAME set KEY VALUE". */
void rows_usage(const struct row *row, unsigned kind, char *ret, size_t size);

#endif
