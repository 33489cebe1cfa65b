/* Redis's protocol, RESP. A request is an array of bulk strings; of the replies only the kinds are taken that these
 * commands give: a line (+), an error (-), an integer (:), a bulk string ($). */
#include "config.h"

#include "tests/bench/work.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum redis_expect { EXPECT_LINE = '+', EXPECT_INTEGER = ':', EXPECT_BULK = '$' };

enum { ARGUMENTS_MAX = 4 };

struct command {
	const char *arguments[ARGUMENTS_MAX];
	size_t sizes[ARGUMENTS_MAX];
	unsigned count;
};

static void
command_add(struct command *command, const char *argument, size_t size)
{
	assert(command->count < ARGUMENTS_MAX);
	command->arguments[command->count] = argument;
	command->sizes[command->count++] = size;
}

static struct command
command_of(const char *verb, const char *object)
{
	struct command command = { 0 };

	command_add(&command, verb, strlen(verb));
	if (object)
		command_add(&command, object, strlen(object));
	return command;
}

static size_t
command_size(const struct command *command)
{
	size_t size = (size_t)snprintf(NULL, 0, "*%u\r\n", command->count);

	for (unsigned i = 0; i < command->count; i++)
		size += (size_t)snprintf(NULL, 0, "$%zu\r\n", command->sizes[i]) + command->sizes[i] + 2;
	return size;
}

/* Adds it to the stream; `key` is the argument that is the key, 0 if none is (that is the verb). */
static int
command_lay(struct conn *conn, const struct command *command, unsigned key, enum redis_expect expect)
{
	char line[32];
	uint8_t *at, *start;
	int size;

	if (stream_add(&conn->stream, command_size(command), 0, expect, &at) < 0)
		return work_no_memory();
	start = at;
	size = snprintf(line, sizeof line, "*%u\r\n", command->count);
	at = mempcpy(at, line, (size_t)size);
	for (unsigned i = 0; i < command->count; i++) {
		size = snprintf(line, sizeof line, "$%zu\r\n", command->sizes[i]);
		at = mempcpy(at, line, (size_t)size);
		if (i == key && key > 0)
			conn->stream.requests[conn->stream.laid - 1].key_at =
			    (uint32_t)(at - start) + KEY_SIZE - KEY_DIGITS;
		at = mempcpy(at, command->arguments[i], command->sizes[i]);
		at = mempcpy(at, "\r\n", 2);
	}
	return 0;
}

static char *
value_new(const struct conn *conn)
{
	char *value = malloc((size_t)conn->options->size + 1);

	if (value)
		memset(value, 'v', (size_t)conn->options->size);
	else
		work_no_memory();
	return value;
}

static int
lay_get(struct conn *conn, const char *key)
{
	struct command command = command_of("HGET", conn->options->name);

	command_add(&command, key, KEY_SIZE);
	return command_lay(conn, &command, 2, EXPECT_BULK);
}

static int
lay_set(struct conn *conn, const char *key, const char *value)
{
	struct command command = command_of("HSET", conn->options->name);

	command_add(&command, key, KEY_SIZE);
	command_add(&command, value, (size_t)conn->options->size);
	return command_lay(conn, &command, 2, EXPECT_INTEGER);
}

/* Prepares gets and sets as many times as the stream wants, each with a key drawn anew from the first `keys`. */
static int
prepare_hash(struct conn *conn, unsigned gets, unsigned sets, uint64_t keys)
{
	const struct options *options = conn->options;
	uint64_t state = options->seed + conn->number * 0x100000001u;
	size_t wanted = work_stream_wanted(conn, keys);
	char key[KEY_SIZE], *value = value_new(conn);
	int result = value ? 0 : -1;

	for (size_t i = 0; i < wanted && result == 0; i++) {
		key_write(key, draw(&state, keys));
		result = i % (gets + sets) < gets ? lay_get(conn, key) : lay_set(conn, key, value);
	}
	free(value);
	return result == 0 ? work_stream_close(conn) : -1;
}

static int
prepare_get(struct conn *conn)
{
	return prepare_hash(conn, 1, 0, conn->options->keys);
}

static int
prepare_set(struct conn *conn)
{
	return prepare_hash(conn, 0, 1, conn->options->keys);
}

/* The fill writes the keys in order over what is prepared. */
static int
prepare_insert(struct conn *conn)
{
	return prepare_hash(conn, 0, 1, 1);
}

static int
prepare_mixed(struct conn *conn)
{
	return prepare_hash(conn, 1, 1, conn->options->keys);
}

/* Prepares one operation of a command, or of two, many times over. */
static int
prepare_repeat(struct conn *conn, const struct command *first, enum redis_expect first_expect,
    const struct command *second, enum redis_expect second_expect)
{
	size_t wanted = work_stream_wanted(conn, 1);

	for (size_t i = 0; i < wanted; i++) {
		if (command_lay(conn, first, 0, first_expect) < 0 ||
		    (second && command_lay(conn, second, 0, second_expect) < 0))
			return -1;
	}
	return work_stream_close(conn);
}

static int
prepare_queue(struct conn *conn)
{
	struct command push = command_of("LPUSH", conn->options->name), pop = command_of("RPOP", conn->options->name);
	char *value = value_new(conn);
	int result = -1;

	if (value) {
		command_add(&push, value, (size_t)conn->options->size);
		result = prepare_repeat(conn, &push, EXPECT_INTEGER, &pop, EXPECT_BULK);
	}
	free(value);
	return result;
}

static int
prepare_value_set(struct conn *conn)
{
	struct command command = command_of("SET", conn->options->name);
	char *value = value_new(conn);
	int result = -1;

	if (value) {
		command_add(&command, value, (size_t)conn->options->size);
		result = prepare_repeat(conn, &command, EXPECT_LINE, NULL, 0);
	}
	free(value);
	return result;
}

static int
prepare_value_get(struct conn *conn)
{
	struct command command = command_of("GET", conn->options->name);

	return prepare_repeat(conn, &command, EXPECT_BULK, NULL, 0);
}

static int
prepare_ping(struct conn *conn)
{
	struct command command = command_of("PING", NULL);

	return prepare_repeat(conn, &command, EXPECT_LINE, NULL, 0);
}

static int
prepare_remove(struct conn *conn)
{
	struct command command = command_of("DEL", conn->options->name);

	return prepare_repeat(conn, &command, EXPECT_INTEGER, NULL, 0);
}

/* A fill that sends sets with the keys in order. */
static size_t
redis_fill_keys(struct conn *conn, size_t max)
{
	const struct request *first;
	size_t count = work_send_stream(conn, max, &first);

	for (size_t i = 0; i < count; i++)
		key_write_digits((char *)conn->stream.bytes + first[i].start + first[i].key_at,
		    conn->key_first + conn->sent + i);
	return count;
}

/* The number behind the first byte of the line; -1 also for what is no number. */
static int64_t
line_number(const uint8_t *at, const uint8_t *end)
{
	int64_t number = 0;

	for (; at < end && *at != '\r'; at++) {
		if (*at < '0' || *at > '9' || number > INT32_MAX)
			return -1;
		number = number * 10 + (*at - '0');
	}
	return number;
}

static ssize_t
redis_take(struct conn *conn, const uint8_t *bytes, size_t size)
{
	const uint8_t *line_end = memchr(bytes, '\n', size);
	uint32_t expected = work_expected(conn);
	size_t whole;
	int64_t number;

	if (!line_end)
		return 0;
	whole = (size_t)(line_end - bytes) + 1;
	if (bytes[0] == EXPECT_BULK && bytes[1] != '-') {
		number = line_number(bytes + 1, line_end);
		if (number < 0) {
			fprintf(stderr, "concur-bench: not a reply of Redis\n");
			return -1;
		}
		whole += (size_t)number + 2;
		if (size < whole)
			return 0;
		if ((uint64_t)number != conn->options->size)
			conn_fault(conn, "a value of another size", bytes, whole);
	}
	work_answered(conn);
	if (bytes[0] != expected || (expected == EXPECT_BULK && bytes[1] == '-'))
		conn_fault(conn, "not the reply that was expected", bytes, whole);
	return (ssize_t)whole;
}

static const struct work redis_works[] = {
	/* name, requests, one_at_a_time, before, before_count, prepare, fill, take */
	{ "dict-get", 1, false, "dict-insert", 0, prepare_get, work_fill, redis_take },
	{ "dict-set", 1, false, "dict-insert", 0, prepare_set, work_fill, redis_take },
	{ "dict-mixed", 2, false, "dict-insert", 0, prepare_mixed, work_fill, redis_take },
	{ "dict-insert", 1, false, NULL, 0, prepare_insert, redis_fill_keys, redis_take },
	{ "remove", 1, false, NULL, 0, prepare_remove, work_fill, redis_take },
	{ "queue", 2, false, NULL, 0, prepare_queue, work_fill, redis_take },
	{ "value-get", 1, false, "value-set", 1, prepare_value_get, work_fill, redis_take },
	{ "value-set", 1, false, NULL, 0, prepare_value_set, work_fill, redis_take },
	{ "ping", 1, false, NULL, 0, prepare_ping, work_fill, redis_take },
	{ "idle", 1, false, NULL, 0, work_prepare_nothing, NULL, redis_take },
	{ NULL, 0, false, NULL, 0, NULL, NULL, NULL },
};

const struct peer peer_redis = { .name = "redis", .works = redis_works };
