/* Going through what a dict, list or set holds at one moment, page by page, while others go on changing it.
 *
 * Included by concur.h. The contents are those of a copy (concur_object_copy), so nothing is missed or given twice, and
 * nobody is held up. Thread-safety: an iterator is one thread's at a time. */
#ifndef CONCUR_ITERATE_H
#define CONCUR_ITERATE_H

#ifndef CONCUR_H
#error "include concur.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

typedef struct concur_iterator concur_iterator;

/* At the beginning of what the object holds now. WRONG_KIND: it is no dict, list or set. Freed with
 * concur_iterator_free(). */
CONCUR_CHECKED enum concur_status concur_iterate(concur_object *object, concur_iterator **ret_iterator);

/* The next page: items, or for a dict key, value, key, value ... in their order. NOT_THERE at the end, also of what is
 * empty. */
CONCUR_CHECKED enum concur_status concur_iterator_next(concur_iterator *iterator, struct concur_values *ret_page);

/* The copy that is gone through, for as long as the iterator is there. Another process that is given its id can go
 * through the same contents. */
concur_object *concur_iterator_copy(const concur_iterator *iterator);

/* Takes NULL. */
void concur_iterator_free(concur_iterator *iterator);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
