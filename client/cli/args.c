/* Words -> request. Options may stand anywhere; the words that are left are dealt out to the row's fields in order. */
#include "args.h"

#include "message.h"
#include "spell.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct operands {
	char **words; /* owned array of borrowed words */
	size_t count;
	size_t used;
};

/* Seconds as nanoseconds, -1 for ever. Where a request takes 0 for "for ever", nobody who writes 0 means that; a time
 * to live for ever is 0 but where it takes one away, whose row has it as its fallback. A delay has an end. */
static json_t *
read_time(const struct field *field, const char *word, struct fault *fault)
{
	bool is_ttl = strcmp(field->name, "ttl") == 0 || strcmp(field->name, "run_timeout") == 0;
	bool is_life = is_ttl || strcmp(field->name, "default_timeout") == 0;
	bool is_delay = strcmp(field->name, "delay") == 0 || strcmp(field->name, "backoff") == 0;
	char option[FIELD_NAME_MAX], *end;
	double ns = strtod(word, &end) * 1e9;
	bool is_endless = ns >= 9e18;

	fields_option_name(field, option, sizeof option);
	if (end == word || *end || !(ns >= 0) || (is_life && ns < 1) || (is_delay && is_endless)) {
		(void)fault_set(fault, "--%s takes seconds, %s%s, not %.60s", option,
		    is_life ? "more than 0" : "0 or more", is_delay ? "" : ", or inf", word);
		return NULL;
	}
	if (is_endless)
		return json_integer(is_ttl && !*field->fallback ? 0 : -1);
	return json_integer((json_int_t)llround(ns));
}

/* The daemon knows which letters there are. */
static json_t *
read_typecode(const char *word, struct fault *fault)
{
	if (word[0] && !word[1])
		return json_integer(word[0]);
	(void)fault_set(fault, "--typecode takes a letter of Python's array module, not %.60s", word);
	return NULL;
}

json_t *
args_word(const struct field *field, const ProtobufCMessageDescriptor *type, const char *word, bool raw,
    struct fault *fault)
{
	const ProtobufCFieldDescriptor *target =
	    protobuf_c_message_descriptor_get_field_by_name(type, fields_target(field));
	char option[FIELD_NAME_MAX];
	json_t *json;

	if (fields_is_time(field))
		return read_time(field, word, fault);
	if (!target)
		return spell_word(word, true, fault);
	if (message_holds_value(target))
		return spell_word(word, raw, fault);
	if (strcmp(field->name, "other") == 0 || strcmp(field->name, "lock") == 0)
		return spell_word(word, true, fault); /* its id is found when there is a connection */
	if (strcmp(field->name, "typecode") == 0)
		return read_typecode(word, fault);
	/* Numbers are read as JSON; words of enums and names are text, whatever they look like. */
	json = spell_word(word, target->type == PROTOBUF_C_TYPE_BYTES || target->type == PROTOBUF_C_TYPE_ENUM, fault);
	if (json && json_is_string(json) && target->type != PROTOBUF_C_TYPE_BYTES &&
	    target->type != PROTOBUF_C_TYPE_ENUM) {
		json_decref(json);
		json = NULL;
		fields_option_name(field, option, sizeof option);
		(void)fault_set(fault, "%s must be an integer, not %.60s", option, word);
	}
	return json;
}

bool
args_is_flag(const struct field *field, const ProtobufCMessageDescriptor *type)
{
	const ProtobufCFieldDescriptor *target =
	    protobuf_c_message_descriptor_get_field_by_name(type, fields_target(field));

	if (!target)
		return field->is_option && !fields_is_time(field) && !*field->fallback;
	return target->type == PROTOBUF_C_TYPE_BOOL;
}

static bool
set_member(json_t *request, const char *name, json_t *json)
{
	return json_object_set_new(request, name, json) == 0;
}

static bool
set_flag(json_t *request, const char *name)
{
	return *name == '\0' || set_member(request, name, json_true());
}

/* -- options ------------------------------------------------------------------------------------------------------- */

/* Tries words[at] as the option `field`: how many words it took, 0 if it is another one, -1 with a fault. */
static int
take_option(const struct command *command, const struct field *field, const ProtobufCMessageDescriptor *type, size_t at,
    json_t *request, struct fault *fault)
{
	char name[FIELD_NAME_MAX];
	const char *word;
	json_t *json;
	int taken;

	fields_option_name(field, name, sizeof name);
	if (args_is_flag(field, type)) {
		if (strcmp(command->words[at] + 2, name) != 0)
			return 0;
		return set_flag(request, field->name) ? 1 : -1;
	}
	word = options_word(name, command->words + at, command->word_count - at, &taken, fault);
	if (!word)
		return taken;
	json = args_word(field, type, word, command->options.text, fault);
	if (!json || !set_member(request, fields_target(field), json) || !set_flag(request, field->if_given))
		return -1;
	return taken;
}

static int
take_any_option(const struct command *command, const ProtobufCMessageDescriptor *type, size_t at, json_t *request,
    struct fault *fault)
{
	const char *fields = command->row->fields;
	struct field field;
	int taken = 0;

	while (taken == 0 && fields_next(&fields, &field)) {
		if (field.is_option)
			taken = take_option(command, &field, type, at, request, fault);
	}
	if (taken == 0) {
		(void)fault_set(fault, "%s: no such option", command->words[at]);
		return -1;
	}
	return taken;
}

/* Takes the options out, and leaves the words between them as operands. */
static bool
take_options(const struct command *command, const ProtobufCMessageDescriptor *type, json_t *request,
    struct operands *operands, struct fault *fault)
{
	size_t rest = 0;
	size_t at = 0;

	while (command->rest && !(command->row->how & ROW_COMMAND) && command->rest[rest])
		rest++;
	operands->words = calloc(command->word_count + rest + 1, sizeof *operands->words);
	if (!operands->words)
		return fault_set(fault, "out of memory");
	while (at < command->word_count) {
		int taken = 1;

		if (options_looks_so(command->words[at]))
			taken = take_any_option(command, type, at, request, fault);
		else
			operands->words[operands->count++] = command->words[at];
		if (taken < 0)
			return false;
		at += (size_t)taken;
	}
	for (size_t i = 0; i < rest; i++)
		operands->words[operands->count++] = command->rest[i];
	return true;
}

/* -- operands ------------------------------------------------------------------------------------------------------ */

/* All words that are left, as an array. */
static bool
fill_array(const struct command *command, const struct field *field, const ProtobufCMessageDescriptor *type,
    struct operands *operands, json_t *request, struct fault *fault)
{
	json_t *array = json_array();

	if (!set_member(request, fields_target(field), array))
		return fault_set(fault, "out of memory");
	if (strcmp(field->name, "pairs") == 0 && (operands->count - operands->used) % 2 != 0)
		return fault_set(fault, "a value is missing behind the last key");
	while (operands->used < operands->count) {
		json_t *json = args_word(field, type, operands->words[operands->used++], command->options.text, fault);

		if (!json || json_array_append_new(array, json) < 0)
			return false;
	}
	return true;
}

/* The words that are left: all at once for an array, else one for each call. */
static bool
fill_many(const struct command *command, const struct field *field, const ProtobufCMessageDescriptor *type,
    struct operands *operands, struct args *args, struct fault *fault)
{
	const ProtobufCFieldDescriptor *target =
	    protobuf_c_message_descriptor_get_field_by_name(type, fields_target(field));

	if (!target || target->label == PROTOBUF_C_LABEL_REPEATED)
		return fill_array(command, field, type, operands, args->request, fault);
	args->each = *field;
	args->each_count = operands->count - operands->used;
	args->each_words = calloc(args->each_count, sizeof *args->each_words);
	if (!args->each_words)
		return fault_set(fault, "out of memory");
	memcpy(args->each_words, operands->words + operands->used, args->each_count * sizeof *args->each_words);
	operands->used = operands->count;
	return true;
}

/* Nothing was given for the field. */
static bool
fill_absent(const struct field *field, const ProtobufCMessageDescriptor *type, json_t *request, struct fault *fault)
{
	json_t *json = NULL;

	if (json_object_get(request, fields_target(field)))
		return true;
	if (*field->if_absent)
		return set_flag(request, field->if_absent);
	if (strcmp(field->name, "timeout") == 0)
		json = json_integer(-1);
	else if (*field->fallback)
		json = args_word(field, type, field->fallback, false, fault);
	else if (field->is_optional)
		return true;
	else
		return fault_set(fault, "%s is missing", field->name);
	return json && set_member(request, fields_target(field), json);
}

/* The keys of a namespace are names, whatever they look like. */
static bool
is_text(const struct command *command, const struct field *field)
{
	return command->options.text ||
	    (command->kind && command->kind->kind == ROW_NAMESPACE && strcmp(field->name, "key") == 0);
}

static bool
fill_one(const struct command *command, const struct field *field, const ProtobufCMessageDescriptor *type,
    struct operands *operands, json_t *request, struct fault *fault)
{
	json_t *json = args_word(field, type, operands->words[operands->used++], is_text(command, field), fault);

	return json && set_member(request, fields_target(field), json) && set_flag(request, field->if_given);
}

bool
args_read(const struct command *command, const ProtobufCMessageDescriptor *type, struct args *ret, struct fault *fault)
{
	const char *fields = command->row->fields;
	struct operands operands = { 0 };
	struct field field;
	bool ok;

	*ret = (struct args){ .request = json_object() };
	(void)fault_set(fault, "out of memory"); /* unless something below knows better */
	ok = ret->request && take_options(command, type, ret->request, &operands, fault);
	while (ok && fields_next(&fields, &field)) {
		if (field.is_option || operands.used == operands.count)
			ok = fill_absent(&field, type, ret->request, fault);
		else if (field.is_many)
			ok = fill_many(command, &field, type, &operands, ret, fault);
		else
			ok = fill_one(command, &field, type, &operands, ret->request, fault);
	}
	if (ok && operands.used < operands.count)
		ok = fault_set(fault, "%.60s: one word too many", operands.words[operands.used]);
	free(operands.words);
	return ok;
}

void
args_fini(struct args *args)
{
	json_decref(args->request);
	free(args->each_words);
	*args = (struct args){ 0 };
}

enum verdict
args_begin(struct command *command, struct method *ret_method, struct args *ret)
{
	struct method method;
	struct fault fault;

	*ret = (struct args){ 0 };
	if (!methods_find(command->row->method, &method))
		return VERDICT_ERROR; /* the tests see to it that every row's method is there */
	if (ret_method)
		*ret_method = method;
	return args_read(command, method.input, ret, &fault) ? VERDICT_DONE : command_misused(command, &fault);
}

enum verdict
args_connect(struct command *command, struct method *ret_method, struct args *ret)
{
	enum verdict verdict = args_begin(command, ret_method, ret);

	return verdict == VERDICT_DONE ? command_connect(command) : verdict;
}
