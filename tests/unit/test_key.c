/* Keys: what a file of one must be like. */
#include "lib/key.h"

#include "tests/unit/unit.h"

#include <string.h>

static void
check_fault(const char *fault, const char *expected)
{
	if (expected)
		ck_assert_msg(fault && strstr(fault, expected), "%s and not: %s", fault ? fault : "(none)", expected);
	else
		ck_assert_msg(!fault, "%s", fault);
}

START_TEST(file_that_others_can_use_is_refused)
{
	enum { ME = 1000, OTHER = 1001, ROOT = 0 };
	static const struct {
		struct key_file file;
		const char *fault;
	} rows[] = {
		{ { true, 0600, ME, ME, ME }, NULL },
		{ { true, 0400, ME, ME, ME }, NULL },
		{ { true, 0700, ME, ME, ME }, NULL },
		{ { true, 0400, ROOT, ROOT, ME }, NULL },
		{ { true, 0600, ROOT, ROOT, ROOT }, NULL },
		/* A credential of the service manager: an access list lets the service read it. */
		{ { true, 0440, ROOT, ROOT, ME }, NULL },
		{ { false, 0600, ME, ME, ME }, "not a plain file" },
		{ { true, 0600, OTHER, ME, ME }, "another user" },
		{ { true, 0600, ME, ME, ROOT }, "another user" },
		{ { true, 0640, ME, ME, ME }, "chmod 600" },
		{ { true, 0620, ME, ME, ME }, "chmod 600" },
		{ { true, 0610, ME, ME, ME }, "chmod 600" },
		{ { true, 0604, ME, ME, ME }, "chmod 600" },
		{ { true, 0602, ME, ME, ME }, "chmod 600" },
		{ { true, 0640, ROOT, ME, ME }, "chmod 600" },
		{ { true, 0640, ME, ROOT, ME }, "chmod 600" },
		{ { true, 0444, ROOT, ROOT, ME }, "chmod 600" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		check_fault(key_file_fault(&rows[i].file), rows[i].fault);
}
END_TEST

START_TEST(take_leaves_out_one_newline)
{
	static const struct {
		const char *text;
		size_t size;
	} rows[] = {
		{ "0123456789abcdef", 16 },
		{ "0123456789abcdef\n", 16 },
		{ "0123456789abcdef\n\n", 17 },
		{ "0123456789abcde\r\n", 16 },
		{ "\n0123456789abcde", 16 },
	};
	struct key key;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		check_fault(key_take(rows[i].text, strlen(rows[i].text), &key), NULL);
		ck_assert_uint_eq(key.size, rows[i].size);
		ck_assert_mem_eq(key.bytes, rows[i].text, key.size);
	}
}
END_TEST

START_TEST(take_of_too_few_or_too_many_bytes_is_refused)
{
	uint8_t bytes[KEY_ROOM];
	struct key key;

	memset(bytes, 'k', sizeof bytes);
	check_fault(key_take(bytes, 0, &key), "less than 16");
	check_fault(key_take(bytes, KEY_MIN - 1, &key), "less than 16");
	check_fault(key_take("0123456789abcde\n", KEY_MIN, &key), "less than 16");
	check_fault(key_take(bytes, KEY_MIN, &key), NULL);
	check_fault(key_take(bytes, KEY_MAX, &key), NULL);
	check_fault(key_take(bytes, KEY_MAX + 1, &key), "more than 1024");
	check_fault(key_take(bytes, KEY_ROOM, &key), "more than 1024");
	bytes[KEY_MAX] = '\n';
	check_fault(key_take(bytes, KEY_MAX + 1, &key), NULL);
	ck_assert_uint_eq(key.size, KEY_MAX);
}
END_TEST

START_TEST(forget_leaves_nothing)
{
	static const struct key nothing;
	struct key key;

	memset(&key, 'k', sizeof key);
	key_forget(&key);
	ck_assert_mem_eq(&key, &nothing, sizeof key);
	key_forget(NULL);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		file_that_others_can_use_is_refused,
		take_leaves_out_one_newline,
		take_of_too_few_or_too_many_bytes_is_refused,
		forget_leaves_nothing,
		NULL,
	};

	return unit_run("key", tests);
}
