/* Running a command.
 *
 * All signals of interest are blocked while the command runs and taken one at a time by sigwaitinfo(): no handlers, no
 * races, and the kernel tells who sent each. What the terminal sends goes to the whole foreground group, so the command
 * has had it already. */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127, STATUS_SIGNAL = 128 };

static void
signals_fill(sigset_t *set)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD };

	(void)sigemptyset(set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		(void)sigaddset(set, signals[i]);
}

/* In the child. */
_Noreturn static void
become(const struct command *command, char **argv, pid_t parent, const sigset_t *mask)
{
	/* It follows the parent's thread, which is the only one that forks here and lives as long as the process. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(STATUS_SIGNAL + SIGTERM);
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	(void)execvp(argv[0], argv);
	command_complain(command, "%s can not be run: %s", argv[0], strerror(errno));
	_exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
}

/* Waits until the child has ended. */
static int
stand_aside(pid_t child, const sigset_t *signals)
{
	siginfo_t info;
	int status;

	for (;;) {
		int signal = sigwaitinfo(signals, &info);

		if (signal == SIGCHLD) {
			if (waitpid(child, &status, WNOHANG) == child)
				return status;
		} else if (signal > 0 && info.si_code != SI_KERNEL) {
			(void)kill(child, signal);
		}
	}
}

enum verdict
child_run(const struct command *command, char **argv, int *ret_status)
{
	sigset_t signals, mask;
	pid_t parent = getpid();
	pid_t child;
	int status;

	/* Had we inherited it ignored, the kernel would not keep the child's status. */
	(void)signal(SIGCHLD, SIG_DFL);
	signals_fill(&signals);
	(void)sigprocmask(SIG_BLOCK, &signals, &mask);
	child = fork();
	if (child == 0)
		become(command, argv, parent, &mask);
	if (child < 0) {
		command_complain(command, "no process for %s: %s", argv[0], strerror(errno));
		(void)sigprocmask(SIG_SETMASK, &mask, NULL);
		return VERDICT_ERROR;
	}
	status = stand_aside(child, &signals);
	/* The mask stays: a signal that comes now must not keep us from letting go in order. */
	*ret_status = WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
	return VERDICT_DONE;
}
