/* The table of methods. */
#include "daemon/rpc/method.h"

#include "daemon/rpc/unpack.h"
#include "lib/crc32.h"

#include <stdio.h>
#include <string.h>

static const struct method_exception {
	const char *name;
	unsigned flags;
} method_exceptions[] = {
	{ "/concur.v1.Session/Challenge", METHOD_FIRST | METHOD_PROVES },
	{ "/concur.v1.Session/Prove", METHOD_FIRST | METHOD_PROVES },
	{ "/concur.v1.Session/Hello", METHOD_FIRST },
	{ "/concur.v1.Object/Open", METHOD_GROWS },
	{ "/concur.v1.Object/Copy", METHOD_GROWS },
	{ "/concur.v1.Cell/Set", METHOD_GROWS },
	{ "/concur.v1.Cell/Exchange", METHOD_GROWS },
	{ "/concur.v1.Cell/CompareExchange", METHOD_GROWS },
	{ "/concur.v1.Cell/Maximum", METHOD_GROWS },
	{ "/concur.v1.Cell/Minimum", METHOD_GROWS },
	{ "/concur.v1.Dict/Set", METHOD_GROWS },
	{ "/concur.v1.Dict/SetDefault", METHOD_GROWS },
	{ "/concur.v1.Dict/Update", METHOD_GROWS },
	{ "/concur.v1.Dict/Add", METHOD_GROWS },
	{ "/concur.v1.Dict/Append", METHOD_GROWS },
	{ "/concur.v1.Dict/CompareExchange", METHOD_GROWS },
	{ "/concur.v1.Dict/KeyLock", METHOD_GROWS },
	{ "/concur.v1.Dict/Expire", METHOD_GROWS },
	{ "/concur.v1.Dict/Merge", METHOD_GROWS },
	{ "/concur.v1.List/Set", METHOD_GROWS },
	{ "/concur.v1.List/Append", METHOD_GROWS },
	{ "/concur.v1.List/Extend", METHOD_GROWS },
	{ "/concur.v1.List/ExtendFrom", METHOD_GROWS },
	{ "/concur.v1.List/Insert", METHOD_GROWS },
	{ "/concur.v1.List/Repeat", METHOD_GROWS },
	{ "/concur.v1.List/SetSlice", METHOD_GROWS },
	{ "/concur.v1.Queue/Put", METHOD_GROWS | METHOD_WAITS },
	{ "/concur.v1.Queue/PutMany", METHOD_GROWS | METHOD_WAITS },
	{ "/concur.v1.Queue/Get", METHOD_WAITS },
	{ "/concur.v1.Queue/GetMany", METHOD_WAITS },
	{ "/concur.v1.Queue/Join", METHOD_WAITS },
	{ "/concur.v1.Event/Wait", METHOD_WAITS },
	{ "/concur.v1.Lock/Acquire", METHOD_WAITS },
	{ "/concur.v1.RWLock/Read", METHOD_WAITS },
	{ "/concur.v1.RWLock/Write", METHOD_WAITS },
	{ "/concur.v1.Condition/Wait", METHOD_WAITS },
	{ "/concur.v1.Path/Set", METHOD_GROWS },
	{ "/concur.v1.Path/Add", METHOD_GROWS },
	{ "/concur.v1.Pipe/New", METHOD_GROWS },
	{ "/concur.v1.Pipe/Send", METHOD_GROWS | METHOD_WAITS },
	{ "/concur.v1.Pipe/Recv", METHOD_WAITS },
	{ "/concur.v1.Pipe/Poll", METHOD_WAITS },
	{ "/concur.v1.Process/New", METHOD_GROWS },
	{ "/concur.v1.Process/Start", METHOD_WAITS },
	{ "/concur.v1.Process/Join", METHOD_WAITS },
	{ "/concur.v1.Process/AwaitOutput", METHOD_WAITS },
	{ "/concur.v1.Set/Add", METHOD_GROWS },
	{ "/concur.v1.Set/MakeUnion", METHOD_GROWS },
	{ "/concur.v1.Set/MakeIntersection", METHOD_GROWS },
	{ "/concur.v1.Set/MakeDifference", METHOD_GROWS },
	{ "/concur.v1.Set/MakeSymmetricDifference", METHOD_GROWS },
	{ "/concur.v1.Set/Update", METHOD_GROWS },
	{ "/concur.v1.Set/SymmetricDifferenceUpdate", METHOD_GROWS },
	{ "/concur.v1.Semaphore/Acquire", METHOD_WAITS },
	{ "/concur.v1.Barrier/Wait", METHOD_WAITS },
	{ "/concur.v1.Latch/Wait", METHOD_WAITS },
};

/* The slot of the id, or the empty one where it would go. */
static struct method *
method_slot(const struct method_table *table, uint32_t id)
{
	size_t at = id & (METHOD_SLOTS - 1);

	while (table->slots[at].service && table->slots[at].id != id)
		at = (at + 1) & (METHOD_SLOTS - 1);
	return (struct method *)(uintptr_t)&table->slots[at];
}

static uint32_t
method_id(const ProtobufCServiceDescriptor *service, unsigned index)
{
	char name[256];
	int size = snprintf(name, sizeof name, "/%s/%s", service->name, service->methods[index].name);

	return crc32_of(name, (size_t)size);
}

static bool
method_add_service(struct method_table *table, const ProtobufCService *service)
{
	for (unsigned i = 0; i < service->descriptor->n_methods; i++) {
		uint32_t id = method_id(service->descriptor, i);
		struct method *method = method_slot(table, id);

		if (method->service || table->count == METHOD_SLOTS / 2 ||
		    !unpack_is_flat(service->descriptor->methods[i].input))
			return false;
		*method = (struct method){ id, 0, i, service, service->descriptor->methods[i].input };
		table->count++;
	}
	return true;
}

bool
method_table_init(struct method_table *table, const char **ret_why)
{
	memset(table, 0, sizeof *table);
	for (const ProtobufCService *const *service = services; *service; service++) {
		if (!method_add_service(table, *service)) {
			*ret_why = (*service)->descriptor->name;
			return false;
		}
	}
	for (size_t i = 0; i < sizeof method_exceptions / sizeof *method_exceptions; i++) {
		const struct method_exception *exception = &method_exceptions[i];
		struct method *method = method_slot(table, crc32_of(exception->name, strlen(exception->name)));

		if (!method->service) {
			*ret_why = exception->name;
			return false;
		}
		method->flags = exception->flags;
	}
	return true;
}

const struct method *
method_find(const struct method_table *table, uint32_t id)
{
	const struct method *method = method_slot(table, id);

	return method->service ? method : NULL;
}
