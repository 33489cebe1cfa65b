/* Inspection: what there is, who holds it, who waits for it, who refers to it. Part of <concur.h>, which has the rules
 * that all calls share.
 *
 * Everything comes in pages, and the daemon keeps nothing between two of them: what comes or goes meanwhile may be
 * missed, what stays is given. A cursor of 0 begins; a page's cursor of 0 says that it was the last. A page has at most
 * `count` entries, 0: as many as fit. It may be empty and yet not be the last. */
#ifndef CONCUR_INSPECT_H
#define CONCUR_INSPECT_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* -- objects ----------------------------------------------------------------------------------------------------- */

enum { CONCUR_WORD_MAX = 32 }; /* bytes of the short words below, their 0 included */

/* Something that is held. */
struct concur_hold {
	struct concur_holder holder;
	uint64_t count;            /* how often, how many permits */
	char how[CONCUR_WORD_MAX]; /* "exclusive", "shared", "permit" */
	bool local;                /* the holder's session lives, and its process runs on the daemon's machine */
	uint64_t cut_off_ns;       /* so long its session has been without a connection; 0: it has one */
};

/* What a kind has besides, such as "parties" 8. */
struct concur_detail {
	char name[CONCUR_WORD_MAX];
	int64_t number; /* a truth is 0 or 1 */
};

struct concur_info {
	uint64_t object;
	enum concur_kind kind;
	enum concur_lifetime lifetime;
	char *name;       /* in the same block as the rest; "" if it has none */
	size_t name_size; /* bytes of it; a 0 that is not counted follows */
	uint64_t refs;    /* handles that sessions and values hold on it */
	uint64_t len;
	uint64_t version;
	uint64_t waiters;
	uint64_t bytes;              /* counted for what it stores */
	uint64_t age_ns;             /* since it was created */
	struct concur_hold *holders; /* in the same block: the first few */
	size_t holder_count;
	bool more_holders;             /* concur_object_holders() tells all */
	struct concur_detail *details; /* in the same block */
	size_t detail_count;
};

/* Several infos, in one block. */
struct concur_listing {
	struct concur_info *items;
	size_t count;
	uint64_t cursor; /* of the next page; 0: this was the last */
};

/* Takes NULL. */
void concur_listing_free(struct concur_listing *listing);

/* What the daemon knows of the object: a listing of one. */
CONCUR_CHECKED enum concur_status concur_object_info(concur_object *object, struct concur_listing *ret_listing);
concur_future *concur_object_info_begin(concur_object *object);

/* A page of the objects of `kind` (CONCUR_KIND_NONE: all) that have a name, in the order in which they were named. */
CONCUR_CHECKED enum concur_status concur_manager_list(concur_session *session, enum concur_kind kind, uint64_t cursor,
    uint32_t count, struct concur_listing *ret_listing);
concur_future *concur_manager_list_begin(concur_session *session, enum concur_kind kind, uint64_t cursor,
    uint32_t count);

/* The same of all objects, those without a name too, in no particular order. */
CONCUR_CHECKED enum concur_status concur_manager_list_all(concur_session *session, enum concur_kind kind,
    uint64_t cursor, uint32_t count, struct concur_listing *ret_listing);
concur_future *concur_manager_list_all_begin(concur_session *session, enum concur_kind kind, uint64_t cursor,
    uint32_t count);
CONCUR_CHECKED enum concur_status concur_future_listing(concur_future *future, struct concur_listing *ret_listing);

/* -- holders ----------------------------------------------------------------------------------------------------- */

struct concur_holds {
	struct concur_hold *items;
	size_t count;
	uint64_t cursor; /* of the next page; 0: this was the last */
};

/* Takes NULL. */
void concur_holds_free(struct concur_holds *holds);

/* A page of those who hold the object; empty for a kind that nobody holds. */
CONCUR_CHECKED enum concur_status concur_object_holders(concur_object *object, uint64_t cursor, uint32_t count,
    struct concur_holds *ret_holds);
concur_future *concur_object_holders_begin(concur_object *object, uint64_t cursor, uint32_t count);
CONCUR_CHECKED enum concur_status concur_future_holds(concur_future *future, struct concur_holds *ret_holds);

/* -- waiters ----------------------------------------------------------------------------------------------------- */

/* A call that waits. */
struct concur_waiter {
	uint64_t session;
	uint64_t process; /* pid */
	uint64_t context;
	uint64_t call;
	char role[CONCUR_WORD_MAX]; /* what it waits for: "acquire", "get" */
	uint64_t age_ns;            /* how long it has waited */
	int64_t left_ns;            /* how long it will wait yet, or CONCUR_FOREVER */
	bool blocked;               /* its thread does nothing else meanwhile */
	bool local;                 /* its process runs on the daemon's machine */
	uint64_t cut_off_ns;        /* so long its session has been without a connection; 0: it has one */
};

/* Where a page of waiters begins; all 0: at the oldest. */
struct concur_mark {
	uint64_t session;
	uint64_t call;
	uint64_t number; /* 0: there is no next page */
};

struct concur_waiters {
	struct concur_waiter *items;
	size_t count;
	struct concur_mark next; /* where the next page begins */
};

/* Takes NULL. */
void concur_waiters_free(struct concur_waiters *waiters);

/* A page of those who wait on the object, for whatever, in the order in which they came. `from` NULL begins. */
CONCUR_CHECKED enum concur_status concur_object_waiters(concur_object *object, const struct concur_mark *from,
    uint32_t count, struct concur_waiters *ret_waiters);
concur_future *concur_object_waiters_begin(concur_object *object, const struct concur_mark *from, uint32_t count);
CONCUR_CHECKED enum concur_status concur_future_waiters(concur_future *future, struct concur_waiters *ret_waiters);

/* -- sessions ---------------------------------------------------------------------------------------------------- */

struct concur_client {
	uint64_t session;
	uint64_t process;    /* pid */
	char name[80];       /* as it calls itself */
	uint64_t age_ns;     /* since it connected */
	uint64_t waiting;    /* calls of it that wait */
	uint64_t holding;    /* what its threads hold */
	uint64_t objects;    /* that it has handles on */
	uint64_t handles;    /* on the object that was asked for */
	bool local;          /* its process runs on the daemon's machine */
	bool self;           /* it is this session */
	uint64_t cut_off_ns; /* so long it has been without a connection, and may come back; 0: it has one */
};

struct concur_clients {
	struct concur_client *items;
	size_t count;
	uint64_t cursor; /* of the next page; 0: this was the last */
};

/* Takes NULL. */
void concur_clients_free(struct concur_clients *clients);

/* A page of the daemon's sessions, in no particular order; `refers_to` is 0, or the id of an object: then only those
 * that have a handle on it. */
CONCUR_CHECKED enum concur_status concur_manager_sessions(concur_session *session, uint64_t refers_to, uint64_t cursor,
    uint32_t count, struct concur_clients *ret_clients);
concur_future *concur_manager_sessions_begin(concur_session *session, uint64_t refers_to, uint64_t cursor,
    uint32_t count);
CONCUR_CHECKED enum concur_status concur_future_clients(concur_future *future, struct concur_clients *ret_clients);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
