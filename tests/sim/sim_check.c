/* Checking what has come: each reply against the model, each end against what was asked for. */
#include "tests/sim/sim_guards.h"

#include "tests/sim/numbers.h"
#include "tests/sim/sim_signals.h"
#include "tests/sim/sim_web.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
sim_fail(const struct sim *sim, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "step %llu: ", (unsigned long long)sim->step);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(EXIT_FAILURE);
}

static const ProtobufCFieldDescriptor *
field_of(const struct world_call *call, const char *name)
{
	return protobuf_c_message_descriptor_get_field_by_name(call->output, name);
}

static const void *
member_of(const struct world_call *call, const ProtobufCFieldDescriptor *field)
{
	return (const char *)call->message + field->offset;
}

/* The values in the reply's field `value` or `values`; NULL if it has neither. */
static const ProtobufCBinaryData *
values_of(const struct world_call *call, size_t *ret_count)
{
	const ProtobufCFieldDescriptor *field = field_of(call, "value");
	const ProtobufCBinaryData *value;

	if (field) {
		value = member_of(call, field);
		*ret_count = value->len > 0;
		return value;
	}
	field = field_of(call, "values");
	if (!field)
		return NULL;
	*ret_count = *(const size_t *)(const void *)((const char *)call->message + field->quantifier_offset);
	return *(ProtobufCBinaryData *const *)member_of(call, field);
}

static void
check_values(struct sim *sim, const struct sim_call *sent)
{
	const struct model_reply *model = &sent->model.reply;
	int64_t numbers[sizeof model->values / sizeof *model->values + 1];
	size_t given = 0, count = 0;
	const ProtobufCBinaryData *values = values_of(sent->call, &given);

	for (size_t i = 0; i < given; i++)
		count = numbers_append(&values[i], numbers, count, sizeof numbers / sizeof *numbers);
	if (count != model->count)
		sim_fail(sim, "%s gave %zu values, not %zu", sent->method, count, model->count);
	for (size_t i = 0; i < count; i++) {
		if (numbers[i] != model->values[i])
			sim_fail(sim, "%s gave %lld, not %lld", sent->method, (long long)numbers[i],
			    (long long)model->values[i]);
	}
}

static void
check_lock(struct sim *sim, const struct sim_call *sent)
{
	const Concur__V1__LockReply *reply = (const Concur__V1__LockReply *)sent->call->message;

	if (reply->outcome == CONCUR__V1__OUTCOME__OWNER_DIED &&
	    (!reply->death || reply->death->context != sent->model.reply.death_context))
		sim_fail(sim, "OWNER_DIED tells of another death");
	if (reply->outcome != CONCUR__V1__OUTCOME__OWNER_DIED && reply->death)
		sim_fail(sim, "a death is told without OWNER_DIED");
}

/* Against the model. */
static void
check_reply(struct sim *sim, const struct sim_call *sent)
{
	const struct model_reply *model = &sent->model.reply;
	const struct world_call *call = sent->call;
	const ProtobufCFieldDescriptor *number;

	if (!sent->model.is_over)
		sim_fail(sim, "%s is answered with %d, and should wait", sent->method, call->status);
	if (call->status != model->status)
		sim_fail(sim, "%s has status %d, not %d", sent->method, call->status, model->status);
	if (call->status != CONCUR_OK)
		return;
	if (field_of(call, "outcome") && (int)world_outcome(call) != (int)model->outcome)
		sim_fail(sim, "%s has outcome %d, not %d", sent->method, world_outcome(call), model->outcome);
	if (model->has_values)
		check_values(sim, sent);
	number = field_of(call, "count");
	if (model->has_number && *(const int64_t *)member_of(call, number) != model->number)
		sim_fail(sim, "%s counts %lld, not %lld", sent->method,
		    (long long)*(const int64_t *)member_of(call, number), (long long)model->number);
	if (sent->model.role == MODEL_ACQUIRE)
		check_lock(sim, sent);
	else if (sent->model.role == MODEL_BARRIER)
		sim_signals_check(sim, sent);
	else if (sent->model.role >= MODEL_MONITOR && sent->model.role <= MODEL_WRITE)
		sim_guards_check(sim, sent);
}

/* -- what holds even without memory ------------------------------------------------------------------------------ */

/* Which client this is, from 1. */
static unsigned char
number_of(const struct sim *sim, const struct sim_client *client)
{
	return (unsigned char)(client - sim->clients + 1);
}

static void
note_items(struct sim *sim, const struct sim_client *client, const struct sim_call *sent)
{
	size_t count = 0;
	const ProtobufCBinaryData *values = values_of(sent->call, &count);

	for (size_t i = 0; i < count; i++) {
		int64_t item = world_number(&values[i]);

		if (item < 1 || item > sim->last_item)
			sim_fail(sim, "item %lld was never put", (long long)item);
		if (sim->got[item])
			sim_fail(sim, "item %lld comes twice", (long long)item);
		sim->got[item] = number_of(sim, client);
	}
}

void
sim_forget_items(struct sim *sim, const struct sim_client *client)
{
	for (int64_t item = 1; item <= sim->last_item; item++) {
		if (sim->got[item] == number_of(sim, client))
			sim->got[item] = 0;
	}
}

static void
note_grant(struct sim *sim, const struct sim_call *sent)
{
	const Concur__V1__LockReply *reply = (const Concur__V1__LockReply *)sent->call->message;
	uint64_t at = sim->is_modelled ? sent->model.reply.grant : ++sim->granted;

	if (reply->outcome == CONCUR__V1__OUTCOME__TIMED_OUT)
		return;
	if (reply->token == 0)
		sim_fail(sim, "a grant without a token");
	sim->grants[at] = (struct sim_grant){ reply->token, sent->model.object };
}

static void
note_ends(struct sim *sim, const struct sim_call *sent)
{
	const Concur__V1__PipeReply *reply = (const Concur__V1__PipeReply *)sent->call->message;

	sim->ends[sent->model.object] = reply->end0;
	sim->ends[sent->model.object + 1] = reply->end1;
}

void
sim_note_read(struct sim *sim, const struct sim_client *client, const struct sim_call *sent)
{
	if (sent->call->answered)
		model_read(&sim->model, &client->session, sent->model.id);
}

static void
note_reply(struct sim *sim, const struct sim_client *client, const struct sim_call *sent)
{
	sim_note_read(sim, client, sent);
	sim->answered++;
	if (sim->is_modelled && !sent->is_free)
		check_reply(sim, sent);
	if (sent->is_copy)
		sim_note_copy(LINK_ENTRY(sent->model.session, struct sim_client, session), sent);
	if (sent->web.is_one) {
		sim_web_note(sim, sent);
		return;
	}
	if (sent->call->status != CONCUR_OK)
		return;
	if (sent->is_free && sent->call->output == &concur__v1__open_reply__descriptor)
		sim->victim = ((const Concur__V1__OpenReply *)sent->call->message)->object;
	if (sent->call->output == &concur__v1__pipe_reply__descriptor)
		note_ends(sim, sent);
	if (sent->call->output == &concur__v1__barrier_reply__descriptor)
		sim_signals_note(sim, sent);
	if (sent->model.role == MODEL_GET || sent->model.role == MODEL_GET_MANY || sent->model.role == MODEL_RECV)
		note_items(sim, client, sent);
	else if (sent->model.role == MODEL_ACQUIRE)
		note_grant(sim, sent);
}

static int
compare_grants(const void *a, const void *b)
{
	const struct sim_grant *left = a, *right = b;

	return left->token < right->token ? -1 : left->token > right->token;
}

/* No token comes twice; and in the order of the model's grants those of one lock rise. */
void
sim_check_grants(struct sim *sim)
{
	size_t count = sim->is_modelled ? sim->model.grants : sim->granted;
	uint64_t last[MODEL_LOCKS] = { 0 };

	for (size_t i = 1; i <= count && sim->is_modelled; i++) {
		const struct sim_grant *grant = &sim->grants[i];

		if (grant->token && grant->token <= last[grant->lock])
			sim_fail(sim, "lock %u: token %llu comes after %llu", grant->lock,
			    (unsigned long long)grant->token, (unsigned long long)last[grant->lock]);
		last[grant->lock] = grant->token ? grant->token : last[grant->lock];
	}
	qsort(sim->grants, count + 1, sizeof *sim->grants, compare_grants);
	for (size_t i = 1; i <= count; i++) {
		if (sim->grants[i].token && sim->grants[i].token == sim->grants[i - 1].token)
			sim_fail(sim, "token %llu comes twice", (unsigned long long)sim->grants[i].token);
	}
}

/* -- harvest ----------------------------------------------------------------------------------------------------- */

static void
call_free(struct sim_client *client, struct sim_call *sent)
{
	link_remove(&sent->in_client);
	world_forget(client->client, sent->call);
	free(sent);
}

static void
harvest_calls(struct sim *sim, struct sim_client *client)
{
	bool has_all = !client->client->has_output && client->client->in_size == 0 && !client->client->is_closed;

	for (struct link *at = client->calls.next, *next; at != &client->calls; at = next) {
		struct sim_call *sent = LINK_ENTRY(at, struct sim_call, in_client);

		next = at->next;
		if (sent->call->answered) {
			note_reply(sim, client, sent);
			call_free(client, sent);
		} else if (has_all && sim->is_modelled && sent->model.is_over) {
			sim_fail(sim, "%s is not answered, and should be with %d", sent->method,
			    sent->model.reply.status);
		}
	}
}

/* The connection has ended, and the session with it. */
static void
client_gone(struct sim *sim, struct sim_client *client)
{
	sim_web_end(sim, client);
	sim_drop_before(client);
	while (!link_empty(&client->calls))
		call_free(client, LINK_ENTRY(client->calls.next, struct sim_call, in_client));
	world_client_free(client->client);
	client->client = NULL;
}

/* Those whose session the server has ended: what it is not sure that they have read may be another's in this turn
 * already, so they go before anybody's items are noted, as if they had read none of these. */
static void
harvest_the_dropped(struct sim *sim)
{
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		struct sim_client *client = &sim->clients[i];

		if (!client->client || client->client->is_cut || !client->client->is_closed ||
		    client->client->reason == SERVER_GOODBYE || sim_is_refused(sim, client))
			continue;
		if (sim->is_modelled)
			sim_fail(sim, "the server ended a session: %s", server_reason_name(client->client->reason));
		sim_forget_items(sim, client);
		client_gone(sim, client);
	}
}

void
sim_harvest(struct sim *sim)
{
	harvest_the_dropped(sim);
	for (unsigned i = 0; i < SIM_CLIENTS; i++) {
		struct sim_client *client = &sim->clients[i];

		if (!client->client)
			continue;
		if (sim_is_refused(sim, client)) {
			if (client->client->conn)
				world_end(client->client, SERVER_PEER_CLOSED);
			sim_forget_items(sim, client);
			client_gone(sim, client);
			continue;
		}
		if (client->client->is_cut)
			continue;
		harvest_calls(sim, client);
		if (!client->client->is_closed)
			continue;
		if (sim->is_modelled && !(client->says_goodbye && client->client->reason == SERVER_GOODBYE))
			sim_fail(sim, "the server ended a session: %s", server_reason_name(client->client->reason));
		client_gone(sim, client);
	}
}

/* The client has taken all that was sent, and nothing was written for it since. */
static bool
client_has_read_all(const struct sim_client *client)
{
	if (client->client->has_output || client->client->in_size)
		return false;
	for (const struct link *at = client->calls.next; at != &client->calls; at = at->next) {
		const struct sim_call *sent = LINK_ENTRY(at, struct sim_call, in_client);

		if (sent->is_free || sent->model.is_over)
			return false;
	}
	return true;
}

void
sim_kill(struct sim *sim, struct sim_client *client)
{
	bool all_read = client_has_read_all(client) && random_below(&sim->random, 2);

	if (sim->is_modelled) {
		if (all_read)
			model_told(&sim->model, &client->session);
		model_session_end(&sim->model, &client->session, true);
	}
	world_end_read(client->client, SERVER_PEER_DIED, all_read);
	sim_forget_items(sim, client);
	client_gone(sim, client);
}
