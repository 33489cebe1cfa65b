/* Calls on sets. */
#include "shapes.h"

#include "error.h"
#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/set.pb-c.h"

static concur_future *
set_add(unsigned flags, concur_set *set, const struct concur_value *items, size_t count)
{
	return shape_values(ON(set, CONCUR_METHOD_SET_ADD, RESULT_COUNT, flags), items, count);
}

FORMS(count, int64_t, set_add, (concur_set * set, const struct concur_value *items, size_t count), (set, items, count))

static concur_future *
set_discard(unsigned flags, concur_set *set, const struct concur_value *items, size_t count)
{
	return shape_values(ON(set, CONCUR_METHOD_SET_DISCARD, RESULT_COUNT, flags), items, count);
}

FORMS(count, int64_t, set_discard, (concur_set * set, const struct concur_value *items, size_t count),
    (set, items, count))

static concur_future *
set_contains(unsigned flags, concur_set *set, struct concur_value item)
{
	return shape_value(ON(set, CONCUR_METHOD_SET_CONTAINS, RESULT_DONE, flags), &item);
}

FORMS_DONE(set_contains, (concur_set * set, struct concur_value item), (set, item))

static concur_future *
set_pop(unsigned flags, concur_set *set)
{
	return shape_object(ON(set, CONCUR_METHOD_SET_POP, RESULT_VALUE, flags));
}

FORMS(value, struct concur_value, set_pop, (concur_set * set), (set))

static concur_future *
set_page(unsigned flags, concur_set *set, uint64_t cursor, uint32_t count)
{
	return shape_page(ON(set, CONCUR_METHOD_SET_PAGE, RESULT_VALUES, flags), cursor, count);
}

FORMS(values, struct concur_values, set_page, (concur_set * set, uint64_t cursor, uint32_t count), (set, cursor, count))

static concur_future *
set_candidates(unsigned flags, concur_set *set, uint64_t cursor, uint32_t count)
{
	return shape_page(ON(set, CONCUR_METHOD_SET_CANDIDATES, RESULT_VALUES, flags), cursor, count);
}

FORMS(values, struct concur_values, set_candidates, (concur_set * set, uint64_t cursor, uint32_t count),
    (set, cursor, count))

/* -- algebra ------------------------------------------------------------------------------------------------------ */

/* `which` of the methods. */
static concur_future *
set_with_other(const struct request *request, const uint32_t *methods, size_t count, unsigned which,
    struct concur_set_side other)
{
	Concur__V1__SetRequest body = CONCUR__V1__SET_REQUEST__INIT;
	struct request chosen = *request;
	struct pack pack;

	if (which >= count)
		return request_refuse(request, error_set(CONCUR_BAD_ARGUMENT, "sets have no operation %u", which));
	chosen.method = methods[which];
	pack_init(&pack, &chosen);
	body.object = pack.object;
	if (other.set)
		body.other = pack_other(&pack, HANDLE(other.set));
	else
		pack_values(&pack, other.items, other.count, &body.n_values, &body.values);
	return pack_begin(&pack, &body.base);
}

static concur_future *
set_combine(unsigned flags, concur_set *set, enum concur_set_operation operation, struct concur_set_side other)
{
	static const uint32_t methods[] = {
		[CONCUR_SET_UNION] = CONCUR_METHOD_SET_MAKE_UNION,
		[CONCUR_SET_INTERSECTION] = CONCUR_METHOD_SET_MAKE_INTERSECTION,
		[CONCUR_SET_DIFFERENCE] = CONCUR_METHOD_SET_MAKE_DIFFERENCE,
		[CONCUR_SET_SYMMETRIC_DIFFERENCE] = CONCUR_METHOD_SET_MAKE_SYMMETRIC_DIFFERENCE,
	};

	return set_with_other(ON(set, 0, RESULT_OBJECT, flags), methods, sizeof methods / sizeof *methods, operation,
	    other);
}

concur_future *
concur_set_combine_begin(concur_set *set, enum concur_set_operation operation, struct concur_set_side other)
{
	return set_combine(0, set, operation, other);
}

enum concur_status
concur_set_combine(concur_set *set, enum concur_set_operation operation, struct concur_set_side other,
    concur_set **ret_set)
{
	concur_future *future = set_combine(FRAME_BLOCKED, set, operation, other);
	enum concur_status status;
	concur_object *object;

	future_complete(future);
	status = concur_future_object(future, &object);
	concur_future_free(future);
	if (status == CONCUR_OK)
		*ret_set = concur_object_set(object);
	return status;
}

static concur_future *
set_change(unsigned flags, concur_set *set, enum concur_set_operation operation, struct concur_set_side other)
{
	static const uint32_t methods[] = {
		[CONCUR_SET_UNION] = CONCUR_METHOD_SET_UPDATE,
		[CONCUR_SET_INTERSECTION] = CONCUR_METHOD_SET_INTERSECTION_UPDATE,
		[CONCUR_SET_DIFFERENCE] = CONCUR_METHOD_SET_DIFFERENCE_UPDATE,
		[CONCUR_SET_SYMMETRIC_DIFFERENCE] = CONCUR_METHOD_SET_SYMMETRIC_DIFFERENCE_UPDATE,
	};

	return set_with_other(ON(set, 0, RESULT_COUNT, flags), methods, sizeof methods / sizeof *methods, operation,
	    other);
}

FORMS(count, int64_t, set_change, (concur_set * set, enum concur_set_operation operation, struct concur_set_side other),
    (set, operation, other))

static concur_future *
set_ask(unsigned flags, concur_set *set, enum concur_set_question question, struct concur_set_side other)
{
	static const uint32_t methods[] = {
		[CONCUR_SET_IS_SUBSET] = CONCUR_METHOD_SET_IS_SUBSET,
		[CONCUR_SET_IS_SUPERSET] = CONCUR_METHOD_SET_IS_SUPERSET,
		[CONCUR_SET_IS_DISJOINT] = CONCUR_METHOD_SET_IS_DISJOINT,
	};

	return set_with_other(ON(set, 0, RESULT_DONE, flags), methods, sizeof methods / sizeof *methods, question,
	    other);
}

FORMS_DONE(set_ask, (concur_set * set, enum concur_set_question question, struct concur_set_side other),
    (set, question, other))
