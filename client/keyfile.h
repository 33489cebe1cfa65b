/* The file of the key that is proven to a daemon on TCP. Thread-safety: any thread. */
#ifndef CLIENT_KEYFILE_H
#define CLIENT_KEYFILE_H

#include "concur.h"

#include "lib/key.h"

/* The file to be taken when none is given: $CONCUR_KEY_FILE; NULL: none. */
const char *keyfile_default(void);

/* Reads the key; lib/key.h says what the file must be like. BAD_KEY; sets the thread's message. */
enum concur_status keyfile_read(const char *path, struct key *ret_key);

#endif
