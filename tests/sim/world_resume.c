/* Sessions that outlive their connections. */
#include "tests/sim/world.h"

#include <assert.h>
#include <stdlib.h>

void
world_keep_frame(struct world_client *client, const void *bytes, size_t size, uint64_t call)
{
	struct world_frame *frame = client->has_secret ? malloc(sizeof *frame + size) : NULL;

	if (!frame)
		return;
	frame->call = call;
	frame->size = size;
	memcpy(frame->bytes, bytes, size);
	link_append(&client->frames, &frame->in_client);
}

void
world_drop_frames(struct world_client *client)
{
	while (!link_empty(&client->frames))
		free(LINK_ENTRY(link_pop(&client->frames), struct world_frame, in_client));
}

struct world_client *
world_join_far(struct world *world)
{
	Concur__V1__HelloRequest hello = CONCUR__V1__HELLO_REQUEST__INIT;
	struct world_client *client = world_open_conn(world, &(struct server_peer){ .local = false }, NULL);
	const Concur__V1__HelloReply *reply;

	if (!client)
		return NULL;
	hello.version = 1;
	hello.process = 100 + client->number;
	hello.resumable = true;
	reply = (const Concur__V1__HelloReply *)world_call(client, "/concur.v1.Session/Hello", &hello.base)->message;
	client->session = reply->session;
	client->has_secret = reply->secret.len == SECRET_SIZE;
	if (client->has_secret)
		memcpy(client->secret, reply->secret.data, SECRET_SIZE);
	return client;
}

void
world_cut(struct world_client *client, enum server_reason reason)
{
	client->is_cut = client->is_deaf = true;
	client->in_size = 0;
	if (reason == SERVER_GOODBYE)
		return;
	world_end(client, reason);
}

static void
client_move(struct world_client *client, struct world_client *before)
{
	while (!link_empty(&before->order)) {
		struct world_call *call = LINK_ENTRY(before->order.next, struct world_call, in_client);

		table_remove(&before->calls, &call->by_id);
		link_remove(&call->in_client);
		table_insert(&client->calls, &call->by_id, call->id);
		link_append(&client->order, &call->in_client);
	}
	while (!link_empty(&before->frames)) {
		struct link *frame = link_pop(&before->frames);

		link_append(&client->frames, frame);
	}
	client->number = before->number;
	client->last_call = before->last_call;
	client->context = before->context;
	client->session = before->session;
	client->sends_all_again = before->sends_all_again;
	/* The answer to a Hello that resumes is not one of the session's; that of the one before may not have come. */
	before->replies_read += before->resuming != NULL;
	client->replies_read = before->replies_read - 1;
	memcpy(client->secret, before->secret, SECRET_SIZE);
}

struct world_client *
world_resume(struct world_client *before)
{
	Concur__V1__HelloRequest hello = CONCUR__V1__HELLO_REQUEST__INIT;
	struct world_client *client = world_open_conn(before->world, &(struct server_peer){ .local = false }, NULL);

	assert(before->is_cut);
	if (!client)
		return NULL;
	client_move(client, before);
	hello.version = 1;
	hello.process = 100 + client->number;
	hello.session = before->session;
	hello.secret = (ProtobufCBinaryData){ SECRET_SIZE, before->secret };
	hello.replies_read = before->replies_read;
	client->resuming = world_send(client, "/concur.v1.Session/Hello", &hello.base);
	/* What it does before that is answered comes later. */
	client->is_cut = client->has_secret = true;
	return client;
}

void
world_send_again(struct world_client *client)
{
	const struct world_call *hello = client->resuming;
	struct link again;
	uint64_t seen;

	client->resuming = NULL;
	client->is_refused = hello->status != CONCUR_OK;
	if (client->is_refused)
		return;
	client->is_cut = false;
	seen = ((const Concur__V1__HelloReply *)hello->message)->calls_seen;
	link_init(&again);
	while (!link_empty(&client->frames)) {
		struct link *at = link_pop(&client->frames);
		struct world_frame *frame = LINK_ENTRY(at, struct world_frame, in_client);

		if (frame->call > seen || client->sends_all_again)
			world_send_frame(client, frame->bytes, frame->size);
		link_append(&again, at);
	}
	while (!link_empty(&again)) {
		struct link *at = link_pop(&again);

		link_append(&client->frames, at);
	}
}
