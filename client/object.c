/* Handles, and the calls that every kind has. */
#include "shapes.h"

#include "error.h"
#include "fork.h"
#include "pack.h"
#include "session.h"

#include "concur/v1/methods.h"
#include "concur/v1/object.pb-c.h"

#include <stdatomic.h>
#include <stdlib.h>

concur_object *
object_new(concur_session *session, uint64_t id, enum concur_kind kind)
{
	concur_object *object = malloc(sizeof *object);

	if (object)
		*object = (concur_object){ session_ref(session), id, kind, 0, fork_word() };
	return object;
}

void
object_drop(concur_object *object)
{
	if (!object)
		return;
	session_unref(object->session);
	free(object);
}

/* Takes one more reference for this process's session. Other threads that use the handle wait. */
static enum concur_status
object_refer(concur_object *object)
{
	concur_object *twin;
	enum concur_status status = CONCUR_OK;

	fork_lock();
	if (atomic_load(&object->word) != fork_word()) {
		status = concur_object_ref(object->session, object->id, &twin);
		if (status == CONCUR_OK) {
			object_drop(twin); /* the reference is this handle's now */
			atomic_store_explicit(&object->word, fork_word(), memory_order_release);
		}
	}
	fork_unlock();
	return status;
}

enum concur_status
object_adopt(concur_object *object)
{
	if (__builtin_expect(atomic_load_explicit(&object->word, memory_order_acquire) == fork_word(), 1))
		return CONCUR_OK;
	return object_refer(object);
}

void
concur_object_free(concur_object *object)
{
	Concur__V1__ObjectRequest body = CONCUR__V1__OBJECT_REQUEST__INIT;

	if (!object)
		return;
	body.object = object->id;
	if (atomic_load(&object->word) == fork_word())
		request_tell(object->session, CONCUR_METHOD_OBJECT_UNREF, &body.base);
	object_drop(object);
}

/* -- opening ------------------------------------------------------------------------------------------------------ */

static concur_future *
object_open(unsigned flags, concur_session *session, enum concur_kind kind, const char *name,
    const struct concur_open *how)
{
	struct request request = { .session = session,
		.method = CONCUR_METHOD_OBJECT_OPEN,
		.result = RESULT_OBJECT,
		.flags = flags };
	Concur__V1__OpenRequest body = CONCUR__V1__OPEN_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, &request);
	pack_name(&pack, name, &body.name);
	body.kind = (Concur__V1__Kind)kind;
	if (how) {
		body.lifetime = (Concur__V1__Lifetime)how->lifetime;
		body.must_exist = how->must_exist;
		body.must_create = how->must_create;
		body.maxsize = how->maxsize;
		body.order = (Concur__V1__QueueOrder)how->order;
		body.strict = how->strict;
		body.bounded = how->bounded;
		body.evict = how->evict;
		body.nested = how->nested;
		body.robust = how->robust;
		body.count = how->count;
		body.has_count = how->has_count;
		body.typecode = (unsigned char)how->typecode;
		body.lock = how->lock ? how->lock->id : 0;
		body.default_wait_ns = how->timeout_ns;
		pack_maybe(&pack, &how->value, &body.value);
	}
	return pack_begin(&pack, &body.base);
}

FORMS(object, concur_object *, object_open,
    (concur_session * session, enum concur_kind kind, const char *name, const struct concur_open *how),
    (session, kind, name, how))

static concur_future *
object_ref(unsigned flags, concur_session *session, uint64_t id)
{
	struct request request = { .session = session,
		.method = CONCUR_METHOD_OBJECT_REF,
		.result = RESULT_OBJECT,
		.flags = flags };
	Concur__V1__ObjectRequest body = CONCUR__V1__OBJECT_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, &request);
	body.object = id;
	return pack_begin(&pack, &body.base);
}

FORMS(object, concur_object *, object_ref, (concur_session * session, uint64_t id), (session, id))

enum concur_status
concur_object_take(concur_session *session, const struct concur_value *value, concur_object **ret_object)
{
	Concur__V1__ObjectRequest body = CONCUR__V1__OBJECT_REQUEST__INIT;
	enum concur_status status;

	if (value->kind != CONCUR_VALUE_OBJECT)
		return error_set(CONCUR_BAD_ARGUMENT, "the value refers to no object");
	status = concur_object_ref(session, value->object, ret_object);
	body.object = value->object;
	if (status == CONCUR_OK)
		request_tell(session, CONCUR_METHOD_OBJECT_UNREF, &body.base);
	return status;
}

/* clang-format off */
#define OPENS(type, KIND)                                                                                              \
	enum concur_status                                                                                             \
	concur_##type##_open(concur_session *session, const char *name, const struct concur_open *how,                 \
	    concur_##type **ret_##type)                                                                                \
	{                                                                                                              \
		concur_object *object;                                                                                 \
		enum concur_status status = concur_object_open(session, CONCUR_KIND_##KIND, name, how, &object);       \
                                                                                                                       \
		if (status == CONCUR_OK)                                                                               \
			*ret_##type = (concur_##type *)(void *)object;                                                 \
		return status;                                                                                         \
	}                                                                                                              \
                                                                                                                       \
	concur_##type *                                                                                                \
	concur_object_##type(concur_object *object)                                                                    \
	{                                                                                                              \
		return concur_object_kind(object) == CONCUR_KIND_##KIND ? (concur_##type *)(void *)object : NULL;                    \
	}
/* clang-format on */

OPENS(dict, DICT)
OPENS(list, LIST)
OPENS(queue, QUEUE)
OPENS(cell, CELL)
OPENS(condition, CONDITION)
OPENS(rwlock, RWLOCK)
OPENS(pipe, PIPE)
OPENS(set, SET)
OPENS(namespace, NAMESPACE)
OPENS(array, ARRAY)
OPENS(event, EVENT)
OPENS(semaphore, SEMAPHORE)
OPENS(barrier, BARRIER)
OPENS(latch, LATCH)
OPENS(process, PROCESS)

/* Locks and rlocks have one type of handle. */
static enum concur_status
lock_open(concur_session *session, enum concur_kind kind, const char *name, const struct concur_open *how,
    concur_lock **ret_lock)
{
	concur_object *object;
	enum concur_status status = concur_object_open(session, kind, name, how, &object);

	if (status == CONCUR_OK)
		*ret_lock = (concur_lock *)(void *)object;
	return status;
}

enum concur_status
concur_lock_open(concur_session *session, const char *name, const struct concur_open *how, concur_lock **ret_lock)
{
	return lock_open(session, CONCUR_KIND_LOCK, name, how, ret_lock);
}

enum concur_status
concur_rlock_open(concur_session *session, const char *name, const struct concur_open *how, concur_lock **ret_lock)
{
	return lock_open(session, CONCUR_KIND_RLOCK, name, how, ret_lock);
}

concur_lock *
concur_object_lock(concur_object *object)
{
	enum concur_kind kind = concur_object_kind(object);

	return kind == CONCUR_KIND_LOCK || kind == CONCUR_KIND_RLOCK ? (concur_lock *)(void *)object : NULL;
}

/* -- what every kind has ------------------------------------------------------------------------------------------ */

uint64_t
concur_object_id(const concur_object *object)
{
	return object->id;
}

enum concur_kind
concur_object_kind(const concur_object *object)
{
	return object->kind;
}

struct concur_value
concur_reference(const concur_object *object)
{
	struct concur_value value = { .kind = CONCUR_VALUE_OBJECT, .tag = (uint32_t)object->kind };

	value.object = object->id;
	return value;
}

static concur_future *
object_len(unsigned flags, concur_object *object)
{
	return shape_object(ON(object, CONCUR_METHOD_OBJECT_LEN, RESULT_COUNT, flags));
}

FORMS(count, int64_t, object_len, (concur_object * object), (object))

static concur_future *
object_clear(unsigned flags, concur_object *object)
{
	return shape_object(ON(object, CONCUR_METHOD_OBJECT_CLEAR, RESULT_DONE, flags));
}

FORMS_DONE(object_clear, (concur_object * object), (object))

static concur_future *
object_copy(unsigned flags, concur_object *object)
{
	Concur__V1__CopyRequest body = CONCUR__V1__COPY_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, ON(object, CONCUR_METHOD_OBJECT_COPY, RESULT_OBJECT, flags));
	body.object = pack.object;
	return pack_begin(&pack, &body.base);
}

FORMS(object, concur_object *, object_copy, (concur_object * object), (object))

uint64_t
concur_object_original_version(const concur_object *copy)
{
	return copy->version;
}

static concur_future *
object_remove(unsigned flags, concur_object *object)
{
	return shape_object(ON(object, CONCUR_METHOD_OBJECT_REMOVE, RESULT_DONE, flags));
}

FORMS_DONE(object_remove, (concur_object * object), (object))
