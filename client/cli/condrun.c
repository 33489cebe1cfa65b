/* Waiting on a condition and notifying it. Its lock is held only for as long as this command runs: it comes back with a
 * wait, and is let go with all else at the end. */
#include "condrun.h"

#include "args.h"
#include "methods.h"
#include "print.h"

static enum verdict
call_lock(struct command *command, const char *method, json_t *id, int wait_ns)
{
	json_auto_t *request =
	    wait_ns ? json_pack("{s:O, s:i}", "object", id, "wait_ns", wait_ns) : json_pack("{s:O}", "object", id);
	json_auto_t *reply = NULL;
	enum verdict verdict = command_call(command, method, request, &reply);

	return verdict == VERDICT_DONE ? print_outcome(command, reply) : verdict;
}

static enum verdict
carry_out(struct command *command, json_t *request)
{
	json_auto_t *reply = NULL;
	json_t *id = NULL;
	enum verdict verdict = command_open(command, command->row->how & ROW_CREATES, false, &id), released;

	if (verdict != VERDICT_DONE)
		return verdict;
	(void)json_object_set_new(request, "object", id);
	verdict = call_lock(command, "Lock/Acquire", id, -1);
	if (verdict != VERDICT_DONE)
		return verdict;
	verdict = command_call(command, command->row->method, request, &reply);
	if (verdict != VERDICT_DONE)
		return verdict;
	verdict = command->row->print(command, reply);
	released = call_lock(command, "Lock/Release", id, 0);
	return verdict == VERDICT_DONE ? released : verdict;
}

enum verdict
condrun_run(struct command *command)
{
	struct args args;
	enum verdict verdict = args_connect(command, NULL, &args);

	if (verdict == VERDICT_DONE)
		verdict = carry_out(command, args.request);
	args_fini(&args);
	return verdict;
}
