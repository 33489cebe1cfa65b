/* A world for tests: the real server, down to the last reply's bytes, with clients, a clock and I/O that are only
 * numbers.
 *
 * A frame that a client sends is passed in at once; replies come when world_turn() ends the turn, in which it was sent,
 * and begins the next. Time passes only there. A client takes what is sent to it, all or at most `take_max` bytes a
 * turn, and what it takes is read as it would be from a socket, cut anywhere.
 *
 * The world asserts what must hold of any server whatever is asked of it: replies are whole and decode, each answers a
 * call that was made and was not answered yet, nothing is sent but at a turn's end, nothing is closed twice. It ends
 * the program without memory of its own. */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "concur/v1/barrier.pb-c.h"
#include "concur/v1/cell.pb-c.h"
#include "concur/v1/condition.pb-c.h"
#include "concur/v1/dict.pb-c.h"
#include "concur/v1/event.pb-c.h"
#include "concur/v1/future.pb-c.h"
#include "concur/v1/latch.pb-c.h"
#include "concur/v1/list.pb-c.h"
#include "concur/v1/lock.pb-c.h"
#include "concur/v1/object.pb-c.h"
#include "concur/v1/pipe.pb-c.h"
#include "concur/v1/pool.pb-c.h"
#include "concur/v1/process.pb-c.h"
#include "concur/v1/queue.pb-c.h"
#include "concur/v1/rwlock.pb-c.h"
#include "concur/v1/semaphore.pb-c.h"
#include "concur/v1/session.pb-c.h"
#include "concur/v1/worker.pb-c.h"
#include "daemon/rpc/method.h"
#include "daemon/server/server.h"
#include "lib/arena.h"
#include "lib/concur_status.h"
#include "lib/frame.h"
#include "lib/link.h"
#include "lib/proof.h"
#include "lib/secret.h"
#include "lib/table.h"
#include "lib/value.h"
#include "tests/sim/world_processes.h"

#define WORLD_SECOND UINT64_C(1000000000)

struct world {
	struct server *server;
	struct server_config config;
	struct method_table methods;
	struct link clients; /* struct world_client, oldest first */
	struct arena arena;  /* what world_text and its kin give; nothing is freed before world_fini, but see there */
	uint64_t now_ns;
	uint64_t deadline_ns; /* what the last turn's end asked for */
	uint64_t digest;      /* of all bytes sent, and to whom */
	unsigned connected;   /* clients so far */
	struct world_processes processes;
	struct server_peer peer; /* how clients to come are known, but for their pid; at first as the daemon's own */
	bool is_ending;          /* inside server_turn_end(): the only time when effects are allowed */
	/* Called as the server is entered and left; may be NULL. */
	void (*on_server)(void *arg, bool entered);
	void *on_server_arg;
};

struct world_client {
	struct link in_world;
	struct world *world;
	struct server_conn *conn;           /* NULL once its connection has ended */
	unsigned number;                    /* from 1, in the order of connecting */
	uint64_t last_call;                 /* ids count up from here */
	uint32_t replies_read;              /* counted for the server */
	uint64_t context;                   /* of the calls to come; 1 at first */
	uint16_t flags;                     /* of the calls to come; FRAME_ */
	const Concur__V1__Options *options; /* of the calls to come; NULL for none */
	size_t take_max;                    /* bytes it takes a turn; SIZE_MAX at first */
	uint64_t session;                   /* as Hello told it */
	uint64_t identified;                /* the process that identify told, 0 for none yet */
	bool is_admitted;                   /* the server said that it has proven the key */
	struct table calls;                 /* struct world_call by id */
	struct link order;                  /* the same, oldest first */
	uint8_t *in;                        /* taken and not yet read */
	size_t in_size, in_room;
	bool has_output;           /* the server said that there is something to take */
	bool is_closed;            /* the server closed it, or it ended: sends no more */
	enum server_reason reason; /* the server's */

	/* Of one that can be resumed. */
	bool is_cut;                 /* what it sends gets lost, until world_resume() */
	bool is_deaf;                /* what is sent to it gets lost */
	bool sends_all_again;        /* also what the server says it has seen */
	uint8_t secret[SECRET_SIZE]; /* as Hello told it */
	bool has_secret;
	bool is_refused;             /* the server does not let it resume */
	struct world_call *resuming; /* its Hello, until that is answered */
	struct link frames;          /* struct world_frame: what may have to be sent again, oldest first */
};

/* What a client has sent. */
struct world_frame {
	struct link in_client;
	uint64_t call;
	size_t size;
	uint8_t bytes[];
};

/* A call that a client has made; the client's until world_forget(). */
struct world_call {
	struct table_node by_id; /* in client->calls */
	struct link in_client;
	uint64_t id;
	const ProtobufCMessageDescriptor *output; /* NULL: an error is all that may come */
	bool one_way;
	bool answered;
	uint64_t turn_ns; /* when it was */
	enum concur_status status;
	ProtobufCMessage *message; /* of type `output` with status OK, else an Error */
};

/* The default limits, but room for 1 GiB of memory, and nothing lingers. */
struct limits world_limits(void);

/* `limits` may be NULL. The first turn begins at one second. */
void world_init(struct world *world, const struct limits *limits);

/* The same for a daemon of that user, with runtimes (NULL: none). */
void world_init_as(struct world *world, const struct limits *limits, uint64_t uid, const struct runtime *runtimes);

/* Frees the server as it stands, then all else. */
void world_fini(struct world *world);

/* Ends the turn, lets clients take and read, passes the ends of those that were closed, and begins a turn `pass_ns`
 * later. */
void world_turn(struct world *world, uint64_t pass_ns);

/* Turns without time passing until the server has no work left over. */
void world_settle(struct world *world);

/* -- clients ----------------------------------------------------------------------------------------------------- */

/* The same, with a key for strangers to prove. */
void world_init_with_key(struct world *world, const struct limits *limits, const struct key *key);

/* Connects; world_join also says Hello, and expects to be welcome. NULL: refused. */
struct world_client *world_connect(struct world *world);
struct world_client *world_join(struct world *world);

/* The same, as the process of that pid. */
struct world_client *world_join_as(struct world *world, uint64_t pid);

/* Connects from elsewhere, and has to prove the key; `nonce` as the I/O would draw it. NULL: refused. */
struct world_client *world_connect_stranger(struct world *world, const uint8_t nonce[PROOF_NONCE]);

/* The other side goes: no goodbye, nothing more is taken. The client stays to be looked at. `all_read`: the kernel says
 * that it had read all that was sent; world_end says that it does not. */
void world_end_read(struct world_client *client, enum server_reason reason, bool all_read);
void world_end(struct world_client *client, enum server_reason reason);

/* Connects from elsewhere, and says Hello for a session that can be resumed. */
struct world_client *world_join_far(struct world *world);

/* Its connection is cut: what it sends, and what is sent to it and not yet taken, is lost. The server hears of it only
 * if `reason` is not SERVER_GOODBYE. */
void world_cut(struct world_client *client, enum server_reason reason);

/* The session of a client that is cut goes on with another, which has all its calls; the old one stays as what is left
 * of a connection, until that has ended and it is freed. Once its Hello is answered it sends again what the server has
 * not seen. NULL: the connection is refused. */
struct world_client *world_resume(struct world_client *before);

/* Frees a client whose connection has ended, and its calls. */
void world_client_free(struct world_client *client);

/* Sends a call; it may be answered after a turn. `request` NULL: an empty body. The client must not be closed. */
struct world_call *world_send(struct world_client *client, const char *method, const ProtobufCMessage *request);

/* Sends, and ends the turn. */
struct world_call *world_call(struct world_client *client, const char *method, const ProtobufCMessage *request);

/* Sends any bytes as the body, or a whole frame as it stands. `output` as in struct world_call. */
struct world_call *world_send_body(struct world_client *client, const char *method, const void *body, size_t size);
void world_send_frame(struct world_client *client, const void *bytes, size_t size);

/* Expects a reply to this id: for frames that were put together by hand. */
struct world_call *world_expect(struct world_client *client, uint64_t id, const struct method *method);

/* It is answered, or its session has ended, and its message is not needed any more. */
void world_forget(struct world_client *client, struct world_call *call);

/* -- for its parts: world.c and world_resume.c -------------------------------------------------------------------- */

struct world_client *world_open_conn(struct world *world, const struct server_peer *peer, const uint8_t *nonce);

/* Keeps a frame of a client that can be resumed; forgets all of them. */
void world_keep_frame(struct world_client *client, const void *bytes, size_t size, uint64_t call);
void world_drop_frames(struct world_client *client);

/* Its Hello is answered: sends again what is to be. */
void world_send_again(struct world_client *client);

/* -- requests and replies in short ------------------------------------------------------------------------------- */

/* NULL: no such method. */
const struct method *world_method(const struct world *world, const char *name);

/* Opens or creates, named if `name` is not NULL; its id. */
uint64_t world_open(struct world_client *client, Concur__V1__Kind kind, const char *name);
uint64_t world_open_with(struct world_client *client, const Concur__V1__OpenRequest *request);

/* A request that is only an object's id; the same and a wait. */
struct world_call *world_ask(struct world_client *client, const char *method, uint64_t object);
struct world_call *world_wait(struct world_client *client, const char *method, uint64_t object, int64_t wait_ns);

/* Encoded values and plain text, in the world's arena. */
ProtobufCBinaryData world_integer(struct world *world, int64_t number);
ProtobufCBinaryData world_text(struct world *world, const char *text);
ProtobufCBinaryData world_value(struct world *world, const struct value *value);
ProtobufCBinaryData world_bytes(const char *text); /* borrowed, as it is */

/* The integer that an encoded value is; it must be one. */
int64_t world_number(const ProtobufCBinaryData *value);

/* Reads of an answered call's message, whose type must be one that has the field. */
Concur__V1__Outcome world_outcome(const struct world_call *call);
const Concur__V1__Error *world_error(const struct world_call *call);

#endif
