/* What the client library's system tests share: a private daemon for each test. */
#ifndef TESTS_SYSTEM_CLIENT_H
#define TESTS_SYSTEM_CLIENT_H

#include "tests/unit/unit.h"

#include "client/concur.h"

static inline void
client_check(enum concur_status status, enum concur_status expected, const char *call, int line)
{
	ck_assert_msg(status == expected, "line %d: %s: %s: %s", line, call, concur_status_name(status),
	    concur_message());
}

/* The status of a call; shown with the thread's message where it is another one. */
#define ck_status(call, expected) client_check((call), (expected), #call, __LINE__)
#define ck_ok(call) client_check((call), CONCUR_OK, #call, __LINE__)

static inline concur_session *
client_session(void)
{
	concur_session *session;

	ck_ok(concur_spawn(NULL, &session));
	return session;
}

/* The same, of a daemon where an anonymous object goes as soon as nobody refers to it. */
static inline concur_session *
client_session_without_linger(void)
{
	static const char *const arguments[] = { "--limit", "linger_seconds=0", NULL };
	const struct concur_options options = { .arguments = arguments };
	concur_session *session;

	ck_ok(concur_spawn(&options, &session));
	return session;
}

/* Waits for the future and frees it. */
static inline enum concur_status
client_end(concur_future *future)
{
	enum concur_status status = concur_future_wait(future, CONCUR_FOREVER);

	concur_future_free(future);
	return status;
}

#endif
