/* The functions that a worker can run, by name. Thread-safety: none while it is filled, any thread afterwards. */
#ifndef WORKER_FUNCTIONS_H
#define WORKER_FUNCTIONS_H

#include "client/concur.h"

struct functions {
	const struct concur_function **rows; /* sorted by name; what they point to is borrowed */
	size_t count;
};

/* VALUE_ERROR: a name is there twice. NO_MEMORY. `tables` ends with NULL, and may be NULL. */
enum concur_status functions_init(struct functions *functions, const struct concur_function *const *tables);
void functions_fini(struct functions *functions);

/* NULL if there is none of that name. */
const struct concur_function *functions_find(const struct functions *functions, const void *name, size_t size);

#endif
