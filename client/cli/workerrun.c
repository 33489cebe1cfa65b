/* concur worker: the program of the same installation, or of the same build, is the one beside this one; failing that,
 * any in $PATH. */
#include "workerrun.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORKER_PROGRAM "concur-worker"

/* The file beside this program; false if there is no such name. */
static bool
find_beside(char *ret, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", ret, size - 1);
	char *slash;

	if (length <= 0)
		return false;
	ret[length] = '\0';
	slash = strrchr(ret, '/');
	if (!slash || (size_t)(slash + 1 - ret) + sizeof WORKER_PROGRAM > size)
		return false;
	strcpy(slash + 1, WORKER_PROGRAM);
	return true;
}

enum verdict
workerrun_run(struct command *command)
{
	char path[4096];
	char **argv = command->words - 1; /* there stood the verb */

	argv[0] = (char[]){ WORKER_PROGRAM };
	argv[command->word_count + 1] = NULL;
	if ((command->options.url && setenv("CONCUR_URL", command->options.url, 1) < 0) ||
	    (command->options.key && setenv("CONCUR_KEY_FILE", command->options.key, 1) < 0))
		return command_failed(command, CONCUR_NO_MEMORY);
	if (find_beside(path, sizeof path))
		(void)execv(path, argv);
	(void)execvp(WORKER_PROGRAM, argv);
	command_complain(command, WORKER_PROGRAM " is neither beside this program nor in PATH: %s", strerror(errno));
	return VERDICT_ERROR;
}
