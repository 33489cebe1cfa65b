/* Iterators: a copy, and where in it the next page begins.
 *
 * Dicts and sets tell where their next page begins. Of a list so many items are asked for as may fill a page, going by
 * the size of the last one. */
#include "concur.h"

#include "error.h"
#include "future.h"
#include "object.h"

#include <stdlib.h>

enum {
	ITERATE_FIRST = 16,         /* items of a list: of unknown size */
	ITERATE_MAX = 4096,         /* items */
	ITERATE_BYTES = 256 * 1024, /* that a page of a list should have */
};

struct concur_iterator {
	concur_object *copy;
	uint64_t cursor; /* of the next page; of a list the index of its first item */
	int64_t len;     /* of a list */
	int64_t count;   /* items of a list to ask for */
	bool is_over;
};

enum concur_status
concur_iterate(concur_object *object, concur_iterator **ret_iterator)
{
	concur_iterator *iterator;
	enum concur_status status;

	if (object->kind != CONCUR_KIND_DICT && object->kind != CONCUR_KIND_LIST && object->kind != CONCUR_KIND_SET)
		return error_set(CONCUR_WRONG_KIND, "only a dict, a list or a set can be gone through");
	iterator = calloc(1, sizeof *iterator);
	if (!iterator)
		return error_plain(CONCUR_NO_MEMORY);
	iterator->count = ITERATE_FIRST;
	status = concur_object_copy(object, &iterator->copy);
	if (status == CONCUR_OK && object->kind == CONCUR_KIND_LIST)
		status = concur_object_len(iterator->copy, &iterator->len);
	if (status != CONCUR_OK) {
		concur_iterator_free(iterator);
		return status;
	}
	*ret_iterator = iterator;
	return CONCUR_OK;
}

static enum concur_status
iterate_list(concur_iterator *iterator, struct concur_values *ret_page)
{
	int64_t from = (int64_t)iterator->cursor, left = iterator->len - from;
	int64_t count = iterator->count < left ? iterator->count : left;
	enum concur_status status;
	concur_future *future;

	future = concur_list_get_slice_begin(concur_object_list(iterator->copy), CONCUR_SLICE(from, from + count));
	future_complete(future);
	status = concur_future_values(future, ret_page);
	if (status == CONCUR_OK) {
		int64_t fitting = count * ITERATE_BYTES / (int64_t)(future->call.size + 1);

		iterator->count = fitting < 1 ? 1 : fitting > ITERATE_MAX ? ITERATE_MAX : fitting;
		iterator->cursor = (uint64_t)(from + count);
		iterator->is_over = count == left;
	}
	concur_future_free(future);
	return status;
}

static enum concur_status
iterate_pages(concur_iterator *iterator, struct concur_values *ret_page)
{
	concur_object *copy = iterator->copy;
	enum concur_status status;

	if (copy->kind == CONCUR_KIND_DICT)
		status = concur_dict_page(concur_object_dict(copy), iterator->cursor, 0, ret_page);
	else
		status = concur_set_page(concur_object_set(copy), iterator->cursor, 0, ret_page);
	if (status != CONCUR_OK)
		return status;
	iterator->cursor = ret_page->cursor;
	iterator->is_over = ret_page->cursor == 0;
	return CONCUR_OK;
}

enum concur_status
concur_iterator_next(concur_iterator *iterator, struct concur_values *ret_page)
{
	enum concur_status status;

	if (iterator->is_over || (iterator->copy->kind == CONCUR_KIND_LIST && iterator->len == 0))
		return error_plain(CONCUR_NOT_THERE);
	if (iterator->copy->kind == CONCUR_KIND_LIST)
		return iterate_list(iterator, ret_page);
	status = iterate_pages(iterator, ret_page);
	if (status != CONCUR_OK || ret_page->count > 0)
		return status;
	concur_values_free(ret_page);
	return error_plain(CONCUR_NOT_THERE);
}

concur_object *
concur_iterator_copy(const concur_iterator *iterator)
{
	return iterator->copy;
}

void
concur_iterator_free(concur_iterator *iterator)
{
	if (!iterator)
		return;
	concur_object_free(iterator->copy);
	free(iterator);
}
