/* concur.v1.Cell: the kind that users know as Value. */
#include "daemon/rpc/services.h"

#include "daemon/core/cell.h"
#include "daemon/rpc/candidates.h"

static struct cell *
svc_cell_object(struct call *call, uint64_t id)
{
	return (struct cell *)call_object(call, id, KIND_BIT(KIND_CELL));
}

static void
svc_cell_reply(struct call *call, const struct cell *cell, enum concur_status status, enum outcome outcome)
{
	if (status == CONCUR_OK)
		reply_value(&call->to, outcome, call->object->version, cell_get(cell));
	else
		call_fail(call, status, NULL);
}

SVC_HANDLER(svc_cell_get, Cell, ObjectRequest, ValueReply)
{
	struct cell *cell = svc_cell_object(call, request->object);

	if (cell)
		svc_cell_reply(call, cell, CONCUR_OK, OUTCOME_DONE);
}

SVC_HANDLER(svc_cell_set, Cell, ValueRequest, DoneReply)
{
	struct cell *cell = svc_cell_object(call, request->object);
	struct value value;
	bool refers;

	if (cell && call_value(call, &request->value, &value, &refers))
		call_done(call, cell_set(call->core, cell, &value, refers, NULL), OUTCOME_DONE);
}

SVC_HANDLER(svc_cell_exchange, Cell, ValueRequest, ValueReply)
{
	struct cell *cell = svc_cell_object(call, request->object);
	enum concur_status status;
	struct value value;
	struct blob *old;
	bool refers;

	if (!cell || !call_value(call, &request->value, &value, &refers))
		return;
	status = cell_set(call->core, cell, &value, refers, &old);
	if (status != CONCUR_OK) {
		call_fail(call, status, NULL);
		return;
	}
	reply_value(&call->to, OUTCOME_DONE, call->object->version, old);
	blob_unref(old);
}

static void
svc_cell_change(struct call *call, const Concur__V1__ValueRequest *request, enum typecode_operation operation)
{
	struct cell *cell = svc_cell_object(call, request->object);
	struct value operand;
	bool refers;

	if (cell && call_value(call, &request->value, &operand, &refers))
		svc_cell_reply(call, cell, cell_change(call->core, cell, operation, &operand, refers), OUTCOME_DONE);
}

SVC_HANDLER(svc_cell_add, Cell, ValueRequest, ValueReply)
{
	svc_cell_change(call, request, TYPECODE_ADD);
}

SVC_HANDLER(svc_cell_subtract, Cell, ValueRequest, ValueReply)
{
	svc_cell_change(call, request, TYPECODE_SUBTRACT);
}

SVC_HANDLER(svc_cell_maximum, Cell, ValueRequest, ValueReply)
{
	svc_cell_change(call, request, TYPECODE_MAXIMUM);
}

SVC_HANDLER(svc_cell_minimum, Cell, ValueRequest, ValueReply)
{
	svc_cell_change(call, request, TYPECODE_MINIMUM);
}

SVC_HANDLER(svc_cell_compare_exchange, Cell, CompareRequest, ValueReply)
{
	struct cell *cell = svc_cell_object(call, request->object);
	struct value expected, value;
	enum outcome outcome = OUTCOME_DONE;
	enum concur_status status;
	bool refers;

	if (!cell || !call_value(call, &request->expected, &expected, &refers) ||
	    !call_value(call, &request->value, &value, &refers))
		return;
	status = cell_compare_exchange(call->core, cell, &expected, &value, refers, &outcome);
	if (status == CONCUR_NEEDS_COMPARE && !candidates_compared(call)) {
		candidates_of_value(call, cell_get(cell));
		return;
	}
	/* Compared, and not the same bytes: it is another one. */
	if (status == CONCUR_NEEDS_COMPARE) {
		status = CONCUR_OK;
		outcome = OUTCOME_CHANGED;
	}
	svc_cell_reply(call, cell, status, outcome);
}

const Concur__V1__Cell_Service svc_cell = CONCUR__V1__CELL__INIT(svc_cell_);
