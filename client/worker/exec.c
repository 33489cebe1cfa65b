/* The function "exec": a command as a task. See concur_worker.h for what it takes and gives.
 *
 * The command stays in the worker's process group, so that whoever kills that gets it, too. It begins as if from a
 * shell: no descriptors but the three, no signals blocked or ignored. */
#include "config.h"

#include "client/clock.h"
#include "client/concur.h"

#include "streams.h"
#include "client/task_error.h"
#include "lib/utf8.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum {
	RESULT_PAIRS = 7, /* at most, of a result's map */
	HOST_BYTES = 256, /* of the name of this machine */
};

/* When a command was started. */
struct times {
	int64_t began_ns; /* of the calendar */
	int64_t from_ns;  /* monotonic */
};

struct command {
	char **argv;        /* owned array of borrowed texts; ends with NULL */
	char **environment; /* likewise, but for the first `made`, which are owned */
	size_t made;
	const char *directory; /* NULL: ours */
	bool is_accounted;     /* host and times belong to the result */
	struct streams streams;
};

/* -- arguments ---------------------------------------------------------------------------------------------------- */

/* A 0 follows what was received, also behind data. */
static bool
is_word(const struct concur_value *value)
{
	return (value->kind == CONCUR_VALUE_TEXT || value->kind == CONCUR_VALUE_DATA) &&
	    strlen(value->bytes) == value->size;
}

/* The text under that name, or the data. */
static const struct concur_value *
find_bytes(const struct concur_value *arguments, const char *name)
{
	const struct concur_value *text = task_error_member(arguments, name, CONCUR_VALUE_TEXT);

	return text ? text : task_error_member(arguments, name, CONCUR_VALUE_DATA);
}

static enum concur_status
bad_argument(concur_work *work, const char *what)
{
	return concur_work_fail(work, "TypeError", "exec: %s", what);
}

static enum concur_status
read_argv(concur_work *work, const struct concur_value *words, struct command *command)
{
	if (!words || words->count == 0)
		return bad_argument(work, "argv is to be a list of texts, the first of them the command");
	command->argv = calloc(words->count + 1, sizeof *command->argv);
	if (!command->argv)
		return CONCUR_NO_MEMORY;
	for (size_t i = 0; i < words->count; i++) {
		if (!is_word(&words->items[i]))
			return bad_argument(work, "a word of argv is neither text nor data, or has a NUL in it");
		command->argv[i] = (char *)(uintptr_t)words->items[i].bytes; /* only read */
	}
	return CONCUR_OK;
}

static bool
is_overridden(const struct command *command, const char *entry)
{
	const char *equals = strchr(entry, '=');
	size_t size = equals ? (size_t)(equals - entry) + 1 : strlen(entry);

	for (size_t i = 0; i < command->made; i++)
		if (strncmp(command->environment[i], entry, size) == 0)
			return true;
	return false;
}

static enum concur_status
read_environment(concur_work *work, const struct concur_value *map, struct command *command)
{
	size_t count = 0, at = 0;

	while (environ[count])
		count++;
	command->environment = calloc(count + (map ? map->count / 2 : 0) + 1, sizeof *command->environment);
	if (!command->environment)
		return CONCUR_NO_MEMORY;
	for (size_t i = 0; map && i + 1 < map->count; i += 2) {
		if (!is_word(&map->items[i]) || !is_word(&map->items[i + 1]))
			return bad_argument(work,
			    "a name or value in environment is neither text nor data, or has a NUL in it");
		if (asprintf(&command->environment[command->made], "%s=%s", map->items[i].bytes,
			map->items[i + 1].bytes) < 0) {
			command->environment[command->made] = NULL;
			return CONCUR_NO_MEMORY;
		}
		command->made++;
	}
	at = command->made;
	for (size_t i = 0; i < count; i++)
		if (!is_overridden(command, environ[i]))
			command->environment[at++] = environ[i];
	return CONCUR_OK;
}

static enum concur_status
read_input(concur_work *work, const struct concur_value *arguments, struct command *command)
{
	const struct concur_value *account = task_error_member(arguments, "account", CONCUR_VALUE_BOOLEAN);
	const struct concur_value *input = find_bytes(arguments, "stdin");
	const struct concur_value *directory = find_bytes(arguments, "cwd");

	if (input) {
		command->streams.input = input->bytes;
		command->streams.input_size = input->size;
	}
	if (directory && !is_word(directory))
		return bad_argument(work, "cwd has a NUL in it");
	command->directory = directory ? directory->bytes : NULL;
	command->is_accounted = account && account->boolean;
	return CONCUR_OK;
}

static enum concur_status
read_arguments(concur_work *work, const struct concur_value *arguments, struct command *command)
{
	const struct concur_value *argv = arguments;
	enum concur_status status;

	if (arguments->kind == CONCUR_VALUE_MAP)
		argv = task_error_member(arguments, "argv", CONCUR_VALUE_LIST);
	else if (arguments->kind != CONCUR_VALUE_LIST && arguments->kind != CONCUR_VALUE_TUPLE)
		return bad_argument(work, "a list of words is wanted, or a map");
	status = read_argv(work, argv, command);
	if (status == CONCUR_OK)
		status = read_input(work, arguments, command);
	if (status != CONCUR_OK)
		return status;
	return read_environment(work, task_error_member(arguments, "environment", CONCUR_VALUE_MAP), command);
}

static void
command_fini(struct command *command)
{
	for (size_t i = 0; i < command->made; i++)
		free(command->environment[i]);
	free(command->environment);
	free(command->argv);
}

/* -- running ------------------------------------------------------------------------------------------------------ */

/* 0, or an errno. */
static int
prepare(const struct command *command, const int *ends, posix_spawn_file_actions_t *actions, posix_spawnattr_t *how)
{
	sigset_t signals;
	int error = 0;

	for (int i = 0; i < 3 && !error; i++)
		error = posix_spawn_file_actions_adddup2(actions, ends[i], i);
	if (!error && command->directory)
		error = posix_spawn_file_actions_addchdir_np(actions, command->directory);
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	(void)sigemptyset(&signals);
	if (!error)
		error = posix_spawnattr_setsigmask(how, &signals);
	(void)sigfillset(&signals);
	if (!error)
		error = posix_spawnattr_setsigdefault(how, &signals);
	if (!error)
		error = posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return error;
}

/* 0, or an errno. */
static int
start(struct command *command, const int *ends)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t how;
	int error;

	if ((error = posix_spawn_file_actions_init(&actions)))
		return error;
	if ((error = posix_spawnattr_init(&how)))
		goto no_attributes;
	error = prepare(command, ends, &actions, &how);
	if (!error)
		error = posix_spawnp(&command->streams.pid, command->argv[0], &actions, &how, command->argv,
		    command->environment);
	(void)posix_spawnattr_destroy(&how);
no_attributes:
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

static enum concur_status
failed_to_start(concur_work *work, const struct command *command, int error)
{
	return concur_work_fail(work, "OSError", "%s can not be run%s%s: %s", command->argv[0],
	    command->directory ? " in " : "", command->directory ? command->directory : "", strerrordesc_np(error));
}

static bool
is_cancelled(const void *work)
{
	return concur_work_is_cancelled(work);
}

static int64_t
calendar_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * CONCUR_SECOND + now.tv_nsec;
}

static struct concur_value *
put_pair(struct concur_value *to, const char *name, struct concur_value value)
{
	*to++ = CV(name);
	*to++ = value;
	return to;
}

/* Where it ran, from when (of the calendar) and for how long. */
static struct concur_value *
put_account(struct concur_value *to, const struct times *times, char *host, size_t host_size)
{
	if (gethostname(host, host_size - 1) || !utf8_valid((const uint8_t *)host, strlen(host)))
		*host = '\0';
	to = put_pair(to, "host", CV(host));
	to = put_pair(to, "began_ns", CV(times->began_ns));
	return put_pair(to, "ran_ns", CV(clock_now_ns() - times->from_ns));
}

static enum concur_status
give_result(concur_work *work, const struct command *command, const struct times *times, int status)
{
	const struct streams *streams = &command->streams;
	const struct stream *out = &streams->out[0], *error = &streams->out[1];
	struct concur_value pairs[2 * RESULT_PAIRS], *to = pairs;
	char host[HOST_BYTES] = "";

	if (streams->is_short)
		return CONCUR_NO_MEMORY;
	if (WIFSIGNALED(status))
		to = put_pair(to, "signal", CV(WTERMSIG(status)));
	else
		to = put_pair(to, "exit_code", CV(WEXITSTATUS(status)));
	to = put_pair(to, "stdout", concur_data(out->bytes, out->size));
	to = put_pair(to, "stderr", concur_data(error->bytes, error->size));
	if (out->dropped || error->dropped)
		to = put_pair(to, "dropped", CV(out->dropped + error->dropped));
	if (command->is_accounted)
		to = put_account(to, times, host, sizeof host);
	return concur_work_result(work, concur_items(CONCUR_VALUE_MAP, pairs, (size_t)(to - pairs)));
}

/* The command runs: until it has ended. */
static enum concur_status
see_through(concur_work *work, struct command *command, const struct times *times)
{
	struct streams *streams = &command->streams;
	int status;

	streams->pidfd = (int)syscall(SYS_pidfd_open, streams->pid, 0);
	if (streams->pidfd < 0)
		(void)kill(streams->pid, SIGKILL); /* no descriptors: it can not be looked after */
	else
		streams_pump(streams, is_cancelled, work);
	while (waitpid(streams->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (concur_work_is_cancelled(work))
		return CONCUR_CANCELLED;
	return give_result(work, command, times, status);
}

static enum concur_status
run(concur_work *work, struct command *command)
{
	enum concur_status status;
	struct times times;
	int ends[3], error;

	command->streams.keep_max = CONCUR_EXEC_OUTPUT_MAX;
	if (streams_open(&command->streams, ends))
		return failed_to_start(work, command, errno);
	times = (struct times){ calendar_ns(), clock_now_ns() };
	error = start(command, ends);
	for (int i = 0; i < 3; i++)
		(void)close(ends[i]);
	status = error ? failed_to_start(work, command, error) : see_through(work, command, &times);
	streams_close(&command->streams);
	return status;
}

/* What a list of nothing but arguments holds: a function that is mapped over commands is called so. */
static const struct concur_value *
inner_arguments(const struct concur_value *arguments)
{
	bool is_outer = arguments->kind == CONCUR_VALUE_LIST && arguments->count == 1 &&
	    (arguments->items->kind == CONCUR_VALUE_LIST || arguments->items->kind == CONCUR_VALUE_MAP);

	return is_outer ? arguments->items : arguments;
}

static enum concur_status
exec(concur_work *work, const struct concur_value *arguments)
{
	struct command command = { 0 };
	enum concur_status status = read_arguments(work, inner_arguments(arguments), &command);

	if (status == CONCUR_OK)
		status = run(work, &command);
	command_fini(&command);
	return status;
}

const struct concur_function concur_exec_functions[] = { { "exec", exec, false }, { NULL, NULL, false } };
