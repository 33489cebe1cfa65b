/* A chain: bytes on their way out, in segments, either copied or a blob by reference.
 *
 * Bytes are appended at the end and taken from the front; both ends are 64-bit offsets that never fall, so that marks
 * into the chain are plain numbers. Segments come from a pool that all chains share: an empty chain owns nothing.
 *
 * Thread-safety: none. */
#ifndef LIB_CHAIN_H
#define LIB_CHAIN_H

#include "blob.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum { CHAIN_SEGMENT = 16 * 1024 - 64 }; /* bytes in a segment of copied bytes */

/* Here for the inline functions below only; see chain.c. */
struct chain_segment {
	struct chain_segment *next;
	uint64_t from;       /* offset of the first byte */
	size_t size;         /* bytes that are filled */
	const uint8_t *data; /* `bytes`, or the payload of `blob` from where the reference begins */
	struct blob *blob;   /* NULL: copied bytes */
	uint8_t bytes[];
};

struct chain_pool {
	struct chain_segment *free; /* empty segments */
	size_t count;               /* of them */
	size_t keep;                /* at most so many are kept */
};

void chain_pool_init(struct chain_pool *pool, size_t keep);
void chain_pool_fini(struct chain_pool *pool);

struct chain {
	struct chain_pool *pool;
	struct chain_segment *head; /* NULL: empty */
	struct chain_segment *tail;
	struct chain_segment *reserved; /* what chain_reserve took and chain_commit has not yet linked, or NULL */
	struct chain_segment *cursor;   /* where chain_iov began last, or NULL: the next call begins there or behind */
	uint64_t start;                 /* offset of the first byte that is still here */
	uint64_t end;                   /* offset behind the last byte */
};

void chain_init(struct chain *chain, struct chain_pool *pool);
void chain_fini(struct chain *chain); /* drops what is left */

/* Bytes that still fit in the last segment. */
static inline size_t
chain_tail_room(const struct chain *chain)
{
	return chain->tail && !chain->tail->blob ? CHAIN_SEGMENT - chain->tail->size : 0;
}

uint8_t *chain_reserve_slow(struct chain *chain, size_t size);
void chain_commit_slow(struct chain *chain, size_t size);

/* Room for `size` contiguous bytes (at most CHAIN_SEGMENT) at the end, or NULL if there is no memory. Nothing is
 * appended until chain_commit says how many were written; any other call that appends forgets the reservation. */
static inline uint8_t *
chain_reserve(struct chain *chain, size_t size)
{
	/* More room than that: then there is a last segment, too. */
	if (__builtin_expect(chain_tail_room(chain) > size && !chain->reserved, 1))
		return chain->tail->bytes + chain->tail->size;
	return chain_reserve_slow(chain, size);
}

static inline void
chain_commit(struct chain *chain, size_t size)
{
	if (__builtin_expect(chain_tail_room(chain) > size && !chain->reserved, 1)) {
		chain->tail->size += size;
		chain->end += size;
	} else {
		chain_commit_slow(chain, size);
	}
}

/* Append a copy of the bytes, or a part of a blob's payload by reference (the chain takes its own reference).
 * 0, or -1 if there is no memory: then nothing was appended. */
int chain_append(struct chain *chain, const void *bytes, size_t size);
int chain_append_blob(struct chain *chain, struct blob *blob, size_t from, size_t size);

/* Takes back everything behind offset `end`, which lies between start and end. For a reply that failed half way. */
void chain_rewind(struct chain *chain, uint64_t end);

/* Fills at most `max` iovecs with the bytes from offset `from` (>= start) up to `to` (<= end); returns how many. Costs
 * O(max) where `from` does not fall from call to call, however long the chain. */
int chain_iov(struct chain *chain, uint64_t from, uint64_t to, struct iovec *iov, int max);

/* Copies bytes that are in the chain: `size` of them from offset `from` on. Costs O(segments before `from`). */
void chain_read(const struct chain *chain, uint64_t from, void *ret_bytes, size_t size);

/* Appends all that is in `other`, which has the same pool and is empty afterwards, its offsets at what its end was.
 * Never fails; costs O(segments of `other`). */
void chain_join(struct chain *chain, struct chain *other);

/* The bytes before offset `to` are done with. */
void chain_drop(struct chain *chain, uint64_t to);

#endif
