/* concur-worker: runs tasks of one pool with the functions of modules.
 *
 * SIGTERM and SIGINT: it finishes what it has begun, gives back what it has not, and ends. One thread takes these
 * signals, and all others block them, so that no call of a task is interrupted. A SIGTERM of the parent, of the daemon
 * that started it, also says that nobody wants what runs. */
#include "config.h"

#include "module.h"
#include "options.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The thread that takes signals, and what it needs for it. */
struct listener {
	concur_worker *worker;
	sigset_t signals;
	pid_t starter; /* the daemon that started this process; 0: none has */
	_Atomic bool is_over;
	pthread_t thread;
};

static void *
listen_for_signals(void *arg)
{
	struct listener *listener = arg;
	siginfo_t info;

	for (;;) {
		if (sigwaitinfo(&listener->signals, &info) < 0)
			continue;
		if (atomic_load(&listener->is_over))
			break;
		concur_worker_drain(listener->worker, listener->starter && info.si_pid == listener->starter);
	}
	return NULL;
}

/* -1 with a complaint. */
static int
start_listening(struct listener *listener)
{
	int error;

	(void)sigemptyset(&listener->signals);
	(void)sigaddset(&listener->signals, SIGTERM);
	(void)sigaddset(&listener->signals, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &listener->signals, NULL);
	error = pthread_create(&listener->thread, NULL, listen_for_signals, listener);
	if (error)
		fprintf(stderr, "concur-worker: no thread: %s\n", strerror(error));
	return error ? -1 : 0;
}

static void
stop_listening(struct listener *listener)
{
	atomic_store(&listener->is_over, true);
	(void)pthread_kill(listener->thread, SIGTERM);
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
	struct listener listener = { .starter = options->process ? getppid() : 0 };
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
load_all(struct worker_options *options, const struct concur_function **tables, char *trouble)
{
	const struct concur_module *module;
	size_t count = 0;

	if (options->exec)
		tables[count++] = concur_exec_functions;
	/* A command may take a second or a day: none should wait in the hand of a worker that is busy. */
	options->worker.one_by_one = options->exec && !options->modules[0];
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
	return work(&options.worker);
}
