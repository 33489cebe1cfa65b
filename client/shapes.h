/* The few shapes that most requests have: each fills its message and begins the call. Thread-safety: any thread.
 *
 * An RPC of one of these shapes is a static function that names its method and result, and one of FORMS. */
#ifndef CLIENT_SHAPES_H
#define CLIENT_SHAPES_H

#include "future.h"
#include "object.h"
#include "request.h"

/* The request of a call on a handle. */
#define ON(handle, method_id, result_kind, call_flags)                \
	(&(const struct request){ .session = HANDLE(handle)->session, \
	    .object = HANDLE(handle),                                 \
	    .method = (method_id),                                    \
	    .result = (result_kind),                                  \
	    .flags = (call_flags) })

/* The same for a call that may wait in the daemon. */
#define ON_WAITING(handle, method_id, result_kind, call_flags)        \
	(&(const struct request){ .session = HANDLE(handle)->session, \
	    .object = HANDLE(handle),                                 \
	    .method = (method_id),                                    \
	    .result = (result_kind),                                  \
	    .flags = (call_flags),                                    \
	    .waits = true,                                            \
	    .at_once = (call_flags)&FRAME_BLOCKED })

concur_future *shape_object(const struct request *request);
concur_future *shape_other(const struct request *request, concur_object *other);
concur_future *shape_wait(const struct request *request, int64_t timeout_ns);
concur_future *shape_count(const struct request *request, int64_t count);
concur_future *shape_key(const struct request *request, const struct concur_value *key);
concur_future *shape_key_value(const struct request *request, const struct concur_value *key,
    const struct concur_value *value);
concur_future *shape_index(const struct request *request, int64_t index);
concur_future *shape_index_value(const struct request *request, int64_t index, const struct concur_value *value);
concur_future *shape_value(const struct request *request, const struct concur_value *value);
concur_future *shape_values(const struct request *request, const struct concur_value *values, size_t count);
concur_future *shape_compare(const struct request *request, const struct concur_value *key,
    const struct concur_value *expected, const struct concur_value *value);
concur_future *shape_page(const struct request *request, uint64_t cursor, uint32_t count);

/* The two public forms, concur_NAME() and concur_NAME_begin(), of a call that `NAME(flags, ARGS)` begins. FORMS is for
 * calls with a result, which concur_future_TAKER() takes, FORMS_DONE for those without. */
/* clang-format off */
#define FORMS_STRIP(...) __VA_ARGS__

#define FORMS_DONE(name, params, args)                                          \
	concur_future *                                                         \
	concur_##name##_begin params                                            \
	{                                                                       \
		return name(0, FORMS_STRIP args);                               \
	}                                                                       \
                                                                                \
	enum concur_status                                                      \
	concur_##name params                                                    \
	{                                                                       \
		concur_future *future = name(FRAME_BLOCKED, FORMS_STRIP args);  \
		enum concur_status status;                                      \
                                                                                \
		future_complete(future);                                        \
		status = concur_future_wait(future, CONCUR_FOREVER);            \
		concur_future_free(future);                                     \
		return status;                                                  \
	}

#define FORMS(taker, type, name, params, args)                                  \
	concur_future *                                                         \
	concur_##name##_begin params                                            \
	{                                                                       \
		return name(0, FORMS_STRIP args);                               \
	}                                                                       \
                                                                                \
	enum concur_status                                                      \
	concur_##name(FORMS_STRIP params, type *ret_result)                     \
	{                                                                       \
		concur_future *future = name(FRAME_BLOCKED, FORMS_STRIP args);  \
		enum concur_status status;                                      \
                                                                                \
		future_complete(future);                                        \
		status = concur_future_##taker(future, ret_result);             \
		concur_future_free(future);                                     \
		return status;                                                  \
	}
/* clang-format on */

#endif
