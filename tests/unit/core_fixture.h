/* A core to test: sessions that ask, replies written down as text, and values written as literals.
 *
 * What waits is answered by a `reply` that appends a line to the fixture's diary; fixture_said() reads it. */
#ifndef TESTS_UNIT_CORE_FIXTURE_H
#define TESTS_UNIT_CORE_FIXTURE_H

#include "tests/unit/unit.h"

#include "daemon/core/core.h"
#include "daemon/core/object.h"
#include "daemon/core/owner.h"
#include "daemon/core/result.h"
#include "daemon/core/store.h"
#include "daemon/core/waiter.h"
#include "lib/status.h"

enum { FIXTURE_TEXT = 4096 };

struct core_fixture {
	struct core core;         /* first, so that a reply finds the fixture */
	struct limits limits;     /* the core's; a test may change them */
	char diary[FIXTURE_TEXT]; /* replies that were not yet looked at */
	char said[FIXTURE_TEXT];  /* what fixture_said() returned last */
	size_t replies;           /* in all */
	struct death death;       /* of the last reply that told of one */
	uint64_t number;          /* of the last reply */
};

void fixture_init(struct core_fixture *fixture);

/* Ends sessions that are left with a goodbye, removes all objects, and checks that nothing stays: not a waiter, not a
 * deadline, not a counted byte. */
void fixture_fini(struct core_fixture *fixture);

/* A session of the process with that number. */
struct session *fixture_session(struct core_fixture *fixture, uint64_t process);

/* A new anonymous object that lives until the fixture ends, or the test destroys it. */
void *fixture_open(struct core_fixture *fixture, const struct object_options *options);

/* Who asks: blocked while it waits. */
struct ask fixture_ask(struct session *session, uint64_t context, uint64_t call, int64_t wait_ns);

/* Answers what is ready; gives what was replied since the last look: "7:DONE 'a', 8:REMOVED". Outcomes of replies whose
 * status is OK, else the status; then the values. Valid until the next look. */
const char *fixture_said(struct core_fixture *fixture);

/* Ends a turn at that time; returns when the next one is needed. */
uint64_t fixture_turn(struct core_fixture *fixture, uint64_t now_ns);

/* Ends turns until no work is left. */
void fixture_settle(struct core_fixture *fixture);

/* -- values ------------------------------------------------------------------------------------------------------ */

struct value fixture_integer(uint8_t *room, int64_t number);
struct value fixture_number(uint8_t *room, double number);
struct value fixture_boolean(uint8_t *room, bool boolean);
struct value fixture_reference(uint8_t *room, uint64_t object);
struct value fixture_opaque(uint8_t *room, char letter);

enum { FIXTURE_ROOM = 24 };

/* These live to the end of the block that they stand in, and have an address. */
#define FIXTURE_MEMORY ((uint8_t[FIXTURE_ROOM]){ 0 })
#define FIXTURE_LITERAL(made) (((struct value[]){ made })[0])
#define INTEGER(number) FIXTURE_LITERAL(fixture_integer(FIXTURE_MEMORY, number))
#define NUMBER(number) FIXTURE_LITERAL(fixture_number(FIXTURE_MEMORY, number))
#define BOOLEAN(boolean) FIXTURE_LITERAL(fixture_boolean(FIXTURE_MEMORY, boolean))
#define REFERENCE(id) FIXTURE_LITERAL(fixture_reference(FIXTURE_MEMORY, id))
#define OPAQUE(letter) FIXTURE_LITERAL(fixture_opaque(FIXTURE_MEMORY, letter))
#define TEXT(text) ((struct value){ VALUE_TEXT, (const uint8_t *)(text), strlen(text) })

/* What queue_put takes. */
#define LOAD(these, hold, number) (&(struct queue_load){ .values = (these), .refers = (hold), .count = (number) })

/* Appends the value as Python would write it, but a reference as <id> and an opaque value as its letter. */
void fixture_show(char *to, size_t room, const struct value *value);
void fixture_show_blob(char *to, size_t room, const struct blob *blob);

/* -- expectations ------------------------------------------------------------------------------------------------ */

#define ck_assert_status(expression, expected) ck_assert_str_eq(status_name(expression), status_name(expected))

/* The blob's value, which is given back if `mine`. */
void fixture_expect_blob(struct blob *blob, bool mine, const char *expected);

#endif
