/* A way to the daemon that drops connections: a thread that passes bytes between clients and a port of this machine,
 * and cuts where it likes.
 *
 * A connection that is cut has passed a number of bytes drawn at random, cut anywhere; both sides see an end of file or
 * a reset, as the seed has it. Thread-safety: any thread. */
#ifndef SYSTEM_PROXY_H
#define SYSTEM_PROXY_H

#include <stdbool.h>
#include <stdint.h>

struct proxy;

/* To the daemon at `url`, tcp://127.0.0.1:PORT. Fails the test that runs if it can not be. */
struct proxy *proxy_new(const char *url, uint64_t seed);

/* Cuts what is open. */
void proxy_free(struct proxy *proxy);

/* Where it listens; good as long as the proxy. */
const char *proxy_url(const struct proxy *proxy);

/* Connections to come are cut after some bytes, `bytes` on average; 0: they are not. */
void proxy_cut_after(struct proxy *proxy, uint64_t bytes);

/* Cuts all connections now; while `is_down`, others are cut as soon as they come. All are cut when it returns. */
void proxy_cut(struct proxy *proxy, bool is_down);

/* The way is open again. */
void proxy_heal(struct proxy *proxy);

/* Connections that were cut so far. */
uint64_t proxy_cuts(struct proxy *proxy);

#endif
