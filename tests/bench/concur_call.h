/* Concur's frames as the bench needs them: requests laid into a stream, calls made and waited for before the clock
 * starts, replies read in place.
 *
 * The k-th call of a connection has the call id k; replies come in that order, since none of the works makes a call
 * wait behind another. Messages about faults go to standard error; functions that can fail return -1 after one. */
#ifndef BENCH_CONCUR_CALL_H
#define BENCH_CONCUR_CALL_H

#include "tests/bench/conn.h"

#include <concur/v1/shapes.pb-c.h>

#include <protobuf-c/protobuf-c.h>

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The fields of a reply that the works look at, whatever its message is. */
struct concur_answer {
	uint64_t outcome;     /* field 1 */
	const uint8_t *value; /* field 15, the last one if there are several; borrowed; NULL if there is none */
	size_t value_size;
};

/* Adds a request to the stream; its call id is set when it is sent. `expect` is the size of the encoded value that the
 * reply must hold, 0 if it holds none. */
int concur_lay(struct conn *conn, uint32_t method, const ProtobufCMessage *request, uint32_t expect);

/* Writes over what differs from call to call: the id, and how many replies were read. */
void concur_stamp(const struct conn *conn, uint8_t *frame, uint64_t call);

/* Bytes of the frame of such a request, and writing it. */
size_t concur_frame_size(const ProtobufCMessage *request);
void concur_frame_write(const struct conn *conn, uint8_t *to, uint32_t method, const ProtobufCMessage *request);

/* Says Hello. */
int concur_greet(struct conn *conn);

/* Says Hello and opens, or makes, the named object. */
int concur_open(struct conn *conn, const char *name, Concur__V1__Kind kind, uint64_t *ret_object);

/* The same with a count, for kinds that take one: the parties of a barrier. */
int concur_open_counted(struct conn *conn, const char *name, Concur__V1__Kind kind, int64_t count,
    uint64_t *ret_object);

/* Calls and waits for the reply; *ret_body is borrowed until the next call. Any status but 0 is a failure. */
int concur_call(struct conn *conn, uint32_t method, const ProtobufCMessage *request, const uint8_t **ret_body,
    size_t *ret_size);

/* Where the reply at `bytes` ends: its size, 0 if it is not all there, -1 after a message if it is none. */
ssize_t concur_is_whole(const uint8_t *bytes, size_t size);

/* The body of a whole reply to the oldest call in flight. NULL after conn_fault if its status is not 0 or it answers
 * another call. */
const uint8_t *concur_body(struct conn *conn, const uint8_t *bytes);

/* False if the bytes are no message. */
bool concur_answer_read(const uint8_t *at, const uint8_t *end, struct concur_answer *ret);

#endif
