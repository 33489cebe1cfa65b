/* Calls on namespaces: those on dicts, with names for keys. */
#include "shapes.h"

#include "concur/v1/methods.h"

/* A value with an address, within the block it stands in. */
#define NAME(name) (((const struct concur_value[]){ concur_text(name) })[0])

static concur_future *
namespace_get(unsigned flags, concur_namespace *space, const char *name)
{
	return shape_key(ON(space, CONCUR_METHOD_DICT_GET, RESULT_VALUE, flags), &NAME(name));
}

FORMS(value, struct concur_value, namespace_get, (concur_namespace * space, const char *name), (space, name))

static concur_future *
namespace_set(unsigned flags, concur_namespace *space, const char *name, struct concur_value value)
{
	return shape_key_value(ON(space, CONCUR_METHOD_DICT_SET, RESULT_DONE, flags), &NAME(name), &value);
}

FORMS_DONE(namespace_set, (concur_namespace * space, const char *name, struct concur_value value), (space, name, value))

static concur_future *
namespace_delete(unsigned flags, concur_namespace *space, const char *name)
{
	return shape_key(ON(space, CONCUR_METHOD_DICT_DELETE, RESULT_DONE, flags), &NAME(name));
}

FORMS_DONE(namespace_delete, (concur_namespace * space, const char *name), (space, name))

static concur_future *
namespace_add(unsigned flags, concur_namespace *space, const char *name, struct concur_value number)
{
	return shape_key_value(ON(space, CONCUR_METHOD_DICT_ADD, RESULT_VALUE, flags), &NAME(name), &number);
}

FORMS(value, struct concur_value, namespace_add,
    (concur_namespace * space, const char *name, struct concur_value number), (space, name, number))

static concur_future *
namespace_page(unsigned flags, concur_namespace *space, uint64_t cursor, uint32_t count)
{
	return shape_page(ON(space, CONCUR_METHOD_DICT_PAGE, RESULT_VALUES, flags), cursor, count);
}

FORMS(values, struct concur_values, namespace_page, (concur_namespace * space, uint64_t cursor, uint32_t count),
    (space, cursor, count))
