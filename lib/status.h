/* Names and texts of the statuses.
 *
 * Thread-safety: pure functions; what they return is constant. */
#ifndef LIB_STATUS_H
#define LIB_STATUS_H

#include "concur_status.h"

/* "WRONG_KIND", the name as it stands in the protocol; "UNKNOWN_STATUS" for a number that is none of ours. */
const char *status_name(enum concur_status status);

/* "the object is of another kind"; a text that says so for a number that is none of ours. */
const char *status_text(enum concur_status status);

#endif
