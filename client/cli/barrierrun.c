/* Waiting at a barrier. If it was opened with an action, whoever comes last is told to run it, before anybody goes on:
 * this is the COMMAND that it was given itself, never what another one stored in the daemon. A command that fails
 * breaks the barrier, and so does the end of this process before it has said how that went. */
#include "barrierrun.h"

#include "args.h"
#include "child.h"
#include "methods.h"
#include "people.h"
#include "print.h"

#include <stdlib.h>
#include <string.h>

/* A command that would never be run is a mistake, which shows before anybody waits. */
static enum verdict
check_action(struct command *command, json_t *id)
{
	json_auto_t *request = json_pack("{s:O}", "object", id);
	json_auto_t *info = NULL;
	enum verdict verdict = command_call(command, "Object/Info", request, &info);
	json_t *detail;
	size_t index;

	if (verdict != VERDICT_DONE)
		return verdict;
	json_array_foreach(json_object_get(info, "details"), index, detail)
	{
		if (strcmp(json_string_value(json_object_get(detail, "name")), "action") == 0 &&
		    people_number(detail, "number"))
			return VERDICT_DONE;
	}
	command_complain(command, "it has no action, so COMMAND would not be run: open it with one");
	return VERDICT_ERROR;
}

/* Says how the action went. The barrier that it has broken is told of by its own status. */
static enum verdict
say_done(struct command *command, json_t *id, json_t *generation, bool failed)
{
	json_auto_t *request =
	    json_pack("{s:O, s:O, s:b}", "object", id, "generation", generation, "failed", (int)failed);
	json_auto_t *reply = NULL;
	enum verdict verdict = command_call(command, "Barrier/ActionDone", request, &reply);

	if (verdict != VERDICT_DONE || failed)
		return verdict;
	print_item(command, json_object_get(reply, "index"));
	return VERDICT_DONE;
}

static enum verdict
act(struct command *command, json_t *id, json_t *reply)
{
	enum verdict verdict;
	int exit_status = 0;

	if (!command->rest || !command->rest[0]) {
		command_complain(command, "all have come, and its action is to be run: write it behind --");
		return VERDICT_ERROR;
	}
	if (setenv("CONCUR_URL", concur_url(command->session), 1) < 0)
		return command_failed(command, CONCUR_NO_MEMORY);
	verdict = child_run(command, command->rest, &exit_status);
	if (verdict != VERDICT_DONE)
		return verdict;
	verdict = say_done(command, id, json_object_get(reply, "generation"), exit_status != 0);
	if (exit_status)
		command_complain(command, "the action failed, and the barrier is broken");
	return exit_status ? (enum verdict)exit_status : verdict;
}

static enum verdict
wait_there(struct command *command, json_t *request)
{
	json_auto_t *reply = NULL;
	json_t *id = NULL;
	enum verdict verdict = command_open(command, false, false, &id);
	const char *outcome;

	if (verdict != VERDICT_DONE)
		return verdict;
	(void)json_object_set_new(request, "object", id);
	if (command->rest && command->rest[0])
		verdict = check_action(command, id);
	if (verdict == VERDICT_DONE)
		verdict = command_call(command, command->row->method, request, &reply);
	if (verdict != VERDICT_DONE)
		return verdict;
	outcome = json_string_value(json_object_get(reply, "outcome"));
	if (outcome && strcmp(outcome, "run_action") == 0)
		return act(command, id, reply);
	print_item(command, json_object_get(reply, "index"));
	return VERDICT_DONE;
}

enum verdict
barrierrun_run(struct command *command)
{
	struct args args;
	enum verdict verdict = args_connect(command, NULL, &args);

	if (verdict == VERDICT_DONE)
		verdict = wait_there(command, args.request);
	args_fini(&args);
	return verdict;
}
