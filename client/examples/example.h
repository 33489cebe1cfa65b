/* What the examples share: a session, and ending with a message when something goes wrong. */
#ifndef EXAMPLES_EXAMPLE_H
#define EXAMPLES_EXAMPLE_H

#include "client/concur.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Ends the program unless the call went well. */
static inline void
must(enum concur_status status)
{
	if (status == CONCUR_OK)
		return;
	fprintf(stderr, "%s: %s\n", concur_status_name(status), concur_message());
	exit(1);
}

/* The same for a call that was begun. */
static inline void
must_end(concur_future *future)
{
	must(concur_future_wait(future, CONCUR_FOREVER));
	concur_future_free(future);
}

/* The daemon at $CONCUR_URL, or else a private one that ends with this program. */
static inline concur_session *
example_session(void)
{
	concur_session *session;

	must(getenv("CONCUR_URL") ? concur_connect(NULL, NULL, &session) : concur_spawn(NULL, &session));
	return session;
}

/* Runs `work` in so many processes at once, with their number from 0; false if one of them failed. */
static inline bool
example_processes(int count, int (*work)(int number, void *arg), void *arg)
{
	bool well = true;
	int status;

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(work(i, arg));
		well &= pid > 0;
	}
	while (wait(&status) > 0)
		well &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return well;
}

/* Says how it came out; main returns the result. */
static inline int
example_end(bool well, const char *what)
{
	printf("%s: %s\n", well ? "ok" : "FAILED", what);
	return well ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
