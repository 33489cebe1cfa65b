/* A private daemon for one command. The daemon watches this process, so it ends with it in any case. */
#include "run.h"

#include "child.h"

#include <stdlib.h>

enum verdict
run_run(struct command *command)
{
	static const struct concur_options options = { .client = "concur run" };
	enum concur_status status;
	enum verdict verdict;
	int exit_status = 0;

	if (command->word_count > 0 || !command->rest || !command->rest[0])
		return command_misused(command, &(struct fault){ "write -- and the command behind it" });
	status = concur_spawn(&options, &command->session);
	if (status != CONCUR_OK)
		return command_failed(command, status);
	if (setenv("CONCUR_URL", concur_url(command->session), 1) < 0)
		return command_failed(command, CONCUR_NO_MEMORY);
	verdict = child_run(command, command->rest, &exit_status);
	return verdict == VERDICT_DONE ? (enum verdict)exit_status : verdict;
}
