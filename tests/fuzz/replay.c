/* Feeds a fuzz target every file of its corpus, and every beginning of each: what is cut is where readers go wrong.
 *
 * The program's name tells the target: replay_value takes tests/fuzz/corpus/value. Arguments name other files
 * instead. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The whole file, malloc'ed; exits if it can not be read. */
static uint8_t *
read_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	uint8_t *bytes = NULL;

	if (file && fstat(fileno(file), &status) == 0)
		bytes = malloc((size_t)status.st_size + 1);
	if (!bytes || fread(bytes, 1, (size_t)status.st_size, file) != (size_t)status.st_size) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(EXIT_FAILURE);
	}
	fclose(file);
	*ret_size = (size_t)status.st_size;
	return bytes;
}

/* Each piece has memory of its own, so that a sanitizer sees a read behind it. */
static void
replay(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		exit(EXIT_FAILURE);
	memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
replay_file(const char *path)
{
	size_t size;
	uint8_t *bytes = read_file(path, &size);

	for (size_t cut = 0; cut <= size; cut++)
		replay(bytes, cut);
	free(bytes);
}

/* Returns how many files there are. */
static unsigned
replay_folder(const char *folder)
{
	DIR *listing = opendir(folder);
	const struct dirent *entry;
	unsigned count = 0;

	if (!listing)
		return 0;
	while ((entry = readdir(listing))) {
		char *path;

		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0)
			exit(EXIT_FAILURE);
		replay_file(path);
		free(path);
		count++;
	}
	closedir(listing);
	return count;
}

int
main(int argc, char **argv)
{
	static const char prefix[] = "replay_";
	const char *name = strrchr(argv[0], '/');
	const char *target = strstr(name ? name : argv[0], prefix);
	char *folder;

	for (int i = 1; i < argc; i++)
		replay_file(argv[i]);
	if (argc > 1)
		return EXIT_SUCCESS;
	if (!target || asprintf(&folder, "%s/tests/fuzz/corpus/%s", SRCDIR, target + sizeof prefix - 1) < 0)
		return EXIT_FAILURE;
	unsigned count = replay_folder(folder);
	printf("%u files of %s\n", count, folder);
	free(folder);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
