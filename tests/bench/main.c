/* concur-bench: loads a server and tells how fast it answers. The run fails if any reply was wrong. */
#include "tests/bench/drive.h"
#include "tests/bench/options.h"
#include "tests/bench/report.h"

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	struct drive_result *result;
	struct options options;
	int read = options_read(argc, argv, &options), status = EXIT_FAILURE;

	if (read != 0)
		return read > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	result = calloc(1, sizeof *result);
	if (!result || drive_measure(&options, result) < 0)
		goto out;
	(options.json ? report_json : report_text)(&options, result, stdout);
	if (result->errors == 0 && fflush(stdout) == 0)
		status = EXIT_SUCCESS;
out:
	free(result);
	return status;
}
