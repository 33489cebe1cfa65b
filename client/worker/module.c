/* Loading modules: at once with all that they need, so that what is missing is found before the first task. */
#include "module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define ENTRY "concur_module"

/* A path without a slash is a file here, not one to be looked for where libraries are. */
static void *
open_here(const char *path)
{
	char here[4096];

	if (strchr(path, '/'))
		return dlopen(path, RTLD_NOW | RTLD_LOCAL);
	snprintf(here, sizeof here, "./%s", path);
	return dlopen(here, RTLD_NOW | RTLD_LOCAL);
}

const struct concur_module *
module_load(const char *path, char ret_trouble[MODULE_TROUBLE])
{
	const struct concur_module *module;
	void *handle = open_here(path);

	if (!handle) {
		snprintf(ret_trouble, MODULE_TROUBLE, "the module %s can not be loaded: %s", path, dlerror());
		return NULL;
	}
	module = dlsym(handle, ENTRY);
	if (module && module->version == CONCUR_MODULE_VERSION && module->functions)
		return module;
	if (!module)
		snprintf(ret_trouble, MODULE_TROUBLE, "the module %s has no symbol " ENTRY, path);
	else
		snprintf(ret_trouble, MODULE_TROUBLE, "the module %s is of version %u, and this is for version %d",
		    path, module->version, CONCUR_MODULE_VERSION);
	(void)dlclose(handle);
	return NULL;
}
