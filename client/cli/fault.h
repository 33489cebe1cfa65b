/* A fault: one sentence on what is wrong with what the user gave, for the one place that prints it.
 *
 * Functions that can find fault return false (or NULL) and leave the sentence here. */
#ifndef CLI_FAULT_H
#define CLI_FAULT_H

#include <stdbool.h>

struct fault {
	char text[512]; /* no newline, no full stop at the end; cut off where it does not fit */
};

/* Always false, so that a function can end with it. */
__attribute__((format(printf, 2, 3))) bool fault_set(struct fault *fault, const char *format, ...);

/* Puts words in front of what is there: where the fault is. Always false. */
__attribute__((format(printf, 2, 3))) bool fault_at(struct fault *fault, const char *format, ...);

#endif
