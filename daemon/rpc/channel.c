/* Channels. */
#include "daemon/rpc/channel.h"

#include "daemon/core/owner.h"
#include "daemon/rpc/rpc.h"

void
channel_init(struct channel *channel, struct rpc *rpc, uint64_t process)
{
	*channel = (struct channel){ .rpc = rpc, .process = process };
	chain_init(&channel->out, &rpc->pool);
	link_init(&channel->dirty);
}

void
channel_fini(struct channel *channel)
{
	struct session *session = channel->session;

	channel->session = NULL;
	if (session)
		session_end(channel->rpc->core, session, FAREWELL_DEATH);
	link_remove(&channel->dirty);
	chain_fini(&channel->out);
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
channel_written(struct channel *channel)
{
	channel_mark(channel);
	if (channel->out.end - channel->out.start > channel->rpc->limits->outbox_max)
		channel_doom(channel, CHANNEL_SLOW);
}
