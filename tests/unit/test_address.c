/* Addresses: reading, refusing, printing. */
#include "config.h"

#include "daemon/io/address.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct address address;
static struct complaint complaint;
static char url[ADDRESS_URL_MAX];

START_TEST(parse_then_print_gives_the_same_or_its_full_form)
{
	static const char *const rows[][2] = {
		{ "unix:/run/concurd/concurd.sock", "unix:/run/concurd/concurd.sock" },
		{ "tcp://127.0.0.1:7400", "tcp://127.0.0.1:7400" },
		{ "tcp://127.9.8.7:0", "tcp://127.9.8.7:0" },
		{ "tcp://localhost:65535", "tcp://127.0.0.1:65535" },
		{ "tcp://[::1]:7400", "tcp://[::1]:7400" },
		{ "tcp://0.0.0.0:7400", "tcp://0.0.0.0:7400" },
		{ "tcp://[::]:7400", "tcp://[::]:7400" },
		{ "tcp://[2001:db8::1]:7400", "tcp://[2001:db8::1]:7400" },
		{ "tcp://::1:7400", "tcp://[::1]:7400" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		ck_assert_msg(address_parse(rows[i][0], &address, &complaint) == 0, "%s: %s", rows[i][0],
		    complaint.text);
		address_print(&address, url);
		ck_assert_str_eq(url, rows[i][1]);
	}
}
END_TEST

START_TEST(parse_a_relative_path_makes_it_absolute)
{
	char expected[ADDRESS_URL_MAX];

	ck_assert_int_eq(chdir("/usr"), 0);
	ck_assert_int_eq(address_parse("unix:here", &address, &complaint), 0);
	address_print(&address, url);
	(void)snprintf(expected, sizeof expected, "unix:/usr/here");
	ck_assert_str_eq(url, expected);
	ck_assert(address_is_local(&address));
}
END_TEST

START_TEST(parse_what_is_wrong_says_why)
{
	static const char *const rows[][2] = {
		{ "", "not an address" },
		{ "/run/x", "not an address" },
		{ "http://127.0.0.1:80", "not an address" },
		{ "unix:", "needs a path" },
		{ "tcp://127.0.0.1", "HOST:PORT" },
		{ "tcp://127.0.0.1:", "HOST:PORT" },
		{ "tcp://:7400", "HOST:PORT" },
		{ "tcp://127.0.0.1:65536", "HOST:PORT" },
		{ "tcp://127.0.0.1:74x", "HOST:PORT" },
		{ "tcp://127.0.0.1:-1", "HOST:PORT" },
		{ "tcp://example.org:7400", "must be a number" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		ck_assert_int_eq(address_parse(rows[i][0], &address, &complaint), -1);
		ck_assert_msg(strstr(complaint.text, rows[i][1]) != NULL, "%s: %s", rows[i][0], complaint.text);
	}
}
END_TEST

START_TEST(loopback_is_what_other_machines_do_not_reach)
{
	static const struct {
		const char *url;
		bool is_loopback;
	} rows[] = {
		{ "unix:/run/x", true },
		{ "tcp://127.0.0.1:7400", true },
		{ "tcp://127.255.0.9:7400", true },
		{ "tcp://[::1]:7400", true },
		{ "tcp://0.0.0.0:7400", false },
		{ "tcp://192.0.2.1:7400", false },
		{ "tcp://128.0.0.1:7400", false },
		{ "tcp://[::]:7400", false },
		{ "tcp://[2001:db8::1]:7400", false },
		{ "tcp://[::ffff:127.0.0.1]:7400", false },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		ck_assert_int_eq(address_parse(rows[i].url, &address, &complaint), 0);
		ck_assert_msg(address_is_loopback(&address) == rows[i].is_loopback, "%s", rows[i].url);
	}
}
END_TEST

START_TEST(parse_a_path_fits_up_to_what_a_socket_takes)
{
	char text[256] = "unix:/";

	memset(text + 6, 'p', 106);
	ck_assert_int_eq(address_parse(text, &address, &complaint), 0);
	address_print(&address, url);
	ck_assert_str_eq(url, text);
	text[112] = 'p';
	ck_assert_int_eq(address_parse(text, &address, &complaint), -1);
	ck_assert_ptr_nonnull(strstr(complaint.text, "too long"));
}
END_TEST

START_TEST(default_follows_the_environment)
{
	ck_assert_int_eq(address_default(true, url, &complaint), 0);
	ck_assert_str_eq(url, "unix:/run/concurd/concurd.sock");
	(void)setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	ck_assert_int_eq(address_default(false, url, &complaint), 0);
	ck_assert_str_eq(url, "unix:/run/user/7/concurd.sock");
	(void)unsetenv("XDG_RUNTIME_DIR");
	ck_assert_int_eq(address_default(false, url, &complaint), -1);
	ck_assert_ptr_nonnull(strstr(complaint.text, "--listen"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		parse_then_print_gives_the_same_or_its_full_form,
		parse_a_relative_path_makes_it_absolute,
		parse_what_is_wrong_says_why,
		loopback_is_what_other_machines_do_not_reach,
		parse_a_path_fits_up_to_what_a_socket_takes,
		default_follows_the_environment,
		NULL,
	};

	return unit_run("address", tests);
}
