/* Why an argument was refused: which one, what it was, and what it may be.
 *
 * The core answers with a status alone. What a person needs beside it is the same for many methods (an index, a count,
 * an item of a typecode), so it stands in one table by method and field of the request, which is looked at only when a
 * call fails. Thread-safety: none. */
#ifndef RPC_REFUSAL_H
#define RPC_REFUSAL_H

#include "daemon/rpc/method.h"
#include "lib/concur_status.h"

#include <stdbool.h>
#include <stddef.h>

struct call;

enum { REFUSAL_TEXT = 256 };

/* Writes a sentence on the argument because of which the call, whose request is unpacked, has that status: "count is 0;
 * it must be 1 or more". False, and nothing is written, if the table knows none. */
bool refusal_explain(const struct call *call, enum concur_status status, char *text, size_t size);

/* False, with words in ret_why, if the table names a method that is not there, or a field that none of its methods
 * has. */
bool refusal_check(const struct method_table *methods, const char **ret_why);

#endif
