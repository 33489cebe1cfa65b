/* A pool whose workers are processes of this program: they hash every file under a directory, and the results are taken
 * as they are completed. What they found is given to sha256sum(1) to check. A thousand of short tasks, by map, follow.
 *
 * The functions over files are those of a module, file_tools.c, so a shell can do the same:
 *
 *	concur pool create tools -- --module file_tools.so
 *	find /usr/share/common-licenses -type f | concur map tools sha256 --text --raw | sha256sum --check */
#include "client/examples/example.h"
#include "client/examples/file_tools.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

enum { WORKERS = 2, ITEMS = 1000, DEPTH_MAX = 3 };

/* -- what workers do ---------------------------------------------------------------------------------------------- */

static enum concur_status
square(concur_work *work, const struct concur_value *number)
{
	if (number->kind != CONCUR_VALUE_INTEGER)
		return concur_work_fail(work, "TypeError", "an integer is wanted");
	return concur_work_result(work, CV(number->integer * number->integer));
}

static const struct concur_function number_functions[] = {
	{ "square", square, true },
	{ NULL, NULL, false },
};

static int
work_for_pool(const char *url)
{
	const struct concur_function *const tables[] = { file_functions, number_functions, NULL };
	const struct concur_worker_options options = { .url = url, .pool = "sums", .tables = tables };
	enum concur_status status;
	concur_worker *worker;

	must(concur_worker_new(&options, &worker));
	status = concur_worker_run(worker);
	if (status != CONCUR_POOL_CLOSED) /* the others have done all before this one came */
		must(status);
	concur_worker_free(worker);
	return 0;
}

/* -- what the program asks for ------------------------------------------------------------------------------------ */

static void
submit_tree(concur_completions *completions, concur_pool *pool, const char *directory, int depth)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	struct stat about;
	char path[4096];

	while (dir && (entry = readdir(dir))) {
		struct concur_task task = { .function = "sha256" };

		snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
		task.arguments = CV((const char *)path);
		if (entry->d_name[0] == '.' || lstat(path, &about))
			continue;
		if (S_ISDIR(about.st_mode) && depth < DEPTH_MAX)
			submit_tree(completions, pool, path, depth + 1);
		else if (S_ISREG(about.st_mode) && access(path, R_OK) == 0)
			must(concur_completions_submit(completions, pool, &task, CONCUR_FOREVER, NULL));
	}
	if (dir)
		closedir(dir);
}

/* Whether there were some, and sha256sum(1) finds the same hashes. */
static bool
hash_tree(concur_session *session, concur_pool *pool, const char *directory)
{
	FILE *check = popen("sha256sum --check --quiet --strict", "we");
	struct concur_completed completed;
	concur_completions *completions;
	enum concur_status status;
	size_t count = 0;

	must(concur_completions_new(session, &completions));
	submit_tree(completions, pool, directory, 0);
	while ((status = concur_completions_next(completions, CONCUR_FOREVER, &completed)) == CONCUR_OK) {
		must(completed.status);
		if (check)
			fprintf(check, "%s\n", completed.value.bytes);
		count++;
	}
	concur_completions_free(completions);
	printf("%zu files\n", count);
	return check && pclose(check) == 0 && status == CONCUR_NOT_THERE && count > 0;
}

static bool
square_all(concur_pool *pool)
{
	struct concur_task task = { .function = "square" };
	struct concur_value items[ITEMS];
	struct concur_values squares;
	bool well;

	for (int i = 0; i < ITEMS; i++)
		items[i] = CV(i);
	must(concur_pool_map(pool, &task, items, ITEMS, NULL, &squares));
	well = squares.count == ITEMS;
	for (int64_t i = 0; well && i < ITEMS; i++)
		well = squares.items[i].integer == i * i;
	concur_values_free(&squares);
	return well;
}

int
main(int argc, char **argv)
{
	concur_session *session = example_session();
	const char *directory = argc > 1 ? argv[1] : "/usr/share/common-licenses";
	concur_pool *pool;
	pid_t workers[WORKERS];
	bool well;

	must(concur_pool_open(session, "sums", NULL, &pool));
	for (int i = 0; i < WORKERS; i++)
		if ((workers[i] = fork()) == 0)
			_exit(work_for_pool(concur_url(session)));
	well = hash_tree(session, pool, directory);
	well &= square_all(pool);
	must(concur_pool_close(pool, false, NULL));
	must(concur_pool_join(pool, CONCUR_FOREVER));
	for (int i = 0, status; i < WORKERS; i++)
		well &= waitpid(workers[i], &status, 0) == workers[i] && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	concur_free(pool);
	concur_close(session);
	return example_end(well, "every hash is right, and every number squared");
}
