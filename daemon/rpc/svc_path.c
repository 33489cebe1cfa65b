/* concur.v1.Path */
#include "daemon/core/path.h"
#include "daemon/rpc/candidates.h"
#include "daemon/rpc/rpc.h"
#include "daemon/rpc/services.h"

#include <stdio.h>

enum { SVC_PATH_DETAIL = 128 }; /* bytes of a sentence about a step */

/* Reads the request's object and steps; what the path borrows is in the arena. */
static bool
svc_path_begin(struct call *call, uint64_t object, const ProtobufCBinaryData *fields, size_t count, struct path *ret)
{
	unsigned kinds = KIND_BIT(KIND_DICT) | KIND_BIT(KIND_NAMESPACE) | KIND_BIT(KIND_LIST);
	struct value *steps;
	bool *refers;

	/* The path compares versions itself: there may be more objects on it. */
	*ret = (struct path){ .object = call_object_at_any_version(call, object, kinds),
		.count = count,
		.if_version = call->if_version };
	if (!ret->object)
		return false;
	if (count == 0 || count > call->rpc->limits->depth_max) {
		call_fail_limit(call, count ? CONCUR_TOO_LARGE : CONCUR_VALUE_ERROR, count ? "depth_max" : NULL,
		    count ? "the path has too many steps" : "a path has one step or more");
		return false;
	}
	if (!(steps = call_alloc(call, count * sizeof *steps)) || !(refers = call_alloc(call, count)) ||
	    !(ret->places = call_alloc(call, count * sizeof *ret->places)))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!call_key(call, &fields[i], &steps[i], &refers[i]))
			return false;
	}
	ret->steps = steps;
	ret->refers = refers;
	return true;
}

static void
svc_path_error(struct call *call, const struct path *path, enum concur_status status)
{
	char detail[SVC_PATH_DETAIL];

	(void)snprintf(detail, sizeof detail, "step %zu of the path: %s", path->failed, path->why);
	if (status == CONCUR_NEEDS_COMPARE)
		candidates_of_step(call, path, detail);
	else
		call_fail(call, status, path->failed ? detail : NULL);
}

/* A plain no of a dict with no room for another key, or of another version; other errors, which name the step. */
static void
svc_path_fail(struct call *call, const struct path *path, enum concur_status status)
{
	if (status == CONCUR_FULL || status == CONCUR_CHANGED)
		call_done(call, CONCUR_OK, status == CONCUR_FULL ? OUTCOME_FULL : OUTCOME_CHANGED);
	else
		svc_path_error(call, path, status);
}

static void
svc_path_value(struct call *call, const struct path *path, enum concur_status status, struct blob *blob)
{
	if (status == CONCUR_OK)
		reply_value(&call->to, blob ? OUTCOME_DONE : OUTCOME_NOT_THERE, call_version(call), blob);
	else
		svc_path_fail(call, path, status);
	blob_unref(blob);
}

static void
svc_path_done(struct call *call, const struct path *path, enum concur_status status, bool missing)
{
	if (status == CONCUR_OK)
		call_done(call, CONCUR_OK, missing ? OUTCOME_NOT_THERE : OUTCOME_DONE);
	else
		svc_path_fail(call, path, status);
}

SVC_HANDLER(svc_path_get, Path, PathRequest, ValueReply)
{
	enum concur_status status;
	struct path path;
	struct blob *blob;

	if (!svc_path_begin(call, request->object, request->path, request->n_path, &path))
		return;
	status = path_get(call->core, &path, &blob);
	svc_path_value(call, &path, status, blob);
}

SVC_HANDLER(svc_path_set, Path, PathValueRequest, DoneReply)
{
	enum concur_status status;
	bool refers, missing;
	struct value value;
	struct path path;

	if (!svc_path_begin(call, request->object, request->path, request->n_path, &path) ||
	    !call_value(call, &request->value, &value, &refers))
		return;
	status = path_set(call->core, &path, &value, refers, &missing);
	svc_path_done(call, &path, status, missing);
}

SVC_HANDLER(svc_path_delete, Path, PathRequest, DoneReply)
{
	enum concur_status status;
	struct path path;
	bool missing;

	if (!svc_path_begin(call, request->object, request->path, request->n_path, &path))
		return;
	status = path_delete(call->core, &path, &missing);
	svc_path_done(call, &path, status, missing);
}

SVC_HANDLER(svc_path_add, Path, PathValueRequest, ValueReply)
{
	enum concur_status status;
	struct value number;
	struct path path;
	struct blob *sum;
	bool refers;

	if (!svc_path_begin(call, request->object, request->path, request->n_path, &path) ||
	    !call_value(call, &request->value, &number, &refers))
		return;
	status = path_add(call->core, &path, &number, &sum);
	svc_path_value(call, &path, status, sum);
}

const Concur__V1__Path_Service svc_path = CONCUR__V1__PATH__INIT(svc_path_);
