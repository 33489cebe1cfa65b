/* How a call is answered. */
#include "call.h"

#include <stdlib.h>
#include <string.h>

void
call_fail(struct call *call, enum concur_status status)
{
	call->status = status;
	call->body = call->room;
	call->size = 0;
	atomic_store_explicit(&call->done, true, memory_order_release);
}

void
call_answer(struct call *call, const struct reader_frame *frame)
{
	uint8_t *room = call->room;

	if (frame->owned)
		room = call->owned = frame->owned;
	else if (frame->size > CALL_ROOM)
		room = call->owned = malloc(frame->size);
	if (frame->lost || !room) {
		call->lost = call->takes && frame->head.status == CONCUR_OK;
		call_fail(call, CONCUR_NO_MEMORY);
		return;
	}
	if (!frame->owned && frame->size)
		memcpy(room, frame->body, frame->size);
	call->status = frame->head.status;
	call->body = room;
	call->size = frame->size;
	atomic_store_explicit(&call->done, true, memory_order_release);
}

void
call_fini(struct call *call)
{
	free(call->owned);
}
