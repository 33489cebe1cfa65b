/* Unpacking requests: a message that lies flat, in one pass, with every bytes field borrowed from the frame.
 *
 * protobuf-c's own unpacking copies every bytes field, knows no depth limit, and took a third of a request's time.
 * Requests here have only numbers, bytes and repeated bytes; unpack_is_flat() holds the protocol to that at start-up,
 * so nothing that nests is ever unpacked. */
#ifndef RPC_UNPACK_H
#define RPC_UNPACK_H

#include "lib/arena.h"
#include "lib/concur_status.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* True if the message has only fields that unpack() knows. */
bool unpack_is_flat(const ProtobufCMessageDescriptor *descriptor);

/* OK and the message, in the arena, borrowing `bytes`; BAD_MESSAGE; TOO_LARGE if the arena is full. Unknown fields are
 * passed over; of a field that comes twice the last one counts, as protobuf has it. */
enum concur_status unpack(const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t size,
    struct arena *arena, ProtobufCMessage **ret);

#endif
