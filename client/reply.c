/* Reading the bodies of replies. The few shapes that nearly all replies have are read in place. */
#include "reply.h"

#include "error.h"
#include "lib/value.h"
#include "values.h"

#include "concur/v1/shapes.pb-c.h"

enum {
	WIRE_VARINT = 0,
	WIRE_64 = 1,
	WIRE_SIZED = 2,
	WIRE_32 = 5,
	FIELD_VALUE = 15,
};

/* One field of a message. */
struct field {
	uint64_t number;
	uint64_t varint;
	const uint8_t *bytes; /* NULL unless it has a length */
	size_t size;
};

/* Reads a field; returns behind it, NULL if it does not decode. */
static const uint8_t *
field_read(const uint8_t *at, const uint8_t *end, struct field *ret)
{
	uint64_t tag, size;

	*ret = (struct field){ 0 };
	if (!(at = value_varint_read(at, end, &tag)))
		return NULL;
	ret->number = tag >> 3;
	switch (tag & 7) {
	case WIRE_VARINT:
		return value_varint_read(at, end, &ret->varint);
	case WIRE_64:
		return end - at >= 8 ? at + 8 : NULL;
	case WIRE_32:
		return end - at >= 4 ? at + 4 : NULL;
	case WIRE_SIZED:
		at = value_varint_read(at, end, &size);
		if (!at || size > (size_t)(end - at))
			return NULL;
		ret->bytes = at;
		ret->size = (size_t)size;
		return at + size;
	default:
		return NULL;
	}
}

void
reply_word(char *to, size_t room, const ProtobufCBinaryData *from)
{
	size_t size = from->len < room ? from->len : room - 1;

	if (size)
		memcpy(to, from->data, size);
	to[size] = '\0';
}

enum concur_status
reply_scan(const uint8_t *body, size_t size, struct reply_fields *ret_fields)
{
	const uint8_t *at = body, *end = body + size;
	struct reply_fields fields = { 0 };
	struct field field;

	while (at < end) {
		if (!(at = field_read(at, end, &field)))
			return CONCUR_BAD_REPLY;
		fields.has_death |= field.number == 3 && field.bytes;
		if (field.number == 1)
			fields.outcome = (uint32_t)field.varint;
		else if (field.number == 2)
			fields.second = field.varint;
		else if (field.number == 3)
			fields.third = field.varint;
		else if (field.number == FIELD_VALUE && field.bytes && !fields.value) {
			fields.value = field.bytes;
			fields.size = field.size;
		}
	}
	*ret_fields = fields;
	return CONCUR_OK;
}

static enum concur_status
outcome_status(uint32_t outcome)
{
	switch (outcome) {
	case CONCUR__V1__OUTCOME__DONE:
		return CONCUR_OK;
	case CONCUR__V1__OUTCOME__NOT_THERE:
		return CONCUR_NOT_THERE;
	case CONCUR__V1__OUTCOME__EMPTY:
		return CONCUR_EMPTY;
	case CONCUR__V1__OUTCOME__FULL:
		return CONCUR_FULL;
	case CONCUR__V1__OUTCOME__TIMED_OUT:
		return CONCUR_TIMED_OUT;
	case CONCUR__V1__OUTCOME__OWNER_DIED:
		return CONCUR_OWNER_DIED;
	case CONCUR__V1__OUTCOME__EXISTS:
		return CONCUR_EXISTS;
	case CONCUR__V1__OUTCOME__CHANGED:
		return CONCUR_CHANGED;
	case CONCUR__V1__OUTCOME__RUN_ACTION:
		return CONCUR_RUN_ACTION;
	case CONCUR__V1__OUTCOME__END_OF_FILE:
		return CONCUR_END_OF_FILE;
	case CONCUR__V1__OUTCOME__NO:
		return CONCUR_NO;
	default:
		return CONCUR_BAD_REPLY;
	}
}

enum concur_status
reply_outcome(enum result result, const uint8_t *body, size_t size)
{
	struct reply_fields fields;

	switch (result) {
	case RESULT_DONE:
	case RESULT_COUNT:
	case RESULT_VALUE:
	case RESULT_VALUES:
	case RESULT_ARRIVAL:
	case RESULT_TASK_ID:
	case RESULT_TASK:
	case RESULT_TASK_LOG:
		return reply_scan(body, size, &fields) == CONCUR_OK ? outcome_status(fields.outcome) : CONCUR_BAD_REPLY;
	case RESULT_GRANT:
	case RESULT_REGRANT:
		if (reply_scan(body, size, &fields) != CONCUR_OK)
			return CONCUR_BAD_REPLY;
		/* That somebody died outweighs that a wait was over in vain. */
		return fields.has_death ? CONCUR_OWNER_DIED : outcome_status(fields.outcome);
	default:
		return CONCUR_OK;
	}
}

/* The `values` fields of a body, one after the other. */
struct body_values {
	struct values_source source;
	const uint8_t *body, *at, *end;
};

static void
body_values_rewind(struct values_source *source)
{
	struct body_values *values = (struct body_values *)source;

	values->at = values->body;
}

static bool
body_values_next(struct values_source *source, const uint8_t **ret_bytes, size_t *ret_size)
{
	struct body_values *values = (struct body_values *)source;
	struct field field;

	while (values->at < values->end) {
		values->at = field_read(values->at, values->end, &field);
		if (!values->at)
			break;
		if (field.number != FIELD_VALUE || !field.bytes)
			continue;
		*ret_bytes = field.bytes;
		*ret_size = field.size;
		return true;
	}
	values->at = values->end;
	return false;
}

enum concur_status
reply_values(const uint8_t *body, size_t size, struct concur_values *ret_values)
{
	struct body_values values = { { body_values_next, body_values_rewind }, body, body, body + size };
	struct concur_values made = { 0 };
	struct reply_fields fields;
	enum concur_status status;

	status = reply_scan(body, size, &fields);
	if (status != CONCUR_OK)
		return status;
	made.version = fields.second;
	made.cursor = fields.third;
	status = values_decode_all(&values.source, &made.items, &made.count);
	if (status == CONCUR_OK)
		*ret_values = made;
	return status;
}

enum concur_status
reply_error(enum concur_status status, const uint8_t *body, size_t size)
{
	Concur__V1__Error *error = concur__v1__error__unpack(NULL, size, body);

	if (error && error->message.len && error->limit.len)
		error_set(status, "%.*s (limit %.*s)", (int)error->message.len, (const char *)error->message.data,
		    (int)error->limit.len, (const char *)error->limit.data);
	else if (error && error->message.len)
		error_set(status, "%.*s", (int)error->message.len, (const char *)error->message.data);
	else
		error_plain(status);
	if (error)
		concur__v1__error__free_unpacked(error, NULL);
	return status;
}
