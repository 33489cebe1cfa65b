/* Functions over files, for workers: file_tools.c. */
#ifndef EXAMPLES_FILE_TOOLS_H
#define EXAMPLES_FILE_TOOLS_H

#include "client/concur.h"

/* "sha256": a path (a text, or a list of one) to a line as sha256sum(1) writes it.
 * "gzip": a path to the number of bytes of PATH.gz, which it writes. Only where zlib was found. */
extern const struct concur_function file_functions[];

#endif
