/* Replies. */
#include "daemon/rpc/reply.h"

#include "daemon/core/object.h"
#include "daemon/core/store.h"
#include "daemon/rpc/rpc.h"
#include "lib/frame.h"
#include "lib/status.h"
#include "lib/value.h"

#include <stdio.h>

enum {
	REPLY_BY_REFERENCE = 4096, /* payloads from here on are not copied into the outbox */
	REPLY_ERROR_TEXT = 1024,
	TAG_OUTCOME = 1 << 3 | 0,
	TAG_SECOND = 2 << 3 | 0, /* a version, a count, or a token */
	TAG_CURSOR = 3 << 3 | 0,
	TAG_VALUE = 15 << 3 | 2,
	REPLY_NUMBERS_MAX = 3 * (1 + 10), /* bytes of outcome, version and cursor */
	REPLY_VALUE_HEAD_MAX = 1 + 10 + VALUE_HEAD_MAX,
};

_Static_assert((int)OUTCOME_OWNER_DIED == (int)CONCUR__V1__OUTCOME__OWNER_DIED, "outcomes are numbered as on the wire");
_Static_assert((int)OUTCOME_CHANGED == (int)CONCUR__V1__OUTCOME__CHANGED, "outcomes are numbered as on the wire");

static void
reply_head(uint8_t *at, const struct reply_to *to, enum concur_status status, size_t body)
{
	struct frame_reply head = {
		.length = (uint32_t)(FRAME_REPLY - FRAME_LENGTH + body),
		.status = (uint16_t)status,
		.call = to->call,
	};

	frame_reply_write(at, &head);
}

/* -- messages ---------------------------------------------------------------------------------------------------- */

/* A ProtobufCBuffer that appends to a chain, for messages that do not fit one segment. */
struct reply_buffer {
	ProtobufCBuffer base;
	struct chain *chain;
	bool failed;
};

static void
reply_buffer_append(ProtobufCBuffer *base, size_t size, const uint8_t *bytes)
{
	struct reply_buffer *buffer = (struct reply_buffer *)base;

	if (chain_append(buffer->chain, bytes, size) < 0)
		buffer->failed = true;
}

static bool
reply_write_large(struct chain *chain, const struct reply_to *to, enum concur_status status,
    const ProtobufCMessage *message, size_t body)
{
	struct reply_buffer buffer = { { reply_buffer_append }, chain, false };
	uint8_t head[FRAME_REPLY];

	reply_head(head, to, status, body);
	if (chain_append(chain, head, sizeof head) < 0)
		return false;
	protobuf_c_message_pack_to_buffer(message, &buffer.base);
	return !buffer.failed;
}

static bool
reply_write(struct chain *chain, const struct reply_to *to, enum concur_status status, const ProtobufCMessage *message)
{
	size_t body = protobuf_c_message_get_packed_size(message);
	uint8_t *at;

	if (FRAME_REPLY + body > CHAIN_SEGMENT)
		return reply_write_large(chain, to, status, message, body);
	at = chain_reserve(chain, FRAME_REPLY + body);
	if (!at)
		return false;
	reply_head(at, to, status, body);
	protobuf_c_message_pack(message, at + FRAME_REPLY);
	chain_commit(chain, FRAME_REPLY + body);
	return true;
}

static void
reply_send(const struct reply_to *to, enum concur_status status, const ProtobufCMessage *message)
{
	struct channel *channel = to->channel;
	uint64_t before = channel->out.end;

	if (to->one_way)
		return;
	if (reply_write(&channel->out, to, status, message)) {
		channel_written(channel);
	} else {
		chain_rewind(&channel->out, before);
		channel_doom(channel, CHANNEL_NO_MEMORY);
	}
}

void
reply_message(const struct reply_to *to, const ProtobufCMessage *message)
{
	reply_send(to, CONCUR_OK, message);
}

/* -- numbers ----------------------------------------------------------------------------------------------------- */

/* The replies that are one or two numbers are most of all replies: they are written by hand. */

static uint8_t *
reply_put_number(uint8_t *at, uint8_t tag, uint64_t number)
{
	if (number == 0)
		return at;
	*at++ = tag;
	return value_varint_write(at, number);
}

/* Fills in the header of what lies between `begin` and `end`, and sends it. */
static void
reply_finish(const struct reply_to *to, uint8_t *begin, const uint8_t *end)
{
	size_t size = (size_t)(end - begin);

	reply_head(begin, to, CONCUR_OK, size - FRAME_REPLY);
	chain_commit(&to->channel->out, size);
	channel_written(to->channel);
}

/* Room for a reply's header and `size` bytes, or NULL after dooming the channel. */
static uint8_t *
reply_begin(const struct reply_to *to, size_t size)
{
	uint8_t *begin = chain_reserve(&to->channel->out, FRAME_REPLY + size);

	if (!begin)
		channel_doom(to->channel, CHANNEL_NO_MEMORY);
	return begin;
}

static void
reply_numbers(const struct reply_to *to, enum outcome outcome, uint64_t second)
{
	uint8_t *begin, *at;

	if (to->one_way)
		return;
	begin = reply_begin(to, REPLY_NUMBERS_MAX);
	if (!begin)
		return;
	at = reply_put_number(begin + FRAME_REPLY, TAG_OUTCOME, (uint64_t)outcome);
	at = reply_put_number(at, TAG_SECOND, second);
	reply_finish(to, begin, at);
}

void
reply_done(const struct reply_to *to, enum outcome outcome)
{
	reply_numbers(to, outcome, 0);
}

void
reply_done_at(const struct reply_to *to, enum outcome outcome, uint64_t version)
{
	reply_numbers(to, outcome, version);
}

void
reply_count(const struct reply_to *to, enum outcome outcome, int64_t count)
{
	/* A sint64: zigzag. */
	reply_numbers(to, outcome, (uint64_t)count << 1 ^ (uint64_t)(count >> 63));
}

void
reply_token(const struct reply_to *to, enum outcome outcome, uint64_t token)
{
	reply_numbers(to, outcome, token);
}

/* -- values ------------------------------------------------------------------------------------------------------ */

struct reply_references {
	struct rpc *rpc;
	struct channel *channel;
};

static void
reply_visit_reference(uint64_t id, void *arg)
{
	struct reply_references *references = arg;
	struct object *object = object_find(references->rpc->core, id);

	if (object && session_ref(references->rpc->core, references->channel->session, object) < 0)
		channel_doom(references->channel, CHANNEL_NO_MEMORY);
}

static void
reply_count_references(const struct reply_to *to, const struct blob *blob)
{
	struct reply_references references = { to->channel->rpc, to->channel };
	struct value value = store_value(blob);

	if (to->channel->session)
		value_each_reference(&value, reply_visit_reference, &references);
}

/* Bytes of the value field that holds the blob. */
static size_t
reply_value_size(const struct blob *blob)
{
	size_t encoded = value_encoded_size((enum value_kind)(blob->kind & BLOB_KIND), blob_size(blob));

	return 1 + value_varint_size(encoded) + encoded;
}

/* All of the field but the payload. */
static inline uint8_t *
reply_put_value_head(uint8_t *at, const struct blob *blob)
{
	enum value_kind kind = (enum value_kind)(blob->kind & BLOB_KIND);
	size_t size = blob_size(blob);

	*at++ = TAG_VALUE;
	at = value_varint_write(at, value_encoded_size(kind, size));
	return value_encode_head(at, kind, size);
}

static bool
reply_append_value(struct chain *chain, struct blob *blob)
{
	size_t size = blob_size(blob);
	bool copy = size < REPLY_BY_REFERENCE;
	uint8_t *begin = chain_reserve(chain, REPLY_VALUE_HEAD_MAX + (copy ? size : 0)), *at;

	if (!begin)
		return false;
	at = reply_put_value_head(begin, blob);
	if (copy) {
		memcpy(at, blob_data(blob), size);
		at += size;
	}
	chain_commit(chain, (size_t)(at - begin));
	return copy || chain_append_blob(chain, blob, 0, size) == 0;
}

static bool
reply_append_list(struct chain *chain, const struct reply_to *to, const struct reply_list *list, size_t values)
{
	uint8_t numbers[REPLY_NUMBERS_MAX], *at = numbers, *begin;

	at = reply_put_number(at, TAG_OUTCOME, (uint64_t)list->outcome);
	at = reply_put_number(at, TAG_SECOND, list->version);
	at = reply_put_number(at, TAG_CURSOR, list->cursor);
	begin = chain_reserve(chain, FRAME_REPLY + sizeof numbers);
	if (!begin)
		return false;
	reply_head(begin, to, CONCUR_OK, (size_t)(at - numbers) + values);
	memcpy(begin + FRAME_REPLY, numbers, (size_t)(at - numbers));
	chain_commit(chain, FRAME_REPLY + (size_t)(at - numbers));
	for (size_t i = 0; i < list->count; i++) {
		if (!reply_append_value(chain, list->blobs[i]))
			return false;
	}
	return true;
}

static size_t
reply_number_size(uint64_t number)
{
	return number ? 1 + value_varint_size(number) : 0;
}

/* Bytes that count for frame_max. To the byte: whatever came in a frame, alone, has to go out in one. */
static uint64_t
reply_list_length(const struct reply_list *list, size_t values)
{
	return FRAME_REPLY - FRAME_LENGTH + reply_number_size((uint64_t)list->outcome) +
	    reply_number_size(list->version) + reply_number_size(list->cursor) + values;
}

void
reply_list(const struct reply_to *to, const struct reply_list *list)
{
	struct channel *channel = to->channel;
	uint64_t before = channel->out.end;
	size_t values = 0;

	if (to->one_way)
		return;
	for (size_t i = 0; i < list->count; i++)
		values += reply_value_size(list->blobs[i]);
	if (reply_list_length(list, values) > channel->rpc->limits->frame_max) {
		reply_error(to, CONCUR_TOO_LARGE, NULL, "frame_max", "ask for fewer, or page by page");
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		if (__builtin_expect(list->blobs[i]->kind & BLOB_REFERS, 0))
			reply_count_references(to, list->blobs[i]);
	}
	if (reply_append_list(&channel->out, to, list, values)) {
		channel_written(channel);
	} else {
		chain_rewind(&channel->out, before);
		channel_doom(channel, CHANNEL_NO_MEMORY);
	}
}

/* A blob that is small enough to be copied: one reservation, one pass. */
static void
reply_small_value(const struct reply_to *to, enum outcome outcome, uint64_t version, struct blob *blob)
{
	size_t size = blob_size(blob);
	uint8_t *begin = reply_begin(to, REPLY_NUMBERS_MAX + REPLY_VALUE_HEAD_MAX + size), *at;

	if (!begin)
		return;
	at = reply_put_number(begin + FRAME_REPLY, TAG_OUTCOME, (uint64_t)outcome);
	at = reply_put_number(at, TAG_SECOND, version);
	at = reply_put_value_head(at, blob);
	memcpy(at, blob_data(blob), size);
	reply_finish(to, begin, at + size);
}

void
reply_value(const struct reply_to *to, enum outcome outcome, uint64_t version, struct blob *blob)
{
	if (to->one_way)
		return;
	if (!blob) {
		reply_numbers(to, outcome, version);
	} else if (__builtin_expect(blob_size(blob) < REPLY_BY_REFERENCE && !(blob->kind & BLOB_REFERS), 1)) {
		reply_small_value(to, outcome, version, blob);
	} else {
		struct reply_list list = { .outcome = outcome, .version = version, .blobs = &blob, .count = 1 };

		reply_list(to, &list);
	}
}

void
reply_item(const struct reply_to *to, enum outcome outcome, struct blob *blob)
{
	uint64_t written = to->channel->written;

	reply_value(to, outcome, 0, blob);
	channel_deliver(to->channel, blob ? 1 : 0, written);
}

/* -- by hand ----------------------------------------------------------------------------------------------------- */

void
reply_body_begin(struct reply_body *body, const struct reply_to *to)
{
	struct chain *chain = &to->channel->out;

	*body = (struct reply_body){ .to = to, .before = chain->end, .head = chain_reserve(chain, FRAME_REPLY) };
	if (body->head)
		chain_commit(chain, FRAME_REPLY);
	body->failed = !body->head;
}

uint8_t *
reply_body_reserve(struct reply_body *body, size_t size)
{
	body->at = body->failed ? NULL : chain_reserve(&body->to->channel->out, size);
	body->failed |= !body->at;
	return body->at;
}

void
reply_body_commit(struct reply_body *body, const uint8_t *end)
{
	chain_commit(&body->to->channel->out, (size_t)(end - body->at));
}

void
reply_body_value(struct reply_body *body, struct blob *blob)
{
	struct value value = store_value(blob);
	bool copy = value.size < REPLY_BY_REFERENCE;
	uint8_t *at = reply_body_reserve(body, VALUE_HEAD_MAX + (copy ? value.size : 0));

	if (!at)
		return;
	if (blob->kind & BLOB_REFERS)
		reply_count_references(body->to, blob);
	at = value_encode_head(at, value.kind, value.size);
	if (copy) {
		memcpy(at, value.data, value.size);
		at += value.size;
	}
	reply_body_commit(body, at);
	if (!copy)
		body->failed |= chain_append_blob(&body->to->channel->out, blob, 0, value.size) < 0;
}

bool
reply_body_send(struct reply_body *body)
{
	struct channel *channel = body->to->channel;

	if (body->failed || body->to->one_way) {
		chain_rewind(&channel->out, body->before);
		if (body->failed)
			channel_doom(channel, CHANNEL_NO_MEMORY);
		return false;
	}
	reply_head(body->head, body->to, CONCUR_OK, (size_t)(channel->out.end - body->before) - FRAME_REPLY);
	channel_written(channel);
	return true;
}

/* -- errors ------------------------------------------------------------------------------------------------------ */

static size_t
reply_describe_object(char *text, size_t room, const struct object *object)
{
	int used;

	if (!object)
		return 0;
	if (object->name)
		used = snprintf(text, room, "%s '%.*s': ", object->kind->name, (int)blob_size(object->name),
		    (const char *)blob_data(object->name));
	else
		used = snprintf(text, room, "%s %llu: ", object->kind->name, (unsigned long long)object_id(object));
	return (size_t)used < room ? (size_t)used : room - 1;
}

void
reply_error(const struct reply_to *to, enum concur_status status, const struct object *object, const char *limit,
    const char *detail)
{
	Concur__V1__Error error = CONCUR__V1__ERROR__INIT;

	reply_error_with(to, status, object, limit, detail, &error);
}

void
reply_error_with(const struct reply_to *to, enum concur_status status, const struct object *object, const char *limit,
    const char *detail, Concur__V1__Error *error)
{
	char text[REPLY_ERROR_TEXT];
	size_t used = reply_describe_object(text, sizeof text / 2, object);
	int more = snprintf(text + used, sizeof text - used, "%s%s%s%s%s%s", status_text(status), limit ? " (" : "",
	    limit ? limit : "", limit ? ")" : "", detail ? ": " : "", detail ? detail : "");

	used += (size_t)more;
	error->message.data = (uint8_t *)text;
	error->message.len = used < sizeof text ? used : sizeof text - 1;
	if (limit) {
		error->limit.data = (uint8_t *)(uintptr_t)limit;
		error->limit.len = strlen(limit);
	}
	reply_send(to, status, &error->base);
}
