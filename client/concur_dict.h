/* Calls on dicts. Part of <concur.h>, which has the rules that all calls share.
 *
 * Keys compare as Python's (1, 1.0 and true are one key); entries stand in the order in which they were inserted. Keys
 * that are lists, maps or arrays give UNHASHABLE. NEEDS_COMPARE where only the client can tell whether a key is there:
 * see concur_future_candidates(). */
#ifndef CONCUR_DICT_H
#define CONCUR_DICT_H

#include "concur.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* NOT_THERE. */
CONCUR_CHECKED enum concur_status concur_dict_get(concur_dict *dict, struct concur_value key,
    struct concur_value *ret_value);
concur_future *concur_dict_get_begin(concur_dict *dict, struct concur_value key);

CONCUR_CHECKED enum concur_status concur_dict_set(concur_dict *dict, struct concur_value key,
    struct concur_value value);
concur_future *concur_dict_set_begin(concur_dict *dict, struct concur_value key, struct concur_value value);

/* NOT_THERE. */
CONCUR_CHECKED enum concur_status concur_dict_delete(concur_dict *dict, struct concur_value key);
concur_future *concur_dict_delete_begin(concur_dict *dict, struct concur_value key);

/* OK if the key is there, NOT_THERE if not. */
CONCUR_CHECKED enum concur_status concur_dict_contains(concur_dict *dict, struct concur_value key);
concur_future *concur_dict_contains_begin(concur_dict *dict, struct concur_value key);

/* Takes the key out and gives its value. NOT_THERE. */
CONCUR_CHECKED enum concur_status concur_dict_pop(concur_dict *dict, struct concur_value key,
    struct concur_value *ret_value);
concur_future *concur_dict_pop_begin(concur_dict *dict, struct concur_value key);

/* Takes out the pair that was inserted last and gives it, key and value. NOT_THERE if the dict is empty. */
CONCUR_CHECKED enum concur_status concur_dict_pop_item(concur_dict *dict, struct concur_values *ret_pair);
concur_future *concur_dict_pop_item_begin(concur_dict *dict);

/* Sets the key unless it is there: OK with the new value, EXISTS with the one that is there. *ret_value is set for
 * both. */
CONCUR_CHECKED enum concur_status concur_dict_set_default(concur_dict *dict, struct concur_value key,
    struct concur_value value, struct concur_value *ret_value);
concur_future *concur_dict_set_default_begin(concur_dict *dict, struct concur_value key, struct concur_value value);

/* Sets all pairs (key, value, key, value ...; `count` values, an even number) or none. BAD_ARGUMENT. */
CONCUR_CHECKED enum concur_status concur_dict_update(concur_dict *dict, const struct concur_value *pairs, size_t count);
concur_future *concur_dict_update_begin(concur_dict *dict, const struct concur_value *pairs, size_t count);

/* Adds a number to the one at the key, an absent key counts as 0; gives the sum. TYPE_ERROR, OVERFLOW. */
CONCUR_CHECKED enum concur_status concur_dict_add(concur_dict *dict, struct concur_value key,
    struct concur_value number, struct concur_value *ret_sum);
concur_future *concur_dict_add_begin(concur_dict *dict, struct concur_value key, struct concur_value number);

/* Appends to the list at the key, an absent key begins one; gives its new length. In a nested dict the list is an
 * object, to which the key's value refers. TYPE_ERROR; NOT_FOUND if that object is gone. */
CONCUR_CHECKED enum concur_status concur_dict_append(concur_dict *dict, struct concur_value key,
    struct concur_value value, int64_t *ret_len);
concur_future *concur_dict_append_begin(concur_dict *dict, struct concur_value key, struct concur_value value);

/* Sets the key to `value` if it now is `expected` (CONCUR_VALUE_NONE: if it is not there). OK, or CHANGED with the
 * value that is there: *ret_value is set for both, to CONCUR_VALUE_NONE if there is none. */
CONCUR_CHECKED enum concur_status concur_dict_compare_exchange(concur_dict *dict, struct concur_value key,
    struct concur_value expected, struct concur_value value, struct concur_value *ret_value);
concur_future *concur_dict_compare_exchange_begin(concur_dict *dict, struct concur_value key,
    struct concur_value expected, struct concur_value value);

/* Sets a value that goes after so many nanoseconds, above 0; until then it is like any other. Setting it once more
 * without a time lets it stay for ever. VALUE_ERROR. */
CONCUR_CHECKED enum concur_status concur_dict_set_for(concur_dict *dict, struct concur_value key,
    struct concur_value value, int64_t ttl_ns);
concur_future *concur_dict_set_for_begin(concur_dict *dict, struct concur_value key, struct concur_value value,
    int64_t ttl_ns);

/* Lets the entry at a key go after so many nanoseconds, above 0, or never (CONCUR_FOREVER). NOT_THERE, VALUE_ERROR. */
CONCUR_CHECKED enum concur_status concur_dict_expire(concur_dict *dict, struct concur_value key, int64_t ttl_ns);
concur_future *concur_dict_expire_begin(concur_dict *dict, struct concur_value key, int64_t ttl_ns);

/* How many nanoseconds the entry at a key still lives; CONCUR_FOREVER. NOT_THERE. */
CONCUR_CHECKED enum concur_status concur_dict_ttl(concur_dict *dict, struct concur_value key, int64_t *ret_ttl_ns);
concur_future *concur_dict_ttl_begin(concur_dict *dict, struct concur_value key);

/* The lock of a key, whether or not the key is there: an anonymous strict lock like any other, the same for all who ask
 * while anybody has it; each has a handle of its own. What is locked is only what the processes agree on: calls on the
 * key do not look at it. */
CONCUR_CHECKED enum concur_status concur_dict_key_lock(concur_dict *dict, struct concur_value key,
    concur_lock **ret_lock);
concur_future *concur_dict_key_lock_begin(concur_dict *dict, struct concur_value key);

/* A page of at most `count` pairs (0: as many as fit) in insertion order: `cursor` 0 begins, then what the page before
 * said. CHANGED if the dict's layout changed since that. */
CONCUR_CHECKED enum concur_status concur_dict_page(concur_dict *dict, uint64_t cursor, uint32_t count,
    struct concur_values *ret_pairs);
concur_future *concur_dict_page_begin(concur_dict *dict, uint64_t cursor, uint32_t count);

/* The same from the last pair to the first, with cursors of its own. */
CONCUR_CHECKED enum concur_status concur_dict_page_backwards(concur_dict *dict, uint64_t cursor, uint32_t count,
    struct concur_values *ret_pairs);
concur_future *concur_dict_page_backwards_begin(concur_dict *dict, uint64_t cursor, uint32_t count);

/* Sets all `count` keys to the same value, or none, as dict.fromkeys(). */
CONCUR_CHECKED enum concur_status concur_dict_set_keys(concur_dict *dict, const struct concur_value *keys, size_t count,
    struct concur_value value);
concur_future *concur_dict_set_keys_begin(concur_dict *dict, const struct concur_value *keys, size_t count,
    struct concur_value value);

/* dict |= other, in one step in the daemon, which looks at no more than sort_max pairs for it: TOO_LARGE. */
CONCUR_CHECKED enum concur_status concur_dict_merge(concur_dict *dict, concur_dict *other);
concur_future *concur_dict_merge_begin(concur_dict *dict, concur_dict *other);

/* A page of those keys that have something opaque inside; see concur_future_candidates(). */
CONCUR_CHECKED enum concur_status concur_dict_candidates(concur_dict *dict, uint64_t cursor, uint32_t count,
    struct concur_values *ret_keys);
concur_future *concur_dict_candidates_begin(concur_dict *dict, uint64_t cursor, uint32_t count);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
