/* Calls on no object: the manager's, and Ping. */
#include "shapes.h"

#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/object.pb-c.h"

static concur_future *
ping(unsigned flags, concur_session *session)
{
	struct request request = { .session = session,
		.method = CONCUR_METHOD_SESSION_PING,
		.result = RESULT_DONE,
		.flags = flags };
	Concur__V1__Empty body = CONCUR__V1__EMPTY__INIT;

	return request_begin_message(&request, &body.base);
}

FORMS_DONE(ping, (concur_session * session), (session))

static concur_future *
manager_info(unsigned flags, concur_session *session)
{
	struct request request = { .session = session,
		.method = CONCUR_METHOD_MANAGER_INFO,
		.result = RESULT_MANAGER,
		.flags = flags };
	Concur__V1__Empty body = CONCUR__V1__EMPTY__INIT;

	return request_begin_message(&request, &body.base);
}

FORMS(manager, struct concur_manager, manager_info, (concur_session * session), (session))

static concur_future *
manager_remove(unsigned flags, concur_session *session, const char *name)
{
	struct request request = { .session = session,
		.method = CONCUR_METHOD_MANAGER_REMOVE,
		.result = RESULT_DONE,
		.flags = flags };
	Concur__V1__NameRequest body = CONCUR__V1__NAME_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, &request);
	pack_name(&pack, name, &body.name);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(manager_remove, (concur_session * session, const char *name), (session, name))
