/* The file of the key that peers on TCP have to prove.
 *
 * Thread-safety: none needed; meant for the start. */
#ifndef IO_KEYFILE_H
#define IO_KEYFILE_H

#include "daemon/io/complaint.h"
#include "lib/key.h"

/* Reads the key; lib/key.h says what the file must be like. -1 with a complaint. */
int keyfile_read(const char *path, struct key *ret_key, struct complaint *complaint);

#endif
