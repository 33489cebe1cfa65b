/* concur-bench-gearman: gearmand's side of tasks.h, through libgearman; a program of its own, since libgearman may not
 * be there.
 *
 *	submit  foreground tasks, TASKS_BATCH of them added and then run together, results as they come
 *
 * That is how libgearman is fastest: a background task has a job handle as well, and nobody hears its result. A task is
 * given a unique key of its own, which spares libgearman from drawing a UUID for it; without, it does two thirds. */
#include "config.h"

#include "tests/bench/tasks.h"

#include <libgearman/gearman.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct client {
	gearman_client_st *client;
	uint64_t submitted, done;
};

/* "tcp://HOST:PORT" as libgearman takes it, "HOST:PORT". */
static const char *
servers_of(const struct tasks *tasks)
{
	static const char scheme[] = "tcp://";
	const char *url = tasks->options->url;

	if (!url || strncmp(url, scheme, sizeof scheme - 1) != 0)
		errx(EXIT_FAILURE, "gearmand listens on tcp://HOST:PORT");
	return url + sizeof scheme - 1;
}

/* -- workers ------------------------------------------------------------------------------------------------------ */

static gearman_return_t
nothing(gearman_job_st *job, void *context)
{
	(void)job;
	(void)context;
	return GEARMAN_SUCCESS;
}

static _Noreturn void
work(const struct tasks *tasks)
{
	gearman_worker_st *worker = gearman_worker_create(NULL);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || !worker)
		err(EXIT_FAILURE, "a worker");
	if (gearman_failed(gearman_worker_add_servers(worker, servers_of(tasks))) ||
	    gearman_failed(gearman_worker_define_function(worker, "nothing", strlen("nothing"),
		gearman_function_create(nothing), 0, NULL)))
		errx(EXIT_FAILURE, "a worker: %s", gearman_worker_error(worker));
	while (gearman_success(gearman_worker_work(worker)))
		;
	errx(EXIT_FAILURE, "a worker: %s", gearman_worker_error(worker));
}

/* -- the client --------------------------------------------------------------------------------------------------- */

static gearman_return_t
on_complete(gearman_task_st *task)
{
	struct client *client = gearman_task_context(task);

	client->done++;
	return GEARMAN_SUCCESS;
}

static int
submit_open(struct tasks *tasks)
{
	struct client *client = calloc(1, sizeof *client);

	if (!client)
		err(EXIT_FAILURE, "calloc");
	tasks->state = client;
	for (size_t i = 0; i < TASKS_WORKERS; i++) {
		tasks->workers[i] = fork();
		if (tasks->workers[i] == 0)
			work(tasks);
		if (tasks->workers[i] < 0)
			err(EXIT_FAILURE, "fork");
	}
	client->client = gearman_client_create(NULL);
	if (!client->client || gearman_failed(gearman_client_add_servers(client->client, servers_of(tasks))))
		errx(EXIT_FAILURE, "no client of gearmand");
	gearman_client_add_options(client->client, GEARMAN_CLIENT_FREE_TASKS);
	gearman_client_set_complete_fn(client->client, on_complete);
	return 0;
}

static int
submit_step(struct tasks *tasks, uint64_t left, uint64_t *ret_done)
{
	struct client *client = tasks->state;
	uint64_t before = client->done;
	gearman_return_t status;
	char key[32];

	(void)left;
	for (int i = 0; i < TASKS_BATCH; i++) {
		snprintf(key, sizeof key, "%llx", (unsigned long long)client->submitted++);
		if (!gearman_client_add_task(client->client, NULL, client, "nothing", key, key, strlen(key), &status))
			errx(EXIT_FAILURE, "no task: %s", gearman_client_error(client->client));
	}
	if (gearman_failed(gearman_client_run_tasks(client->client)))
		errx(EXIT_FAILURE, "tasks: %s", gearman_client_error(client->client));
	*ret_done = client->done - before;
	if (*ret_done != TASKS_BATCH)
		errx(EXIT_FAILURE, "%llu results of %d tasks", (unsigned long long)*ret_done, TASKS_BATCH);
	return 0;
}

static void
submit_close(struct tasks *tasks)
{
	struct client *client = tasks->state;

	for (size_t i = 0; i < TASKS_WORKERS; i++) {
		kill(tasks->workers[i], SIGKILL);
		(void)waitpid(tasks->workers[i], NULL, 0);
	}
	gearman_client_free(client->client);
	free(client);
}

static const struct tasks_work works[] = {
	/* name, open, step, close */
	{ "submit", submit_open, submit_step, submit_close },
	{ NULL, NULL, NULL, NULL },
};

int
main(int argc, char **argv)
{
	return tasks_main(argc, argv, works);
}
