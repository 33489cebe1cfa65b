/* A core to test. */
#include "tests/unit/core_fixture.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIXTURE_COUNTER = 1000 }; /* where the core's counter starts */

__attribute__((format(printf, 3, 4))) static void
append(char *to, size_t room, const char *format, ...)
{
	size_t used = strlen(to);
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(to + used, room - used, format, arguments);
	va_end(arguments);
	ck_assert_msg(size >= 0 && (size_t)size < room - used, "the text is full: %s", to);
}

/* -- the core ---------------------------------------------------------------------------------------------------- */

void
fixture_init(struct core_fixture *fixture)
{
	memset(fixture, 0, sizeof *fixture);
	limits_defaults(&fixture->limits);
	fixture->limits.linger_seconds = 0;
	ck_assert_int_eq(core_init(&fixture->core, &fixture->limits, 7, FIXTURE_COUNTER), 0);
}

void
fixture_fini(struct core_fixture *fixture)
{
	struct core *core = &fixture->core;
	struct table_node *node;

	while ((node = table_any(&core->sessions))) {
		session_end(core, LINK_ENTRY(node, struct session, by_id), FAREWELL_GOODBYE);
		core_answer(core);
	}
	while ((node = table_any(&core->objects)))
		object_destroy(core, object_of_node(node));
	fixture_settle(fixture);
	ck_assert_uint_eq(core->bytes, 0);
	ck_assert_uint_eq(core->object_bytes, 0);
	ck_assert_uint_eq(core->waiting, 0);
	ck_assert_uint_eq(core->deadlines.count, 0);
	ck_assert_uint_eq(core->timers.count, 0);
	ck_assert_uint_eq(map_count(core->names), 0);
	ck_assert(link_empty(&core->ready) && link_empty(&core->unreferenced) && link_empty(&core->graves));
	ck_assert(link_empty(&core->endings));
	core_fini(core);
}

struct session *
fixture_session(struct core_fixture *fixture, uint64_t process)
{
	struct session *session = session_new(&fixture->core, process, NULL);

	ck_assert_ptr_nonnull(session);
	return session;
}

void *
fixture_open(struct core_fixture *fixture, const struct object_options *options)
{
	struct object_open open = { .options = *options };
	struct object *object;
	bool created;

	ck_assert_status(object_open(&fixture->core, &open, &object, &created), CONCUR_OK);
	ck_assert(created);
	object_ref(&fixture->core, object);
	return object;
}

static const char *
outcome_name(enum outcome outcome)
{
	static const char *const names[] = { "DONE", "NOT_THERE", "EMPTY", "FULL", "TIMED_OUT", "OWNER_DIED", "EXISTS",
		"CHANGED", "RUN_ACTION", "END_OF_FILE", "NO" };

	return names[outcome];
}

static void
on_reply(struct core *core, struct waiter *waiter)
{
	struct core_fixture *fixture = (struct core_fixture *)core;
	const struct result *result = &waiter->result;
	char *diary = fixture->diary;

	fixture->replies++;
	fixture->number = result->number;
	if (result->outcome == OUTCOME_OWNER_DIED)
		fixture->death = result->death;
	/* Its session must still be there. */
	ck_assert_ptr_eq(table_find(&core->sessions, session_id(waiter->session)), &waiter->session->by_id);
	append(diary, FIXTURE_TEXT, "%s%llu:%s", *diary ? ", " : "", (unsigned long long)waiter->by_call.key,
	    waiter->status == CONCUR_OK ? outcome_name(result->outcome) : status_name(waiter->status));
	if (result->value) {
		append(diary, FIXTURE_TEXT, " ");
		fixture_show_blob(diary, FIXTURE_TEXT, result->value);
	}
	for (size_t i = 0; i < result->count; i++) {
		append(diary, FIXTURE_TEXT, " ");
		fixture_show_blob(diary, FIXTURE_TEXT, result->values[i]);
	}
}

struct ask
fixture_ask(struct session *session, uint64_t context, uint64_t call, int64_t wait_ns)
{
	static const struct waiter_ops ops = { on_reply };

	return (struct ask){ session, context, call, wait_ns, true, &ops };
}

const char *
fixture_said(struct core_fixture *fixture)
{
	core_answer(&fixture->core);
	memcpy(fixture->said, fixture->diary, FIXTURE_TEXT);
	fixture->diary[0] = '\0';
	return fixture->said;
}

uint64_t
fixture_turn(struct core_fixture *fixture, uint64_t now_ns)
{
	uint64_t deadline_ns;

	core_turn_begin(&fixture->core, now_ns);
	core_turn_end(&fixture->core, &deadline_ns);
	return deadline_ns;
}

void
fixture_settle(struct core_fixture *fixture)
{
	while (fixture_turn(fixture, fixture->core.now_ns) == 0)
		;
}

/* -- values ------------------------------------------------------------------------------------------------------ */

struct value
fixture_integer(uint8_t *room, int64_t number)
{
	struct value value;

	value_set_integer(&value, room, number);
	return value;
}

struct value
fixture_number(uint8_t *room, double number)
{
	struct value value;

	value_set_number(&value, room, number);
	return value;
}

struct value
fixture_boolean(uint8_t *room, bool boolean)
{
	struct value value;

	value_set_boolean(&value, room, boolean);
	return value;
}

struct value
fixture_reference(uint8_t *room, uint64_t object)
{
	uint8_t *to = room;

	*to++ = 1 << 3;
	to = value_varint_write(to, object);
	*to++ = 2 << 3;
	to = value_varint_write(to, KIND_LIST);
	return (struct value){ VALUE_OBJECT, room, (size_t)(to - room) };
}

struct value
fixture_opaque(uint8_t *room, char letter)
{
	const uint8_t bytes[] = { 1 << 3 | 2, 1, 'c', 2 << 3 | 2, 1, (uint8_t)letter };

	memcpy(room, bytes, sizeof bytes);
	return (struct value){ VALUE_OPAQUE, room, sizeof bytes };
}

static void
show_items(char *to, size_t room, const struct value *value)
{
	struct value_walk walk;
	struct value item;
	const char *brackets = value->kind == VALUE_LIST ? "[]" : value->kind == VALUE_TUPLE ? "()" : "{}";
	bool is_map = value->kind == VALUE_MAP;
	size_t count = 0;

	append(to, room, "%c", brackets[0]);
	value_walk_begin(&walk, value);
	for (; value_walk_next(&walk, &item); count++) {
		append(to, room, "%s", count == 0 ? "" : is_map && count % 2 ? ": " : ", ");
		fixture_show(to, room, &item);
	}
	append(to, room, "%c", brackets[1]);
}

void
fixture_show(char *to, size_t room, const struct value *value)
{
	struct value_reference reference;
	struct value_opaque opaque;

	switch (value->kind) {
	case VALUE_NULL:
		append(to, room, "None");
		break;
	case VALUE_BOOLEAN:
		append(to, room, "%s", value_boolean(value) ? "True" : "False");
		break;
	case VALUE_INTEGER:
		append(to, room, "%lld", (long long)value_integer(value));
		break;
	case VALUE_NUMBER:
		append(to, room, "%.1f", value_number(value));
		break;
	case VALUE_TEXT:
		append(to, room, "'%.*s'", (int)value->size, (const char *)value->data);
		break;
	case VALUE_LIST:
	case VALUE_TUPLE:
	case VALUE_MAP:
		show_items(to, room, value);
		break;
	case VALUE_OBJECT:
		value_reference(value, &reference);
		append(to, room, "<%llu>", (unsigned long long)reference.object);
		break;
	case VALUE_OPAQUE:
		value_opaque(value, &opaque);
		append(to, room, "%c", *opaque.data);
		break;
	default:
		ck_abort_msg("no test shows a value of kind %d", value->kind);
	}
}

void
fixture_show_blob(char *to, size_t room, const struct blob *blob)
{
	struct value value = store_value(blob);

	fixture_show(to, room, &value);
}

void
fixture_expect_blob(struct blob *blob, bool mine, const char *expected)
{
	char text[FIXTURE_TEXT] = "";

	if (!blob)
		append(text, sizeof text, "nothing");
	else
		fixture_show_blob(text, sizeof text, blob);
	ck_assert_str_eq(text, expected);
	if (mine)
		blob_unref(blob);
}
