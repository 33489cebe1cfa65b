/* The daemon as a whole: what main() starts, and tests too. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "daemon/options.h"

/* Serves until it is told to stop. The exit status: 0 after a clean stop, 1 if it could not start (stderr says why).
 * In the background the calling process ends in here as soon as the daemon serves. */
int daemon_run(const struct options *options);

#endif
