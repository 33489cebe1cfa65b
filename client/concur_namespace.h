/* Calls on namespaces: attributes by name, as those of Python's Namespace. Part of <concur.h>, which has the rules that
 * all calls share.
 *
 * A namespace is a dict whose keys are text. Attributes stand in the order in which they were first set. */
#ifndef CONCUR_NAMESPACE_H
#define CONCUR_NAMESPACE_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* NOT_THERE. */
CONCUR_CHECKED enum concur_status concur_namespace_get(concur_namespace *space, const char *name,
    struct concur_value *ret_value);
concur_future *concur_namespace_get_begin(concur_namespace *space, const char *name);

CONCUR_CHECKED enum concur_status concur_namespace_set(concur_namespace *space, const char *name,
    struct concur_value value);
concur_future *concur_namespace_set_begin(concur_namespace *space, const char *name, struct concur_value value);

/* NOT_THERE. */
CONCUR_CHECKED enum concur_status concur_namespace_delete(concur_namespace *space, const char *name);
concur_future *concur_namespace_delete_begin(concur_namespace *space, const char *name);

/* Adds a number to the one there, an absent one counts as 0; gives the sum. TYPE_ERROR, OVERFLOW. */
CONCUR_CHECKED enum concur_status concur_namespace_add(concur_namespace *space, const char *name,
    struct concur_value number, struct concur_value *ret_sum);
concur_future *concur_namespace_add_begin(concur_namespace *space, const char *name, struct concur_value number);

/* A page of names and values, as concur_dict_page(). */
CONCUR_CHECKED enum concur_status concur_namespace_page(concur_namespace *space, uint64_t cursor, uint32_t count,
    struct concur_values *ret_pairs);
concur_future *concur_namespace_page_begin(concur_namespace *space, uint64_t cursor, uint32_t count);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
