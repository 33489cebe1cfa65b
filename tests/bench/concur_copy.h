/* The copying of a dict, page by page, into one beside it that is named "<name>.copy": an operation is a Dict.Page and
 * the Dict.Update that it leads to. These are the functions of a work (work.h). */
#ifndef BENCH_CONCUR_COPY_H
#define BENCH_CONCUR_COPY_H

#include "tests/bench/conn.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

int concur_copy_prepare(struct conn *conn);
size_t concur_copy_fill(struct conn *conn, size_t max);
ssize_t concur_copy_take(struct conn *conn, const uint8_t *bytes, size_t size);

#endif
