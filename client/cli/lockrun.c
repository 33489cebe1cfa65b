/* Holding a lock, the lock of a dict's key, or permits of a semaphore, for a command. One that is made here is strict:
 * it is let go however this process ends, and nobody else can let it go. The command finds the daemon's address and a
 * lock's fencing token in its environment. */
#include "lockrun.h"

#include "args.h"
#include "child.h"
#include "methods.h"
#include "print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_of_key(const struct row *row)
{
	return strcmp(row->method, "Dict/KeyLock") == 0;
}

/* The method that takes it. */
static const char *
taking(const struct row *row)
{
	return is_of_key(row) ? "Lock/Acquire" : row->method;
}

/* Makes the request for the lock of a key one for taking that lock, for which the time-out is. */
static enum verdict
find_key_lock(struct command *command, json_t *request)
{
	json_auto_t *reply = NULL;
	json_auto_t *wait = json_incref(json_object_get(request, "wait_ns"));
	enum verdict verdict;

	(void)json_object_del(request, "wait_ns");
	verdict = command_call(command, command->row->method, request, &reply);
	if (verdict != VERDICT_DONE)
		return verdict;
	(void)json_object_clear(request);
	(void)json_object_set(request, "object", json_object_get(reply, "object"));
	(void)json_object_set(request, "wait_ns", wait);
	return VERDICT_DONE;
}

/* A semaphore that is not there is made with as many permits as are asked for: of fewer it would wait for ever. */
static enum verdict
make_semaphore(struct command *command, json_t *request)
{
	json_auto_t *open = json_pack("{s:s, s:s, s:O, s:b, s:b}", "name", command->name, "kind", command->kind->word,
	    "count", json_object_get(request, "count"), "has_count", 1, "strict", 1);
	json_auto_t *reply = NULL;

	return command_call(command, "Object/Open", open, &reply);
}

/* Opens and takes it. The request is then what to release it with, but for the wait. */
static enum verdict
take(struct command *command, json_t *request, json_t **ret_reply)
{
	json_t *id = NULL;
	enum verdict verdict = VERDICT_DONE;

	if (command->kind->kind == ROW_SEMAPHORE)
		verdict = make_semaphore(command, request);
	if (verdict == VERDICT_DONE)
		verdict = command_open(command, true, true, &id);
	if (verdict != VERDICT_DONE)
		return verdict;
	(void)json_object_set_new(request, "object", id);
	if (is_of_key(command->row))
		verdict = find_key_lock(command, request);
	if (verdict == VERDICT_DONE)
		verdict = command_call(command, taking(command->row), request, ret_reply);
	return verdict == VERDICT_DONE ? print_outcome(command, *ret_reply) : verdict;
}

static bool
set_environment(const struct command *command, json_t *reply)
{
	uint64_t token = (uint64_t)json_integer_value(json_object_get(reply, "token"));
	char word[32];

	(void)snprintf(word, sizeof word, "%" PRIu64, token);
	return setenv("CONCUR_URL", concur_url(command->session), 1) == 0 &&
	    (!command->options.key || setenv("CONCUR_KEY_FILE", command->options.key, 1) == 0) &&
	    (token == 0 || setenv("CONCUR_LOCK_TOKEN", word, 1) == 0);
}

/* "Lock/Release" for "Lock/Acquire", "RWLock/ReleaseRead" for "RWLock/Read". */
static void
name_release(const struct row *row, char *ret, size_t size)
{
	const char *method = taking(row);
	int service = (int)strcspn(method, "/");
	const char *what = method + service + 1;

	(void)snprintf(ret, size, "%.*s/Release%s", service, method, strcmp(what, "Acquire") == 0 ? "" : what);
}

/* Lets go; what is no longer ours was lost while the command ran, which must not pass for success. */
static enum verdict
let_go(struct command *command, json_t *request)
{
	json_auto_t *reply = NULL;
	char method[64];
	struct fault fault;
	enum concur_status status;

	(void)json_object_del(request, "wait_ns");
	name_release(command->row, method, sizeof method);
	status = command_try(command, method, request, &reply, &fault);
	if (status != CONCUR_OK)
		command_complain(command, "the %s may have been lost while the command ran: %s",
		    is_of_key(command->row) ? "key's lock" : command->kind->word, fault.text);
	return command_verdict(status);
}

static enum verdict
hold(struct command *command, json_t *request)
{
	json_auto_t *reply = NULL;
	enum verdict verdict = take(command, request, &reply);
	int exit_status = 0;

	if (verdict != VERDICT_DONE)
		return verdict;
	if (!set_environment(command, reply))
		return command_failed(command, CONCUR_NO_MEMORY);
	verdict = child_run(command, command->rest, &exit_status);
	if (verdict != VERDICT_DONE)
		return verdict;
	verdict = let_go(command, request);
	return exit_status ? (enum verdict)exit_status : verdict;
}

enum verdict
lockrun_run(struct command *command)
{
	enum verdict verdict;
	struct args args;

	if (!command->rest || !command->rest[0])
		return command_misused(command, &(struct fault){ "write a verb, or -- and the command behind it" });
	verdict = args_connect(command, NULL, &args);
	if (verdict == VERDICT_DONE)
		verdict = hold(command, args.request);
	args_fini(&args);
	return verdict;
}
