/* Frames: the fixed headers in front of every protobuf body, little-endian. proto/WIRE.md has the layout.
 *
 * Thread-safety: pure functions. */
#ifndef LIB_FRAME_H
#define LIB_FRAME_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

enum {
	FRAME_LENGTH = 4,          /* bytes of the length that both headers begin with; it counts what follows it */
	FRAME_REQUEST = 32,        /* bytes of a request's header, its length included */
	FRAME_REPLY = 16,          /* bytes of a reply's header, its length included */
	FRAME_UNPROVEN_MAX = 1024, /* what the length may be at most on a connection that still has to prove the key */
};

/* Request flags. */
enum {
	FRAME_BLOCKED = 1, /* the caller's context does nothing else until this call is answered */
	FRAME_ONE_WAY = 2, /* no reply */
	FRAME_FLAGS = FRAME_BLOCKED | FRAME_ONE_WAY,
};

/* A worker's calls in the run of a task are made in the context of this bit and the task's id. Other contexts are
 * counted from 1, and do not come so far. */
#define FRAME_RUN (UINT64_C(1) << 63)

struct frame_request {
	uint32_t length;       /* of all that follows the length */
	uint32_t method;       /* CRC-32 of the method's full name */
	uint64_t call;         /* rises within a connection */
	uint64_t context;      /* thread, coroutine or task of the caller; never 0, never used twice in a session */
	uint32_t replies_read; /* how many replies the caller has read on this session */
	uint16_t flags;
	uint16_t options; /* bytes of options in front of the body */
};

struct frame_reply {
	uint32_t length;
	uint16_t status; /* enum concur_status */
	uint16_t flags;  /* none yet: 0 */
	uint64_t call;
};

/* Little-endian numbers at any address. The _write forms return behind what they wrote. */
static inline uint16_t
frame_u16(const uint8_t *at)
{
	uint16_t number;

	memcpy(&number, at, sizeof number);
	return le16toh(number);
}

static inline uint8_t *
frame_u16_write(uint8_t *to, uint16_t number)
{
	number = htole16(number);
	memcpy(to, &number, sizeof number);
	return to + sizeof number;
}

static inline uint32_t
frame_u32(const uint8_t *at)
{
	uint32_t number;

	memcpy(&number, at, sizeof number);
	return le32toh(number);
}

static inline uint8_t *
frame_u32_write(uint8_t *to, uint32_t number)
{
	number = htole32(number);
	memcpy(to, &number, sizeof number);
	return to + sizeof number;
}

static inline uint64_t
frame_u64(const uint8_t *at)
{
	uint64_t number;

	memcpy(&number, at, sizeof number);
	return le64toh(number);
}

static inline uint8_t *
frame_u64_write(uint8_t *to, uint64_t number)
{
	number = htole64(number);
	memcpy(to, &number, sizeof number);
	return to + sizeof number;
}

/* Read FRAME_REQUEST or FRAME_REPLY bytes; no check but for what the caller makes of the numbers. */
static inline void
frame_request_read(const uint8_t *bytes, struct frame_request *ret)
{
	ret->length = frame_u32(bytes);
	ret->method = frame_u32(bytes + 4);
	ret->call = frame_u64(bytes + 8);
	ret->context = frame_u64(bytes + 16);
	ret->replies_read = frame_u32(bytes + 24);
	ret->flags = frame_u16(bytes + 28);
	ret->options = frame_u16(bytes + 30);
}

static inline void
frame_reply_read(const uint8_t *bytes, struct frame_reply *ret)
{
	ret->length = frame_u32(bytes);
	ret->status = frame_u16(bytes + 4);
	ret->flags = frame_u16(bytes + 6);
	ret->call = frame_u64(bytes + 8);
}

/* Write FRAME_REQUEST or FRAME_REPLY bytes. */
static inline void
frame_request_write(uint8_t *bytes, const struct frame_request *head)
{
	bytes = frame_u32_write(bytes, head->length);
	bytes = frame_u32_write(bytes, head->method);
	bytes = frame_u64_write(bytes, head->call);
	bytes = frame_u64_write(bytes, head->context);
	bytes = frame_u32_write(bytes, head->replies_read);
	bytes = frame_u16_write(bytes, head->flags);
	frame_u16_write(bytes, head->options);
}

static inline void
frame_reply_write(uint8_t *bytes, const struct frame_reply *head)
{
	bytes = frame_u32_write(bytes, head->length);
	bytes = frame_u16_write(bytes, head->status);
	bytes = frame_u16_write(bytes, head->flags);
	frame_u64_write(bytes, head->call);
}

#endif
