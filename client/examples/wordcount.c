/* The demo: counts the words of all texts in a directory tree with several worker processes.
 *
 *      queue of file names --> workers --> dict of counts          (joinable: each name is told done)
 *                                  \--> progress, a shared value    lock: one line at a time on the terminal
 *
 * Each worker counts a file by itself and adds its counts to the shared dict, all calls in flight at once. The program
 * itself fills the queue, shows how far the workers are, waits until all names are done, and then checks the dict
 * against a count in one process. */
#include "config.h"

#include "client/examples/example.h"
#include "client/examples/words.h"

#include <errno.h>
#include <fts.h>
#include <getopt.h>

enum { WORKERS_MAX = 256, NAMES_AT_ONCE = 64 };

struct options {
	int workers;
	int top;
	const char *directory;
};

struct shared {
	concur_queue *files; /* of names */
	concur_dict *counts;
	concur_cell *done; /* files that were counted */
	concur_lock *terminal;
};

/* -- workers ------------------------------------------------------------------------------------------------------ */

/* Adds a file's counts to the dict: all additions are sent before the first answer is waited for. */
static void
add_counts(concur_session *session, concur_dict *counts, const struct words *words)
{
	concur_future **added = calloc(words->room, sizeof(concur_future *));

	if (words->room && !added)
		must(CONCUR_NO_MEMORY);
	concur_cork(session);
	for (size_t i = 0; i < words->room; i++)
		if (words->table[i].count)
			added[i] = concur_dict_add_begin(counts, CV(words->table[i].text), CV(words->table[i].count));
	concur_uncork(session);
	for (size_t i = 0; i < words->room; i++)
		if (words->table[i].count)
			must_end(added[i]);
	free(added);
}

/* Only one process writes to the terminal at a time, so that lines stay whole. */
static void
complain(const struct shared *shared, const char *path)
{
	enum concur_status status = concur_lock_acquire(shared->terminal, CONCUR_FOREVER, NULL);

	if (status != CONCUR_OWNER_DIED)
		must(status);
	fprintf(stderr, "%s%s: left out: not a text that can be read\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", path);
	must(concur_lock_release(shared->terminal));
}

static int
work(concur_session *session, const struct shared *shared)
{
	struct words words = { 0 };
	struct concur_value name;
	enum concur_status status;

	while ((status = concur_queue_get(shared->files, CONCUR_FOREVER, &name)) == CONCUR_OK) {
		if (words_add_file(&words, name.bytes))
			add_counts(session, shared->counts, &words);
		else
			complain(shared, name.bytes);
		words_clear(&words);
		must(concur_cell_add(shared->done, CV(1), NULL));
		must(concur_queue_task_done(shared->files, 1));
		concur_value_free(&name);
	}
	if (status != CONCUR_SHUT_DOWN)
		must(status);
	return 0;
}

/* -- the program itself ------------------------------------------------------------------------------------------- */

struct names {
	char **list;
	size_t count;
};

static void
add_name(struct names *names, const char *path)
{
	char **list = realloc(names->list, (names->count + 1) * sizeof *list);

	if (!list || !(list[names->count] = strdup(path)))
		must(CONCUR_NO_MEMORY);
	names->list = list;
	names->count++;
}

/* The names of all files in the tree; false if it can not be read. */
static bool
find_names(const char *directory, struct names *names)
{
	char *const roots[] = { (char *)(uintptr_t)directory, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	bool well = tree != NULL;

	while (well && (entry = fts_read(tree))) {
		if (entry->fts_info == FTS_F)
			add_name(names, entry->fts_path);
		else if (entry->fts_level == 0)
			well = entry->fts_info == FTS_D || entry->fts_info == FTS_DP;
	}
	if (tree)
		fts_close(tree);
	return well;
}

static void
free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

static void
put_names(concur_queue *files, const struct names *names)
{
	struct concur_value batch[NAMES_AT_ONCE];
	size_t n;

	for (size_t i = 0; i < names->count; i += n) {
		for (n = 0; n < NAMES_AT_ONCE && i + n < names->count; n++)
			batch[n] = concur_data(names->list[i + n], strlen(names->list[i + n]));
		must(concur_queue_put_many(files, batch, n, CONCUR_FOREVER));
	}
}

static void
show_progress(int64_t done, size_t all)
{
	enum { WIDTH = 40 };
	size_t filled = all ? WIDTH * (size_t)done / all : WIDTH;

	if (!isatty(STDOUT_FILENO)) {
		printf("counted %lld of %zu files\n", (long long)done, all);
		return;
	}
	printf("\r[%.*s%*s] %lld/%zu files", (int)filled, "########################################",
	    (int)(WIDTH - filled), "", (long long)done, all);
	fflush(stdout);
}

/* Until all names are told done; a join with a time limit, again and again. */
static void
watch_progress(const struct shared *shared, size_t files)
{
	int64_t step = isatty(STDOUT_FILENO) ? CONCUR_SECOND / 20 : CONCUR_SECOND;
	struct concur_value done;
	enum concur_status status;

	do {
		status = concur_queue_join(shared->files, step);
		if (status != CONCUR_TIMED_OUT)
			must(status);
		must(concur_cell_get(shared->done, &done));
		show_progress(done.integer, files);
	} while (status == CONCUR_TIMED_OUT);
	if (isatty(STDOUT_FILENO))
		printf("\n");
}

/* The whole dict, page by page. */
static void
fetch_counts(concur_dict *counts, struct words *words)
{
	struct concur_values page;
	uint64_t cursor = 0;

	do {
		must(concur_dict_page(counts, cursor, 0, &page));
		for (size_t i = 0; i < page.count; i += 2)
			words_add(words, page.items[i].bytes, page.items[i + 1].integer);
		cursor = page.cursor;
		concur_values_free(&page);
	} while (cursor != 0);
}

static void
print_top(const struct words *words, int top)
{
	struct word *sorted = words_sorted(words);

	for (size_t i = 0; i < words->count && i < (size_t)top; i++)
		printf("%8lld  %s\n", (long long)sorted[i].count, sorted[i].text);
	free(sorted);
}

/* Counts again in this process alone and compares. */
static bool
is_right(const struct words *shared, const struct names *names)
{
	struct words alone = { 0 };
	bool well;

	for (size_t i = 0; i < names->count; i++)
		(void)words_add_file(&alone, names->list[i]);
	well = alone.count == shared->count && alone.total == shared->total;
	for (size_t i = 0; i < alone.room && well; i++)
		well = !alone.table[i].text[0] || words_count(shared, alone.table[i].text) == alone.table[i].count;
	words_free(&alone);
	return well;
}

/* Forks the workers; they are this process's children and share its handles. */
static bool
start_workers(concur_session *session, const struct shared *shared, int count, pid_t *pids)
{
	for (int i = 0; i < count; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(work(session, shared));
		if (pids[i] < 0)
			return false;
	}
	return true;
}

static bool
end_workers(int count, const pid_t *pids)
{
	bool well = true;
	int status;

	for (int i = 0; i < count; i++)
		well &= waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return well;
}

static void
open_shared(concur_session *session, struct shared *shared)
{
	struct concur_open zero = { .value = CV(0) };

	must(concur_queue_open(session, NULL, NULL, &shared->files));
	must(concur_dict_open(session, NULL, NULL, &shared->counts));
	must(concur_cell_open(session, NULL, &zero, &shared->done));
	must(concur_lock_open(session, NULL, NULL, &shared->terminal));
}

static void
free_shared(struct shared *shared)
{
	concur_free(shared->files);
	concur_free(shared->counts);
	concur_free(shared->done);
	concur_free(shared->terminal);
}

static int
count_words(concur_session *session, const struct options *options, const struct names *names)
{
	struct words words = { 0 };
	struct shared shared;
	pid_t pids[WORKERS_MAX];
	bool well;

	open_shared(session, &shared);
	if (!start_workers(session, &shared, options->workers, pids))
		return EXIT_FAILURE;
	printf("%d workers count the words of %zu files in %s\n", options->workers, names->count, options->directory);
	put_names(shared.files, names);
	watch_progress(&shared, names->count);
	must(concur_queue_shutdown(shared.files, false));
	well = end_workers(options->workers, pids);
	fetch_counts(shared.counts, &words);
	print_top(&words, options->top);
	printf("%zu words, %lld in all\n", words.count, (long long)words.total);
	well &= is_right(&words, names);
	words_free(&words);
	free_shared(&shared);
	return example_end(well, "the same as counted by one process");
}

static bool
read_options(int argc, char **argv, struct options *options)
{
	int option;

	while ((option = getopt(argc, argv, "j:n:")) != -1) {
		if (option == 'j')
			options->workers = atoi(optarg);
		else if (option == 'n')
			options->top = atoi(optarg);
		else
			return false;
	}
	if (optind < argc)
		options->directory = argv[optind++];
	return optind == argc && options->workers > 0 && options->workers <= WORKERS_MAX && options->top >= 0;
}

int
main(int argc, char **argv)
{
	struct options options = { .workers = 4, .top = 10, .directory = "/usr/share/common-licenses" };
	struct names names = { 0 };
	concur_session *session;
	int result;

	if (!read_options(argc, argv, &options)) {
		fprintf(stderr, "usage: wordcount [-j WORKERS] [-n TOP] [DIRECTORY]\n");
		return 2;
	}
	if (!find_names(options.directory, &names)) {
		fprintf(stderr, "wordcount: %s: %s\n", options.directory, strerror(errno));
		return EXIT_FAILURE;
	}
	session = example_session();
	result = count_words(session, &options, &names);
	concur_close(session);
	free_names(&names);
	return result;
}
