/* Puts the id on the wire in front of every name of a method: a filter, for `make update-methods`. */
#include "lib/crc32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(void)
{
	char line[256];

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		printf("0x%08x %s\n", (unsigned)crc32_of(line, strlen(line)), line);
	}
	return ferror(stdin) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
