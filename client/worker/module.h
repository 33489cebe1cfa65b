/* Modules of concur-worker: shared objects with functions. Thread-safety: none. */
#ifndef WORKER_MODULE_H
#define WORKER_MODULE_H

#include "client/concur.h"

#include <stddef.h>

enum { MODULE_TROUBLE = 512 };

/* Loads a module; it stays for as long as the process. NULL with a sentence why not in ret_trouble. */
const struct concur_module *module_load(const char *path, char ret_trouble[MODULE_TROUBLE]);

#endif
