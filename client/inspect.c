/* Calls that look around. */
#include "shapes.h"

#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/inspect.pb-c.h"

/* -- objects ----------------------------------------------------------------------------------------------------- */

static concur_future *
object_info(unsigned flags, concur_object *object)
{
	return shape_object(ON(object, CONCUR_METHOD_OBJECT_INFO, RESULT_INFO, flags));
}

FORMS(listing, struct concur_listing, object_info, (concur_object * object), (object))

static concur_future *
begin_list(unsigned flags, concur_session *session, enum concur_kind kind, uint64_t cursor, uint32_t count, bool all)
{
	struct request request = { .session = session,
		.method = CONCUR_METHOD_MANAGER_LIST,
		.result = RESULT_LISTING,
		.flags = flags };
	Concur__V1__ListRequest body = CONCUR__V1__LIST_REQUEST__INIT;

	body.kind = (Concur__V1__Kind)kind;
	body.cursor = cursor;
	body.count = count;
	body.all = all;
	return request_begin_message(&request, &body.base);
}

static concur_future *
manager_list(unsigned flags, concur_session *session, enum concur_kind kind, uint64_t cursor, uint32_t count)
{
	return begin_list(flags, session, kind, cursor, count, false);
}

FORMS(listing, struct concur_listing, manager_list,
    (concur_session * session, enum concur_kind kind, uint64_t cursor, uint32_t count), (session, kind, cursor, count))

static concur_future *
manager_list_all(unsigned flags, concur_session *session, enum concur_kind kind, uint64_t cursor, uint32_t count)
{
	return begin_list(flags, session, kind, cursor, count, true);
}

FORMS(listing, struct concur_listing, manager_list_all,
    (concur_session * session, enum concur_kind kind, uint64_t cursor, uint32_t count), (session, kind, cursor, count))

/* -- holders and waiters ----------------------------------------------------------------------------------------- */

static concur_future *
object_holders(unsigned flags, concur_object *object, uint64_t cursor, uint32_t count)
{
	return shape_page(ON(object, CONCUR_METHOD_OBJECT_HOLDERS, RESULT_HOLDS, flags), cursor, count);
}

FORMS(holds, struct concur_holds, object_holders, (concur_object * object, uint64_t cursor, uint32_t count),
    (object, cursor, count))

static concur_future *
object_waiters(unsigned flags, concur_object *object, const struct concur_mark *from, uint32_t count)
{
	Concur__V1__WaitersRequest body = CONCUR__V1__WAITERS_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(object, CONCUR_METHOD_OBJECT_WAITERS, RESULT_WAITERS, flags));
	body.object = pack.object;
	body.count = count;
	body.from_session = from ? from->session : 0;
	body.from_call = from ? from->call : 0;
	body.from_number = from ? from->number : 0;
	return pack_begin(&pack, &body.base);
}

FORMS(waiters, struct concur_waiters, object_waiters,
    (concur_object * object, const struct concur_mark *from, uint32_t count), (object, from, count))

/* -- sessions ---------------------------------------------------------------------------------------------------- */

static concur_future *
manager_sessions(unsigned flags, concur_session *session, uint64_t refers_to, uint64_t cursor, uint32_t count)
{
	struct request request = { .session = session,
		.method = CONCUR_METHOD_MANAGER_SESSIONS,
		.result = RESULT_CLIENTS,
		.flags = flags };
	Concur__V1__SessionsRequest body = CONCUR__V1__SESSIONS_REQUEST__INIT;

	body.refers_to = refers_to;
	body.cursor = cursor;
	body.count = count;
	return request_begin_message(&request, &body.base);
}

FORMS(clients, struct concur_clients, manager_sessions,
    (concur_session * session, uint64_t refers_to, uint64_t cursor, uint32_t count),
    (session, refers_to, cursor, count))
