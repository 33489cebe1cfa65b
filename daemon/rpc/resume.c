/* Resuming.
 *
 * The outbox of a session that can be resumed: what lies before kept_from was read, or belongs to a connection alone
 * and waits to be sent; from there on whole replies, of which kept_after went before. Bytes leave the chain when they
 * are neither kept nor to be sent. */
#include "daemon/rpc/resume.h"

#include "daemon/core/owner.h"
#include "daemon/rpc/channel.h"
#include "daemon/rpc/rpc.h"
#include "lib/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void
resume_set_cut(struct resume *resume, bool is_cut)
{
	struct rpc *rpc = resume->channel->rpc;

	rpc->cut_off += (uint64_t)is_cut - (uint64_t)resume->is_cut;
	resume->is_cut = is_cut;
}

static struct core *
resume_core(const struct resume *resume)
{
	return resume->channel->rpc->core;
}

/* -- life -------------------------------------------------------------------------------------------------------- */

/* The grace is over. Nothing of its session may be about to be answered when that ends. */
static void
resume_on_grace(struct core *core, struct timer *timer)
{
	struct resume *resume = LINK_ENTRY(timer, struct resume, grace);

	core_answer(core);
	channel_lose_session(resume->channel);
	channel_mark(resume->channel);
}

struct resume *
resume_new(struct channel *channel, const uint8_t secret[SECRET_SIZE])
{
	struct resume *resume = calloc(1, sizeof *resume);

	if (!resume)
		return NULL;
	resume->channel = channel;
	memcpy(resume->secret, secret, SECRET_SIZE);
	resume->kept_from = resume->kept_after = UINT64_MAX;
	timer_init(&resume->grace, resume_on_grace);
	return resume;
}

void
resume_free(struct resume *resume)
{
	if (!resume)
		return;
	resume_set_cut(resume, false);
	timer_stop(resume_core(resume), &resume->grace);
	explicit_bzero(resume->secret, SECRET_SIZE);
	free(resume);
}

void
resume_grant(struct resume *resume)
{
	resume->is_granted = true;
	resume->kept_from = resume->channel->out.end;
	resume->kept_after = resume->channel->written;
}

/* -- what is kept ------------------------------------------------------------------------------------------------ */

/* Where the first reply that is kept ends. */
static uint64_t
resume_first_end(const struct resume *resume)
{
	uint8_t length[FRAME_LENGTH];

	chain_read(&resume->channel->out, resume->kept_from, length, sizeof length);
	return resume->kept_from + FRAME_LENGTH + frame_u32(length);
}

/* The first reply is kept no longer; its bytes go if they were sent. */
static void
resume_forget_to(struct resume *resume, uint64_t end)
{
	struct channel *channel = resume->channel;

	resume->kept_from = end;
	resume->kept_after++;
	if (end <= channel->sent)
		chain_drop(&channel->out, end);
}

/* More is kept than may be, even without the first reply. */
static bool
resume_keeps_too_much(const struct resume *resume, uint64_t *ret_end)
{
	const struct channel *channel = resume->channel;
	uint64_t most = channel->rpc->limits->kept_max;

	if (channel->sent <= resume->kept_from || channel->sent - resume->kept_from <= most)
		return false;
	*ret_end = resume_first_end(resume);
	return *ret_end <= channel->sent && channel->sent - *ret_end >= most;
}

void
resume_keep(struct resume *resume)
{
	struct channel *channel = resume->channel;
	uint64_t end;

	while (resume->kept_after < channel->replies_read)
		resume_forget_to(resume, resume_first_end(resume));
	while (resume_keeps_too_much(resume, &end))
		resume_forget_to(resume, end);
	chain_drop(&channel->out, channel->sent < resume->kept_from ? channel->sent : resume->kept_from);
}

uint64_t
resume_grace_ns(const struct limits *limits)
{
	return limits->grace_seconds < INT64_MAX / CORE_SECOND ? limits->grace_seconds * CORE_SECOND : INT64_MAX;
}

/* -- cut off ----------------------------------------------------------------------------------------------------- */

bool
resume_cut(struct resume *resume)
{
	struct core *core = resume_core(resume);

	resume_set_cut(resume, true);
	resume->cut_ns = core->now_ns;
	return timer_set(core, &resume->grace, timer_after(core, resume_grace_ns(core->limits))) == 0;
}

void
resume_end_if_cut(struct resume *resume)
{
	struct core *core = resume_core(resume);

	if (!resume->is_cut)
		return;
	/* There is room for one that was just taken out. */
	timer_stop(core, &resume->grace);
	(void)timer_set(core, &resume->grace, core->now_ns);
}

uint64_t
resume_cut_for(const struct channel *channel)
{
	const struct resume *resume = channel->resume;
	uint64_t for_ns;

	if (!resume || !resume->is_cut)
		return 0;
	for_ns = channel->rpc->core->now_ns - resume->cut_ns;
	return for_ns ? for_ns : 1;
}

/* -- going on ---------------------------------------------------------------------------------------------------- */

enum concur_status
resume_find(struct channel *channel, uint64_t id, const uint8_t *secret, size_t secret_size, uint32_t replies_read,
    struct channel **ret_before, const char **ret_why)
{
	struct session *session = session_find(channel->rpc->core, id);
	struct channel *before = session ? session->user : NULL;
	uint32_t more;

	*ret_why = "it can not be resumed: what it held is released";
	if (!before || !before->resume || !before->resume->is_granted || before->doom != CHANNEL_FINE)
		return CONCUR_SESSION_GONE;
	*ret_why = "sessions are resumed on TCP only";
	if (!channel->resume)
		return CONCUR_PERMISSION;
	*ret_why = "the secret is not that of the session";
	if (!secret_is(before->resume->secret, secret, secret_size))
		return CONCUR_PERMISSION;
	*ret_why = "more replies are said to be read than were sent";
	more = replies_read - (uint32_t)before->replies_read;
	if (more > before->written - before->replies_read)
		return CONCUR_BAD_MESSAGE;
	*ret_why = "replies that its client has not read are kept no longer (kept_max)";
	if (before->replies_read + more < before->resume->kept_after)
		return CONCUR_SESSION_GONE;
	channel_acknowledge(before, more);
	*ret_before = before;
	return CONCUR_OK;
}

/* What belongs to the session, not to the connection. */
static void
resume_move(struct channel *channel, struct channel *before)
{
	struct resume *resume = before->resume;

	resume_free(channel->resume);
	channel->resume = resume;
	channel->session = before->session;
	channel->session->user = channel;
	channel->last_call = before->last_call;
	channel->written = before->written;
	channel->replies_read = before->replies_read;
	before->resume = NULL;
	before->session = NULL;
	resume->channel = channel;
	resume->seen = channel->last_call;
	resume_set_cut(resume, false);
	timer_stop(resume_core(resume), &resume->grace);
}

void
resume_take_over(struct channel *channel, struct channel *before)
{
	uint64_t kept_from = channel->out.end;

	chain_drop(&before->out, before->resume->kept_from);
	chain_join(&channel->out, &before->out);
	before->sent = before->released = before->out.end;
	resume_move(channel, before);
	channel->resume->kept_from = kept_from;
	channel_mark(channel);
	channel_doom(before, CHANNEL_REPLACED);
}
