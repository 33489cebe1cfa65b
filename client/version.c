/* Calls that are carried out only at one version of their object. */
#include "error.h"
#include "future.h"
#include "thread.h"

enum concur_status
concur_if_version(concur_session *session, uint64_t version)
{
	struct owner *owner = thread_owner(session);

	if (!owner)
		return error_plain(CONCUR_NO_MEMORY);
	owner->if_version = version;
	return CONCUR_OK;
}

/* Results whose replies have the version as their second number. */
static bool
has_version(enum result result)
{
	return result == RESULT_DONE || result == RESULT_VALUE || result == RESULT_VALUES;
}

enum concur_status
concur_future_version(concur_future *future, uint64_t *ret_version)
{
	enum concur_status status = concur_future_wait(future, CONCUR_FOREVER);
	struct reply_fields fields;

	if (!future || future->call.status != CONCUR_OK || !call_is_done(&future->call))
		return status;
	if (!has_version(future->result))
		return error_set(CONCUR_BAD_ARGUMENT, "the reply to that call tells no version");
	if (reply_scan(future->call.body, future->call.size, &fields) != CONCUR_OK)
		return future_bad_reply();
	*ret_version = fields.second;
	return status;
}
