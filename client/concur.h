/* libconcur: dicts, queues, locks, barriers and more that live in a concurd daemon and that many processes share.
 *
 *	concur_session *session;
 *	concur_dict *dict;
 *	struct concur_value value;
 *
 *	if (concur_connect(NULL, NULL, &session) || concur_dict_open(session, "stock", NULL, &dict))
 *		errx(1, "%s", concur_message());
 *	if (concur_dict_set(dict, CV("apples"), CV(3)) || concur_dict_get(dict, CV("apples"), &value))
 *		errx(1, "%s", concur_message());
 *	printf("%" PRId64 "\n", value.integer);
 *	concur_value_free(&value);
 *	concur_free(dict);
 *	concur_close(session);
 *
 * Two forms.  Every call has a blocking form, concur_dict_get(), and a form that sends and returns at once,
 * concur_dict_get_begin(), whose concur_future is waited for later. Any number of calls may be in flight; the daemon
 * carries them out in the order in which they were begun.
 *
 * Statuses.  Functions return CONCUR_OK (0) or a status; concur_message() has a sentence about the last one of this
 * thread that was not CONCUR_OK. Unless a comment says otherwise nothing is stored through a `ret_` pointer then.
 * Statuses from 256 to 279 are plain noes (CONCUR_NOT_THERE, CONCUR_EMPTY ...), not errors. Every call can give
 * CONCUR_CLOSED, CONCUR_NO_MEMORY, CONCUR_TOO_LARGE, CONCUR_LIMIT, CONCUR_STALE_TOKEN and CONCUR_NOT_FOUND (the object
 * was removed); every call with a value CONCUR_BAD_VALUE; comments list only what is particular.
 *
 * Waiting.  A time to wait is int64_t nanoseconds: 0 does not wait, CONCUR_FOREVER waits for ever. A blocking call that
 * a signal handler interrupts while the daemon lets it wait gives CONCUR_INTERRUPTED and has had no effect; calls that
 * never wait in the daemon are not interrupted.
 *
 * Threads.  Everything may be called from any thread at any time, but for two rules: a handle, a session or a future
 * may not be freed while another thread uses it, and a result is taken from a future by one thread. Locks belong to the
 * thread (or the concur_context) that acquired them.
 *
 * Fork.  A child may go on using every session and handle: at its first call it gets a connection of its own. Futures
 * that were in flight at the fork give CONCUR_FORKED in the child and are still good in the parent.
 *
 * Ownership.  Values that are passed in are borrowed until the function returns. Values that come out belong to the
 * caller, who frees them with concur_value_free(), concur_values_free(), concur_listing_free(), concur_reply_free(). */
#ifndef CONCUR_H
#define CONCUR_H

#include "concur_value.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CONCUR_FOREVER INT64_C(-1)
#define CONCUR_SECOND INT64_C(1000000000) /* in nanoseconds */

#pragma GCC visibility push(default)

typedef struct concur_session concur_session; /* this process's standing with a daemon */
typedef struct concur_context concur_context; /* an owner of locks other than the thread: a coroutine, a task */
typedef struct concur_future concur_future;   /* a call in flight, or its answer */

/* Handles. Each counts as one reference to its object until it is freed. */
typedef struct concur_object concur_object; /* of any kind */
typedef struct concur_dict concur_dict;
typedef struct concur_list concur_list;
typedef struct concur_queue concur_queue;
typedef struct concur_lock concur_lock; /* of a lock or an rlock */
typedef struct concur_condition concur_condition;
typedef struct concur_rwlock concur_rwlock;
typedef struct concur_pipe concur_pipe; /* one end of a pipe */
typedef struct concur_cell concur_cell; /* one shared value: the kind that Python calls Value */
typedef struct concur_set concur_set;
typedef struct concur_namespace concur_namespace;
typedef struct concur_array concur_array;

enum concur_kind {
	CONCUR_KIND_NONE = 0, /* any kind */
	CONCUR_KIND_DICT = 1,
	CONCUR_KIND_LIST = 2,
	CONCUR_KIND_QUEUE = 3,
	CONCUR_KIND_LOCK = 4,
	CONCUR_KIND_CELL = 5,
	CONCUR_KIND_SET = 6,
	CONCUR_KIND_NAMESPACE = 7,
	CONCUR_KIND_ARRAY = 8,
	CONCUR_KIND_PIPE = 9,
	CONCUR_KIND_RLOCK = 10,
	CONCUR_KIND_RWLOCK = 11,
	CONCUR_KIND_SEMAPHORE = 12,
	CONCUR_KIND_CONDITION = 13,
	CONCUR_KIND_EVENT = 14,
	CONCUR_KIND_BARRIER = 15,
	CONCUR_KIND_LATCH = 16,
	CONCUR_KIND_POOL = 17,
	CONCUR_KIND_PROCESS = 18,
};

/* -- errors ------------------------------------------------------------------------------------------------------ */

/* A short text, such as "the index is out of range". Never NULL. */
const char *concur_strerror(enum concur_status status);

/* The status's name, such as "INDEX_ERROR". Never NULL. */
const char *concur_status_name(enum concur_status status);

/* What happened, to what, what to do: about the last call of this thread that did not return CONCUR_OK. Never NULL.
 * Good until this thread's next call of this library. */
const char *concur_message(void);

/* -- sessions ---------------------------------------------------------------------------------------------------- */

/* All fields may be 0 or NULL, which is the default. */
struct concur_options {
	const char *client;           /* a name for people who look at the daemon; the program's */
	int64_t timeout_ns;           /* for connecting and for starting a daemon; 10 s */
	const char *concurd;          /* concur_spawn: the daemon's program */
	const char *const *arguments; /* concur_spawn: more arguments for it, ends with NULL */
	const char *key_file;         /* of a daemon at a tcp address; without it $CONCUR_KEY_FILE, or no key */
	bool ends_with_connection;    /* at a tcp address: the session does not outlive its connection */
};

/* Connects to the daemon at `url`: "unix:PATH" or "tcp://HOST:PORT"; NULL takes $CONCUR_URL, or else the user's own
 * daemon at unix:$XDG_RUNTIME_DIR/concurd.sock (root: unix:/run/concurd/concurd.sock). Options may be NULL. Blocks.
 *
 * A daemon at a tcp address may want a key, which both sides prove to each other without sending it; with a key, a
 * daemon that can not prove it is refused. The file is as `concur keygen` makes it: at least 16 bytes, a newline at the
 * end not counted, for nobody but its owner, who is the user or root. It is read here, once. UNAUTHENTICATED (there is
 * no key), AUTHENTICATION (it is another one, which the daemon says after a second), BAD_KEY.
 *
 * Over TCP the session outlives a connection that drops, unless the options say otherwise or the daemon gives no grace:
 * the library connects again by itself and goes on, calls in flight are carried out once and answered, locks stay held,
 * waits end when they would have (the library learns it when it is connected again; concur_future_wait() returns in
 * time whatever happens). A thread of the library's own sees to that; it takes no signals. When the daemon has ended
 * the session meanwhile (grace_seconds), or can not be reached for as long as that takes, all calls give CLOSED.
 *
 * BAD_ADDRESS, NO_DAEMON, WRONG_VERSION, LIMIT (sessions_max), PERMISSION, TIMED_OUT, SYSTEM. */
CONCUR_CHECKED enum concur_status concur_connect(const char *url, const struct concur_options *options,
    concur_session **ret_session);

/* Starts a private daemon and connects to it. The daemon ends when the session is closed by the process that spawned it
 * and when that process ends, however it ends; it is not a child of the caller. Its program is options->concurd, or
 * $CONCUR_CONCURD, or concurd where it was installed, or the one in $PATH. Children and others reach it by
 * concur_url(). Blocks. NO_DAEMON (it did not start), SYSTEM. */
CONCUR_CHECKED enum concur_status concur_spawn(const struct concur_options *options, concur_session **ret_session);

/* The address of the session's daemon. Good as long as the session. */
const char *concur_url(const concur_session *session);

/* Says goodbye and ends the session: calls in flight give CLOSED, strict locks are released. Handles and futures of the
 * session are still to be freed. Takes NULL. Blocks until the daemon has heard it (and, if spawned, has ended). */
void concur_close(concur_session *session);

/* Asks the daemon for a sign of life. */
CONCUR_CHECKED enum concur_status concur_ping(concur_session *session);
concur_future *concur_ping_begin(concur_session *session);

/* From concur_cork() on, begun calls are gathered and sent many at once: when enough are there, when any thread of the
 * session waits for a call, and at concur_uncork(). Corks nest. */
void concur_cork(concur_session *session);
void concur_uncork(concur_session *session);

/* -- objects of any kind ----------------------------------------------------------------------------------------- */

enum concur_lifetime {
	CONCUR_LIFETIME_DEFAULT = 0,  /* NAMED with a name, REFCOUNT without */
	CONCUR_LIFETIME_SESSION = 1,  /* until the session that created it ends */
	CONCUR_LIFETIME_REFCOUNT = 2, /* until nobody refers to it; without a name, a minute more (linger_seconds) */
	CONCUR_LIFETIME_NAMED = 3,    /* until it is removed */
};

enum concur_order {
	CONCUR_FIFO = 0,
	CONCUR_LIFO = 1,     /* the last in is the first out */
	CONCUR_PRIORITY = 2, /* the smallest first; equal ones in the order they came */
};

/* How to open; all fields may be 0, which is the default: open it, or create it if it is not there. */
struct concur_open {
	enum concur_lifetime lifetime;
	bool must_exist;         /* do not create it: NOT_FOUND */
	bool must_create;        /* do not open it: ALREADY_THERE */
	int64_t maxsize;         /* queue, dict: items at most; 0 or less is unbounded */
	enum concur_order order; /* queue */
	bool strict;             /* lock: only its owner may release it, and a goodbye releases it.
	                              semaphore: permits are owned likewise */
	bool bounded;            /* semaphore: releases past the first count are refused */
	bool evict;              /* dict with maxsize: the entry inserted first makes room; otherwise FULL */
	bool nested;             /* dict, namespace, list: maps and lists stored into it become objects, see below.
	                              Others: VALUE_ERROR */
	bool robust;             /* lock, rlock: strict, and whoever is told OWNER_DIED has to say that it is consistent
	                              before it releases it, or else it is NOT_RECOVERABLE for all */
	struct concur_value value; /* cell: what it holds at first; CONCUR_VALUE_NONE: null. array: its items.
	                              barrier: its action */
	bool has_count;            /* semaphore: a count of 0 is 0 permits, and not the default, 1 */
	int64_t count;             /* semaphore: permits at first. barrier: parties. latch: what it counts down from.
	                              array: zeros */
	char typecode;             /* cell, array: a letter of Python's array module; 0: any value */
	concur_object *lock;       /* condition: the lock or rlock that it is on; NULL: an rlock of its own */
	bool duplex;               /* pipe: both ends send and receive */
	int64_t timeout_ns;        /* barrier: how long a wait that does not say waits; 0 or CONCUR_FOREVER: for ever */
};

/* A nested container behaves as Python's own do when one is put into another: after d["a"] = {}, d["a"]["b"] = 1
 * changes what d holds, where a plain shared dict would change a copy. Every map or list that is stored into it, by
 * any call, becomes an anonymous dict or list of its own, nested too, whatever is inside likewise, and a reference to
 * it is stored in its place; all of it or, with an error, none. A tuple stays a value, with references to the maps and
 * lists in it; numbers, texts, typed arrays and opaque values stay what they are. So what a call reads there is a
 * reference: concur_object_take() makes a handle of it, a path leads through it. Stored values compare as references
 * do: what refers to the same object is equal. A copy of the container is nested and shares what is inside.
 * concur_dict_append() appends to the list object at the key. The error TOO_LARGE names nested_max where one call
 * would make more objects, sort_max where these would have more items in all. Only who creates the container
 * chooses. */

/* Open the object called `name`, or create an anonymous one (NULL). `how` may be NULL. NOT_FOUND, ALREADY_THERE,
 * WRONG_KIND, BAD_NAME. The handle is freed with concur_free(). */
CONCUR_CHECKED enum concur_status concur_dict_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_dict **ret_dict);
CONCUR_CHECKED enum concur_status concur_list_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_list **ret_list);
CONCUR_CHECKED enum concur_status concur_queue_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_queue **ret_queue);
CONCUR_CHECKED enum concur_status concur_lock_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_lock **ret_lock);
CONCUR_CHECKED enum concur_status concur_rlock_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_lock **ret_lock);
CONCUR_CHECKED enum concur_status concur_rwlock_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_rwlock **ret_rwlock);
CONCUR_CHECKED enum concur_status concur_condition_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_condition **ret_condition);
CONCUR_CHECKED enum concur_status concur_cell_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_cell **ret_cell);
CONCUR_CHECKED enum concur_status concur_set_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_set **ret_set);
CONCUR_CHECKED enum concur_status concur_namespace_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_namespace **ret_namespace);
CONCUR_CHECKED enum concur_status concur_array_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_array **ret_array);

/* One end of a pipe that concur_pipe_new() has made and named: NOT_FOUND if it is not there. */
CONCUR_CHECKED enum concur_status concur_pipe_open(concur_session *session, const char *name,
    const struct concur_open *how, concur_pipe **ret_pipe);

/* The same for a kind that is known only at run time. CONCUR_KIND_NONE opens what is there, of whatever kind. */
CONCUR_CHECKED enum concur_status concur_object_open(concur_session *session, enum concur_kind kind, const char *name,
    const struct concur_open *how, concur_object **ret_object);
concur_future *concur_object_open_begin(concur_session *session, enum concur_kind kind, const char *name,
    const struct concur_open *how);

/* A handle for the object with that id, as in a CONCUR_VALUE_OBJECT. NOT_FOUND. */
CONCUR_CHECKED enum concur_status concur_object_ref(concur_session *session, uint64_t id, concur_object **ret_object);
concur_future *concur_object_ref_begin(concur_session *session, uint64_t id);

/* A reference to the object behind a handle. */
struct concur_value concur_reference(const concur_object *object);

/* A handle for the object that a received CONCUR_VALUE_OBJECT refers to. The daemon counted that reference for this
 * session when it sent the value; the handle takes it over, so take each value once. The value is still to be freed.
 * NOT_FOUND. */
CONCUR_CHECKED enum concur_status concur_object_take(concur_session *session, const struct concur_value *value,
    concur_object **ret_object);

/* Which object it is, and of which kind. */
uint64_t concur_object_id(const concur_object *object);
enum concur_kind concur_object_kind(const concur_object *object);

/* The same handle by its kind's type; NULL if it is of another kind. */
concur_dict *concur_object_dict(concur_object *object);
concur_list *concur_object_list(concur_object *object);
concur_queue *concur_object_queue(concur_object *object);
concur_lock *concur_object_lock(concur_object *object); /* a lock or an rlock */
concur_condition *concur_object_condition(concur_object *object);
concur_rwlock *concur_object_rwlock(concur_object *object);
concur_cell *concur_object_cell(concur_object *object);
concur_pipe *concur_object_pipe(concur_object *object);
concur_set *concur_object_set(concur_object *object);
concur_namespace *concur_object_namespace(concur_object *object);
concur_array *concur_object_array(concur_object *object);

/* How many items the object has. */
CONCUR_CHECKED enum concur_status concur_object_len(concur_object *object, int64_t *ret_len);
concur_future *concur_object_len_begin(concur_object *object);

/* Empties a dict, list, set or queue. TYPE_ERROR for what has nothing to empty. */
CONCUR_CHECKED enum concur_status concur_object_clear(concur_object *object);
concur_future *concur_object_clear_begin(concur_object *object);

/* A new anonymous object of the same kind, with the contents that this one has now: a snapshot, that others may go
 * through (by its id) while the original changes, and that may be changed itself. It costs little however large the
 * original is: the two share what neither has changed since. Times to live and locks of keys stay with the original:
 * what was there at that moment stays in the copy. Kinds that hold no values: TYPE_ERROR. LIMIT. */
CONCUR_CHECKED enum concur_status concur_object_copy(concur_object *object, concur_object **ret_copy);
concur_future *concur_object_copy_begin(concur_object *object);

/* The version that the original had when the copy was made; 0 for a handle that did not come of concur_object_copy. */
uint64_t concur_object_original_version(const concur_object *copy);

/* Whether two dicts, lists, sets, arrays, namespaces or cells hold the same, as Python's ==; or one and a value: a list
 * and a LIST, a dict and a MAP, an array and an ARRAY, a cell and anything. OK if it is so, NO if not. NEEDS_COMPARE
 * where only the client can tell, TYPE_ERROR for what is not compared, TOO_LARGE for more than sort_max items. */
CONCUR_CHECKED enum concur_status concur_object_equal(concur_object *object, concur_object *other);
concur_future *concur_object_equal_begin(concur_object *object, concur_object *other);
CONCUR_CHECKED enum concur_status concur_object_equal_value(concur_object *object, struct concur_value value);
concur_future *concur_object_equal_value_begin(concur_object *object, struct concur_value value);

/* The rlock that a cell or an array has of its own, as get_lock() of multiprocessing's Value and Array; the handle is
 * freed with concur_free(). Nobody has to hold it: calls on the object do not ask for it. WRONG_KIND. */
CONCUR_CHECKED enum concur_status concur_object_own_lock(concur_object *object, concur_lock **ret_lock);

/* Takes the object's name away; it goes when nobody refers to it. A pool is closed, too: what has not begun is
 * cancelled, what runs is finished. */
CONCUR_CHECKED enum concur_status concur_object_remove(concur_object *object);
concur_future *concur_object_remove_begin(concur_object *object);

/* Who holds something, or held it. */
struct concur_holder {
	uint64_t session;
	uint64_t process; /* pid */
	uint64_t context;
	uint64_t token;
	uint64_t age_ns; /* how long it has been held */
};

/* Gives the handle back; the daemon is told but not waited for. Takes NULL. */
void concur_object_free(concur_object *object);

#ifndef __cplusplus
/* Any handle as that of an object. */
/* clang-format off */
#define CONCUR_OBJECT(handle) ((concur_object *)_Generic((handle), concur_object *: (handle), concur_dict *: (handle), \
    concur_list *: (handle), concur_queue *: (handle), concur_lock *: (handle), concur_cell *: (handle), \
    concur_pipe *: (handle), concur_event *: (handle), concur_set *: (handle), \
    concur_namespace *: (handle), \
    concur_array *: (handle), \
    concur_semaphore *: (handle), concur_condition *: (handle), \
    concur_barrier *: (handle), concur_latch *: (handle), concur_process *: (handle), \
    concur_pool *: (handle), concur_rwlock *: (handle)))
/* clang-format on */
#define concur_len(handle, ret_len) concur_object_len(CONCUR_OBJECT(handle), (ret_len))
#define concur_clear(handle) concur_object_clear(CONCUR_OBJECT(handle))
#define concur_remove(handle) concur_object_remove(CONCUR_OBJECT(handle))
#define concur_free(handle) concur_object_free(CONCUR_OBJECT(handle))
#endif

/* -- the manager ------------------------------------------------------------------------------------------------- */

struct concur_manager {
	char daemon[64];  /* such as "concurd 0.1.0" */
	uint64_t process; /* its pid */
	uint64_t uptime_ns;
	uint64_t sessions;
	uint64_t cut_off; /* of them, those without a connection that may come back */
	uint64_t objects;
	uint64_t waiters;
	uint64_t calls; /* answered since the start */
	uint64_t bytes; /* counted for what all objects store */
	uint64_t bytes_max;
	uint64_t number_of_objects; /* those that sessions have handles on */
};

CONCUR_CHECKED enum concur_status concur_manager_info(concur_session *session, struct concur_manager *ret_manager);
concur_future *concur_manager_info_begin(concur_session *session);

/* As concur_object_remove, by name. NOT_THERE. */
CONCUR_CHECKED enum concur_status concur_manager_remove(concur_session *session, const char *name);
concur_future *concur_manager_remove_begin(concur_session *session, const char *name);

/* -- futures ---------------------------------------------------------------------------------------------------------
 *
 * A `_begin` returns NULL if there is no memory; every function here takes NULL as a future that has failed so. A call
 * that could not be begun for another reason is a future that is done, with the status. */

/* Waits at most so long for the answer: the call's status, or PENDING if there is none yet, or INTERRUPTED if a signal
 * handler ran; after both it can be waited for again. */
CONCUR_CHECKED enum concur_status concur_future_wait(concur_future *future, int64_t timeout_ns);

/* Whether the answer is there; reads what has arrived, never blocks. */
bool concur_future_done(concur_future *future);

/* Has `call` called with the future when its answer is there, in the order of adding; at once if it is, and those added
 * before have been called. The library has no thread of its own: it is called by a thread that waits for any answer of
 * the session (by a blocking call, concur_future_wait() or concur_future_done()), one after the other, and before
 * that thread's wait ends; another thread's wait for this future may end earlier. A callback may make calls, also
 * blocking ones, and the last one may free the future. A future that is freed before calls nothing. NO_MEMORY, FORKED.
 * Source: Future.add_done_callback() of concurrent.futures. */
typedef void concur_callback(concur_future *future, void *arg);
CONCUR_CHECKED enum concur_status concur_future_on_done(concur_future *future, concur_callback *call, void *arg);

/* Asks the daemon to withdraw the call, if it waits. Its answer is still to be waited for: CANCELLED, or the result
 * that won. Does not wait. Takes a future that is done. */
void concur_future_cancel(concur_future *future);

/* Frees the future. A call that is still waiting in the daemon is withdrawn; what another one answers is dropped. */
void concur_future_free(concur_future *future);

/* These wait until the call is answered (INTERRUPTED: not yet) and take its result, once, as the blocking form gives
 * it: for calls with a result of that type. The future is still to be freed. Of the wrong type: BAD_ARGUMENT. `ret_`
 * may be NULL. Calls without a result use concur_future_wait(). */
CONCUR_CHECKED enum concur_status concur_future_value(concur_future *future, struct concur_value *ret_value);
CONCUR_CHECKED enum concur_status concur_future_values(concur_future *future, struct concur_values *ret_values);
CONCUR_CHECKED enum concur_status concur_future_count(concur_future *future, int64_t *ret_count);
CONCUR_CHECKED enum concur_status concur_future_object(concur_future *future, concur_object **ret_object);
CONCUR_CHECKED enum concur_status concur_future_manager(concur_future *future, struct concur_manager *ret_manager);

/* -- conditional calls -------------------------------------------------------------------------------------------
 *
 * Every change gives an object a new version, a number that nothing ever has again. A call can be bound to the version
 * at which something was read, so that it does not undo what others have done since:
 *
 *	do {
 *		concur_object_info(CONCUR_OBJECT(dict), &info);           // its version
 *		... reads the dict, works something out ...
 *		concur_if_version(session, info.items[0].version);
 *	} while ((status = concur_dict_set(dict, key, value)) == CONCUR_CHANGED);
 *
 * Versions come from concur_object_info(), from `version` of struct concur_values, and from concur_future_version(). */

/* The next call of this thread (or the context it uses) that is on a handle of this session, and only that one, is
 * carried out only if its object still has this version; otherwise its status is CHANGED, and nothing is changed. 0
 * takes that back. A call that can not say CHANGED (concur_object_info, concur_lock_state ...) gives BAD_MESSAGE. The
 * condition does not go with a fork. NO_MEMORY. */
CONCUR_CHECKED enum concur_status concur_if_version(concur_session *session, uint64_t version);

/* The version that the call's object has after it, for a call that was bound to one, and for pages; otherwise 0. Waits
 * for the answer as concur_future_wait() does, whose status it gives. Takes nothing away: the result can be taken
 * before and after. BAD_ARGUMENT for calls whose replies tell no version. */
CONCUR_CHECKED enum concur_status concur_future_version(concur_future *future, uint64_t *ret_version);

/* -- what only the client can compare -------------------------------------------------------------------------------
 *
 * The daemon knows opaque values by their bytes alone. Where two whose bytes differ might be equal all the same, a
 * call's status is NEEDS_COMPARE, and its future tells what there is to compare with. If one of the candidates is
 * equal, the call is made again with that candidate (or its index) in place of one's own value; if none is, again under
 * concur_if_version(version), by which bytes that differ count as different. */
struct concur_candidates {
	struct concur_value *items;
	uint64_t *indexes; /* in a list: where each stands; else NULL */
	size_t count;
	uint64_t version; /* of the object when they were collected */
	uint64_t step;    /* of a path: the one that they are for, from 1; else 0 */
	uint64_t
	    cursor; /* not 0: there are more: for concur_dict_candidates(), concur_set_candidates(), or as the index
	                     from which to search a list on */
};

/* Of a call whose status is NEEDS_COMPARE; waits for it as concur_future_wait() does, whose status it gives for any
 * other. BAD_ARGUMENT if the call had nothing to compare. */
CONCUR_CHECKED enum concur_status concur_future_candidates(concur_future *future,
    struct concur_candidates *ret_candidates);

/* Takes NULL. */
void concur_candidates_free(struct concur_candidates *candidates);

/* -- contexts: owners within a process -----------------------------------------------------------------------------
 *
 * Each thread is a context of its own without further ado; when it ends, what it owned is treated as its death would. A
 * program whose coroutines or tasks share threads makes one context for each. */

CONCUR_CHECKED enum concur_status concur_context_new(concur_session *session, concur_context **ret_context);

/* The calls of this thread on the context's session now belong to the context; NULL: to the thread again. NO_MEMORY. */
CONCUR_CHECKED enum concur_status concur_context_use(concur_session *session, concur_context *context);

/* Ends the context: what it owns passes on as at a death. No thread may use it any more. Takes NULL. */
void concur_context_free(concur_context *context);

/* -- any method, for tools ---------------------------------------------------------------------------------------- */

enum {
	CONCUR_BLOCKED = 1, /* this context does nothing else until the answer: deadlocks are seen */
	CONCUR_ONE_WAY = 2, /* no answer; OK as soon as it is sent */
};

struct concur_reply {
	const uint8_t *body; /* the encoded output message */
	size_t size;
	void *owned;
};

/* Calls `method`, such as "/concur.v1.Dict/Get", with the encoded input message and gives the encoded output message.
 * Noes are in that message: their status is OK. UNKNOWN_METHOD, BAD_MESSAGE. */
CONCUR_CHECKED enum concur_status concur_call(concur_session *session, const char *method, const void *body,
    size_t size, unsigned flags, struct concur_reply *ret_reply);
concur_future *concur_call_begin(concur_session *session, const char *method, const void *body, size_t size,
    unsigned flags);
CONCUR_CHECKED enum concur_status concur_future_reply(concur_future *future, struct concur_reply *ret_reply);

/* Takes NULL. */
void concur_reply_free(struct concur_reply *reply);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

/* Looking around, and what each kind has besides. */
#include "concur_array.h"
#include "concur_barrier.h"
#include "concur_cell.h"
#include "concur_condition.h"
#include "concur_dict.h"
#include "concur_inspect.h"
#include "concur_event.h"
#include "concur_iterate.h"
#include "concur_latch.h"
#include "concur_list.h"
#include "concur_lock.h"
#include "concur_namespace.h"
#include "concur_path.h"
#include "concur_pipe.h"
#include "concur_task.h"
#include "concur_pool.h"
#include "concur_process.h"
#include "concur_queue.h"
#include "concur_rwlock.h"
#include "concur_semaphore.h"
#include "concur_set.h"
#include "concur_worker.h"

#endif
