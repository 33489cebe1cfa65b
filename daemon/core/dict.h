/* The dict: insertion-ordered, keys and values are any values that Python would take.
 *
 * Semantics: Python's dict; DESIGN.md for what is atomic beyond it. Keys that are views are borrowed for the call.
 * Statuses besides those said: NO_MEMORY, LIMIT at container_max, and LIMIT at memory_max where a dict that was copied
 * must take its own of what it shares; then the dict is as it was.
 *
 * Entries may have a time to live; one whose time is over is not there. Setting a value anew takes its time away,
 * adding and appending to it do not. Copies of a dict take no times along.
 *
 * A dict or namespace may be nested: then values that are maps, lists, or tuples of such are stored as nest.h says.
 *
 * A dict may have a maxsize. Without evict, what would add a key past it gives CONCUR_FULL and changes nothing; with
 * it, the entry that was inserted first makes room, or as many as it takes. */
#ifndef CORE_DICT_H
#define CORE_DICT_H

#include "daemon/core/object.h"

extern const struct kind dict_kind;

/* A dict whose keys are text: attributes by name. */
extern const struct kind namespace_kind;

struct dict;
struct dict_times;

/* A key or a value on its way in. */
struct dict_item {
	struct value key, value;
	bool key_refers, value_refers;
};

/* Whether the dict can have the key, and can tell if it has: TYPE_ERROR in a namespace if it is no text. NEEDS_COMPARE
 * if it is not there as it stands, but there are opaque keys, which only the client can compare with it; unless it has
 * (`compared`). All below take only keys that pass. */
enum concur_status dict_check_key(const struct dict *dict, const struct value *key, bool compared);

/* The entries, for reading, borrowed until the dict changes; how many of their keys have something opaque inside. */
const struct map *dict_entries(const struct dict *dict);
size_t dict_opaque(const struct dict *dict);

/* Borrowed until the dict changes; NULL if the key is not there. */
struct blob *dict_get(const struct dict *dict, const struct value *key);

enum concur_status dict_set(struct core *core, struct dict *dict, const struct dict_item *item);

/* The same, and the entry goes after so many nanoseconds, above 0. */
enum concur_status dict_set_for(struct core *core, struct dict *dict, const struct dict_item *item, uint64_t ttl_ns);

/* Lets the key's entry go after so many nanoseconds, above 0, or (UINT64_MAX) never. OUTCOME_DONE, or OUTCOME_NOT_THERE
 * if the key is not there. */
enum concur_status dict_expire_after(struct core *core, struct dict *dict, const struct value *key, uint64_t ttl_ns,
    enum outcome *ret);

/* How long the key's entry still lives: UINT64_MAX for ever, 0 if the key is not there. */
uint64_t dict_ttl(const struct core *core, const struct dict *dict, const struct value *key);

/* Takes out entries of all dicts whose time is over, at most `most`. */
void dict_expire(struct core *core, size_t most);

/* All of the items or none. */
enum concur_status dict_update(struct core *core, struct dict *dict, const struct dict_item *items, size_t count);

/* dict |= other: all of the other's items or none, which must be the dict's kind of keys. TOO_LARGE past sort_max of
 * them, LIMIT at memory_max. */
enum concur_status dict_merge(struct core *core, struct dict *dict, const struct dict *other);

/* The value becomes the caller's; *ret is NULL if the key is not there. */
enum concur_status dict_pop(struct core *core, struct dict *dict, const struct value *key, struct blob **ret);

/* Takes the entry that was inserted last; both become the caller's. *ret_key is NULL if the dict is empty. */
enum concur_status dict_pop_last(struct core *core, struct dict *dict, struct blob **ret_key, struct blob **ret_value);

/* Adds a number to the one at the key; an absent key counts as 0. *ret is the sum, borrowed. TYPE_ERROR, OVERFLOW. */
enum concur_status dict_add(struct core *core, struct dict *dict, const struct dict_item *item, struct blob **ret);

/* Appends an item to the list at the key; an absent key counts as an empty list. *ret_count is its new length.
 * TYPE_ERROR if there is no list, TOO_LARGE where it would grow past half of frame_max. In a nested dict it is the list
 * object to which the value refers, which alone changes: NOT_FOUND if that is gone, and what list_extend() says. */
enum concur_status dict_append(struct core *core, struct dict *dict, const struct dict_item *item, int64_t *ret_count);

/* Sets the value if what is there equals `expected` (NULL: if nothing is there); without item->value (kind VALUE_NONE)
 * deletes it. OUTCOME_DONE or OUTCOME_CHANGED. NEEDS_COMPARE for opaque values. */
enum concur_status dict_compare_exchange(struct core *core, struct dict *dict, const struct dict_item *item,
    const struct value *expected, enum outcome *ret);

/* The lock of the key, a strict one, whether or not the key is there: the same for all who ask while anybody refers to
 * it. No reference is taken for the caller. LIMIT. */
enum concur_status dict_key_lock(struct core *core, struct dict *dict, const struct value *key, struct object **ret,
    bool *ret_created);

/* The entries behind a cursor (0: the first), borrowed until the dict changes. dict_page_next gives NULL at the end. If
 * the cursor is from before a rearrangement, dict_page_begin returns false. */
struct dict_page {
	const struct map *map;
	const struct dict_times *times; /* may be NULL */
	uint32_t position;
	bool backwards;
};
bool dict_page_begin(const struct dict *dict, uint64_t cursor, struct dict_page *ret);

/* The same from the last entry to the first, with cursors of its own. */
bool dict_page_begin_backwards(const struct dict *dict, uint64_t cursor, struct dict_page *ret);
struct map_entry *dict_page_next(struct dict_page *page);

/* The cursor behind what dict_page_next gave last; 0 if nothing follows. */
uint64_t dict_page_cursor(const struct dict_page *page);

#endif
