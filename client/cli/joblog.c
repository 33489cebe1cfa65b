/* The file of --joblog. Lines are whole whenever somebody looks: each is written at once. */
#include "joblog.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

FILE *
joblog_open(const char *path)
{
	FILE *log = fopen(path, "we");

	if (log) {
		(void)setvbuf(log, NULL, _IOLBF, BUFSIZ);
		(void)fputs("Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n", log);
	}
	return log;
}

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * CONCUR_SECOND + now.tv_nsec;
}

static bool
is_here(const struct jobend *end)
{
	char name[256] = "";

	return !end->host ||
	    (gethostname(name, sizeof name - 1) == 0 && strlen(name) == end->host_size &&
		memcmp(name, end->host, end->host_size) == 0);
}

void
joblog_write(FILE *log, uint64_t number, const struct jobend *end, const char *command)
{
	bool here = is_here(end), exited = end->how == JOBEND_EXITED;
	int64_t began_ns = end->began_ns ? end->began_ns : now_ns();

	(void)fprintf(log, "%llu\t%.*s\t%.3f\t%10.3f\t0\t%zu\t%d\t%d\t%s\n", (unsigned long long)number,
	    here ? 1 : (int)end->host_size, here ? ":" : end->host, (double)began_ns / 1e9, (double)end->ran_ns / 1e9,
	    end->output_size[0],
	    exited                          ? end->number
		: end->how == JOBEND_KILLED ? 0
					    : -1,
	    exited ? 0 : end->number, command);
}

bool
joblog_close(FILE *log)
{
	bool failed = ferror(log);

	return fclose(log) == 0 && !failed;
}
