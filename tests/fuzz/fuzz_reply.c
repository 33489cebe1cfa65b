/* Fuzz target: what a client does with the bytes that come from a daemon. The first byte says how many are received at
 * once, the rest is the stream.
 *
 * Whatever comes is a reply or BAD_REPLY; a value that is read can be written, and read again as the same. */
#include "tests/fuzz/fuzz.h"

#include "client/reader.h"
#include "client/reply.h"
#include "client/values.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool
is_expected(enum concur_status status)
{
	return status == CONCUR_OK || status == CONCUR_BAD_REPLY || status == CONCUR_NO_MEMORY;
}

static void
fuzz_value(const uint8_t *bytes, size_t size)
{
	struct concur_value value, again;
	enum concur_status status = values_decode(bytes, size, &value);
	uint8_t *encoded;
	size_t room;

	assert(is_expected(status));
	if (status != CONCUR_OK)
		return;
	status = values_measure(&value, UINT_MAX, &room);
	assert(status == CONCUR_OK);
	encoded = malloc(room);
	if (!encoded)
		abort();
	assert(values_encode(encoded, &value) == encoded + room);
	status = values_decode(encoded, room, &again);
	assert(status == CONCUR_OK && concur_value_same(&value, &again));
	concur_value_free(&again);
	concur_value_free(&value);
	free(encoded);
}

static void
fuzz_body(const uint8_t *body, size_t size)
{
	struct concur_values values;
	struct reply_fields fields;
	enum concur_status status = reply_scan(body, size, &fields);

	assert(is_expected(status));
	if (status == CONCUR_OK && fields.value)
		fuzz_value(fields.value, fields.size);
	for (enum result result = RESULT_NONE; result <= RESULT_RAW; result++)
		(void)reply_outcome(result, body, size);
	status = reply_values(body, size, &values);
	assert(is_expected(status));
	if (status == CONCUR_OK)
		concur_values_free(&values);
}

static void
fuzz_frame(const struct reader_frame *frame)
{
	if (frame->lost)
		return;
	if (frame->head.status == CONCUR_OK)
		fuzz_body(frame->body, frame->size);
	else
		(void)reply_error(frame->head.status, frame->body, frame->size);
	free(frame->owned);
}

/* Gives the reader some of the bytes, and takes what frames there are; false when the stream is broken. */
static bool
fuzz_feed(struct reader *reader, const uint8_t *bytes, size_t size)
{
	struct reader_frame frame;
	enum concur_status status;

	while (size > 0) {
		size_t room;
		uint8_t *to = reader_room(reader, &room);

		assert(room > 0);
		room = room < size ? room : size;
		memcpy(to, bytes, room);
		bytes += room;
		size -= room;
		reader_received(reader, room);
		while ((status = reader_next(reader, &frame)) == CONCUR_OK)
			fuzz_frame(&frame);
		if (status != CONCUR_PENDING)
			return false;
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t step = size ? bytes[0] + 1u : 1;
	struct reader reader;

	if (reader_init(&reader) < 0)
		abort();
	for (size_t at = 1; at < size; at += step) {
		if (!fuzz_feed(&reader, bytes + at, size - at < step ? size - at : step))
			break;
	}
	reader_fini(&reader);
	return 0;
}
