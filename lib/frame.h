/* Frames: the fixed headers in front of every protobuf body, little-endian. proto/WIRE.md has the layout.
 *
 * Thread-safety: pure functions. */
#ifndef LIB_FRAME_H
#define LIB_FRAME_H

#include <stdint.h>
#include <string.h>

enum {
	FRAME_LENGTH = 4,   /* bytes of the length that both headers begin with; it counts what follows it */
	FRAME_REQUEST = 32, /* bytes of a request's header, its length included */
	FRAME_REPLY = 16,   /* bytes of a reply's header, its length included */
};

/* Request flags. */
enum {
	FRAME_BLOCKED = 1, /* the caller's context does nothing else until this call is answered */
	FRAME_ONE_WAY = 2, /* no reply */
	FRAME_FLAGS = FRAME_BLOCKED | FRAME_ONE_WAY,
};

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

static inline uint32_t
frame_u32(const uint8_t *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof n);
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap32(n) : n;
}

/* Reads FRAME_REQUEST or FRAME_REPLY bytes; no check but for what the caller makes of the numbers. */
void frame_request_read(const uint8_t *bytes, struct frame_request *ret);
void frame_reply_read(const uint8_t *bytes, struct frame_reply *ret);

/* Writes FRAME_REQUEST or FRAME_REPLY bytes. */
void frame_request_write(uint8_t *bytes, const struct frame_request *head);
void frame_reply_write(uint8_t *bytes, const struct frame_reply *head);

#endif
