/* The effects: what the server wants done. They only note it; the loop does it when the server is not at work. */
#ifndef IO_EFFECTS_H
#define IO_EFFECTS_H

#include "daemon/server/server.h"

/* Its `io` is a struct loop, its connections are struct conn. */
extern const struct server_io effects_io;

#endif
