/* Processes that the daemon starts: each is given a word, writes it and ends with its length as the exit code; whoever
 * wants to know joins them and reads what they wrote. They are daemons: without this program they would be stopped. */
#include "client/examples/example.h"

#include <string.h>

enum { WORKERS = 3 };

static concur_process *
start(concur_session *session, const char *script)
{
	const char *const words[] = { "sh", "-c", script, NULL };
	const struct concur_process_options how = { .words = words, .is_daemon = true };
	concur_process *process;

	must(concur_process_new(session, NULL, &how, &process));
	must(concur_process_start(process, NULL));
	return process;
}

/* The exit code says how many characters it was given, its output what they were. */
static bool
look(concur_process *process, const char *expected)
{
	struct concur_output output;
	int64_t code;
	bool well;

	must(concur_process_join(process, CONCUR_FOREVER, &code));
	must(concur_process_output(process, 0, 0, &output));
	well = code == (int64_t)strlen(expected) && output.count == 1 && strcmp(output.items[0].text, expected) == 0;
	concur_output_free(&output);
	concur_free(process);
	return well;
}

int
main(void)
{
	static const char *const jobs[WORKERS] = { "apple", "fig", "banana" };
	concur_session *session = example_session();
	concur_process *workers[WORKERS];
	bool well = true;
	char script[64];

	for (int i = 0; i < WORKERS; i++) {
		snprintf(script, sizeof script, "word=%s; echo $word; exit ${#word}", jobs[i]);
		workers[i] = start(session, script);
	}
	for (int i = 0; i < WORKERS; i++)
		well &= look(workers[i], jobs[i]);
	concur_close(session);
	return example_end(well, "each process told its word, and how long it was");
}
