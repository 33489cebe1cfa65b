/* What the client library's system tests share: a private daemon for each test. */
#ifndef TESTS_SYSTEM_CLIENT_H
#define TESTS_SYSTEM_CLIENT_H

#include "tests/unit/unit.h"

#include "client/concur.h"

/* The status of a call, with the thread's message where it is another one. */
#define ck_status(call, expected)                                                                            \
	do {                                                                                                 \
		enum concur_status status_ = (call);                                                         \
		ck_assert_msg(status_ == (expected), "%s: %s: %s", #call, concur_status_name(status_),       \
		    concur_message());                                                                       \
	} while (0)
#define ck_ok(call) ck_status(call, CONCUR_OK)

static inline concur_session *
client_session(void)
{
	concur_session *session;

	ck_ok(concur_spawn(NULL, &session));
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
