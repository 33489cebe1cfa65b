/* What one run of concur-bench is to do.
 *
 * Thread-safety: pure functions; options_read uses getopt and so is for one thread. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct options {
	const char *peer;        /* whose protocol: concur, redis, beanstalkd, echo */
	const char *url;         /* unix:PATH or tcp://HOST:PORT */
	const char *socket_path; /* short for unix:PATH; NULL if url is given */
	const char *work;
	const char *name;   /* of the object worked on */
	const char *module; /* that workers load; NULL: none */
	uint64_t connections;
	uint64_t depth;        /* calls in flight on each */
	uint64_t size;         /* bytes of a value; of a whole message for echo */
	uint64_t keys;         /* keys that are drawn from */
	uint64_t seed;         /* of the drawing */
	double seconds;        /* how long to begin operations; used if count is 0 */
	uint64_t count;        /* operations of all connections together; 0: as many as fit the time */
	double warmup_seconds; /* before the clock starts; not with count */
	double linger_seconds; /* how long the ping goes on after the work is done */
	pid_t server_pid;      /* whose CPU time and memory are told; 0: nobody's */
	bool ping;             /* one more connection pings, one call at a time */
	bool json;
};

/* Sets the defaults, then what the command line says. 0, 1 if help was asked for and given, or -1 after a message on
 * standard error. The strings are argv's. */
int options_read(int argc, char **argv, struct options *ret);

#endif
