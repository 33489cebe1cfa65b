/* The command of `concur parallel`, into which each job's arguments are put.
 *
 *	several words   a command, run as it is, without a shell
 *	one word        the same, unless there is a blank in it, or anything else that means something to a shell: then
 *	                a line for sh, into which arguments are put in quotes
 *	none            the arguments themselves are lines for sh
 *
 * In the words {} stands for the arguments, {#} for the job's number, {2} for the second argument where there are
 * several lists; {.} is the argument without its extension, {/} without its directory, {//} its directory, {/.} without
 * both; {2.} and so on likewise. Where none of an argument's signs is there, the arguments follow behind. */
#ifndef CLI_JOBTEMPLATE_H
#define CLI_JOBTEMPLATE_H

#include "buffer.h"
#include "fault.h"

struct jobtemplate {
	char *const *words; /* borrowed */
	size_t count;
	bool is_line;     /* one word for sh */
	bool is_empty;    /* the arguments are the line */
	bool is_appended; /* no word says where the arguments go */
};

/* `lists`: how many arguments each job has. False with a fault. */
bool jobtemplate_init(struct jobtemplate *template, char *const *words, size_t count, size_t lists,
    struct fault *fault);

/* The words of a job's command, each with a 0 behind it, appended to `to`. */
void jobtemplate_fill(const struct jobtemplate *template, uint64_t number, const char *const *arguments, size_t count,
    struct buffer *to);

/* Words as jobtemplate_fill() made them, as they would be typed: on one line, to be freed. NULL: no memory. */
char *jobtemplate_show(const struct jobtemplate *template, const struct buffer *words);

#endif
