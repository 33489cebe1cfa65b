/* The statuses of concur: one list gives the names, the numbers on the wire and the texts.
 *
 * Numbers are part of the protocol and never change; a new status takes the next free number of its range.
 * 0 is success, 1 to 255 travel in replies, 256 and above are made by the client library alone. */
#ifndef CONCUR_STATUS_H
#define CONCUR_STATUS_H

#define CONCUR_STATUS_LIST(X)                                                        \
	X(OK, 0, "done")                                                             \
	/* The protocol. */                                                          \
	X(BAD_FRAME, 1, "the frame's header is broken")                              \
	X(WRONG_VERSION, 2, "the other side speaks another version of the protocol") \
	X(NO_HELLO, 3, "the first call on a connection must be Session.Hello")       \
	X(UNKNOWN_METHOD, 4, "no such method")                                       \
	X(BAD_MESSAGE, 5, "the body or the options do not decode")                   \
	X(BAD_VALUE, 6, "not a well-formed value")                                   \
	X(TOO_LARGE, 7, "larger than a limit allows")                                \
	X(LIMIT, 8, "a limit is reached")                                            \
	X(NO_MEMORY, 9, "out of memory")                                             \
	X(PERMISSION, 10, "not permitted")                                           \
	X(BAD_WAIT, 11, "a wait is 0, -1 for ever, or so many nanoseconds")          \
	X(UNAUTHENTICATED, 12, "nothing is done here until the key is proven")       \
	/* Objects. */                                                               \
	X(NOT_FOUND, 20, "no such object")                                           \
	X(WRONG_KIND, 21, "the object is of another kind")                           \
	X(ALREADY_THERE, 22, "an object of that name is there already")              \
	X(BAD_NAME, 23, "not a name an object can have")                             \
	/* Values and arguments, as Python's errors. */                              \
	X(TYPE_ERROR, 30, "the operation does not take a value of that type")        \
	X(VALUE_ERROR, 31, "an argument is out of its domain")                       \
	X(INDEX_ERROR, 32, "the index is out of range")                              \
	X(UNHASHABLE, 33, "a value of that type can not be a key")                   \
	X(OVERFLOW, 34, "the result does not fit")                                   \
	X(NEEDS_COMPARE, 35, "values that only the client can compare")              \
	/* Locks and waiting. */                                                     \
	X(NOT_LOCKED, 40, "the lock is not held")                                    \
	X(NOT_OWNER, 41, "another owner holds it")                                   \
	X(STALE_TOKEN, 42, "the guarding lock is no longer held under that token")   \
	X(WAITING, 43, "this owner has a waiting acquire on the same object")        \
	X(DEADLOCK, 44, "waiting here could never end")                              \
	X(CANCELLED, 45, "the call was withdrawn")                                   \
	X(SHUT_DOWN, 46, "the queue is shut down")                                   \
	X(TOO_MANY_DONE, 47, "more tasks were told done than were put")              \
	X(REMOVED, 48, "the object was removed while the call waited")               \
	X(STOPPING, 49, "the daemon is stopping")                                    \
	X(NOT_RECOVERABLE, 50, "its owner died and nobody said it is consistent")    \
	X(OVER_RELEASE, 51, "released more often than acquired")                     \
	X(BROKEN_BARRIER, 52, "the barrier is broken")                               \
	X(BROKEN_PIPE, 53, "the pipe's other end is closed")                         \
	X(AUTHENTICATION, 60, "the two sides do not have the same key")              \
	/* Tasks and pools. */                                                       \
	X(TASK_FAILED, 61, "the task failed")                                        \
	X(WORKER_DIED, 62, "the worker died while it ran the task")                  \
	X(TASK_TIMED_OUT, 63, "the task ran longer than it may")                     \
	X(RESULT_LOST, 64, "the task ran, but its result was lost")                  \
	X(NO_FUNCTION, 65, "no worker of the pool has that function")                \
	X(POOL_CLOSED, 66, "the pool takes no more tasks")                           \
	X(POOL_BROKEN, 67, "the pool's workers can not start")                       \
	X(POOL_EXHAUSTED, 68, "all workers wait for tasks that need one")            \
	/* Processes. */                                                             \
	X(ALREADY_STARTED, 70, "the process was started before")                     \
	X(NOT_STARTED, 71, "the process was not started")                            \
	X(START_FAILED, 72, "the process could not be started")                      \
	/* Resuming. */                                                              \
	X(SESSION_GONE, 73, "the session has ended")                                 \
	/* Made by the client library: plain noes of the blocking forms. */          \
	X(NOT_THERE, 256, "not there")                                               \
	X(EMPTY, 257, "the queue is empty")                                          \
	X(FULL, 258, "it is full")                                                   \
	X(TIMED_OUT, 259, "timed out")                                               \
	X(OWNER_DIED, 260, "done, but the owner before died while it held the lock") \
	X(EXISTS, 261, "there already, nothing changed")                             \
	X(CHANGED, 262, "not as expected, nothing changed")                          \
	X(RUN_ACTION, 263, "all have come: run the barrier's action")                \
	X(END_OF_FILE, 264, "the pipe's other end is closed, and nothing is left")   \
	X(NO, 265, "it is not so")                                                   \
	/* Made by the client library: the connection. */                            \
	X(PENDING, 280, "not answered yet")                                          \
	X(BAD_ADDRESS, 281, "not an address: unix:PATH or tcp://HOST:PORT")          \
	X(NO_DAEMON, 282, "nobody answers at that address")                          \
	X(CLOSED, 283, "the connection to the daemon is closed")                     \
	X(FORKED, 284, "the call was in flight on the parent's connection")          \
	X(INTERRUPTED, 285, "a signal arrived; the call is still in flight")         \
	X(WOULD_DEADLOCK, 286, "the thread that must read the answer would wait")    \
	X(BAD_REPLY, 287, "the daemon's reply does not decode")                      \
	X(BAD_ARGUMENT, 288, "an argument is not valid")                             \
	X(SYSTEM, 289, "a system call failed")                                       \
	X(BAD_KEY, 290, "the key's file can not be used")

enum concur_status {
#define CONCUR_STATUS_ENUM(name, number, text) CONCUR_##name = (number),
	CONCUR_STATUS_LIST(CONCUR_STATUS_ENUM)
#undef CONCUR_STATUS_ENUM
};

#endif
