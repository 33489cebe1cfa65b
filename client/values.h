/* struct concur_value to and from the encoded form, concur.v1.Value. No I/O. Thread-safety: pure functions. */
#ifndef CLIENT_VALUES_H
#define CLIENT_VALUES_H

#include "concur.h"

/* Bytes of the encoded value. BAD_VALUE (no value inside), TOO_LARGE (nested deeper than depth_max). Sets the thread's
 * message. */
enum concur_status values_measure(const struct concur_value *value, unsigned depth_max, size_t *ret_size);

/* Writes a value that was measured; returns behind the last byte. */
uint8_t *values_encode(uint8_t *to, const struct concur_value *value);

/* Makes a value of its encoded form, all that it points to in one block. BAD_REPLY, NO_MEMORY; sets no message. */
enum concur_status values_decode(const uint8_t *bytes, size_t size, struct concur_value *ret_value);

/* Encoded values, one after the other, as the caller finds them. */
struct values_source {
	/* The next one; false at the end. */
	bool (*next)(struct values_source *source, const uint8_t **ret_bytes, size_t *ret_size);
	/* Back to the first one. */
	void (*rewind)(struct values_source *source);
};

/* Makes an array of values, with all that they point to in the same block; NULL if there are none. */
enum concur_status values_decode_all(struct values_source *source, struct concur_value **ret_items, size_t *ret_count);

#endif
