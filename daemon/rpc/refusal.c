/* The table of refusals, and that of what is too much for one call. The first row that fits the call tells: its
 * method or service, the kind of the object, the status, a field that the request has, and, where a status has several
 * causes, a look at whether it was this one.
 *
 * Only what a request says and what the object tells of itself is read here; nothing is decided. */
#include "daemon/rpc/refusal.h"

#include "daemon/core/array.h"
#include "daemon/core/cell.h"
#include "daemon/core/latch.h"
#include "daemon/rpc/call.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* What the request has in the field. */
struct argument {
	const char *name;
	bool is_number;
	int64_t number;     /* if it is one; of a repeated field, how many there are; of a truth 0 or 1 */
	bool is_many;       /* a repeated field */
	struct value value; /* an encoded Value; of kind NONE if it is none */
};

struct refusal {
	const char *method; /* "Latch/CountDown"; "List/": all of the service; "": all */
	unsigned kinds;     /* KIND_BIT, of the object, or of the one that is to be made; 0: any */
	enum concur_status status;
	const char *field; /* of the request; NULL: what is wrong is no argument */
	/* Writes what the argument must be; false if it is so, and another one was refused. NULL: the words alone. */
	bool (*domain)(const struct call *call, const struct argument *argument, char *text, size_t size);
	const char *words; /* NULL: what the domain writes */
};

/* -- reading the request ------------------------------------------------------------------------------------------ */

static const ProtobufCFieldDescriptor *
refusal_field(const ProtobufCMessageDescriptor *type, const char *name)
{
	return name ? protobuf_c_message_descriptor_get_field_by_name(type, name) : NULL;
}

/* The encoded value of a bytes field. */
static void
refusal_read_value(const void *at, struct argument *ret)
{
	const ProtobufCBinaryData *bytes = at;

	if (bytes->len == 0 || value_parse(bytes->data, bytes->len, &ret->value) != CONCUR_OK)
		ret->value.kind = VALUE_NONE;
	ret->is_number = ret->value.kind == VALUE_INTEGER;
	ret->number = ret->is_number ? value_integer(&ret->value) : 0;
}

static void
refusal_read_truth(const void *at, struct argument *ret)
{
	static const uint8_t payloads[] = { 0, 1 };

	ret->number = *(const protobuf_c_boolean *)at != 0;
	ret->is_number = false;
	ret->value = (struct value){ VALUE_BOOLEAN, &payloads[ret->number], 1 };
}

static void
refusal_read(const ProtobufCMessage *request, const ProtobufCFieldDescriptor *field, struct argument *ret)
{
	const char *at = (const char *)request + field->offset;

	*ret = (struct argument){ .name = field->name, .is_number = true };
	ret->is_many = field->label == PROTOBUF_C_LABEL_REPEATED;
	if (ret->is_many)
		ret->number =
		    (int64_t) * (const size_t *)(const void *)((const char *)request + field->quantifier_offset);
	else if (field->type == PROTOBUF_C_TYPE_BYTES)
		refusal_read_value(at, ret);
	else if (field->type == PROTOBUF_C_TYPE_BOOL)
		refusal_read_truth(at, ret);
	else if (field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_ENUM)
		ret->number = *(const uint32_t *)(const void *)at;
	else
		ret->number = *(const int64_t *)(const void *)at;
}

static bool
refusal_field_number(const struct call *call, const char *name, int64_t *ret)
{
	const ProtobufCFieldDescriptor *field = refusal_field(call->method->input, name);
	struct argument argument;

	if (!field)
		return false;
	refusal_read(call->request, field, &argument);
	*ret = argument.number;
	return true;
}

/* -- domains ------------------------------------------------------------------------------------------------------ */

static bool
refusal_say(char *text, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, size, format, args);
	va_end(args);
	return true;
}

static bool
domain_from_1(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	(void)call;
	return argument->number < 1 && refusal_say(text, size, "it must be 1 or more");
}

static bool
domain_from_0(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	(void)call;
	return argument->number < 0 && refusal_say(text, size, "it must be 0 or more");
}

static bool
domain_not_0(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	(void)call;
	return argument->number == 0 && refusal_say(text, size, "it must not be 0");
}

static bool
domain_wait(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	(void)call;
	return argument->number < -1 && refusal_say(text, size, "only -1, for ever, is below 0");
}

static bool
domain_index(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	const struct object *object = call->object;
	uint64_t len = object->kind->len(object);

	(void)argument;
	return refusal_say(text, size, "the %s has %" PRIu64 " item%s", object->kind->name, len, len == 1 ? "" : "s");
}

static bool
domain_latch(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	(void)argument;
	return refusal_say(text, size, "%" PRIu64 " is left, and it never goes below 0",
	    latch_count((const struct latch *)call->object));
}

static bool
domain_typecode(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	(void)call;
	return !value_item_size((uint32_t)argument->number) &&
	    refusal_say(text, size, "it must be a letter of " TYPECODE_LETTERS);
}

static bool
domain_name(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	(void)call;
	return argument->value.kind != VALUE_TEXT && refusal_say(text, size, "the name of an attribute is text");
}

/* The typecode of the call's object, or of the one that it is to make; 0 if it has none. */
static uint32_t
refusal_typecode(const struct call *call)
{
	int64_t typecode = 0;

	if (refusal_field_number(call, "typecode", &typecode))
		return (uint32_t)typecode;
	if (call->object->kind == &array_kind)
		return array_typecode((const struct array *)call->object);
	return cell_typecode((const struct cell *)call->object);
}

static bool
domain_item(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	uint32_t typecode = refusal_typecode(call);
	uint64_t greatest;
	int64_t least;

	(void)argument;
	if (!value_item_size(typecode))
		return false;
	if (typecode_is_real(typecode))
		return refusal_say(text, size, "an item of typecode %c is a number", (int)typecode);
	typecode_bounds(typecode, &least, &greatest);
	return refusal_say(text, size, "an item of typecode %c is an integer from %" PRId64 " to %" PRIu64,
	    (int)typecode, least, greatest);
}

static bool
domain_nested(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	(void)call;
	return argument->number && refusal_say(text, size, "only a dict, a list or a namespace can be");
}

/* What is open under the name. A lock that a condition can not be on is another matter. */
static bool
domain_kind(const struct call *call, const struct argument *argument, char *text, size_t size)
{
	const struct kind *kind = kind_find((uint32_t)argument->number);

	return kind && call->object && call->object->kind != kind &&
	    refusal_say(text, size, "the object of that name is a %s", call->object->kind->name);
}

/* -- the table ---------------------------------------------------------------------------------------------------- */

#define VALUE CONCUR_VALUE_ERROR
#define TYPE CONCUR_TYPE_ERROR
#define INDEX CONCUR_INDEX_ERROR
#define OVER CONCUR_OVERFLOW
#define COUNTED (KIND_BIT(KIND_SEMAPHORE) | KIND_BIT(KIND_LATCH) | KIND_BIT(KIND_ARRAY))
#define TYPED (KIND_BIT(KIND_CELL) | KIND_BIT(KIND_ARRAY))
#define UNNESTED (KIND_ANY & ~(KIND_BIT(KIND_DICT) | KIND_BIT(KIND_LIST) | KIND_BIT(KIND_NAMESPACE)))
#define SPACE KIND_BIT(KIND_NAMESPACE)
#define NO_KEYS "lists, maps and arrays are none, nor are tuples with one inside"

/* clang-format off */
static const struct refusal refusals[] = {
	{ "", 0, CONCUR_BAD_WAIT, "wait_ns", domain_wait, NULL },
	{ "", 0, CONCUR_BAD_WAIT, "default_wait_ns", domain_wait, NULL },

	{ "Object/Open", 0, CONCUR_WRONG_KIND, "kind", domain_kind, NULL },
	{ "Object/Open", UNNESTED, VALUE, "nested", domain_nested, NULL },
	{ "Object/Open", TYPED, VALUE, "typecode", domain_typecode, NULL },
	{ "Object/Open", COUNTED, VALUE, "count", domain_from_0, NULL },
	{ "Object/Open", KIND_BIT(KIND_BARRIER), VALUE, "count", domain_from_1, NULL },
	{ "Object/Open", KIND_BIT(KIND_QUEUE), VALUE, "order", NULL, "it must be 0 (fifo), 1 (lifo) or 2 (priority)" },
	{ "Object/Open", KIND_BIT(KIND_ARRAY), TYPE, "value", NULL, "an array is made of a list of numbers, or of an array, of its typecode" },
	{ "Object/Open", TYPED, TYPE, "value", domain_item, NULL },
	{ "Object/Open", TYPED, OVER, "value", domain_item, NULL },
	{ "Object/Copy", 0, VALUE, "lifetime", NULL, "a copy has no name, so it is 1 (session) or 2 (refcount)" },
	{ "Object/Copy", 0, TYPE, NULL, NULL, "objects of that kind can not be copied" },
	{ "Object/Clear", 0, TYPE, NULL, NULL, "it has no items to clear" },
	{ "Object/Equal", 0, TYPE, NULL, NULL, "only objects that hold values are compared, with one of the kind or its contents" },

	{ "Dict/", SPACE, TYPE, "key", domain_name, NULL },
	{ "Dict/", SPACE, TYPE, "values", NULL, "the name of an attribute is text" },
	{ "Dict/Add", 0, TYPE, "value", NULL, "it and what is there must be numbers" },
	{ "Dict/Add", 0, OVER, "value", NULL, "sums are of integers of 64 bits" },
	{ "Dict/Append", 0, TYPE, "key", NULL, "what is there is not a list" },
	{ "Dict/Set", 0, VALUE, "ttl_ns", domain_from_0, NULL },
	{ "Dict/Expire", 0, VALUE, "ttl_ns", NULL, "it must be above 0, or -1 for ever" },

	{ "List/", 0, INDEX, "index", domain_index, NULL },
	{ "List/", 0, VALUE, "step", domain_not_0, NULL },
	{ "List/SetSlice", 0, VALUE, "values", NULL, "a slice whose step is not 1 takes exactly as many as it has items" },
	{ "List/Sort", 0, TYPE, NULL, NULL, "some of its items can not be compared with each other" },

	{ "Array/", 0, INDEX, "index", domain_index, NULL },
	{ "Array/", 0, VALUE, "step", domain_not_0, NULL },
	{ "Array/SetSlice", 0, VALUE, "values", NULL, "the array must have exactly as many items as the slice" },
	{ "Array/SetSlice", 0, TYPE, "values", NULL, "a slice of an array is set to one array of the same typecode" },
	{ "Array/", 0, TYPE, "value", domain_item, NULL },
	{ "Array/", 0, OVER, "value", domain_item, NULL },

	{ "Cell/", 0, TYPE, "value", domain_item, NULL },
	{ "Cell/", 0, OVER, "value", domain_item, NULL },
	{ "Cell/Maximum", 0, TYPE, "value", NULL, "it can not be compared with what is there" },
	{ "Cell/Minimum", 0, TYPE, "value", NULL, "it can not be compared with what is there" },
	{ "Cell/", 0, TYPE, "value", NULL, "it and what is there must be numbers" },
	{ "Cell/", 0, OVER, "value", NULL, "sums are of integers of 64 bits" },

	{ "Queue/GetMany", 0, VALUE, "count", domain_from_1, NULL },
	{ "Queue/TaskDone", 0, VALUE, "count", domain_from_0, NULL },
	{ "Queue/", 0, VALUE, "values", NULL, "the queue never has room for so many at once" },
	{ "Condition/Notify", 0, VALUE, "count", domain_from_0, NULL },
	{ "Semaphore/Resize", 0, VALUE, "count", domain_from_0, NULL },
	{ "Semaphore/", 0, VALUE, "count", domain_from_1, NULL },
	{ "Semaphore/", 0, OVER, "count", NULL, "there can not be so many permits" },
	{ "Latch/CountDown", 0, VALUE, "count", domain_from_1, NULL },
	{ "Latch/CountDown", 0, VALUE, "count", domain_latch, NULL },

	{ "Condition/", 0, CONCUR_NOT_LOCKED, NULL, NULL, "acquire the condition's lock first" },
	{ "Condition/", 0, CONCUR_NOT_OWNER, NULL, NULL, "acquire the condition's lock first" },
	{ "Semaphore/Release", 0, CONCUR_OVER_RELEASE, NULL, NULL, "fewer permits are taken than that" },
	{ "Barrier/Wait", 0, CONCUR_BROKEN_BARRIER, NULL, NULL, "a reset makes it whole again" },

	{ "", 0, CONCUR_UNHASHABLE, "key", NULL, NO_KEYS },
	{ "", 0, CONCUR_UNHASHABLE, NULL, NULL, NO_KEYS },
};

/* What else to do where a call would stop the daemon for too long. */
static const struct advice {
	const char *method; /* as above */
	const char *limit;
	const char *words;
} advices[] = {
	{ "List/Sort", "sort_max", "read the items, sort them, and write them back with if_version" },
	{ "List/ExtendFrom", "sort_max", "read the other one in pages, and extend the list by these" },
	{ "Dict/Merge", "sort_max", "read the other one in pages, and update the dict with these" },
	{ "Set/", "sort_max", "read the other one in pages, and give its values" },
	{ "Object/Equal", "sort_max", "read both in pages, and compare these" },
	{ "Object/Copy", "sort_max", "many of its keys have just run out; try again in a moment" },
	{ "", "sort_max", "store it empty, and then what is in it, in parts" },
	{ "List/Index", "move_max", "search it in parts, each from a start to a stop" },
	{ "List/Count", "move_max", "read the items in pages, and count these" },
	{ "List/Reverse", "move_max", "read it backwards, by slices whose step is -1" },
	{ "", "move_max", "do it in parts, or nearer to an end of the list" },
};
/* clang-format on */

/* -- the sentence -------------------------------------------------------------------------------------------------- */

/* Text that is short, and no trouble for a terminal. */
static bool
refusal_is_plain(const struct value *value)
{
	for (size_t i = 0; i < value->size; i++) {
		if (value->data[i] < ' ' || value->data[i] == 0x7f)
			return false;
	}
	return value->size <= 40;
}

static void
refusal_spell(const struct argument *argument, char *text, size_t size)
{
	static const char *const kinds[] = { "nothing", "null", "a bool", "an integer", "a big integer", "a number",
		"a text", "bytes", "a list", "a tuple", "a map", "an array", "a reference", "opaque" };
	const struct value *value = &argument->value;

	if (argument->is_number)
		(void)snprintf(text, size, "%" PRId64, argument->number);
	else if (value->kind == VALUE_NUMBER)
		(void)snprintf(text, size, "%g", value_number(value));
	else if (value->kind == VALUE_BOOLEAN)
		(void)snprintf(text, size, "%s", value_boolean(value) ? "true" : "false");
	else if (value->kind == VALUE_TEXT && refusal_is_plain(value))
		(void)snprintf(text, size, "'%.*s'", (int)value->size, (const char *)value->data);
	else
		(void)snprintf(text, size, "%s", kinds[value->kind]);
}

/* A letter, in a request a number. */
static void
refusal_spell_typecode(int64_t typecode, char *text, size_t size)
{
	if (typecode == 0)
		(void)snprintf(text, size, "not given");
	else if (typecode > ' ' && typecode < 0x7f)
		(void)snprintf(text, size, "%c", (int)typecode);
}

/* An argument that is a number in the request and a word to people. */
static void
refusal_spell_word(const struct argument *argument, char *text, size_t size)
{
	if (strcmp(argument->name, "typecode") == 0)
		refusal_spell_typecode(argument->number, text, size);
	else if (strcmp(argument->name, "kind") == 0)
		(void)snprintf(text, size, "%s", kind_find((uint32_t)argument->number)->name);
}

static void
refusal_write(const struct argument *argument, const char *must, char *text, size_t size)
{
	char spelled[64];

	refusal_spell(argument, spelled, sizeof spelled);
	refusal_spell_word(argument, spelled, sizeof spelled);
	if (argument->is_many)
		(void)snprintf(text, size, "the number of %s is %s; %s", argument->name, spelled, must);
	else
		(void)snprintf(text, size, "%s is %s; %s", argument->name, spelled, must);
}

/* "Latch/CountDown" of "/concur.v1.Latch/CountDown". */
static void
refusal_method_name(const struct method *method, char *text, size_t size)
{
	const ProtobufCServiceDescriptor *service = method->service->descriptor;

	(void)snprintf(text, size, "%s/%s", service->short_name, service->methods[method->index].name);
}

static bool
refusal_is_of(const char *of, const char *method)
{
	size_t size = strlen(of);
	bool all = size == 0 || of[size - 1] == '/';

	return all ? strncmp(of, method, size) == 0 : strcmp(of, method) == 0;
}

static bool
refusal_is_on(const struct refusal *refusal, const struct call *call)
{
	int64_t kind = 0;

	if (!refusal->kinds)
		return true;
	if (call->object)
		return refusal->kinds & KIND_BIT(call->object->kind->id);
	return refusal_field_number(call, "kind", &kind) && kind < 32 && refusal->kinds & KIND_BIT(kind);
}

static bool
refusal_tell(const struct refusal *refusal, const struct call *call, char *text, size_t size)
{
	const ProtobufCFieldDescriptor *field = refusal_field(call->method->input, refusal->field);
	struct argument argument;
	char must[REFUSAL_TEXT / 2];

	if (!refusal->field)
		return refusal_say(text, size, "%s", refusal->words);
	if (!field)
		return false;
	refusal_read(call->request, field, &argument);
	if (refusal->domain && !refusal->domain(call, &argument, must, sizeof must))
		return false;
	refusal_write(&argument, refusal->words ? refusal->words : must, text, size);
	return true;
}

/* The core has named the limit. */
static bool
refusal_advise(const struct call *call, const char *method, char *text, size_t size)
{
	for (size_t i = 0; call->core->limit && i < sizeof advices / sizeof *advices; i++) {
		if (strcmp(advices[i].limit, call->core->limit) == 0 && refusal_is_of(advices[i].method, method))
			return refusal_say(text, size, "%s", advices[i].words);
	}
	return false;
}

bool
refusal_explain(const struct call *call, enum concur_status status, char *text, size_t size)
{
	char method[64];

	if (!call->request)
		return false;
	refusal_method_name(call->method, method, sizeof method);
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		const struct refusal *refusal = &refusals[i];

		if (refusal->status == status && refusal_is_of(refusal->method, method) &&
		    refusal_is_on(refusal, call) && refusal_tell(refusal, call, text, size))
			return true;
	}
	return status == CONCUR_TOO_LARGE && refusal_advise(call, method, text, size);
}

/* A method of that name, or one of that service, with that field (NULL: any). */
static bool
refusal_finds(const struct method_table *methods, const char *of, const char *field)
{
	for (size_t i = 0; i < METHOD_SLOTS; i++) {
		const struct method *method = &methods->slots[i];
		char name[64];

		if (!method->service)
			continue;
		refusal_method_name(method, name, sizeof name);
		if (refusal_is_of(of, name) && (!field || refusal_field(method->input, field)))
			return true;
	}
	return false;
}

bool
refusal_check(const struct method_table *methods, const char **ret_why)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		*ret_why = refusals[i].method;
		if (!refusal_finds(methods, refusals[i].method, refusals[i].field))
			return false;
	}
	for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
		*ret_why = advices[i].method;
		if (!refusal_finds(methods, advices[i].method, NULL))
			return false;
	}
	return true;
}
