/* What inspection's calls answer with. Each result is one block, which its _free() frees. */
#include "future.h"

#include "error.h"

#include "concur/v1/inspect.pb-c.h"

#include <stdlib.h>

static void
fill_hold(struct concur_hold *hold, const Concur__V1__HolderInfo *from)
{
	*hold = (struct concur_hold){
		.holder = { from->session, from->process, from->context, from->token, from->age_ns },
		.count = from->count,
		.local = from->local,
		.cut_off_ns = from->cut_off_ns,
	};
	reply_word(hold->how, sizeof hold->how, &from->how);
}

/* -- listings ---------------------------------------------------------------------------------------------------- */

/* The block of a listing while it is filled: first the structs, then the names. */
struct listing_block {
	struct concur_info *items;
	struct concur_hold *holds;
	struct concur_detail *details;
	char *names;
};

static struct listing_block
listing_allocate(Concur__V1__ObjectInfo **infos, size_t count)
{
	struct listing_block block = { NULL, NULL, NULL, NULL };
	size_t holds = 0, details = 0, names = 0;

	for (size_t i = 0; i < count; i++) {
		holds += infos[i]->n_holders;
		details += infos[i]->n_details;
		names += infos[i]->name.len + 1;
	}
	block.items = malloc(
	    count * sizeof *block.items + holds * sizeof *block.holds + details * sizeof *block.details + names + 1);
	if (!block.items)
		return block;
	block.holds = (struct concur_hold *)(void *)&block.items[count];
	block.details = (struct concur_detail *)(void *)&block.holds[holds];
	block.names = (char *)&block.details[details];
	return block;
}

static void
fill_parts(struct concur_info *info, const Concur__V1__ObjectInfo *from, struct listing_block *block)
{
	info->name = block->names;
	if (from->name.len)
		memcpy(info->name, from->name.data, from->name.len);
	info->name[from->name.len] = '\0';
	block->names += from->name.len + 1;

	info->holders = block->holds;
	for (size_t i = 0; i < from->n_holders; i++)
		fill_hold(block->holds++, from->holders[i]);

	info->details = block->details;
	for (size_t i = 0; i < from->n_details; i++) {
		reply_word(block->details->name, sizeof block->details->name, &from->details[i]->name);
		block->details++->number = from->details[i]->number;
	}
}

static void
fill_info(struct concur_info *info, const Concur__V1__ObjectInfo *from, struct listing_block *block)
{
	*info = (struct concur_info){ .object = from->object,
		.kind = (enum concur_kind)from->kind,
		.lifetime = (enum concur_lifetime)from->lifetime,
		.name_size = from->name.len,
		.refs = from->refs,
		.len = from->len,
		.version = from->version,
		.waiters = from->waiters,
		.bytes = from->bytes,
		.age_ns = from->age_ns,
		.holder_count = from->n_holders,
		.more_holders = from->more_holders,
		.detail_count = from->n_details };
	fill_parts(info, from, block);
}

static enum concur_status
make_listing(Concur__V1__ObjectInfo **infos, size_t count, uint64_t cursor, struct concur_listing *ret_listing)
{
	struct listing_block block = listing_allocate(infos, count);

	if (!block.items)
		return error_plain(CONCUR_NO_MEMORY);
	*ret_listing = (struct concur_listing){ block.items, count, cursor };
	for (size_t i = 0; i < count; i++)
		fill_info(&ret_listing->items[i], infos[i], &block);
	return CONCUR_OK;
}

static enum concur_status
listing_of_one(const struct call *call, struct concur_listing *ret_listing)
{
	Concur__V1__ObjectInfo *info = concur__v1__object_info__unpack(NULL, call->size, call->body);
	enum concur_status status;

	if (!info)
		return future_bad_reply();
	status = make_listing(&info, 1, 0, ret_listing);
	concur__v1__object_info__free_unpacked(info, NULL);
	return status;
}

enum concur_status
concur_future_listing(concur_future *future, struct concur_listing *ret_listing)
{
	bool one = future && future->result == RESULT_INFO;
	enum concur_status status = future_settle(future, one ? RESULT_INFO : RESULT_LISTING);
	Concur__V1__ListReply *reply;

	if (status != CONCUR_OK || !ret_listing)
		return status;
	if (one)
		return listing_of_one(&future->call, ret_listing);
	reply = concur__v1__list_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	status = make_listing(reply->objects, reply->n_objects, reply->cursor, ret_listing);
	concur__v1__list_reply__free_unpacked(reply, NULL);
	return status;
}

void
concur_listing_free(struct concur_listing *listing)
{
	if (!listing)
		return;
	free(listing->items);
	*listing = (struct concur_listing){ 0 };
}

/* -- holders ----------------------------------------------------------------------------------------------------- */

enum concur_status
concur_future_holds(concur_future *future, struct concur_holds *ret_holds)
{
	enum concur_status status = future_settle(future, RESULT_HOLDS);
	Concur__V1__HoldersReply *reply;
	struct concur_hold *items;

	if (status != CONCUR_OK || !ret_holds)
		return status;
	reply = concur__v1__holders_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	items = malloc(reply->n_holders * sizeof *items + 1);
	if (items) {
		*ret_holds = (struct concur_holds){ items, reply->n_holders, reply->cursor };
		for (size_t i = 0; i < reply->n_holders; i++)
			fill_hold(&items[i], reply->holders[i]);
	} else {
		status = error_plain(CONCUR_NO_MEMORY);
	}
	concur__v1__holders_reply__free_unpacked(reply, NULL);
	return status;
}

void
concur_holds_free(struct concur_holds *holds)
{
	if (!holds)
		return;
	free(holds->items);
	*holds = (struct concur_holds){ 0 };
}

/* -- waiters ----------------------------------------------------------------------------------------------------- */

static void
fill_waiter(struct concur_waiter *waiter, const Concur__V1__WaiterInfo *from)
{
	*waiter = (struct concur_waiter){ .session = from->session,
		.process = from->process,
		.context = from->context,
		.call = from->call,
		.age_ns = from->age_ns,
		.left_ns = from->left_ns,
		.blocked = from->blocked,
		.local = from->local,
		.cut_off_ns = from->cut_off_ns };
	reply_word(waiter->role, sizeof waiter->role, &from->role);
}

enum concur_status
concur_future_waiters(concur_future *future, struct concur_waiters *ret_waiters)
{
	enum concur_status status = future_settle(future, RESULT_WAITERS);
	Concur__V1__WaitersReply *reply;
	struct concur_waiter *items;

	if (status != CONCUR_OK || !ret_waiters)
		return status;
	reply = concur__v1__waiters_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	items = malloc(reply->n_waiters * sizeof *items + 1);
	if (items) {
		*ret_waiters = (struct concur_waiters){ items, reply->n_waiters,
			{ reply->from_session, reply->from_call, reply->from_number } };
		for (size_t i = 0; i < reply->n_waiters; i++)
			fill_waiter(&items[i], reply->waiters[i]);
	} else {
		status = error_plain(CONCUR_NO_MEMORY);
	}
	concur__v1__waiters_reply__free_unpacked(reply, NULL);
	return status;
}

void
concur_waiters_free(struct concur_waiters *waiters)
{
	if (!waiters)
		return;
	free(waiters->items);
	*waiters = (struct concur_waiters){ 0 };
}

/* -- sessions ---------------------------------------------------------------------------------------------------- */

static void
fill_client(struct concur_client *client, const Concur__V1__SessionInfo *from)
{
	*client = (struct concur_client){ .session = from->session,
		.process = from->process,
		.age_ns = from->age_ns,
		.waiting = from->waiting,
		.holding = from->holding,
		.objects = from->objects,
		.handles = from->handles,
		.local = from->local,
		.self = from->self,
		.cut_off_ns = from->cut_off_ns };
	reply_word(client->name, sizeof client->name, &from->client);
}

enum concur_status
concur_future_clients(concur_future *future, struct concur_clients *ret_clients)
{
	enum concur_status status = future_settle(future, RESULT_CLIENTS);
	Concur__V1__SessionsReply *reply;
	struct concur_client *items;

	if (status != CONCUR_OK || !ret_clients)
		return status;
	reply = concur__v1__sessions_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	items = malloc(reply->n_sessions * sizeof *items + 1);
	if (items) {
		*ret_clients = (struct concur_clients){ items, reply->n_sessions, reply->cursor };
		for (size_t i = 0; i < reply->n_sessions; i++)
			fill_client(&items[i], reply->sessions[i]);
	} else {
		status = error_plain(CONCUR_NO_MEMORY);
	}
	concur__v1__sessions_reply__free_unpacked(reply, NULL);
	return status;
}

void
concur_clients_free(struct concur_clients *clients)
{
	if (!clients)
		return;
	free(clients->items);
	*clients = (struct concur_clients){ 0 };
}
