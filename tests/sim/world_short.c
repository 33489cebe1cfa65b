/* The world's requests and replies in short: what most tests ask for, made of world_call() and the like. */
#include "tests/sim/world.h"

#include "lib/crc32.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct method *
world_method(const struct world *world, const char *name)
{
	return method_find(&world->methods, crc32_of(name, strlen(name)));
}

uint64_t
world_open_with(struct world_client *client, const Concur__V1__OpenRequest *request)
{
	struct world_call *call = world_call(client, "/concur.v1.Object/Open", &request->base);
	uint64_t object;

	assert(call->answered && call->status == CONCUR_OK);
	object = ((const Concur__V1__OpenReply *)call->message)->object;
	world_forget(client, call);
	return object;
}

uint64_t
world_open(struct world_client *client, Concur__V1__Kind kind, const char *name)
{
	Concur__V1__OpenRequest request = CONCUR__V1__OPEN_REQUEST__INIT;

	request.kind = kind;
	if (name)
		request.name = world_bytes(name);
	return world_open_with(client, &request);
}

struct world_call *
world_ask(struct world_client *client, const char *method, uint64_t object)
{
	Concur__V1__ObjectRequest request = CONCUR__V1__OBJECT_REQUEST__INIT;

	request.object = object;
	return world_call(client, method, &request.base);
}

struct world_call *
world_wait(struct world_client *client, const char *method, uint64_t object, int64_t wait_ns)
{
	Concur__V1__WaitRequest request = CONCUR__V1__WAIT_REQUEST__INIT;

	request.object = object;
	request.wait_ns = wait_ns;
	return world_call(client, method, &request.base);
}

ProtobufCBinaryData
world_value(struct world *world, const struct value *value)
{
	size_t size = value_encoded_size(value->kind, value->size);
	uint8_t *bytes = arena_alloc(&world->arena, size);

	if (!bytes)
		abort();
	value_encode(bytes, value);
	return (ProtobufCBinaryData){ size, bytes };
}

ProtobufCBinaryData
world_integer(struct world *world, int64_t number)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value value;

	value_set_integer(&value, room, number);
	return world_value(world, &value);
}

ProtobufCBinaryData
world_text(struct world *world, const char *text)
{
	struct value value = { VALUE_TEXT, (const uint8_t *)text, strlen(text) };

	return world_value(world, &value);
}

ProtobufCBinaryData
world_bytes(const char *text)
{
	return (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
}

int64_t
world_number(const ProtobufCBinaryData *encoded)
{
	enum concur_status status;
	struct value value;

	status = value_parse(encoded->data, encoded->len, &value);
	assert(status == CONCUR_OK && value.kind == VALUE_INTEGER);
	return value_integer(&value);
}

Concur__V1__Outcome
world_outcome(const struct world_call *call)
{
	const ProtobufCFieldDescriptor *field;
	uint32_t outcome;

	assert(call->answered && call->status == CONCUR_OK);
	field = protobuf_c_message_descriptor_get_field_by_name(call->output, "outcome");
	assert(field);
	memcpy(&outcome, (const char *)call->message + field->offset, sizeof outcome);
	return (Concur__V1__Outcome)outcome;
}

const Concur__V1__Error *
world_error(const struct world_call *call)
{
	assert(call->answered && call->status != CONCUR_OK);
	return (const Concur__V1__Error *)call->message;
}
