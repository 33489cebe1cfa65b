/* A chain is a list of segments. A segment of copied bytes has CHAIN_SEGMENT bytes behind its header and comes from the
 * pool; a segment that refers to a blob is a header alone.
 *
 * Invariants: no linked segment is empty; segment->from is the chain's offset of its first byte, and the next segment
 * begins where it ends; the first segment may begin before chain->start, never end there. */
#include "chain.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* -- the pool ---------------------------------------------------------------------------------------------------- */

void
chain_pool_init(struct chain_pool *pool, size_t keep)
{
	*pool = (struct chain_pool){ .keep = keep };
}

void
chain_pool_fini(struct chain_pool *pool)
{
	while (pool->free) {
		struct chain_segment *segment = pool->free;

		pool->free = segment->next;
		free(segment);
	}
	pool->count = 0;
}

static struct chain_segment *
pool_take(struct chain_pool *pool)
{
	struct chain_segment *segment = pool->free;

	if (segment) {
		pool->free = segment->next;
		pool->count--;
	} else {
		segment = malloc(sizeof *segment + CHAIN_SEGMENT);
		if (!segment)
			return NULL;
	}
	*segment = (struct chain_segment){ .data = segment->bytes };
	return segment;
}

/* Takes back a segment of either sort; takes NULL. */
static void
segment_release(struct chain_pool *pool, struct chain_segment *segment)
{
	if (!segment)
		return;
	if (segment->blob || pool->count >= pool->keep) {
		blob_unref(segment->blob);
		free(segment);
		return;
	}
	segment->next = pool->free;
	pool->free = segment;
	pool->count++;
}

/* -- the chain --------------------------------------------------------------------------------------------------- */

void
chain_init(struct chain *chain, struct chain_pool *pool)
{
	*chain = (struct chain){ .pool = pool };
}

void
chain_fini(struct chain *chain)
{
	chain_drop(chain, chain->end);
	segment_release(chain->pool, chain->reserved);
	chain->reserved = NULL;
}

static uint64_t
segment_end(const struct chain_segment *segment)
{
	return segment->from + segment->size;
}

/* Links a segment of `size` bytes at the end. */
static void
link_segment(struct chain *chain, struct chain_segment *segment, size_t size)
{
	segment->next = NULL;
	segment->from = chain->end;
	segment->size = size;
	if (chain->tail)
		chain->tail->next = segment;
	else
		chain->head = segment;
	chain->tail = segment;
	chain->end += size;
}

static void
forget_reserved(struct chain *chain)
{
	segment_release(chain->pool, chain->reserved);
	chain->reserved = NULL;
}

uint8_t *
chain_reserve_slow(struct chain *chain, size_t size)
{
	assert(size <= CHAIN_SEGMENT);
	if (chain_tail_room(chain) >= size && chain->tail) {
		forget_reserved(chain);
		return chain->tail->bytes + chain->tail->size;
	}
	if (!chain->reserved)
		chain->reserved = pool_take(chain->pool);
	return chain->reserved ? chain->reserved->bytes : NULL;
}

void
chain_commit_slow(struct chain *chain, size_t size)
{
	struct chain_segment *reserved = chain->reserved;

	if (size == 0) {
		forget_reserved(chain);
	} else if (reserved) {
		chain->reserved = NULL;
		link_segment(chain, reserved, size);
	} else {
		assert(size <= chain_tail_room(chain));
		chain->tail->size += size;
		chain->end += size;
	}
}

int
chain_append(struct chain *chain, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t end = chain->end;

	while (size > 0) {
		size_t room = chain_tail_room(chain);
		size_t part = room ? room : CHAIN_SEGMENT;
		uint8_t *to;

		if (part > size)
			part = size;
		to = chain_reserve(chain, part);
		if (!to) {
			chain_rewind(chain, end);
			return -1;
		}
		memcpy(to, at, part);
		chain_commit(chain, part);
		at += part;
		size -= part;
	}
	return 0;
}

int
chain_append_blob(struct chain *chain, struct blob *blob, size_t from, size_t size)
{
	struct chain_segment *segment;

	assert(from <= blob_size(blob) && size <= blob_size(blob) - from);
	forget_reserved(chain);
	if (size == 0)
		return 0;
	segment = malloc(sizeof *segment);
	if (!segment)
		return -1;
	segment->blob = blob_ref(blob);
	segment->data = blob_data(blob) + from;
	link_segment(chain, segment, size);
	return 0;
}

/* Releases the segment and all behind it. */
static void
release_from(struct chain *chain, struct chain_segment *segment)
{
	while (segment) {
		struct chain_segment *next = segment->next;

		segment_release(chain->pool, segment);
		segment = next;
	}
}

void
chain_rewind(struct chain *chain, uint64_t end)
{
	struct chain_segment *last = chain->head;

	assert(end >= chain->start && end <= chain->end);
	forget_reserved(chain);
	if (end == chain->end)
		return;
	chain->cursor = NULL;
	chain->end = end;
	if (end == chain->start) {
		release_from(chain, chain->head);
		chain->head = chain->tail = NULL;
		return;
	}
	while (segment_end(last) < end)
		last = last->next;
	release_from(chain, last->next);
	last->next = NULL;
	last->size = (size_t)(end - last->from);
	chain->tail = last;
}

int
chain_iov(struct chain *chain, uint64_t from, uint64_t to, struct iovec *iov, int max)
{
	struct chain_segment *segment = chain->head;
	int count = 0;

	assert(from >= chain->start && from <= to && to <= chain->end);
	if (chain->cursor && chain->cursor->from <= from)
		segment = chain->cursor;
	while (segment && segment_end(segment) <= from && segment->next)
		segment = segment->next;
	chain->cursor = segment;
	for (; segment && from < to && count < max; segment = segment->next) {
		uint64_t end = segment_end(segment) < to ? segment_end(segment) : to;

		/* writev only reads, but struct iovec serves readv too. */
		iov[count].iov_base = (void *)(uintptr_t)(segment->data + (from - segment->from));
		iov[count++].iov_len = (size_t)(end - from);
		from = end;
	}
	return count;
}

void
chain_read(const struct chain *chain, uint64_t from, void *ret_bytes, size_t size)
{
	const struct chain_segment *segment = chain->head;
	uint8_t *to = ret_bytes;

	assert(from >= chain->start && from + size <= chain->end);
	while (size > 0) {
		size_t before, part;

		for (; segment_end(segment) <= from; segment = segment->next)
			;
		before = (size_t)(from - segment->from);
		part = segment->size - before < size ? segment->size - before : size;
		memcpy(to, segment->data + before, part);
		to += part;
		from += part;
		size -= part;
	}
}

/* The first segment begins where the chain does. */
static void
trim_head(struct chain *chain)
{
	struct chain_segment *head = chain->head;
	size_t gone = head ? (size_t)(chain->start - head->from) : 0;

	if (gone == 0)
		return;
	head->from += gone;
	head->size -= gone;
	if (head->blob)
		head->data += gone;
	else
		memmove(head->bytes, head->bytes + gone, head->size);
}

void
chain_join(struct chain *chain, struct chain *other)
{
	assert(chain->pool == other->pool);
	forget_reserved(chain);
	forget_reserved(other);
	trim_head(other);
	while (other->head) {
		struct chain_segment *segment = other->head;

		other->head = segment->next;
		link_segment(chain, segment, segment->size);
	}
	other->tail = other->cursor = NULL;
	other->start = other->end;
}

void
chain_drop(struct chain *chain, uint64_t to)
{
	assert(to >= chain->start && to <= chain->end);
	chain->start = to;
	while (chain->head && segment_end(chain->head) <= to) {
		struct chain_segment *segment = chain->head;

		chain->head = segment->next;
		if (chain->cursor == segment)
			chain->cursor = NULL;
		segment_release(chain->pool, segment);
	}
	if (!chain->head)
		chain->tail = NULL;
}
