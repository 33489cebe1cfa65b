/* "concur list NAME items" and "slice": the items of a list, page by page. */
#ifndef CLI_SLICES_H
#define CLI_SLICES_H

#include "command.h"

/* A slice of a list as indexes: first, first + step ... */
struct slice {
	int64_t first;
	int64_t step;
	int64_t count; /* of items */
};

/* Works out a SliceRequest in JSON for a list of `len` items, as Python's slice.indices(). Its step is not 0. */
struct slice slices_indices(const json_t *request, int64_t len);

/* Indexes are those of the list as it is at first; a list that changes meanwhile is read live, as Python iterates. What
 * fits one page is read at one moment. */
enum verdict slices_run(struct command *command);

#endif
