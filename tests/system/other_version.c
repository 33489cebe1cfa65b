/* A worker's module made for another version than that of the worker that is to load it. */
#include "client/concur.h"

static const struct concur_function functions[] = {
	{ NULL, NULL, false },
};

const struct concur_module concur_module = { CONCUR_MODULE_VERSION + 1, "other_version", functions };
