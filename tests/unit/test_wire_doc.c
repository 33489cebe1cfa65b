/* The examples in proto/WIRE.md: each is built here with the frame functions and protobuf-c, and must be the same
 * bytes.
 *
 * An example is a fenced block ```hex NAME with hexadecimal digits and comments. With CONCUR_WIRE_PRINT set, the
 * program prints what it builds, for whoever writes the document. */
#include "tests/unit/hex.h"
#include "tests/unit/unit.h"
#include "tests/unit/wire_examples.h"

#include "lib/concur_status.h"
#include "lib/value.h"

#include <stdbool.h>
#include <stdio.h>

static const struct example *const all_examples[] = { wire_frames, wire_values, NULL };

static char *
read_document(void)
{
	FILE *file = fopen(SRCDIR "/proto/WIRE.md", "r");
	char *text = NULL;
	size_t room = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_gt(getdelim(&text, &room, '\0', file), 0);
	fclose(file);
	return text;
}

/* The bytes of the block so named; counts how often it is there. */
static unsigned
find_example(const char *document, const char *name, uint8_t *to, size_t *ret_size)
{
	static const char fence[] = "\n```hex ";
	unsigned found = 0;

	for (const char *at = document; (at = strstr(at, fence)) != NULL;) {
		at += sizeof fence - 1;
		const char *end = strstr(at, "\n```\n");
		ck_assert_ptr_nonnull(end);
		size_t size = strlen(name);
		if (strncmp(at, name, size) != 0 || at[size] != '\n')
			continue;
		char *block = strndup(at + size, (size_t)(end - at) - size);
		*ret_size = hex_read(block, to, EXAMPLE_MAX);
		free(block);
		found++;
	}
	return found;
}

static void
check_example(const char *document, const struct example *example)
{
	uint8_t built[EXAMPLE_MAX], written[EXAMPLE_MAX];
	size_t built_size = example->build(built), written_size = 0;

	ck_assert_msg(find_example(document, example->name, written, &written_size) == 1, "%s: once", example->name);
	ck_assert_msg(written_size == built_size && memcmp(written, built, built_size) == 0,
	    "%s: other bytes in the document", example->name);
}

START_TEST(examples_of_document_are_bytes_that_protobuf_makes)
{
	char *document = read_document();

	for (const struct example *const *list = all_examples; *list; list++) {
		for (const struct example *example = *list; example->name; example++)
			check_example(document, example);
	}
	free(document);
}
END_TEST

START_TEST(examples_of_document_are_all_built_here)
{
	char *document = read_document();
	size_t blocks = 0, built = 0;

	for (const struct example *const *list = all_examples; *list; list++) {
		for (const struct example *example = *list; example->name; example++)
			built++;
	}
	for (const char *at = document; (at = strstr(at, "\n```hex ")) != NULL; at++)
		blocks++;
	ck_assert_uint_eq(blocks, built);
	free(document);
}
END_TEST

START_TEST(examples_of_values_pass_the_check)
{
	static const struct value_limits limits = { .depth_max = 64, .key_max = 1024 };

	for (const struct example *example = wire_values; example->name; example++) {
		uint8_t bytes[EXAMPLE_MAX];
		struct value value;

		ck_assert_int_eq(value_check(bytes, example->build(bytes), &limits, &value, NULL), CONCUR_OK);
	}
}
END_TEST

/* Every status that travels stands in the document with its number. */
START_TEST(statuses_of_document_are_those_of_the_list)
{
	static const struct {
		const char *name;
		unsigned number;
	} statuses[] = {
#define ROW(name, number, text) { #name, number },
		CONCUR_STATUS_LIST(ROW)
#undef ROW
	};
	char *document = read_document();

	for (size_t i = 0; i < UNIT_COUNT(statuses); i++) {
		char row[64];

		snprintf(row, sizeof row, "\n| %u | %s |", statuses[i].number, statuses[i].name);
		ck_assert_msg((strstr(document, row) != NULL) == (statuses[i].number < 256), "%s", row);
	}
	free(document);
}
END_TEST

static void
print_example(const struct example *example)
{
	uint8_t bytes[EXAMPLE_MAX];
	size_t size = example->build(bytes);

	printf("%s", example->name);
	for (size_t k = 0; k < size; k++)
		printf("%s%02x", k % 4 ? "" : " ", bytes[k]);
	printf("\n");
}

static void
print_examples(void)
{
	for (const struct example *const *list = all_examples; *list; list++) {
		for (const struct example *example = *list; example->name; example++)
			print_example(example);
	}
}

int
main(void)
{
	const TTest *const tests[] = {
		examples_of_document_are_bytes_that_protobuf_makes,
		examples_of_document_are_all_built_here,
		examples_of_values_pass_the_check,
		statuses_of_document_are_those_of_the_list,
		NULL,
	};

	if (getenv("CONCUR_WIRE_PRINT")) {
		print_examples();
		return EXIT_SUCCESS;
	}
	return unit_run("wire_doc", tests);
}
