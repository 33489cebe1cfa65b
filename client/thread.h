/* What the library keeps for each thread: the message of its last error, and which context it is in each session.
 *
 * Thread-safety: each function works on the calling thread's own part. */
#ifndef CLIENT_THREAD_H
#define CLIENT_THREAD_H

#include "concur.h"

/* One who owns locks and makes calls: a thread of a session, or a concur_context. */
struct owner {
	uint64_t word;       /* of the process in which the number was drawn; in another one it does not count */
	uint64_t number;     /* the context's, on the wire */
	uint64_t guard_lock; /* see concur_guard(); 0: none */
	uint64_t guard_token;
	uint64_t if_version; /* of the next call on an object; see concur_if_version(); 0: none */
	bool is_used;        /* a call was made for it */
};

/* A fresh one, for this process, with a number of the session that was never used. */
void owner_renew(struct owner *owner, concur_session *session);

/* The owner for whom the calling thread's calls on the session are made. NULL if there is no memory. */
struct owner *thread_owner(concur_session *session);

/* Lets the thread act for another owner, NULL for itself. -1 if there is no memory. */
int thread_act_for(concur_session *session, struct owner *owner);

/* The thread has no more to do with the session. */
void thread_forget(concur_session *session);

/* The task's run that the thread is at; NULL: none. The setter gives -1 if there is no memory. */
concur_work *thread_work(void);
int thread_set_work(concur_work *work);

/* Room for the thread's message, THREAD_MESSAGE bytes; NULL if there is no memory. */
enum { THREAD_MESSAGE = 512 };
char *thread_message(void);

#endif
