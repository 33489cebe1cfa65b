/* concur-worker: runs tasks of one pool with the functions of modules.
 *
 * SIGTERM and SIGINT: it finishes what it has begun, gives back what it has not, and ends. A handler can do no more than
 * write to a pipe; a thread reads that. A SIGTERM of the parent, of the daemon that started it, also says that nobody
 * wants what runs. */
#include "config.h"

#include "module.h"
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORD_DRAIN = 'd', WORD_GIVE_UP = 'g', WORD_END = 'e' };

/* Where the handler writes, with what only it needs to know. */
static int signal_pipe = -1;
static pid_t starter; /* 0: nobody's signals say that what runs is given up */

static void
on_signal(int number, siginfo_t *info, void *context)
{
	char word = starter && info->si_pid == starter ? WORD_GIVE_UP : WORD_DRAIN;
	int error = errno;

	(void)number;
	(void)context;
	if (write(signal_pipe, &word, 1) < 0)
		_exit(EXIT_FAILURE);
	errno = error;
}

/* The reading end, and the worker that hears of it. */
struct listener {
	concur_worker *worker;
	int fd;
	pthread_t thread;
};

static void *
listen_for_signals(void *arg)
{
	struct listener *listener = arg;
	char word = 0;
	ssize_t n;

	while (word != WORD_END) {
		n = read(listener->fd, &word, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != 1)
			break;
		if (word != WORD_END)
			concur_worker_drain(listener->worker, word == WORD_GIVE_UP);
	}
	return NULL;
}

/* -1 with a complaint. */
static int
start_listening(struct listener *listener)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_RESTART | SA_SIGINFO };
	int ends[2], error;

	if (pipe2(ends, O_CLOEXEC)) {
		fprintf(stderr, "concur-worker: no pipe: %s\n", strerror(errno));
		return -1;
	}
	listener->fd = ends[0];
	signal_pipe = ends[1];
	error = pthread_create(&listener->thread, NULL, listen_for_signals, listener);
	if (error) {
		fprintf(stderr, "concur-worker: no thread: %s\n", strerror(error));
		return -1;
	}
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	return 0;
}

static void
stop_listening(struct listener *listener)
{
	char word = WORD_END;

	if (write(signal_pipe, &word, 1) == 1)
		(void)pthread_join(listener->thread, NULL);
}

static int
complain(void)
{
	fprintf(stderr, "concur-worker: %s\n", concur_message());
	return EXIT_FAILURE;
}

static int
work(const struct concur_worker_options *options)
{
	struct listener listener;
	enum concur_status status;

	if (concur_worker_new(options, &listener.worker))
		return complain();
	if (start_listening(&listener))
		return EXIT_FAILURE;
	status = concur_worker_run(listener.worker);
	if (status != CONCUR_OK)
		(void)complain();
	stop_listening(&listener);
	concur_worker_free(listener.worker);
	return status == CONCUR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* NULL, or a sentence in `trouble`. */
static const char *
load_all(const struct worker_options *options, const struct concur_function **tables, char *trouble)
{
	const struct concur_module *module;
	size_t count = 0;

	if (options->exec)
		tables[count++] = concur_exec_functions;
	for (size_t i = 0; options->modules[i]; i++) {
		module = module_load(options->modules[i], trouble);
		if (!module)
			return trouble;
		tables[count++] = module->functions;
	}
	return count ? NULL : "no functions: name a module by --module, or write --exec";
}

int
main(int argc, char **argv)
{
	const struct concur_function *tables[OPTIONS_MODULES + 2] = { NULL };
	struct worker_options options;
	char trouble[MODULE_TROUBLE];
	int status = options_read(&options, argc, argv);

	if (status >= 0)
		return status;
	options.worker.tables = tables;
	options.worker.broken = load_all(&options, tables, trouble);
	if (options.worker.broken && !options.worker.process) {
		fprintf(stderr, "concur-worker: %s\n", options.worker.broken);
		return EXIT_FAILURE;
	}
	if (options.worker.process)
		starter = getppid();
	return work(&options.worker);
}
