/* Values: changing one item deep inside, on the encoded bytes.
 *
 * A change begins with a `struct value_place` for each container on the way, the outermost first, each found in what
 * the one before gave: value_edit_find(). Then value_edit_measure() says how large the outermost container becomes, and
 * value_edit_write() writes it, all containers on the way with it, in one pass. Nothing here allocates.
 *
 * Thread-safety: pure functions. Values are checked ones. */
#ifndef LIB_VALUE_EDIT_H
#define LIB_VALUE_EDIT_H

#include "value.h"

/* Where something stands in a container, or would be put in. */
struct value_place {
	struct value container; /* a LIST, TUPLE or MAP, borrowed */
	struct value key;       /* MAP: as it stands there, or as it would be put in; borrowed */
	size_t from, to;        /* bytes of the payload: the item or the pair, whole. Equal: it is not there */
	size_t twins;           /* MAP: bytes of pairs before it whose keys are equal; a change takes them out */
	size_t size;            /* of the payload after the change; value_edit_measure() sets it */
};

/* The item at the index, negative ones from the end, or the value at the key: of several the last, as for whoever
 * decodes the map. *ret_item is of kind NONE if the map has no such key. INDEX_ERROR; TYPE_ERROR if the step is no
 * integer, or the value no LIST, TUPLE or MAP; NEEDS_COMPARE if it is not there, but there are keys that only the
 * client can compare. O(size). */
enum concur_status value_edit_find(const struct value *container, const struct value *step, struct value_place *ret,
    struct value *ret_item);

/* Bytes of the payload of the outermost container when `item` stands at the innermost place, or when nothing does
 * (NULL). `count` is above 0. */
size_t value_edit_measure(struct value_place *places, size_t count, const struct value *item);

/* Writes so many bytes, of places that were measured with the same item. */
void value_edit_write(uint8_t *to, const struct value_place *places, size_t count, const struct value *item);

/* Whether the value is nested at most so deep; a scalar has depth 1. */
bool value_edit_is_within(const struct value *value, unsigned depth_max);

#endif
