/* TaskDone, written by hand: one for each task, a million of them a minute. */
#include "done.h"

#include "lib/value.h"

#include <stdlib.h>

enum {
	TAG_TASK = 1 << 3 | 1,  /* a fixed64 */
	TAG_STATE = 2 << 3 | 0, /* a varint */
	TAG_VALUE = 3 << 3 | 2, /* bytes */
	TASK_BYTES = 9,
	STATE_BYTES = 2,
	ROOM_KEPT = 1 << 20,
};

int
done_init(struct done_list *list)
{
	*list = (struct done_list){ .bytes = malloc(DONE_ROOM), .room = DONE_ROOM };
	return list->bytes ? 0 : -1;
}

void
done_fini(struct done_list *list)
{
	free(list->bytes);
	*list = (struct done_list){ 0 };
}

size_t
done_measure(size_t value_size)
{
	return TASK_BYTES + STATE_BYTES + (value_size ? 1 + value_varint_size(value_size) + value_size : 0);
}

static bool
reserve(struct done_list *list, size_t size)
{
	size_t room = list->room;
	uint8_t *bytes;

	while (room - list->size < size)
		room *= 2;
	if (room == list->room)
		return true;
	bytes = realloc(list->bytes, room);
	if (!bytes)
		return false;
	list->bytes = bytes;
	list->room = room;
	return true;
}

static uint8_t *
put_bytes(uint8_t *to, const uint8_t *from, size_t size)
{
	if (size)
		memcpy(to, from, size);
	return to + size;
}

bool
done_add(struct done_list *list, uint64_t task, enum concur_task_phase phase, const struct done_value *value)
{
	size_t value_size = value ? value->head_size + value->size : 0;
	uint8_t *to;

	if (list->count == DONE_COUNT || !reserve(list, done_measure(value_size)))
		return false;
	to = list->bytes + list->size;
	*to++ = TAG_TASK;
	for (int i = 0; i < 8; i++)
		*to++ = (uint8_t)(task >> 8 * i);
	*to++ = TAG_STATE;
	*to++ = (uint8_t)phase;
	if (value_size) {
		*to++ = TAG_VALUE;
		to = value_varint_write(to, value_size);
		to = put_bytes(to, value->head, value->head_size);
		to = put_bytes(to, value->payload, value->size);
	}
	list->size = (size_t)(to - list->bytes);
	list->ends[list->count++] = list->size;
	return true;
}

void
done_views(const struct done_list *list, ProtobufCBinaryData *ret_views)
{
	size_t begin = 0;

	for (size_t i = 0; i < list->count; i++) {
		ret_views[i] = (ProtobufCBinaryData){ list->ends[i] - begin, list->bytes + begin };
		begin = list->ends[i];
	}
}

void
done_clear(struct done_list *list)
{
	uint8_t *smaller;

	list->size = 0;
	list->count = 0;
	if (list->room <= ROOM_KEPT || !(smaller = realloc(list->bytes, DONE_ROOM)))
		return;
	list->bytes = smaller;
	list->room = DONE_ROOM;
}
