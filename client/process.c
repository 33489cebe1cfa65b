/* Calls on processes. */
#include "shapes.h"

#include "error.h"
#include "output.h"
#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/process.pb-c.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* -- making ------------------------------------------------------------------------------------------------------- */

static size_t
count_words(const char *const *words)
{
	size_t count = 0;

	while (words && words[count])
		count++;
	return count;
}

/* Fields that borrow the words. */
static void
fill_words(const char *const *words, size_t count, ProtobufCBinaryData *fields)
{
	for (size_t i = 0; i < count; i++)
		fields[i] = (ProtobufCBinaryData){ strlen(words[i]), (uint8_t *)(uintptr_t)words[i] }; /* only read */
}

static void
fill_text(const char *text, ProtobufCBinaryData *ret_field)
{
	if (text)
		fill_words(&text, 1, ret_field);
}

static concur_future *
process_new(unsigned flags, concur_session *session, const char *name, const struct concur_process_options *how)
{
	static const struct concur_process_options none = { .runtime = NULL };
	struct request request = { .session = session,
		.method = CONCUR_METHOD_PROCESS_NEW,
		.result = RESULT_OBJECT,
		.flags = flags };
	Concur__V1__ProcessRequest body = CONCUR__V1__PROCESS_REQUEST__INIT;
	const struct concur_process_options *with = how ? how : &none;
	size_t words = count_words(with->words), variables = count_words(with->environment);
	ProtobufCBinaryData *fields = malloc((words + variables + 1) * sizeof *fields);
	concur_future *future;
	struct pack pack;

	if (!fields)
		return NULL;
	pack_init(&pack, &request);
	pack_name(&pack, name, &body.name);
	fill_words(with->words, words, fields);
	fill_words(with->environment, variables, fields + words);
	fill_text(with->runtime, &body.runtime);
	fill_text(with->directory, &body.directory);
	body.lifetime = (Concur__V1__Lifetime)with->lifetime;
	body.daemon = with->is_daemon;
	body.n_words = words;
	body.words = fields;
	body.n_environment = variables;
	body.environment = fields + words;
	future = pack_begin(&pack, &body.base);
	free(fields);
	return future;
}

concur_future *
concur_process_new_begin(concur_session *session, const char *name, const struct concur_process_options *how)
{
	return process_new(0, session, name, how);
}

enum concur_status
concur_process_new(concur_session *session, const char *name, const struct concur_process_options *how,
    concur_process **ret_process)
{
	concur_future *future = process_new(FRAME_BLOCKED, session, name, how);
	enum concur_status status;
	concur_object *object;

	future_complete(future);
	status = concur_future_object(future, &object);
	if (status == CONCUR_OK)
		*ret_process = (concur_process *)(void *)object;
	concur_future_free(future);
	return status;
}

/* -- using -------------------------------------------------------------------------------------------------------- */

static concur_future *
process_start(unsigned flags, concur_process *process)
{
	return shape_object(ON_WAITING(process, CONCUR_METHOD_PROCESS_START, RESULT_COUNT, flags));
}

FORMS(count, int64_t, process_start, (concur_process * process), (process))

static concur_future *
process_join(unsigned flags, concur_process *process, int64_t timeout_ns)
{
	return shape_wait(ON_WAITING(process, CONCUR_METHOD_PROCESS_JOIN, RESULT_COUNT, flags), timeout_ns);
}

FORMS(count, int64_t, process_join, (concur_process * process, int64_t timeout_ns), (process, timeout_ns))

static concur_future *
process_signal(unsigned flags, concur_process *process, int signal, bool group)
{
	Concur__V1__SignalRequest body = CONCUR__V1__SIGNAL_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(process, CONCUR_METHOD_PROCESS_SIGNAL, RESULT_DONE, flags));
	body.object = pack.object;
	body.signal = signal;
	body.group = group;
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(process_signal, (concur_process * process, int signal, bool group), (process, signal, group))

enum concur_status
concur_process_terminate(concur_process *process)
{
	return concur_process_signal(process, SIGTERM, false);
}

enum concur_status
concur_process_kill(concur_process *process)
{
	return concur_process_signal(process, SIGKILL, false);
}

static concur_future *
process_stop(unsigned flags, concur_process *process, int64_t grace_ns)
{
	Concur__V1__StopRequest body = CONCUR__V1__STOP_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(process, CONCUR_METHOD_PROCESS_STOP, RESULT_DONE, flags));
	body.object = pack.object;
	body.grace_ns = grace_ns;
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(process_stop, (concur_process * process, int64_t grace_ns), (process, grace_ns))

/* -- looking ------------------------------------------------------------------------------------------------------ */

static concur_future *
process_state(unsigned flags, concur_process *process)
{
	return shape_object(ON(process, CONCUR_METHOD_PROCESS_STATE, RESULT_PROCESS_STATE, flags));
}

static void
fill_state(const Concur__V1__ProcessState *reply, struct concur_process_state *ret_state)
{
	size_t size =
	    reply->sentence.len < sizeof ret_state->sentence ? reply->sentence.len : sizeof ret_state->sentence - 1;

	*ret_state = (struct concur_process_state){
		.phase = (enum concur_process_phase)reply->phase,
		.pid = reply->pid,
		.code = reply->code,
		.dumped = reply->dumped,
		.is_daemon = reply->daemon,
		.maker = reply->maker,
		.run_ns = reply->run_ns,
		.user_ns = reply->user_ns,
		.system_ns = reply->system_ns,
		.memory_bytes = reply->memory_bytes,
		.lines = reply->lines,
		.error = (int)reply->error,
	};
	if (size)
		memcpy(ret_state->sentence, reply->sentence.data, size);
}

enum concur_status
concur_future_process_state(concur_future *future, struct concur_process_state *ret_state)
{
	enum concur_status status = future_settle(future, RESULT_PROCESS_STATE);
	Concur__V1__ProcessState *reply;

	if (status != CONCUR_OK || !ret_state)
		return status;
	reply = concur__v1__process_state__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	fill_state(reply, ret_state);
	concur__v1__process_state__free_unpacked(reply, NULL);
	return CONCUR_OK;
}

FORMS(process_state, struct concur_process_state, process_state, (concur_process * process), (process))

/* -- output ------------------------------------------------------------------------------------------------------- */

static concur_future *
process_output(unsigned flags, concur_process *process, uint64_t cursor, uint32_t count)
{
	return shape_page(ON(process, CONCUR_METHOD_PROCESS_OUTPUT, RESULT_OUTPUT, flags), cursor, count);
}

enum concur_status
concur_future_output(concur_future *future, struct concur_output *ret_output)
{
	enum concur_status status = future_settle(future, RESULT_OUTPUT);
	Concur__V1__OutputReply *reply;

	if (status != CONCUR_OK || !ret_output)
		return status;
	reply = concur__v1__output_reply__unpack(NULL, future->call.size, future->call.body);
	if (!reply)
		return future_bad_reply();
	status = output_make(reply->lines, reply->n_lines, reply->cursor, ret_output);
	concur__v1__output_reply__free_unpacked(reply, NULL);
	return status;
}

FORMS(output, struct concur_output, process_output, (concur_process * process, uint64_t cursor, uint32_t count),
    (process, cursor, count))

static concur_future *
process_await_output(unsigned flags, concur_process *process, uint64_t cursor, int64_t timeout_ns)
{
	Concur__V1__AwaitOutputRequest body = CONCUR__V1__AWAIT_OUTPUT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON_WAITING(process, CONCUR_METHOD_PROCESS_AWAIT_OUTPUT, RESULT_DONE, flags));
	body.object = pack.object;
	body.cursor = cursor;
	body.wait_ns = pack_wait(&pack, timeout_ns);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(process_await_output, (concur_process * process, uint64_t cursor, int64_t timeout_ns),
    (process, cursor, timeout_ns))
