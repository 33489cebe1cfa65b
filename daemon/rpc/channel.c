/* Channels. */
#include "daemon/rpc/channel.h"

#include "daemon/core/owner.h"
#include "daemon/rpc/resume.h"
#include "daemon/rpc/rpc.h"
#include "lib/utf8.h"

#include <stdlib.h>
#include <string.h>

bool
channel_init(struct channel *channel, struct rpc *rpc, uint64_t process, const uint8_t *nonce, const uint8_t *secret)
{
	*channel = (struct channel){ .rpc = rpc, .process = process };
	chain_init(&channel->out, &rpc->pool);
	link_init(&channel->dirty);
	if (nonce)
		channel->challenge = challenge_new(nonce);
	if (secret)
		channel->resume = resume_new(channel, secret);
	if ((!nonce || channel->challenge) && (!secret || channel->resume))
		return true;
	channel_fini(channel, false);
	return false;
}

void
channel_lose_session(struct channel *channel)
{
	struct session *session = channel->session;

	channel->session = NULL;
	if (session)
		session_end(channel->rpc->core, session, FAREWELL_DEATH);
}

void
channel_fini(struct channel *channel, bool all_read)
{
	/* What still lies in the outbox was not sent. */
	if (channel->session && all_read && channel_unsent(channel) == 0)
		deliveries_read(channel->rpc->core, &channel->session->deliveries, channel->written);
	channel_lose_session(channel);
	link_remove(&channel->dirty);
	chain_fini(&channel->out);
	free(channel->challenge);
	resume_free(channel->resume);
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

void
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
	if (channel->resume)
		resume_end_if_cut(channel->resume);
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
	if (channel_unsent(channel) > channel->rpc->limits->outbox_max)
		channel_doom(channel, CHANNEL_SLOW);
}

void
channel_sent(struct channel *channel, size_t bytes)
{
	channel->sent += bytes;
	if (__builtin_expect(!channel->resume, 1))
		chain_drop(&channel->out, channel->sent);
	else
		resume_keep(channel->resume);
}

void
channel_acknowledge(struct channel *channel, uint32_t more)
{
	if (more > channel->written - channel->replies_read)
		return;
	channel->replies_read += more;
	if (__builtin_expect(channel->resume != NULL, 0))
		resume_keep(channel->resume);
	if (channel->session && channel->session->deliveries.count)
		deliveries_read(channel->rpc->core, &channel->session->deliveries, channel->replies_read);
}
