/* Unpacking requests. The wire types of protobuf: 0 a varint, 1 eight bytes, 2 a length and bytes, 5 four bytes. */
#include "daemon/rpc/unpack.h"

#include "lib/frame.h"
#include "lib/value.h"

#include <string.h>

enum {
	UNPACK_VARINT = 0,
	UNPACK_FIXED64 = 1,
	UNPACK_BYTES = 2,
	UNPACK_FIXED32 = 5,
	UNPACK_FIRST_ITEMS = 8, /* places of a repeated field at first; doubled as needed */
};

bool
unpack_is_flat(const ProtobufCMessageDescriptor *descriptor)
{
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
		bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;

		switch (field->type) {
		case PROTOBUF_C_TYPE_BYTES:
			continue;
		case PROTOBUF_C_TYPE_FIXED64:
		case PROTOBUF_C_TYPE_UINT32:
		case PROTOBUF_C_TYPE_UINT64:
		case PROTOBUF_C_TYPE_INT64:
		case PROTOBUF_C_TYPE_SINT64:
		case PROTOBUF_C_TYPE_BOOL:
		case PROTOBUF_C_TYPE_ENUM:
			if (!repeated)
				continue;
			return false;
		default:
			return false;
		}
	}
	return true;
}

/* A length and so many bytes. Returns behind them, or NULL if they are cut; the readers below likewise. */
static const uint8_t *
unpack_bytes(const uint8_t *at, const uint8_t *end, ProtobufCBinaryData *ret)
{
	uint64_t size;

	at = value_varint_read(at, end, &size);
	if (!at || size > (uint64_t)(end - at))
		return NULL;
	*ret = (ProtobufCBinaryData){ (size_t)size, (uint8_t *)(uintptr_t)at };
	return at + size;
}

/* A field that the message does not have. */
static const uint8_t *
unpack_skip(const uint8_t *at, const uint8_t *end, unsigned type)
{
	ProtobufCBinaryData bytes;
	uint64_t number;

	switch (type) {
	case UNPACK_VARINT:
		return value_varint_read(at, end, &number);
	case UNPACK_BYTES:
		return unpack_bytes(at, end, &bytes);
	case UNPACK_FIXED64:
		return end - at < 8 ? NULL : at + 8;
	case UNPACK_FIXED32:
		return end - at < 4 ? NULL : at + 4;
	default:
		return NULL;
	}
}

/* One more item of a repeated field; false if the arena is full. */
static bool
unpack_append(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const ProtobufCBinaryData *bytes,
    struct arena *arena)
{
	size_t *count = (size_t *)(void *)((char *)message + field->quantifier_offset);
	ProtobufCBinaryData **items = (ProtobufCBinaryData **)(void *)((char *)message + field->offset);

	/* Full at 0 and at every power of two from the first room on. */
	if (*count == 0 || (*count >= UNPACK_FIRST_ITEMS && (*count & (*count - 1)) == 0)) {
		size_t room = *count ? 2 * *count : UNPACK_FIRST_ITEMS;
		ProtobufCBinaryData *larger = arena_alloc(arena, room * sizeof *larger);

		if (!larger)
			return false;
		if (*count)
			memcpy(larger, *items, *count * sizeof *larger);
		*items = larger;
	}
	(*items)[(*count)++] = *bytes;
	return true;
}

static const uint8_t *
unpack_number(void *member, const ProtobufCFieldDescriptor *field, const uint8_t *at, const uint8_t *end)
{
	uint64_t number;

	at = value_varint_read(at, end, &number);
	if (!at)
		return NULL;
	switch (field->type) {
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_ENUM:
		*(uint32_t *)member = (uint32_t)number;
		break;
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)member = number != 0;
		break;
	case PROTOBUF_C_TYPE_SINT64:
		*(int64_t *)member = (int64_t)((number >> 1) ^ (0 - (number & 1)));
		break;
	default: /* UINT64 and INT64; unpack_is_flat lets no other in */
		*(uint64_t *)member = number;
		break;
	}
	return at;
}

/* Reads the field's value, which is of that wire type, into the message. *ret_full is set if it is the arena that has
 * no room. */
static inline const uint8_t *
unpack_field(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, unsigned type, const uint8_t *at,
    const uint8_t *end, struct arena *arena, bool *ret_full)
{
	void *member = (char *)message + field->offset;
	ProtobufCBinaryData bytes;

	if (field->type == PROTOBUF_C_TYPE_BYTES) {
		if (type != UNPACK_BYTES)
			return NULL;
		if (field->label != PROTOBUF_C_LABEL_REPEATED)
			return unpack_bytes(at, end, member);
		at = unpack_bytes(at, end, &bytes);
		*ret_full = at && !unpack_append(message, field, &bytes, arena);
		return *ret_full ? NULL : at;
	}
	if (field->type == PROTOBUF_C_TYPE_FIXED64) {
		if (type != UNPACK_FIXED64 || end - at < 8)
			return NULL;
		*(uint64_t *)member = frame_u64(at);
		return at + 8;
	}
	return type == UNPACK_VARINT ? unpack_number(member, field, at, end) : NULL;
}

/* Most messages number their fields 1, 2, 3 ... */
static inline const ProtobufCFieldDescriptor *
unpack_find(const ProtobufCMessageDescriptor *descriptor, uint32_t number)
{
	if (number <= descriptor->n_fields && descriptor->fields[number - 1].id == number)
		return &descriptor->fields[number - 1];
	return protobuf_c_message_descriptor_get_field(descriptor, number);
}

/* Field number and wire type. */
static inline const uint8_t *
unpack_tag(const uint8_t *at, const uint8_t *end, uint32_t *ret)
{
	uint64_t tag;

	at = value_varint_read(at, end, &tag);
	*ret = (uint32_t)tag;
	return at && tag <= UINT32_MAX && tag >> 3 ? at : NULL;
}

enum concur_status
unpack(const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t size, struct arena *arena,
    ProtobufCMessage **ret)
{
	const uint8_t *end = bytes + size;
	ProtobufCMessage *message = arena_alloc(arena, descriptor->sizeof_message);
	bool is_full = false;

	if (!message)
		return CONCUR_TOO_LARGE;
	descriptor->message_init(message);
	while (bytes < end) {
		const ProtobufCFieldDescriptor *field;
		uint32_t tag;

		bytes = unpack_tag(bytes, end, &tag);
		if (!bytes)
			return CONCUR_BAD_MESSAGE;
		field = unpack_find(descriptor, tag >> 3);
		if (field)
			bytes = unpack_field(message, field, tag & 7, bytes, end, arena, &is_full);
		else
			bytes = unpack_skip(bytes, end, tag & 7);
		if (!bytes)
			return is_full ? CONCUR_TOO_LARGE : CONCUR_BAD_MESSAGE;
	}
	*ret = message;
	return CONCUR_OK;
}
