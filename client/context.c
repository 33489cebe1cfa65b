/* Contexts that a program makes for its coroutines or tasks. */
#include "error.h"
#include "fork.h"
#include "session.h"
#include "thread.h"

#include <stdlib.h>

struct concur_context {
	concur_session *session; /* a reference */
	struct owner owner;
};

enum concur_status
concur_context_new(concur_session *session, concur_context **ret_context)
{
	concur_context *context = calloc(1, sizeof *context);

	if (!context)
		return error_plain(CONCUR_NO_MEMORY);
	context->session = session_ref(session);
	owner_renew(&context->owner, session);
	*ret_context = context;
	return CONCUR_OK;
}

enum concur_status
concur_context_use(concur_session *session, concur_context *context)
{
	if (context && context->session != session)
		return error_set(CONCUR_BAD_ARGUMENT, "the context belongs to another session");
	if (thread_act_for(session, context ? &context->owner : NULL))
		return error_plain(CONCUR_NO_MEMORY);
	return CONCUR_OK;
}

void
concur_context_free(concur_context *context)
{
	if (!context)
		return;
	if (context->owner.word == fork_word())
		session_context_end(context->session, context->owner.number);
	session_unref(context->session);
	free(context);
}
