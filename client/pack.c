/* Packing the bodies of requests. */
#include "pack.h"

#include "error.h"
#include "lib/frame.h"
#include "object.h"
#include "session.h"
#include "values.h"

#include <stdlib.h>

struct pack_block {
	struct pack_block *next;
	_Alignas(max_align_t) uint8_t bytes[];
};

static void
pack_fail(struct pack *pack, enum concur_status status)
{
	if (pack->status == CONCUR_OK)
		pack->status = status;
}

void
pack_init(struct pack *pack, const struct request *request)
{
	struct conn *conn;

	pack->request = request;
	pack->more = NULL;
	pack->used = 0;
	pack->object = 0;
	pack->status = session_conn(request->session, &conn);
	if (pack->status != CONCUR_OK)
		return;
	pack->depth_max = conn->limits.depth_max;
	pack->key_max = conn->limits.key_max;
	pack->name_max = conn->limits.name_max;
	pack->frame_max = conn->limits.frame_max;
	if (request->object) {
		pack->status = object_adopt(request->object);
		pack->object = request->object->id;
	}
}

/* Room that lasts as long as the pack; NULL if there is no memory, which is remembered. */
static void *
pack_alloc(struct pack *pack, size_t size)
{
	struct pack_block *block;
	size_t at = (pack->used + 15) & ~(size_t)15;

	if (at <= PACK_ROOM && size <= PACK_ROOM - at) {
		pack->used = at + size;
		return pack->room + at;
	}
	block = malloc(sizeof *block + size);
	if (!block) {
		pack_fail(pack, error_plain(CONCUR_NO_MEMORY));
		return NULL;
	}
	block->next = pack->more;
	pack->more = block;
	return block->bytes;
}

static void
pack_measured(struct pack *pack, const struct concur_value *value, size_t size, ProtobufCBinaryData *ret_field)
{
	if (size > pack->frame_max) {
		pack_fail(pack,
		    error_set(CONCUR_TOO_LARGE,
			"a value of %zu bytes: the daemon takes calls of at most %zu (frame_max)", size,
			pack->frame_max));
		return;
	}
	ret_field->data = pack_alloc(pack, size);
	if (!ret_field->data)
		return;
	ret_field->len = size;
	values_encode(ret_field->data, value);
}

void
pack_value(struct pack *pack, const struct concur_value *value, ProtobufCBinaryData *ret_field)
{
	size_t size = 0;

	if (pack->status == CONCUR_OK)
		pack_fail(pack, values_measure(value, pack->depth_max, &size));
	if (pack->status == CONCUR_OK)
		pack_measured(pack, value, size, ret_field);
}

void
pack_maybe(struct pack *pack, const struct concur_value *value, ProtobufCBinaryData *ret_field)
{
	if (value->kind != CONCUR_VALUE_NONE)
		pack_value(pack, value, ret_field);
}

void
pack_key(struct pack *pack, const struct concur_value *key, ProtobufCBinaryData *ret_field)
{
	enum { HEAD = 12 }; /* at most so many bytes of the encoding do not count as the key's */

	pack_value(pack, key, ret_field);
	if (pack->status == CONCUR_OK && ret_field->len > pack->key_max + HEAD)
		pack_fail(pack,
		    error_set(CONCUR_TOO_LARGE, "a key of %zu bytes: the daemon takes at most %zu (key_max)",
			ret_field->len, pack->key_max));
}

void
pack_name(struct pack *pack, const char *name, ProtobufCBinaryData *ret_field)
{
	size_t size = name ? strlen(name) : 0;

	if (size > pack->name_max)
		pack_fail(pack,
		    error_set(CONCUR_TOO_LARGE, "a name of %zu bytes: the daemon takes at most %zu (name_max)", size,
			pack->name_max));
	ret_field->data = (uint8_t *)(uintptr_t)name; /* only read */
	ret_field->len = size;
}

void
pack_ids(struct pack *pack, const uint64_t *ids, size_t count, ProtobufCBinaryData *ret_field)
{
	enum { ID_BYTES = 8 };
	uint8_t *to;

	if (pack->status != CONCUR_OK || count == 0 || !(to = pack_alloc(pack, count * ID_BYTES)))
		return;
	ret_field->data = to;
	ret_field->len = count * ID_BYTES;
	for (size_t i = 0; i < count; i++)
		to = frame_u64_write(to, ids[i]);
}

void
pack_names(struct pack *pack, const char *const *names, size_t *ret_count, ProtobufCBinaryData **ret_fields)
{
	ProtobufCBinaryData *fields;
	size_t count = 0;

	while (names && names[count])
		count++;
	if (pack->status != CONCUR_OK || !(fields = pack_alloc(pack, count * sizeof *fields)))
		return;
	for (size_t i = 0; i < count; i++)
		pack_name(pack, names[i], &fields[i]);
	*ret_count = count;
	*ret_fields = fields;
}

void
pack_values(struct pack *pack, const struct concur_value *values, size_t count, size_t *ret_count,
    ProtobufCBinaryData **ret_fields)
{
	ProtobufCBinaryData *fields;
	size_t all = 0;

	if (count > pack->frame_max)
		pack_fail(pack, error_set(CONCUR_TOO_LARGE, "%zu values are too many for one call", count));
	if (pack->status != CONCUR_OK || !(fields = pack_alloc(pack, count * sizeof *fields)))
		return;
	for (size_t i = 0; i < count && pack->status == CONCUR_OK; i++) {
		pack_value(pack, &values[i], &fields[i]);
		if (pack->status == CONCUR_OK && (all += fields[i].len) > pack->frame_max)
			pack_fail(pack,
			    error_set(CONCUR_TOO_LARGE,
				"values of more than %zu bytes, which is all that the daemon takes in a call "
				"(frame_max)",
				pack->frame_max));
	}
	*ret_count = count;
	*ret_fields = fields;
}

uint64_t
pack_other(struct pack *pack, concur_object *other)
{
	if (other->session != pack->request->session)
		pack_fail(pack, error_set(CONCUR_BAD_ARGUMENT, "the other object's handle is of another session"));
	else if (pack->status == CONCUR_OK)
		pack->status = object_adopt(other);
	return other->id;
}

int64_t
pack_wait(struct pack *pack, int64_t timeout_ns)
{
	if (timeout_ns < CONCUR_FOREVER)
		pack_fail(pack,
		    error_set(CONCUR_BAD_WAIT, "a time to wait of %lld ns: it is 0, CONCUR_FOREVER or above 0",
			(long long)timeout_ns));
	return timeout_ns;
}

static void
pack_fini(struct pack *pack)
{
	struct pack_block *block;

	while ((block = pack->more)) {
		pack->more = block->next;
		free(block);
	}
}

concur_future *
pack_begin(struct pack *pack, const ProtobufCMessage *body)
{
	concur_future *future;

	if (pack->status == CONCUR_OK)
		future = request_begin_message(pack->request, body);
	else
		future = request_refuse(pack->request, pack->status);
	pack_fini(pack);
	return future;
}
