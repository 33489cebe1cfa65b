/* Comparing objects, and the lock that a value or an array has of its own. */
#include "shapes.h"

#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/object.pb-c.h"

static concur_future *
object_equal(unsigned flags, concur_object *object, concur_object *other)
{
	Concur__V1__EqualRequest body = CONCUR__V1__EQUAL_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(object, CONCUR_METHOD_OBJECT_EQUAL, RESULT_DONE, flags));
	body.object = pack.object;
	body.other = pack_other(&pack, other);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(object_equal, (concur_object * object, concur_object *other), (object, other))

static concur_future *
object_equal_value(unsigned flags, concur_object *object, struct concur_value value)
{
	Concur__V1__EqualRequest body = CONCUR__V1__EQUAL_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(object, CONCUR_METHOD_OBJECT_EQUAL, RESULT_DONE, flags));
	body.object = pack.object;
	pack_value(&pack, &value, &body.value);
	return pack_begin(&pack, &body.base);
}

FORMS_DONE(object_equal_value, (concur_object * object, struct concur_value value), (object, value))

enum concur_status
concur_object_own_lock(concur_object *object, concur_lock **ret_lock)
{
	concur_future *future = shape_object(ON(object, CONCUR_METHOD_OBJECT_LOCK, RESULT_OBJECT, FRAME_BLOCKED));
	enum concur_status status;
	concur_object *lock;

	future_complete(future);
	status = concur_future_object(future, &lock);
	concur_future_free(future);
	if (status == CONCUR_OK)
		*ret_lock = concur_object_lock(lock);
	return status;
}
