/* A peer of the daemon that is no client library: it sends what it likes, when it likes, and reads if it likes.
 *
 * Every function fails the test if the system says no. */
#ifndef SYSTEM_RAW_H
#define SYSTEM_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAW_FRAME = 512 }; /* room for the frames made here */

struct raw {
	int fd;
	uint64_t call; /* the last id */
};

/* A connection on which nothing was said yet. */
struct raw raw_connect(void);
struct raw raw_connect_tcp(void); /* at death.tcp_url, which is of 127.0.0.1 */
void raw_close(struct raw *raw);

/* Write a frame and return its size. */
size_t raw_frame(struct raw *raw, uint32_t method, const void *body, size_t size, uint8_t *ret);
size_t raw_hello_frame(struct raw *raw, uint8_t *ret);
size_t raw_ping_frame(struct raw *raw, uint8_t *ret);
size_t raw_get_frame(struct raw *raw, uint64_t dict, const char *key, uint8_t *ret); /* Dict.Get */

/* Sends all; what can not be sent at once is waited for. False if the daemon has closed. */
bool raw_send(const struct raw *raw, const void *bytes, size_t size);

/* Sends what can be sent at once; how much that was. */
size_t raw_send_some(const struct raw *raw, const void *bytes, size_t size);

/* Waits for one whole reply, of which only the header is kept. False if the daemon closes first. */
bool raw_receive(const struct raw *raw, uint16_t *ret_status, uint64_t *ret_call);

/* Reads and throws away until the daemon closes. */
void raw_drain(const struct raw *raw);

/* Frames there and back; each must be answered OK. */
void raw_hello(struct raw *raw);
void raw_ping(struct raw *raw);

#endif
