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

/* One field as it stands on the wire. */
struct unpack_field {
	uint32_t number;
	unsigned type;
	uint64_t varint;
	ProtobufCBinaryData bytes;
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

static const uint8_t *
unpack_read_bytes(const uint8_t *at, const uint8_t *end, uint64_t size, struct unpack_field *ret)
{
	if (size > (uint64_t)(end - at))
		return NULL;
	ret->bytes = (ProtobufCBinaryData){ (size_t)size, (uint8_t *)(uintptr_t)at };
	return at + size;
}

/* Returns behind the field, or NULL if it is cut or broken. */
static const uint8_t *
unpack_read(const uint8_t *at, const uint8_t *end, struct unpack_field *ret)
{
	uint64_t tag, size;

	at = value_varint_read(at, end, &tag);
	if (!at || tag >> 3 == 0 || tag > UINT32_MAX)
		return NULL;
	ret->number = (uint32_t)(tag >> 3);
	ret->type = tag & 7;
	switch (ret->type) {
	case UNPACK_VARINT:
		return value_varint_read(at, end, &ret->varint);
	case UNPACK_BYTES:
		at = value_varint_read(at, end, &size);
		return at ? unpack_read_bytes(at, end, size, ret) : NULL;
	case UNPACK_FIXED64:
		return unpack_read_bytes(at, end, 8, ret);
	case UNPACK_FIXED32:
		return unpack_read_bytes(at, end, 4, ret);
	default:
		return NULL;
	}
}

static enum concur_status
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
			return CONCUR_TOO_LARGE;
		if (*count)
			memcpy(larger, *items, *count * sizeof *larger);
		*items = larger;
	}
	(*items)[(*count)++] = *bytes;
	return CONCUR_OK;
}

/* How a field of its type stands on the wire. */
static unsigned
unpack_type(const ProtobufCFieldDescriptor *field)
{
	if (field->type == PROTOBUF_C_TYPE_BYTES)
		return UNPACK_BYTES;
	return field->type == PROTOBUF_C_TYPE_FIXED64 ? UNPACK_FIXED64 : UNPACK_VARINT;
}

static enum concur_status
unpack_set(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const struct unpack_field *from,
    struct arena *arena)
{
	void *member = (char *)message + field->offset;

	if (from->type != unpack_type(field))
		return CONCUR_BAD_MESSAGE;
	switch (field->type) {
	case PROTOBUF_C_TYPE_FIXED64:
		*(uint64_t *)member = frame_u64(from->bytes.data);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		if (field->label == PROTOBUF_C_LABEL_REPEATED)
			return unpack_append(message, field, &from->bytes, arena);
		*(ProtobufCBinaryData *)member = from->bytes;
		break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_ENUM:
		*(uint32_t *)member = (uint32_t)from->varint;
		break;
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)member = from->varint != 0;
		break;
	case PROTOBUF_C_TYPE_SINT64:
		*(int64_t *)member = (int64_t)((from->varint >> 1) ^ (0 - (from->varint & 1)));
		break;
	default: /* UINT64 and INT64; unpack_is_flat lets no other in */
		*(uint64_t *)member = from->varint;
		break;
	}
	return CONCUR_OK;
}

/* Most messages number their fields 1, 2, 3 ... */
static const ProtobufCFieldDescriptor *
unpack_find(const ProtobufCMessageDescriptor *descriptor, uint32_t number)
{
	if (number <= descriptor->n_fields && descriptor->fields[number - 1].id == number)
		return &descriptor->fields[number - 1];
	return protobuf_c_message_descriptor_get_field(descriptor, number);
}

enum concur_status
unpack(const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t size, struct arena *arena,
    ProtobufCMessage **ret)
{
	const uint8_t *end = bytes + size;
	ProtobufCMessage *message = arena_alloc(arena, descriptor->sizeof_message);

	if (!message)
		return CONCUR_TOO_LARGE;
	descriptor->message_init(message);
	while (bytes < end) {
		const ProtobufCFieldDescriptor *field;
		enum concur_status status;
		struct unpack_field from;

		bytes = unpack_read(bytes, end, &from);
		if (!bytes)
			return CONCUR_BAD_MESSAGE;
		field = unpack_find(descriptor, from.number);
		if (!field)
			continue;
		status = unpack_set(message, field, &from, arena);
		if (status != CONCUR_OK)
			return status;
	}
	*ret = message;
	return CONCUR_OK;
}
