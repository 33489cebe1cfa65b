/* Objects: what every kind has in common, and the table of kinds.
 *
 * An object lives while something refers to it: a session's handle, a value that holds a reference, its name if its
 * lifetime is NAMED, its creator if it is SESSION, a waiter. When the last one goes it is set aside, and freed at the
 * turn's end unless one came back. An anonymous object whose id was ever sent to a client lingers first: the id may be
 * on its way from one process to another by means that the daemon does not see, and a reference taken meanwhile revives
 * it. object_destroy() ends it at once whatever refers to it; later look-ups by its id find nothing. */
#ifndef CORE_OBJECT_H
#define CORE_OBJECT_H

#include "daemon/core/core.h"
#include "daemon/core/owner.h"
#include "daemon/core/waiter.h"
#include "lib/value.h"

/* The numbers are those of concur.v1.Kind. */
enum kind_id {
	KIND_NONE = 0,
	KIND_DICT = 1,
	KIND_LIST = 2,
	KIND_QUEUE = 3,
	KIND_LOCK = 4,
	KIND_CELL = 5, /* the kind that users know as Value */
	KIND_SET = 6,
	KIND_NAMESPACE = 7,
	KIND_ARRAY = 8,
	KIND_PIPE = 9,
	KIND_RLOCK = 10,
	KIND_RWLOCK = 11,
	KIND_SEMAPHORE = 12,
	KIND_CONDITION = 13,
	KIND_EVENT = 14,
	KIND_BARRIER = 15,
	KIND_LATCH = 16,
	KIND_POOL = 17,
	KIND_PROCESS = 18,
	KIND_COUNT,
};

#define KIND_BIT(kind) (1u << (kind))
#define KIND_ANY UINT32_MAX

/* The numbers are those of concur.v1.Lifetime. */
enum lifetime {
	LIFETIME_DEFAULT = 0,
	LIFETIME_SESSION = 1,
	LIFETIME_REFCOUNT = 2,
	LIFETIME_NAMED = 3,
};

enum queue_order {
	QUEUE_FIFO = 0,
	QUEUE_LIFO = 1,
	QUEUE_PRIORITY = 2,
};

/* Who holds something of an object, for inspection. */
struct holder {
	uint64_t session;
	uint64_t process;
	uint64_t context;
	uint64_t token;    /* 0: there is none */
	uint64_t since_ns; /* of the grant */
	uint64_t count;    /* how often, how many permits */
	const char *how;   /* "exclusive", "shared", "permit" */
};

/* A walk through the references that an object stores; it goes on where it stopped. */
struct reference_walk {
	uint64_t position; /* places below it are still to be looked at; UINT64_MAX: all */
	size_t steps;      /* left: one a place, and one a reference that is met */
	void (*visit)(uint64_t id, void *arg);
	void *arg;
};

struct object {
	struct table_node by_id; /* in core->objects; the key is the id */
	const struct kind *kind;
	struct blob *name;        /* the key in core->names, borrowed; NULL: anonymous */
	uint64_t refs;            /* all there are */
	uint64_t handles;         /* those that sessions hold */
	uint64_t inner;           /* those in values that the store counts */
	uint64_t left_ns;         /* the turn in which it lost its last reference, or the last one not in a value */
	uint64_t reached;         /* the last search for cycles that has reached it, or CYCLE_PLAIN */
	struct link in_cycle;     /* in a list of core->cycle, if it is a referrer */
	uint64_t version;         /* drawn anew at every change */
	uint64_t bytes;           /* counted for what it stores */
	size_t footprint;         /* bytes of what holds its items, as of the last change */
	uint64_t waiting;         /* waiters on it */
	struct link unreferenced; /* in core->unreferenced or core->lingering; only without references */
	uint64_t since_ns;        /* of its creation */
	struct link waiters;      /* struct waiter, oldest first, whatever they wait for */
	struct link in_creator;   /* in session->created, for LIFETIME_SESSION */
	struct object *lock;      /* its own, made at first use: one reference. NULL: not used yet */
	struct grave grave;
	enum lifetime lifetime;
	bool was_sent; /* a client was told its id */
	bool lingers;  /* `unreferenced` is in core->lingering */
	bool nested;   /* containers stored into it become objects; nest.h */
};

struct process_options;

/* How an object is to be. Fields that a kind does not know are ignored. */
struct object_options {
	enum kind_id kind;
	enum lifetime lifetime;
	int64_t maxsize;        /* queue, dict: 0 or less is unbounded */
	enum queue_order order; /* queue */
	bool strict;            /* lock: only its owner releases it. semaphore: permits are owned */
	bool bounded;           /* semaphore */
	bool evict;             /* dict */
	bool robust;            /* lock, rlock: after a death it must be said to be consistent. Makes it strict */
	const struct value
	    *value;          /* cell: its first value; array: its items; barrier: its action. NULL: none was given */
	bool refers;         /* there are references in it */
	int64_t count;       /* semaphore, barrier, latch, array */
	bool has_count;      /* semaphore: the count counts even if it is 0 */
	uint32_t typecode;   /* cell, array; 0: none */
	struct object *lock; /* condition: a lock or an rlock; NULL: one of its own */
	int64_t wait_ns;     /* barrier: of waits that do not say; 0: for ever */
	bool paired;         /* pipe: pipe_new() makes it, and joins it to its other end */
	bool nested;         /* dict, namespace, list: see nest.h */
	const struct process_options *process; /* process: process_new() gives it */
};

/* One kind: all that the rest of the core needs to know of it. */
struct kind {
	enum kind_id id;
	const char *name;   /* as users say it */
	size_t size;        /* of its struct, which begins with a struct object */
	bool never_lingers; /* others wait for its going */
	bool may_nest;      /* knows the option `nested` */
	enum concur_status (*init)(struct core *core, struct object *object, const struct object_options *options);
	/* The object is going: end its waiters with REMOVED and let go of holds. Its contents go by `step`. */
	void (*end)(struct core *core, struct object *object);
	/* Its name was taken away on purpose; others may still refer to it. NULL: that is all there is to it. */
	void (*removed)(struct core *core, struct object *object);
	/* Frees at most *steps of its contents, subtracting; true when none are left. The object itself is not its
	 * business. */
	bool (*step)(struct core *core, struct object *object, size_t *steps);
	/* A waiter of that role has left by time-out, cancel or death: others may go on now. NULL: nobody could. */
	void (*left)(struct core *core, struct object *object, uint8_t role);
	/* A waiter's time is over, or its session withdraws it: true if the call goes on all the same, because it has
	 * to take a lock back (waiter_move()). NULL: none does. */
	bool (*recall)(struct core *core, struct waiter *waiter);
	/* Steps *blocker, all 0 at first, to the next owner without whom the waiter on the object can not go on; false
	 * if there is none left. See deadlock.h. NULL: anyone may let its waiters go on. */
	bool (*blocked_by)(const struct object *object, const struct waiter *waiter, struct blocker *blocker);
	uint64_t (*len)(const struct object *object);
	size_t (*footprint)(const struct object *object); /* bytes besides the values; NULL: none to speak of */
	enum concur_status (*clear)(struct core *core, struct object *object); /* NULL: TYPE_ERROR */
	/* Visits references in the values that it stores, going down from the walk's position to the first place;
	 * store_visit_ring() and its kin do it. True when none are left. Every kind that stores values has it. While it
	 * is not through, items may move to lower places; what moves some up says so by cycle_moved(). */
	bool (*each_reference)(struct object *object, struct reference_walk *walk);
	/* In place of init: the object gets the contents that the original has now, in less than a few milliseconds
	 * however many there are. NULL: TYPE_ERROR. */
	enum concur_status (*copy)(struct core *core, struct object *object, struct object *original);

	/* An item that was taken from it, and that its taker died before reading, or gives back, goes to where it
	 * stood, or is dropped if it would not be there any more. Nobody is served yet. OK, then the blob is the
	 * object's; NO_MEMORY. Kinds whose items are in doubt (delivery.h) have both hooks. */
	enum concur_status (*take_back)(struct core *core, struct object *object, const struct delivery *delivery);
	/* All that came back to it has: serves those who wait. Called once at least. */
	void (*took_back)(struct core *core, struct object *object);

	/* For inspection; each may be NULL. */
	const char *const *roles; /* what waiters of role 0, 1 ... wait for: "acquire", "get" */
	/* Holders number `from` and up to `room - 1` more; returns how many were written. O(room). */
	size_t (*holders)(const struct object *object, size_t from, struct holder *ret, size_t room);
	/* Says what is particular about the object: "parties" 8, "broken" 0. Names are constants. */
	void (
	    *details)(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg);
};

/* NULL for a number that is no kind. */
const struct kind *kind_find(uint32_t id);

static inline struct object *
object_of_node(struct table_node *node)
{
	return LINK_ENTRY(node, struct object, by_id);
}

static inline uint64_t
object_id(const struct object *object)
{
	return object->by_id.key;
}

/* Opens by name, or creates. `name` is a text value, NULL for an anonymous object. *ret_created tells which.
 * WRONG_KIND, but with must_exist KIND_NONE stands for any; NOT_FOUND with must_exist; ALREADY_THERE with must_create;
 * LIMIT at objects_max; NO_MEMORY; what the kind's init says; VALUE_ERROR for a nested one of a kind that may not be.
 * No reference is taken for the caller: take one before the turn ends. */
struct object_open {
	const struct value *name;
	bool must_exist;
	bool must_create;
	struct session *creator;
	struct object_options options;
};
enum concur_status object_open(struct core *core, const struct object_open *open, struct object **ret,
    bool *ret_created);

/* A new anonymous object of the same kind, with the contents and options of the original as they are now. TYPE_ERROR
 * for kinds that have none, LIMIT at objects_max, NO_MEMORY. No reference is taken, as above. `creator` counts for a
 * lifetime of SESSION. */
enum concur_status object_copy(struct core *core, struct object *original, enum lifetime lifetime,
    struct session *creator, struct object **ret);

/* The object's own rlock, which lives as long as it, or as long as others refer to it. LIMIT at objects_max,
 * NO_MEMORY. */
enum concur_status object_lock(struct core *core, struct object *object, struct object **ret);

/* NULL if there is none. */
struct object *object_find(const struct core *core, uint64_t id);
struct object *object_find_name(const struct core *core, const struct value *name);

/* A search for cycles must reach it. */
static inline void
object_touch(struct core *core, struct object *object)
{
	if (object->reached < core->cycle.number)
		cycle_reach(core, object);
}

/* Takes it back from where it was set aside, if it was: it has a reference again, or goes. */
void object_reclaim(struct core *core, struct object *object);

static inline void
object_ref(struct core *core, struct object *object)
{
	if (object->refs++ == 0)
		object_reclaim(core, object);
	object_touch(core, object);
}

void object_unref(struct core *core, struct object *object);

/* The same for a reference in a value that is in the store. */
static inline void
object_ref_inner(struct core *core, struct object *object)
{
	object->inner++;
	object_ref(core, object);
}

static inline void
object_unref_inner(struct core *core, struct object *object)
{
	object->inner--;
	object_unref(core, object);
}

/* The same for a session's handle; its first one also says that a client knows the id. */
void object_ref_handle(struct core *core, struct object *object);
void object_unref_handle(struct core *core, struct object *object);

/* Whether somebody may still come with its id, and until when. One that has, or had, a name is removed on purpose. */
bool object_may_linger(const struct core *core, const struct object *object);
uint64_t object_linger_end(const struct core *core, const struct object *object);

/* Lets objects go that nobody refers to, `most` at most: those set aside, and those that have lingered long enough.
 * Ends them, so that waiters may wake. */
void object_let_go(struct core *core, size_t most);

/* When the first of those that linger goes: UINT64_MAX if none does, 0 if there is work left for the next turn. */
uint64_t object_next_departure(const struct core *core);

/* Takes the name away, and with it the reference that a NAMED object has from it. */
void object_forget_name(struct core *core, struct object *object);

/* The same on purpose: its kind may have something to end, too. One without a name stays as it is. */
void object_remove(struct core *core, struct object *object);

/* Ends it now: waiters REMOVED, name and id gone, contents freed by steps. */
void object_destroy(struct core *core, struct object *object);

/* Named objects in the order in which they were named; begin with *position 0; NULL at the end. */
struct object *object_next_named(const struct core *core, uint32_t *position);

/* Objects of any kind, named or not, in an order that only their ids give; begin with *position 0; NULL at the end. One
 * that is there all along comes exactly once, whatever is made and goes between two calls. *position 0 with an object:
 * it was the last. */
struct object *object_next(const struct core *core, uint64_t *position);

/* Weighs anew what its kind keeps its items in. */
static inline void
object_weigh(struct core *core, struct object *object)
{
	if (object->kind->footprint) {
		size_t now = object->kind->footprint(object);

		core->object_bytes += now - object->footprint;
		object->footprint = now;
	}
}

/* It has changed: draws a new version, and weighs it anew. */
static inline void
object_changed(struct core *core, struct object *object)
{
	object->version = core_draw(core);
	object_weigh(core, object);
}

#endif
