/* Calls by a path. */
#include "shapes.h"

#include "pack.h"

#include "concur/v1/methods.h"
#include "concur/v1/path.pb-c.h"

static concur_future *
path_shape(const struct request *request, const struct concur_value *path, size_t count)
{
	Concur__V1__PathRequest body = CONCUR__V1__PATH_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	pack_values(&pack, path, count, &body.n_path, &body.path);
	return pack_begin(&pack, &body.base);
}

static concur_future *
path_value_shape(const struct request *request, const struct concur_value *path, size_t count,
    const struct concur_value *value)
{
	Concur__V1__PathValueRequest body = CONCUR__V1__PATH_VALUE_REQUEST__INIT;
	struct pack pack;

	pack_init(&pack, request);
	body.object = pack.object;
	pack_values(&pack, path, count, &body.n_path, &body.path);
	pack_value(&pack, value, &body.value);
	return pack_begin(&pack, &body.base);
}

static concur_future *
path_get(unsigned flags, concur_object *object, const struct concur_value *path, size_t count)
{
	return path_shape(ON(object, CONCUR_METHOD_PATH_GET, RESULT_VALUE, flags), path, count);
}

FORMS(value, struct concur_value, path_get, (concur_object * object, const struct concur_value *path, size_t count),
    (object, path, count))

static concur_future *
path_set(unsigned flags, concur_object *object, const struct concur_value *path, size_t count,
    struct concur_value value)
{
	return path_value_shape(ON(object, CONCUR_METHOD_PATH_SET, RESULT_DONE, flags), path, count, &value);
}

FORMS_DONE(path_set, (concur_object * object, const struct concur_value *path, size_t count, struct concur_value value),
    (object, path, count, value))

static concur_future *
path_delete(unsigned flags, concur_object *object, const struct concur_value *path, size_t count)
{
	return path_shape(ON(object, CONCUR_METHOD_PATH_DELETE, RESULT_DONE, flags), path, count);
}

FORMS_DONE(path_delete, (concur_object * object, const struct concur_value *path, size_t count), (object, path, count))

static concur_future *
path_add(unsigned flags, concur_object *object, const struct concur_value *path, size_t count,
    struct concur_value number)
{
	return path_value_shape(ON(object, CONCUR_METHOD_PATH_ADD, RESULT_VALUE, flags), path, count, &number);
}

FORMS(value, struct concur_value, path_add,
    (concur_object * object, const struct concur_value *path, size_t count, struct concur_value number),
    (object, path, count, number))
