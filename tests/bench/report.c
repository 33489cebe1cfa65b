/* Both forms print the same figures; the JSON's names carry the units. */
#include "tests/bench/report.h"

static const double percents[] = { 50, 90, 99, 99.9 };

enum { PERCENTS = sizeof percents / sizeof percents[0] };

static double
rate(const struct drive_result *result)
{
	return result->elapsed_ns > 0 ? (double)result->operations * 1e9 / (double)result->elapsed_ns : 0;
}

static double
share(uint64_t cpu_ns, const struct drive_result *result)
{
	return result->elapsed_ns > 0 ? (double)cpu_ns * 100 / (double)result->elapsed_ns : 0;
}

static void
text_latency(const char *what, const struct histogram *latency, FILE *to)
{
	fprintf(to, "  %s us: mean %.1f", what, (double)histogram_mean_ns(latency) / 1e3);
	for (size_t i = 0; i < PERCENTS; i++)
		fprintf(to, ", %g %% %.1f", percents[i], (double)histogram_percentile_ns(latency, percents[i]) / 1e3);
	fprintf(to, ", longest %.1f\n", (double)latency->max_ns / 1e3);
}

void
report_text(const struct options *options, const struct drive_result *result, FILE *to)
{
	fprintf(to, "%s %s, %llu connections, %llu in flight each\n", options->peer, options->work,
	    (unsigned long long)options->connections, (unsigned long long)options->depth);
	fprintf(to, "  %.0f operations/s: %llu in %.3f s, %llu errors\n", rate(result),
	    (unsigned long long)result->operations, (double)result->elapsed_ns / 1e9,
	    (unsigned long long)result->errors);
	text_latency("a call,", &result->latency, to);
	if (options->ping)
		text_latency("a ping,", &result->ping, to);
	if (options->ping && options->server_pid)
		text_latency("the server's CPU meanwhile,", &result->ping_cpu, to);
	fprintf(to, "  busy: driver %.0f %%", share(result->driver_cpu_ns, result));
	if (options->server_pid)
		fprintf(to, ", server %.0f %%; server's memory %.1f MiB before, %.1f after",
		    share(result->server_cpu_ns, result), (double)result->before.resident_bytes / 0x1p20,
		    (double)result->after.resident_bytes / 0x1p20);
	fprintf(to, "\n");
}

static void
json_latency(const char *what, const struct histogram *latency, FILE *to)
{
	fprintf(to, ", \"%s\": {\"calls\": %llu, \"mean_ns\": %llu", what, (unsigned long long)latency->total,
	    (unsigned long long)histogram_mean_ns(latency));
	for (size_t i = 0; i < PERCENTS; i++)
		fprintf(to, ", \"p%g_ns\": %llu", percents[i],
		    (unsigned long long)histogram_percentile_ns(latency, percents[i]));
	fprintf(to, ", \"max_ns\": %llu}", (unsigned long long)latency->max_ns);
}

void
report_json(const struct options *options, const struct drive_result *result, FILE *to)
{
	fprintf(to, "{\"peer\": \"%s\", \"work\": \"%s\", \"connections\": %llu, \"depth\": %llu", options->peer,
	    options->work, (unsigned long long)options->connections, (unsigned long long)options->depth);
	fprintf(to, ", \"operations\": %llu, \"errors\": %llu, \"elapsed_ns\": %llu, \"operations_per_s\": %.1f",
	    (unsigned long long)result->operations, (unsigned long long)result->errors,
	    (unsigned long long)result->elapsed_ns, rate(result));
	json_latency("latency", &result->latency, to);
	json_latency("ping", &result->ping, to);
	json_latency("ping_cpu", &result->ping_cpu, to);
	fprintf(to, ", \"driver_cpu_ns\": %llu, \"server_cpu_ns\": %llu", (unsigned long long)result->driver_cpu_ns,
	    (unsigned long long)result->server_cpu_ns);
	fprintf(to, ", \"resident_before_bytes\": %llu, \"resident_after_bytes\": %llu}\n",
	    (unsigned long long)result->before.resident_bytes, (unsigned long long)result->after.resident_bytes);
}
