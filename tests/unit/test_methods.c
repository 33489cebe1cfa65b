/* The golden list of methods against what the services declare. */
#include "tests/unit/unit.h"

#include "daemon/rpc/method.h"
#include "lib/crc32.h"

#include <stdio.h>
#include <string.h>

enum { METHODS_MAX = 1024, LINE_MAX_BYTES = 256 };

struct lines {
	size_t count;
	char *text[METHODS_MAX];
};

static void
lines_add(struct lines *lines, const char *text)
{
	ck_assert_uint_lt(lines->count, METHODS_MAX);
	lines->text[lines->count] = strdup(text);
	ck_assert_ptr_nonnull(lines->text[lines->count++]);
}

static void
lines_free(struct lines *lines)
{
	while (lines->count > 0)
		free(lines->text[--lines->count]);
}

static int
by_name(const void *a, const void *b)
{
	/* Behind the id and a blank. */
	return strcmp(*(char *const *)a + 11, *(char *const *)b + 11);
}

/* What the list should say, in its order. */
static void
read_descriptors(struct lines *lines)
{
	for (const ProtobufCService *const *service = services; *service; service++) {
		const ProtobufCServiceDescriptor *descriptor = (*service)->descriptor;

		for (unsigned i = 0; i < descriptor->n_methods; i++) {
			char name[LINE_MAX_BYTES], line[LINE_MAX_BYTES + 16];

			snprintf(name, sizeof name, "/%s/%s", descriptor->name, descriptor->methods[i].name);
			snprintf(line, sizeof line, "0x%08x %s", (unsigned)crc32_of(name, strlen(name)), name);
			lines_add(lines, line);
		}
	}
	qsort(lines->text, lines->count, sizeof *lines->text, by_name);
}

static void
read_list(struct lines *lines)
{
	FILE *file = fopen(SRCDIR "/proto/methods.txt", "r");
	char line[LINE_MAX_BYTES];

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#')
			lines_add(lines, line);
	}
	fclose(file);
}

START_TEST(list_of_methods_is_that_of_the_descriptors)
{
	struct lines expected = { 0 }, list = { 0 };

	read_descriptors(&expected);
	read_list(&list);
	for (size_t i = 0; i < expected.count && i < list.count; i++)
		ck_assert_str_eq(list.text[i], expected.text[i]);
	ck_assert_uint_eq(list.count, expected.count);
	lines_free(&expected);
	lines_free(&list);
}
END_TEST

START_TEST(list_of_methods_has_no_id_twice)
{
	struct lines list = { 0 };

	read_list(&list);
	for (size_t i = 0; i < list.count; i++) {
		for (size_t k = 0; k < i; k++)
			ck_assert_int_ne(strncmp(list.text[i], list.text[k], 10), 0);
	}
	lines_free(&list);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		list_of_methods_is_that_of_the_descriptors,
		list_of_methods_has_no_id_twice,
		NULL,
	};

	return unit_run("methods", tests);
}
