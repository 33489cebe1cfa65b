/* Pages of a dict, in the order of insertion or backwards. Late entries are passed over. */
#include "daemon/core/dict_impl.h"

bool
dict_page_begin(const struct dict *dict, uint64_t cursor, struct dict_page *ret)
{
	*ret = (struct dict_page){ .map = dict->map, .times = dict->times, .position = (uint32_t)cursor };
	return cursor == 0 || cursor >> 32 == map_epoch(dict->map);
}

bool
dict_page_begin_backwards(const struct dict *dict, uint64_t cursor, struct dict_page *ret)
{
	bool is_good = dict_page_begin(dict, cursor, ret);

	ret->backwards = true;
	if (cursor == 0)
		ret->position = UINT32_MAX;
	return is_good;
}

struct map_entry *
dict_page_next(struct dict_page *page)
{
	struct map_entry *entry;

	do {
		struct value key;

		entry =
		    page->backwards ? map_previous(page->map, &page->position) : map_next(page->map, &page->position);
		if (!entry || __builtin_expect(!page->times, 1))
			break;
		key = store_value(entry->key);
		if (!dict_times_is_late(page->times, &key))
			break;
	} while (true);
	return entry;
}

uint64_t
dict_page_cursor(const struct dict_page *page)
{
	struct dict_page ahead = *page;

	if (!dict_page_next(&ahead))
		return 0;
	return (uint64_t)map_epoch(page->map) << 32 | page->position;
}
