/* Addresses: what is one, what is not, and which is taken when none is given. */
#include "unit.h"

#include "client/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

START_TEST(parse_unix_keeps_the_path)
{
	struct url url;

	ck_assert_int_eq(url_parse("unix:/run/a b.sock", &url), CONCUR_OK);
	ck_assert_int_eq(url.kind, URL_UNIX);
	ck_assert_str_eq(url.path, "/run/a b.sock");
}
END_TEST

START_TEST(parse_unix_at_the_limit_of_the_path)
{
	char text[128];
	struct url url;

	memset(text, 'x', sizeof text);
	memcpy(text, "unix:", 5);
	text[5 + 107] = 0;
	ck_assert_int_eq(url_parse(text, &url), CONCUR_OK);
	ck_assert_uint_eq(strlen(url.path), 107);
	text[5 + 107] = 'x';
	text[5 + 108] = 0;
	ck_assert_int_eq(url_parse(text, &url), CONCUR_BAD_ADDRESS);
}
END_TEST

START_TEST(parse_tcp_splits_host_and_port)
{
	struct url url;

	ck_assert_int_eq(url_parse("tcp://localhost:65535", &url), CONCUR_OK);
	ck_assert_int_eq(url.kind, URL_TCP);
	ck_assert_str_eq(url.host, "localhost");
	ck_assert_str_eq(url.port, "65535");
	ck_assert_int_eq(url_parse("tcp://[::1]:80", &url), CONCUR_OK);
	ck_assert_str_eq(url.host, "::1");
	ck_assert_str_eq(url.port, "80");
}
END_TEST

START_TEST(parse_anything_else_is_bad_address)
{
	static const char *const bad[] = { "", "unix:", "unix", "/run/x", "tcp:localhost:1", "tcp://localhost",
		"tcp://localhost:", "tcp://:1", "tcp://[]:1", "tcp://h:0", "tcp://h:65536", "tcp://h:1x", "tcp://h:+1",
		"tcp://h:000001", "http://h:1" };
	struct url url;

	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		ck_assert_msg(url_parse(bad[i], &url) == CONCUR_BAD_ADDRESS, "%s", bad[i]);
		ck_assert_ptr_nonnull(strstr(concur_message(), "is not an address"));
	}
}
END_TEST

START_TEST(default_environment_wins)
{
	char room[64];

	setenv("CONCUR_URL", "tcp://h:1", 1);
	ck_assert_int_eq(url_default(room, sizeof room), CONCUR_OK);
	ck_assert_str_eq(room, "tcp://h:1");
	ck_assert_int_eq(url_default(room, 5), CONCUR_BAD_ADDRESS);
}
END_TEST

START_TEST(default_without_it_is_the_users_own)
{
	char room[64];

	unsetenv("CONCUR_URL");
	setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
	ck_assert_int_eq(url_default(room, sizeof room), CONCUR_OK);
	ck_assert_str_eq(room, geteuid() == 0 ? "unix:/run/concurd/concurd.sock" : "unix:/run/user/1/concurd.sock");
}
END_TEST

START_TEST(connect_nobody_there_is_no_daemon)
{
	char text[] = "/tmp/test-url-XXXXXX", url[64];
	concur_session *session;

	ck_assert_ptr_nonnull(mkdtemp(text));
	snprintf(url, sizeof url, "unix:%s/none", text);
	ck_assert_int_eq(concur_connect(url, NULL, &session), CONCUR_NO_DAEMON);
	ck_assert_ptr_nonnull(strstr(concur_message(), url));
	ck_assert_int_eq(concur_connect("nonsense", NULL, &session), CONCUR_BAD_ADDRESS);
	rmdir(text);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { parse_unix_keeps_the_path, parse_unix_at_the_limit_of_the_path,
		parse_tcp_splits_host_and_port, parse_anything_else_is_bad_address, default_environment_wins,
		default_without_it_is_the_users_own, connect_nobody_there_is_no_daemon, NULL };

	return unit_run("client_url", tests);
}
