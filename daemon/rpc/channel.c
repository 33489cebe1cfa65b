/* Channels. */
#include "daemon/rpc/channel.h"

#include "daemon/core/owner.h"
#include "daemon/rpc/rpc.h"
#include "lib/utf8.h"

#include <stdlib.h>
#include <string.h>

bool
channel_init(struct channel *channel, struct rpc *rpc, uint64_t process, const uint8_t *nonce)
{
	*channel = (struct channel){ .rpc = rpc, .process = process };
	chain_init(&channel->out, &rpc->pool);
	link_init(&channel->dirty);
	if (nonce)
		channel->challenge = challenge_new(nonce);
	return !nonce || channel->challenge;
}

void
channel_fini(struct channel *channel, bool all_read)
{
	struct session *session = channel->session;

	channel->session = NULL;
	/* What still lies in the outbox was not sent. */
	if (session && all_read && channel->out.start == channel->out.end)
		deliveries_read(channel->rpc->core, &session->deliveries, channel->written);
	if (session)
		session_end(channel->rpc->core, session, FAREWELL_DEATH);
	link_remove(&channel->dirty);
	chain_fini(&channel->out);
	free(channel->challenge);
}

void
channel_admit(struct channel *channel)
{
	free(channel->challenge);
	channel->challenge = NULL;
}

void
channel_name_client(struct channel *channel, const uint8_t *name, size_t size)
{
	enum { CONTINUES = 0x80, CONTINUES_MASK = 0xc0 };

	channel->client_size = 0;
	if (size > CHANNEL_CLIENT_MAX) {
		size = CHANNEL_CLIENT_MAX;
		while (size && (name[size] & CONTINUES_MASK) == CONTINUES)
			size--;
	}
	if (size == 0 || !utf8_valid(name, size))
		return;
	memcpy(channel->client, name, size);
	channel->client_size = (uint8_t)size;
}

static void
channel_mark(struct channel *channel)
{
	if (!link_linked(&channel->dirty))
		link_append(&channel->rpc->dirty, &channel->dirty);
}

void
channel_doom(struct channel *channel, enum channel_doom doom)
{
	if (channel->doom == CHANNEL_FINE)
		channel->doom = doom;
	channel_mark(channel);
}

void
channel_hold(struct channel *channel, enum channel_doom doom)
{
	if (channel->doom == CHANNEL_FINE)
		channel->doom = doom;
}

void
channel_written(struct channel *channel)
{
	channel->written++;
	channel_mark(channel);
	if (channel->out.end - channel->out.start > channel->rpc->limits->outbox_max)
		channel_doom(channel, CHANNEL_SLOW);
}

void
channel_acknowledge(struct channel *channel, uint32_t more)
{
	if (more > channel->written - channel->replies_read)
		return;
	channel->replies_read += more;
	if (channel->session && channel->session->deliveries.count)
		deliveries_read(channel->rpc->core, &channel->session->deliveries, channel->replies_read);
}
