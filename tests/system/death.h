/* What the tests of death and of bad peers share: a daemon for each test, and client processes that can be killed.
 *
 * The test process is a client, and so are the children it starts. A child runs a function with a session of its own,
 * and talks with the test through a pair of sockets, one number at a time. That, the ends of processes, and what the
 * daemon says of its objects is all that anybody waits for.
 *
 * must() and its kin work on both sides: in the test process they fail the test; a child tells why on standard error
 * and ends, which fails whoever listens to it. */
#ifndef SYSTEM_DEATH_H
#define SYSTEM_DEATH_H

#include "client/concur.h"

#include <check.h>
#include <sys/types.h>

struct death {
	char directory[64];
	char url[104];
	char tcp_url[104];       /* where it listens besides, after death_start_on_tcp() */
	pid_t test;              /* the process that runs the test */
	pid_t daemon;            /* its child; 0: not started, or ended by the test */
	concur_session *session; /* the test's own; NULL: closed by the test */
};

extern struct death death; /* of the test that runs */

/* -- the daemon --------------------------------------------------------------------------------------------------- */

/* Starts the daemon, with more arguments (NULL, or an array that NULL ends), and opens the test's session. Where
 * `files` is not 0 the daemon may have no more than so many open. */
concur_session *death_start(const char *const *arguments, unsigned files);

/* The same, listening first at that tcp address too, whose port may be 0; death.tcp_url is the one it got. */
concur_session *death_start_on_tcp(const char *url, const char *const *arguments);

/* Ends the daemon by the signal and waits for it; SIGTERM must end it with exit status 0. */
void death_end_daemon(int signal);

/* Runs the tests, NULL at the end, and returns main's exit status. After each the daemon must have no session but the
 * test's and no call that waits, and must end well. */
int death_run(const char *name, const TTest *const *tests);

/* -- children ----------------------------------------------------------------------------------------------------- */

struct child {
	pid_t pid;
	int channel;
};

/* What a child does, with its session and its end of the channel. */
typedef void child_main(concur_session *session, int channel);

struct child child_start(child_main *run);

void child_signal(const struct child *child, int signal);
void child_kill(struct child *child);            /* -9; it has ended afterwards */
void child_stop(const struct child *child);      /* SIGSTOP; it stands still afterwards */
void child_join(struct child *child);            /* it must end by itself, and well */
void child_end(struct child *child, int signal); /* it must end, by the signal; 0: as child_join() */

/* One number through the channel; child_hear() waits for it. */
void child_say(int channel, uint64_t number);
uint64_t child_hear(int channel);

/* -- checks ------------------------------------------------------------------------------------------------------- */

void death_must(bool holds, const char *what, const char *file, int line);
void death_must_be(enum concur_status status, enum concur_status expected, const char *what, const char *file,
    int line);

#define must(condition) death_must((condition), #condition, __FILE__, __LINE__)
#define must_be(call, expected) death_must_be((call), (expected), #call, __FILE__, __LINE__)
#define must_ok(call) death_must_be((call), CONCUR_OK, #call, __FILE__, __LINE__)

/* -- objects ------------------------------------------------------------------------------------------------------ */

/* The objects that most tests use, by the name of their kind; to be freed. */
concur_dict *death_dict(concur_session *session);
concur_queue *death_queue(concur_session *session, int64_t maxsize);
concur_lock *death_lock(concur_session *session, bool strict);

/* What a child does: waits for an item of that queue, which it may not live to see, and tells it. */
void death_get_one(concur_session *session, int channel);

/* Until so many calls wait on the object, or in the whole daemon. */
void await_waiters(concur_object *object, uint64_t waiters);
void await_all_waiters(concur_session *session, uint64_t waiters);

/* A pidfd of the process; and waiting on it until that has ended. Takes the pidfd. */
int death_watch(pid_t pid);
void await_end(int pidfd);

/* Waits for the future, and frees it. */
enum concur_status await_future(concur_future *future);

/* The daemon's pid, as it says. */
pid_t death_daemon_of(concur_session *session);

#endif
