/* Blobs are made here; everything else about them is inline in blob.h. */
#include "blob.h"

struct blob *
blob_alloc(uint8_t kind, size_t size, uint8_t **ret_data)
{
	size_t head = offsetof(struct blob, bytes) + (size >= BLOB_LONG ? sizeof(uint64_t) : 0);
	struct blob *blob;

	if (size > PTRDIFF_MAX - head)
		return NULL;
	blob = malloc(head + size);
	if (!blob)
		return NULL;
	blob->refs = 1;
	blob->kind = kind;
	blob->size8 = size >= BLOB_LONG ? BLOB_LONG : (uint8_t)size;
	if (size >= BLOB_LONG)
		memcpy(blob->bytes, &(uint64_t){ size }, sizeof(uint64_t));
	*ret_data = (uint8_t *)blob + head;
	return blob;
}

struct blob *
blob_new(uint8_t kind, const void *data, size_t size)
{
	uint8_t *to;
	struct blob *blob = blob_alloc(kind, size, &to);

	if (blob && size)
		memcpy(to, data, size);
	return blob;
}
