/* Replies that come in pages. */
#ifndef CLI_PAGES_H
#define CLI_PAGES_H

#include "command.h"

/* Puts into the request where the next page begins, as the reply says; false if it was the last. */
bool pages_next(json_t *reply, json_t *request);

/* Calls the method until the last page, with complaints; *ret_array has what the replies' `member` held, and is NULL
 * where that went wrong. The request is changed. */
enum verdict pages_all(struct command *command, const char *method, json_t *request, const char *member,
    json_t **ret_array);

#endif
