/* How a command ends: its exit status. concur(1) lists them. */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

enum verdict {
	VERDICT_DONE = 0,
	VERDICT_NO = 1,        /* a plain no: empty, full, timed out, not there */
	VERDICT_USAGE = 2,     /* the words were wrong */
	VERDICT_NO_DAEMON = 3, /* none answers, or it went away */
	VERDICT_ERROR = 4,     /* anything else */
};

#endif
