/* Spawning, by vfork: a fork would copy the page tables of a daemon that may hold gigabytes.
 *
 * Until its exec the child runs in the daemon's memory, on its stack, while the daemon stands still: spawn_child()
 * makes system calls and nothing else, and what it finds out it writes to its plan. posix_spawn() would do, but for the
 * death signal and the limit of open files. */
#include "config.h"

#include "daemon/io/spawn.h"

#include "daemon/io/spawn_environment.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPAWN_EXIT = 127 }; /* nobody sees it: a child that could not exec is reaped here */

/* What the child is to do, and how far it came. */
struct spawn_plan {
	const struct process_spec *spec;
	char **environment;
	pid_t parent;
	int null_fd;
	int out_fd;
	int error_fd;
	int page_fd; /* -1: none */
	struct rlimit files;
	volatile int error;          /* 0: none yet */
	const char *volatile failed; /* what the error is about */
};

/* -- in the child ------------------------------------------------------------------------------------------------- */

static _Noreturn void
spawn_give_up(struct spawn_plan *plan, const char *what)
{
	plan->error = errno;
	plan->failed = what;
	_exit(SPAWN_EXIT);
}

static void
spawn_reset_signals(void)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };

	/* Those that can not be set have no handler. */
	for (int signal = 1; signal < NSIG; signal++)
		(void)sigaction(signal, &usual, NULL);
}

/* The sources lie above the standard descriptors, which are open in every daemon; only one of them may have the page's
 * own number. */
static void
spawn_place_files(struct spawn_plan *plan)
{
	unsigned first = STDERR_FILENO + 1;

	if (dup2(plan->null_fd, STDIN_FILENO) < 0 || dup2(plan->out_fd, STDOUT_FILENO) < 0 ||
	    dup2(plan->error_fd, STDERR_FILENO) < 0)
		spawn_give_up(plan, "its standard descriptors");
	if (plan->page_fd >= 0) {
		if (plan->page_fd == SPAWN_PAGE_FD ? fcntl(SPAWN_PAGE_FD, F_SETFD, 0) < 0
						   : dup2(plan->page_fd, SPAWN_PAGE_FD) < 0)
			spawn_give_up(plan, "its page");
		first = SPAWN_PAGE_FD + 1;
	}
	if (close_range(first, ~0U, 0) != 0)
		spawn_give_up(plan, "closing the daemon's descriptors");
}

static _Noreturn void
spawn_child(struct spawn_plan *plan)
{
	sigset_t none;

	spawn_reset_signals();
	if (setpgid(0, 0) != 0)
		spawn_give_up(plan, "a process group");
	/* The daemon may have been killed before the word was given. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != plan->parent)
		spawn_give_up(plan, "ending with the daemon");
	spawn_place_files(plan);
	if (plan->files.rlim_cur && setrlimit(RLIMIT_NOFILE, &plan->files) != 0)
		spawn_give_up(plan, "its limit of open files");
	if (plan->spec->directory && chdir(plan->spec->directory) != 0)
		spawn_give_up(plan, plan->spec->directory);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execvpe(plan->spec->argv[0], (char *const *)(uintptr_t)plan->spec->argv, plan->environment);
	spawn_give_up(plan, plan->spec->argv[0]);
}

/* -- in the daemon ------------------------------------------------------------------------------------------------ */

/* A function of its own, so that nothing of its caller's lies in registers that the child changes. */
static __attribute__((noinline)) pid_t
spawn_fork(struct spawn_plan *plan)
{
	pid_t pid = vfork();

	if (pid == 0)
		spawn_child(plan);
	return pid;
}

/* Starts the child with all signals blocked, so that no handler of the daemon's runs in it. 0, or an errno. */
static int
spawn_run(struct spawn_plan *plan, pid_t *ret_pid)
{
	sigset_t all, before;
	int error;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	*ret_pid = spawn_fork(plan);
	error = *ret_pid < 0 ? errno : 0;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (error) {
		plan->failed = "a new process";
		return error;
	}
	if (plan->error == 0)
		return 0;
	while (waitpid(*ret_pid, NULL, 0) < 0 && errno == EINTR)
		;
	return plan->error;
}

/* A page, mapped, that nobody can make smaller under the daemon. 0, or an errno. */
static int
spawn_make_page(struct spawned *spawned, int *ret_fd)
{
	void *page;

	*ret_fd = memfd_create("concur-page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*ret_fd < 0)
		return errno;
	if (ftruncate(*ret_fd, PAGE_BYTES) != 0 ||
	    fcntl(*ret_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		return errno;
	page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, *ret_fd, 0);
	if (page == MAP_FAILED)
		return errno;
	spawned->page = page;
	return 0;
}

static void
spawn_close(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

/* A pipe from the child: the end that is read does not block. */
static int
spawn_make_pipe(int *ret_read, int *ret_write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	*ret_read = ends[0];
	*ret_write = ends[1];
	return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
}

/* All that is needed before the child is there; afterwards nothing is left that could fail. 0, or an errno. */
static int
spawn_prepare(struct spawn_plan *plan, struct spawned *spawned)
{
	int error = spawn_make_pipe(&spawned->out[0], &plan->out_fd);

	if (!error)
		error = spawn_make_pipe(&spawned->out[1], &plan->error_fd);
	if (!error && plan->spec->page)
		error = spawn_make_page(spawned, &plan->page_fd);
	if (!error && (plan->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
		error = errno;
	/* Keeps the place of the pidfd. */
	if (!error && (spawned->pidfd = fcntl(plan->null_fd, F_DUPFD_CLOEXEC, 0)) < 0)
		error = errno;
	return error;
}

static void
spawn_drop(struct spawned *spawned)
{
	spawn_close(spawned->out[0]);
	spawn_close(spawned->out[1]);
	spawn_close(spawned->pidfd);
	spawn_unmap(spawned->page);
}

/* The pidfd takes the place that was kept for it. It can fail only where the kernel has no memory; then the child goes
 * again. 0, or an errno. */
static int
spawn_watch(struct spawned *spawned)
{
	int error;

	(void)close(spawned->pidfd);
	spawned->pidfd = (int)syscall(SYS_pidfd_open, spawned->pid, 0);
	if (spawned->pidfd >= 0)
		return 0;
	error = errno;
	(void)kill(-spawned->pid, SIGKILL);
	while (waitpid(spawned->pid, NULL, 0) < 0 && errno == EINTR)
		;
	return error;
}

int
spawn_process(const struct process_spec *spec, const struct spawn_setting *setting, struct spawned *ret,
    struct complaint *complaint)
{
	struct spawned spawned = { .pidfd = -1, .out = { -1, -1 } };
	struct spawn_plan plan = { .spec = spec,
		.parent = getpid(),
		.null_fd = -1,
		.out_fd = -1,
		.error_fd = -1,
		.page_fd = -1,
		.failed = "pipes and descriptors" };
	int error = spawn_prepare(&plan, &spawned);

	if (!error && setting->files_soft && getrlimit(RLIMIT_NOFILE, &plan.files) == 0)
		plan.files.rlim_cur = (rlim_t)setting->files_soft;
	if (!error && !(plan.environment = spawn_environment(spec, setting)))
		error = ENOMEM;
	if (!error)
		error = spawn_run(&plan, &spawned.pid);
	if (!error)
		error = spawn_watch(&spawned);
	spawn_environment_free(plan.environment);
	spawn_close(plan.null_fd);
	spawn_close(plan.out_fd);
	spawn_close(plan.error_fd);
	spawn_close(plan.page_fd);
	if (error) {
		spawn_drop(&spawned);
		(void)complain(complaint, "%s: %s", plan.failed, strerror(error));
		return error;
	}
	*ret = spawned;
	return 0;
}

void
spawn_unmap(struct page *page)
{
	if (page)
		(void)munmap(page, PAGE_BYTES);
}
