/* A blob: immutable bytes with a reference count, the form in which values are stored.
 *
 * `kind` says which field of concur.v1.Value the bytes are the payload of; tag and length are rebuilt when the value is
 * packed. The header is 6 bytes, 14 for 255 bytes and more, so that 16 bytes of payload cost a 32-byte malloc chunk.
 *
 * Thread-safety: none; the count is not atomic. */
#ifndef LIB_BLOB_H
#define LIB_BLOB_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct blob {
	uint32_t refs;
	uint8_t kind;    /* an enum value_kind, and BLOB_REFERS */
	uint8_t size8;   /* the size, or BLOB_LONG: then the first 8 bytes are the size */
	uint8_t bytes[]; /* not aligned */
};

enum {
	BLOB_LONG = 255,
	BLOB_KIND = 0x1f,   /* the bits of `kind` that are the value's kind */
	BLOB_REFERS = 0x80, /* the value holds references to objects, which its owner counts */
};

static inline size_t
blob_size(const struct blob *blob)
{
	uint64_t size;

	if (blob->size8 != BLOB_LONG)
		return blob->size8;
	memcpy(&size, blob->bytes, sizeof size);
	return (size_t)size;
}

static inline const uint8_t *
blob_data(const struct blob *blob)
{
	return blob->size8 == BLOB_LONG ? blob->bytes + sizeof(uint64_t) : blob->bytes;
}

/* The bytes that a blob with a payload of `size` counts for: header, payload and malloc's own, rounded up. */
static inline size_t
blob_footprint(size_t size)
{
	size_t all = offsetof(struct blob, bytes) + (size >= BLOB_LONG ? sizeof(uint64_t) : 0) + size + 8;

	return all <= 32 ? 32 : (all + 15) & ~(size_t)15;
}

/* A new blob with one reference and `size` bytes that the caller fills through *ret_data; NULL if there is no
 * memory. */
struct blob *blob_alloc(uint8_t kind, size_t size, uint8_t **ret_data);

/* A new blob with one reference and a copy of the bytes; NULL if there is no memory. */
struct blob *blob_new(uint8_t kind, const void *data, size_t size);

static inline struct blob *
blob_ref(struct blob *blob)
{
	blob->refs++;
	return blob;
}

/* Gives one reference back; the last one frees. Takes NULL. */
static inline void
blob_unref(struct blob *blob)
{
	if (blob && --blob->refs == 0)
		free(blob);
}

#endif
