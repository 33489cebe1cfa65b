/* The environment of a process that the daemon starts. */
#ifndef IO_SPAWN_ENVIRONMENT_H
#define IO_SPAWN_ENVIRONMENT_H

#include "daemon/io/spawn.h"

/* The daemon's own, without what the service manager says to the daemon alone; then the additions, then $CONCUR_URL,
 * $CONCUR_PROCESS and, with a page, $CONCUR_PAGE. What comes later takes the place of what has the same name. NULL if
 * there is no memory. */
char **spawn_environment(const struct process_spec *spec, const struct spawn_setting *setting);
void spawn_environment_free(char **environment); /* takes NULL */

#endif
