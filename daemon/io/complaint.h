/* A complaint: why something could not be done, as one sentence for people. Filled by what fails, told by who called.
 *
 * Thread-safety: none needed; a complaint belongs to its caller. */
#ifndef IO_COMPLAINT_H
#define IO_COMPLAINT_H

struct complaint {
	char text[512];
};

/* Writes the sentence, cut if it is too long; returns -1, so that a failing function can return this. */
int complain(struct complaint *complaint, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
