/* The proxy. One thread; each connection is a pair of sockets with a small buffer in each direction. */
#include "config.h"

#include "tests/system/proxy.h"

#include "tests/system/death.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS = 64, BUFFER = 4096, SIDES = 2 };

struct side {
	int fd;
	size_t from, to; /* in `bytes`: what is to go to this side */
	uint8_t bytes[BUFFER];
};

struct pair {
	bool is_open;
	uint64_t left; /* bytes until it is cut; UINT64_MAX: it is not */
	struct side sides[SIDES];
};

struct proxy {
	pthread_t thread;
	int listener;
	int wake[2];
	struct sockaddr_in target;
	char url[64];
	struct pair pairs[PAIRS]; /* the thread's own */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t obeyed;
	uint64_t random;
	uint64_t mean;
	uint64_t cuts;
	bool is_down, is_to_cut, is_ending;
};

static uint64_t
draw(struct proxy *proxy)
{
	uint64_t *state = &proxy->random;

	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* -- the thread's part; under the lock ---------------------------------------------------------------------------- */

static void
cut(struct proxy *proxy, struct pair *pair)
{
	const struct linger reset = { 1, 0 };

	for (int i = 0; i < SIDES; i++) {
		if (draw(proxy) % 2)
			(void)setsockopt(pair->sides[i].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		(void)close(pair->sides[i].fd);
	}
	pair->is_open = false;
	proxy->cuts++;
}

static int
dial(const struct proxy *proxy)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (const struct sockaddr *)&proxy->target, sizeof proxy->target) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static void
open_pair(struct proxy *proxy, int near)
{
	struct pair *pair = proxy->pairs;
	const int yes = 1;
	int far = proxy->is_down ? -1 : dial(proxy);

	while (pair < proxy->pairs + PAIRS && pair->is_open)
		pair++;
	if (far < 0 || pair == proxy->pairs + PAIRS) {
		(void)close(near);
		if (far >= 0)
			(void)close(far);
		return;
	}
	*pair = (struct pair){ .is_open = true, .left = UINT64_MAX };
	if (proxy->mean)
		pair->left = draw(proxy) % (2 * proxy->mean);
	pair->sides[0].fd = near;
	pair->sides[1].fd = far;
	for (int i = 0; i < SIDES; i++) {
		(void)fcntl(pair->sides[i].fd, F_SETFL, O_NONBLOCK);
		(void)setsockopt(pair->sides[i].fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	}
}

/* From one side to the buffer of the other; false if the pair is to be cut. */
static bool
take(struct pair *pair, int from)
{
	struct side *to = &pair->sides[!from];
	ssize_t got;

	if (to->from < to->to)
		return true;
	got = recv(pair->sides[from].fd, to->bytes, BUFFER, 0);
	if (got < 0)
		return errno == EAGAIN;
	to->from = 0;
	to->to = (size_t)got < pair->left ? (size_t)got : (size_t)pair->left;
	return got > 0;
}

static bool
give(struct pair *pair, struct side *side)
{
	ssize_t sent;

	if (side->from == side->to)
		return true;
	sent = send(side->fd, side->bytes + side->from, side->to - side->from, MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EAGAIN;
	side->from += (size_t)sent;
	if (pair->left != UINT64_MAX)
		pair->left -= (uint64_t)sent < pair->left ? (uint64_t)sent : pair->left;
	return pair->left > 0;
}

static void
pass(struct proxy *proxy, struct pair *pair)
{
	bool holds = pair->left > 0;

	for (int i = 0; i < SIDES && holds; i++)
		holds = take(pair, i) && give(pair, &pair->sides[!i]);
	if (!holds)
		cut(proxy, pair);
}

static void
obey(struct proxy *proxy)
{
	for (struct pair *pair = proxy->pairs; pair < proxy->pairs + PAIRS && proxy->is_to_cut; pair++) {
		if (pair->is_open)
			cut(proxy, pair);
	}
	proxy->is_to_cut = false;
	pthread_cond_broadcast(&proxy->obeyed);
}

static void
serve(struct proxy *proxy, const struct pollfd *polls)
{
	char bytes[64];
	int near;

	if (polls[0].revents)
		(void)!read(proxy->wake[0], bytes, sizeof bytes);
	obey(proxy);
	for (struct pair *pair = proxy->pairs; pair < proxy->pairs + PAIRS; pair++) {
		if (pair->is_open)
			pass(proxy, pair);
	}
	near = polls[1].revents ? accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
	if (near >= 0)
		open_pair(proxy, near);
}

static nfds_t
gather(const struct proxy *proxy, struct pollfd *polls)
{
	nfds_t count = 2;

	polls[0] = (struct pollfd){ .fd = proxy->wake[0], .events = POLLIN };
	polls[1] = (struct pollfd){ .fd = proxy->listener, .events = POLLIN };
	for (const struct pair *pair = proxy->pairs; pair < proxy->pairs + PAIRS; pair++) {
		for (int i = 0; i < SIDES && pair->is_open; i++) {
			const struct side *side = &pair->sides[i], *other = &pair->sides[!i];

			polls[count] = (struct pollfd){ .fd = side->fd };
			polls[count].events |= other->from == other->to ? POLLIN : 0;
			polls[count++].events |= side->from < side->to ? POLLOUT : 0;
		}
	}
	return count;
}

static void *
run(void *arg)
{
	struct pollfd polls[2 + SIDES * PAIRS];
	struct proxy *proxy = arg;

	pthread_mutex_lock(&proxy->lock);
	while (!proxy->is_ending) {
		nfds_t count = gather(proxy, polls);

		pthread_mutex_unlock(&proxy->lock);
		(void)poll(polls, count, -1);
		pthread_mutex_lock(&proxy->lock);
		serve(proxy, polls);
	}
	proxy->is_to_cut = true;
	obey(proxy);
	pthread_mutex_unlock(&proxy->lock);
	return NULL;
}

/* -- for tests ---------------------------------------------------------------------------------------------------- */

struct proxy *
proxy_new(const char *url, uint64_t seed)
{
	struct proxy *proxy = calloc(1, sizeof *proxy);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	unsigned port;

	must(proxy && sscanf(url, "tcp://127.0.0.1:%u", &port) == 1);
	proxy->random = seed;
	proxy->target = address;
	proxy->target.sin_port = htons((uint16_t)port);
	proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(bind(proxy->listener, (struct sockaddr *)&address, sizeof address) == 0);
	must(listen(proxy->listener, PAIRS) == 0);
	must(getsockname(proxy->listener, (struct sockaddr *)&address, &size) == 0);
	(void)snprintf(proxy->url, sizeof proxy->url, "tcp://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
	must(pipe2(proxy->wake, O_CLOEXEC) == 0);
	pthread_mutex_init(&proxy->lock, NULL);
	pthread_cond_init(&proxy->obeyed, NULL);
	must(pthread_create(&proxy->thread, NULL, run, proxy) == 0);
	return proxy;
}

static void
wake(struct proxy *proxy)
{
	must(write(proxy->wake[1], "", 1) == 1);
}

void
proxy_free(struct proxy *proxy)
{
	pthread_mutex_lock(&proxy->lock);
	proxy->is_ending = true;
	pthread_mutex_unlock(&proxy->lock);
	wake(proxy);
	must(pthread_join(proxy->thread, NULL) == 0);
	(void)close(proxy->listener);
	(void)close(proxy->wake[0]);
	(void)close(proxy->wake[1]);
	pthread_cond_destroy(&proxy->obeyed);
	pthread_mutex_destroy(&proxy->lock);
	free(proxy);
}

const char *
proxy_url(const struct proxy *proxy)
{
	return proxy->url;
}

void
proxy_cut_after(struct proxy *proxy, uint64_t bytes)
{
	pthread_mutex_lock(&proxy->lock);
	proxy->mean = bytes;
	pthread_mutex_unlock(&proxy->lock);
}

void
proxy_cut(struct proxy *proxy, bool is_down)
{
	pthread_mutex_lock(&proxy->lock);
	proxy->is_to_cut = true;
	proxy->is_down = is_down;
	wake(proxy);
	while (proxy->is_to_cut)
		pthread_cond_wait(&proxy->obeyed, &proxy->lock);
	pthread_mutex_unlock(&proxy->lock);
}

void
proxy_heal(struct proxy *proxy)
{
	pthread_mutex_lock(&proxy->lock);
	proxy->is_down = false;
	pthread_mutex_unlock(&proxy->lock);
}

uint64_t
proxy_cuts(struct proxy *proxy)
{
	uint64_t cuts;

	pthread_mutex_lock(&proxy->lock);
	cuts = proxy->cuts;
	pthread_mutex_unlock(&proxy->lock);
	return cuts;
}
