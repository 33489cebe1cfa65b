/* concur.v1.Process */
#include "daemon/rpc/services.h"

#include "daemon/core/process.h"
#include "daemon/rpc/lines.h"
#include "daemon/rpc/rpc.h"

#include <string.h>

static struct process *
svc_process_object(struct call *call, uint64_t id)
{
	return (struct process *)call_object(call, id, KIND_BIT(KIND_PROCESS));
}

/* -- making ------------------------------------------------------------------------------------------------------- */

/* Texts, NULL behind the last; an empty one is a text here. */
static bool
svc_process_texts(struct call *call, const ProtobufCBinaryData *fields, size_t count, const char *const **ret)
{
	const char **texts;

	if (!call_batch(call, count))
		return false;
	texts = call_alloc(call, (count + 1) * sizeof *texts);
	if (!texts)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!call_text(call, &fields[i], &texts[i]))
			return false;
		if (!texts[i])
			texts[i] = "";
	}
	texts[count] = NULL;
	*ret = texts;
	return true;
}

static bool
svc_process_variables(struct call *call, const struct process_options *options)
{
	for (const char *const *variable = options->environment; *variable; variable++) {
		const char *equals = strchr(*variable, '=');

		if (equals && equals != *variable)
			continue;
		call_fail(call, CONCUR_VALUE_ERROR, "a variable of the environment is written NAME=VALUE");
		return false;
	}
	return true;
}

/* Whether this peer may have that started. */
static bool
svc_process_permitted(struct call *call, const struct process_options *options)
{
	if (call->to.channel->may_command)
		return true;
	if (!options->runtime) {
		call_fail(call, CONCUR_PERMISSION,
		    "only the daemon's own user on its own machine may give a command; name one of its runtimes, which "
		    "its option --runtime defines");
		return false;
	}
	/* A word could name what is to be loaded: with concur-worker it does. */
	if (*options->arguments || *options->environment || options->directory) {
		call_fail(call, CONCUR_PERMISSION,
		    "only the daemon's own user on its own machine may add words, an environment or a directory to a "
		    "runtime; have one defined that needs none");
		return false;
	}
	return true;
}

static bool
svc_process_options(struct call *call, const Concur__V1__ProcessRequest *request, struct process_options *ret)
{
	const char *runtime;

	if (!call_lifetime(call, request->lifetime, request->name.len > 0) ||
	    !call_text(call, &request->runtime, &runtime) || !call_text(call, &request->directory, &ret->directory) ||
	    !svc_process_texts(call, request->words, request->n_words, &ret->arguments) ||
	    !svc_process_texts(call, request->environment, request->n_environment, &ret->environment) ||
	    !svc_process_variables(call, ret))
		return false;
	if (runtime && !(ret->runtime = process_runtime(call->core, runtime))) {
		call_fail(call, CONCUR_NOT_FOUND,
		    "the daemon has no runtime of that name; its option --runtime defines it");
		return false;
	}
	return svc_process_permitted(call, ret);
}

SVC_HANDLER(svc_process_new, Process, ProcessRequest, OpenReply)
{
	struct process_options options = { .creator = call->session,
		.lifetime = (enum lifetime)request->lifetime,
		.is_daemon = request->daemon };
	enum concur_status status;
	struct process *process;
	struct value name;

	if (request->name.len) {
		if (!call_name(call, &request->name, &name))
			return;
		options.name = &name;
		call->object = object_find_name(call->core, &name);
	}
	if (!svc_process_options(call, request, &options))
		return;
	status = process_new(call->core, &options, &process);
	if (status == CONCUR_OK)
		call_opened(call, &process->object, true, NULL, reply);
	else
		call_fail(call, status,
		    status == CONCUR_VALUE_ERROR ? "a process has a command, and lives as long as it runs: one that "
						   "ends with its session is a daemon"
						 : NULL);
}

/* -- using -------------------------------------------------------------------------------------------------------- */

/* The pid, or the exit code. */
static void
svc_process_answer_number(const struct reply_to *to, const struct result *result)
{
	reply_count(to, result->outcome, (int64_t)result->number);
}

static void
svc_process_answer_done(const struct reply_to *to, const struct result *result)
{
	reply_done(to, result->outcome);
}

static const struct call_ops svc_process_number_ops = { { call_answer_waiter }, svc_process_answer_number };
static const struct call_ops svc_process_output_ops = { { call_answer_waiter }, svc_process_answer_done };

static void
svc_process_fail(struct call *call, const struct process *process, enum concur_status status)
{
	if (status == CONCUR_START_FAILED)
		call_fail(call, status, process->sentence);
	else if (status == CONCUR_ALREADY_STARTED)
		call_fail(call, status, "a process is started once; make another");
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_process_start, Process, ObjectRequest, CountReply)
{
	struct process *process = svc_process_object(call, request->object);
	enum concur_status status;
	struct ask ask;

	if (!process || !call_ask(call, -1, &svc_process_number_ops, &ask))
		return;
	status = process_start(call->core, process, &ask);
	if (status != CONCUR_PENDING)
		svc_process_fail(call, process, status);
}

SVC_HANDLER(svc_process_join, Process, WaitRequest, CountReply)
{
	struct process *process = svc_process_object(call, request->object);
	struct result result = { 0 };
	enum concur_status status;
	struct ask ask;

	if (!process || !call_ask(call, request->wait_ns, &svc_process_number_ops, &ask))
		return;
	status = process_join(call->core, process, &ask, &result);
	if (status == CONCUR_OK)
		svc_process_answer_number(&call->to, &result);
	else if (status != CONCUR_PENDING)
		svc_process_fail(call, process, status);
}

SVC_HANDLER(svc_process_signal, Process, SignalRequest, DoneReply)
{
	struct process *process = svc_process_object(call, request->object);
	enum outcome outcome = OUTCOME_DONE;
	enum concur_status status;

	if (!process)
		return;
	status = request->signal < 1 || request->signal > PROCESS_SIGNAL_MAX
	    ? CONCUR_VALUE_ERROR
	    : process_signal(call->core, process, (int)request->signal, request->group, &outcome);
	if (status == CONCUR_VALUE_ERROR)
		call_fail(call, status, "signals are numbered from 1 to 64");
	else
		call_done(call, status, outcome);
}

SVC_HANDLER(svc_process_stop, Process, StopRequest, DoneReply)
{
	struct process *process = svc_process_object(call, request->object);
	uint64_t grace_ns = process_grace_ns(call->core);
	enum outcome outcome = OUTCOME_DONE;
	enum concur_status status;

	if (!process)
		return;
	if (request->grace_ns < 0) {
		call_fail(call, CONCUR_BAD_WAIT, "a grace is so many nanoseconds, or 0 for the daemon's stop_seconds");
		return;
	}
	if (request->grace_ns > 0 && (uint64_t)request->grace_ns < grace_ns)
		grace_ns = (uint64_t)request->grace_ns;
	status = process_stop(call->core, process, grace_ns, &outcome);
	call_done(call, status, outcome);
}

/* -- looking ------------------------------------------------------------------------------------------------------ */

static ProtobufCBinaryData
svc_process_bytes(const char *text)
{
	return (ProtobufCBinaryData){ text ? strlen(text) : 0, (uint8_t *)(uintptr_t)text };
}

static bool
svc_process_words(struct call *call, const struct process *process, Concur__V1__ProcessState *message)
{
	size_t count = 0;

	while (process->spec.argv[count])
		count++;
	message->words = call_alloc(call, count * sizeof *message->words);
	if (!message->words)
		return false;
	for (; message->n_words < count; message->n_words++)
		message->words[message->n_words] = svc_process_bytes(process->spec.argv[message->n_words]);
	return true;
}

SVC_HANDLER(svc_process_state, Process, ObjectRequest, ProcessState)
{
	struct process *process = svc_process_object(call, request->object);
	Concur__V1__ProcessState message = CONCUR__V1__PROCESS_STATE__INIT;

	if (!process || !svc_process_words(call, process, &message))
		return;
	message.phase = (Concur__V1__Phase)process->state;
	message.pid = process->pid;
	message.code = process_code(process);
	message.dumped = process->end.dumped;
	message.daemon = process->is_daemon;
	message.maker = process->maker;
	if (process->pid)
		message.run_ns =
		    (process_is_alive(process) ? call->core->now_ns : process->ended_ns) - process->started_ns;
	message.user_ns = process->end.usage.user_ns;
	message.system_ns = process->end.usage.system_ns;
	message.memory_bytes = process->end.usage.memory_bytes;
	message.lines = process->output.next;
	message.error = (uint32_t)process->error;
	message.sentence = svc_process_bytes(process->sentence);
	reply(&message, call);
}

SVC_HANDLER(svc_process_output, Process, PageRequest, OutputReply)
{
	struct process *process = svc_process_object(call, request->object);
	Concur__V1__OutputReply message = CONCUR__V1__OUTPUT_REPLY__INIT;
	struct lines_page page;

	if (!process || !lines_read(call, &process->output, request->cursor, request->count, &page))
		return;
	message.cursor = page.cursor;
	message.lines = page.lines;
	message.n_lines = page.count;
	reply(&message, call);
}

SVC_HANDLER(svc_process_await_output, Process, AwaitOutputRequest, DoneReply)
{
	struct process *process = svc_process_object(call, request->object);
	struct result result = { 0 };
	struct ask ask;

	if (process && call_ask(call, request->wait_ns, &svc_process_output_ops, &ask))
		call_finish(call, &svc_process_output_ops,
		    process_await_line(call->core, process, request->cursor, &ask, &result), &result);
}

const Concur__V1__Process_Service svc_process = CONCUR__V1__PROCESS__INIT(svc_process_);
