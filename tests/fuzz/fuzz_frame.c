/* Fuzz target: the frame headers. Any bytes that are long enough read and write back as they were. */
#include "tests/fuzz/fuzz.h"

#include "lib/frame.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct frame_request request;
	struct frame_reply reply;
	uint8_t again[FRAME_REQUEST];

	if (size >= FRAME_REQUEST) {
		frame_request_read(bytes, &request);
		frame_request_write(again, &request);
		assert(memcmp(again, bytes, FRAME_REQUEST) == 0);
	}
	if (size >= FRAME_REPLY) {
		frame_reply_read(bytes, &reply);
		frame_reply_write(again, &reply);
		assert(memcmp(again, bytes, FRAME_REPLY) == 0);
	}
	return 0;
}
