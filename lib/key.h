/* A key that two sides share, and the rules for the file that it is kept in.
 *
 * The key is the bytes of the file without one newline at their end, which editors add. The rules stand here, and the
 * reading where there are system calls: daemon/io/keyfile.h and client/keyfile.h.
 *
 * Thread-safety: pure functions. */
#ifndef LIB_KEY_H
#define LIB_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEY_MIN = 16,           /* bytes; a shorter one could be guessed */
	KEY_MAX = 1024,         /* bytes */
	KEY_ROOM = KEY_MAX + 2, /* bytes to be read of a file: a newline, and one by which it is too long */
};

struct key {
	uint32_t size;
	uint8_t bytes[KEY_MAX];
};

/* What the system tells of a file. */
struct key_file {
	bool is_plain;   /* neither a directory nor a pipe nor ... */
	uint32_t mode;   /* its permission bits */
	uint64_t owner;  /* a user id */
	uint64_t group;  /* a group id */
	uint64_t reader; /* the user id of the process that wants to read it */
};

/* Why a key is not taken from such a file, as words behind its name; NULL if nothing is wrong: nobody but its owner can
 * read or write it, and that is the reader or root. */
const char *key_file_fault(const struct key_file *file);

/* Takes the key from what the file holds. Why not, as words behind its name, or NULL. */
const char *key_take(const void *bytes, size_t size, struct key *ret_key);

/* Wipes the bytes. Takes NULL. */
void key_forget(struct key *key);

#endif
