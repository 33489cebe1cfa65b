#!/bin/sh
# Sets, namespaces and arrays through the concur command, against the real daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

# set
expect 1 '' 'set s: .*no such object' items_of_missing_set_is_plain_no set s items
expect 0 '3' '' add_counts_what_is_new set s add 1 2 x
expect 0 '1' '' add_of_equal_is_not_new set s add 1.0 true y
expect 0 'true' '' contains_is_true set s contains 2
expect 1 'false' '' contains_is_false set s contains 3
expect 0 '1
2
"x"
"y"' '' items_are_in_order set s items
expect 0 '"y"' '' pop_is_last set s pop
expect 0 '1' '' discard_counts_what_was_there set s discard x z
expect 0 '2' '' add_to_other set t add 2 3
expect 0 '1
2
3' '' union_prints_items set s union t
expect 0 '[2]' '' intersection_json_is_array set s intersection t --json
expect 0 '1' '' difference_prints_items set s difference t
expect 0 '1
3' '' symmetric_difference_prints_items set s symmetric-difference t
expect 1 '' "no such object" union_with_missing_is_plain_no set s union nobody
expect 1 'false' '' is_subset_is_false set s is-subset t
expect 0 '1' '' update_prints_count set s update t
expect 0 'true' '' is_superset_is_true set s is-superset t
expect 1 'false' '' is_disjoint_is_false set s is-disjoint t
expect 0 '2' '' difference_update_prints_count set s difference-update t
expect 0 'true' '' is_disjoint_is_true set s is-disjoint t
expect 0 '2' '' symmetric_difference_update_prints_count set s symmetric-difference-update t --text
expect 0 '1' '' intersection_update_prints_count set s intersection-update t
expect 0 '2' '' len_counts set s len
expect 4 '' 'set s: .*: lists, maps and arrays are none.*' add_unhashable_is_error set s add '[1]'
expect 0 '' '' candidates_of_plain_items_are_none set s candidates
seq 1 3000 | xargs -n 1000 "$concur" set many add >/dev/null
same 3000 "$("$concur" set many union s | sort -u | wc -l)" union_of_many_pages_is_all
# dict and dict
expect 0 '' '' update_one dict d update a 1 b 2
expect 0 '' '' update_other dict e update b 3 c 4
expect 0 '' '' merge_puts_all_in dict d merge e
expect 0 '["c", 4]
["b", 3]
["a", 1]' '' items_backwards_are_turned_round dict d items --backwards
expect 0 '' '' candidates_of_plain_keys_are_none dict d candidates
expect 4 '' 'dict d: ' merge_of_set_is_error dict d merge s

# namespace
expect 0 '' '' set_makes_namespace namespace n set name Bob
expect 0 '"Bob"' '' get_prints_attribute namespace n get name
expect 0 '1' '' incr_absent_counts_from_0 namespace n incr 5
expect 0 '3' '' incr_adds namespace n incr 5 2
expect 0 '["name", "Bob"]
["5", 3]' '' items_are_names_and_values namespace n items
expect 0 '' '' del_takes_away namespace n del 5
expect 1 '' 'namespace n: not there' get_missing_attribute_is_plain_no namespace n get 5
expect 0 '1' '' len_counts_attributes namespace n len
# array and value with a typecode
expect 4 '' 'typecode is not given; it must be a letter of' open_without_typecode_is_error array a open
"$concur" array a open --typecode h --count 5 >/dev/null
"$concur" array b open '[1, 2, 3]' --typecode d >/dev/null
expect 0 '5' '' array_len_counts array a len
expect 0 '' '' array_set array a set 1 -5
expect 0 '-5' '' array_get_negative_counts_from_end array a get -4
expect 0 '-4' '' array_incr array a incr 1
expect 0 '6' '' array_add array a add 1 10
expect 0 '5' '' array_subtract array a subtract 1 1
expect 0 '9' '' array_maximum array a maximum 1 9
expect 0 '9' '' array_exchange array a exchange 1 3
expect 1 '3' 'not as expected' array_compare_exchange_prints_what_is_there array a compare-exchange 1 9 0
expect 1 '' 'array a: ' array_get_past_end_is_plain_no array a get 5
expect 4 '' 'does not fit' array_set_too_large_is_error array a set 0 40000
expect 4 '' 'does not take' array_set_float_is_error array a set 0 1.5
expect 0 '{"$array": ["h", [0, 3]]}' '' array_slice array a slice --stop 2
expect 0 '' '' array_set_slice array a set-slice '{"$array": ["h", [7, 8]]}' --start 3
expect 0 '{"$array": ["h", [0, 3, 0, 7, 8]]}' '' array_items array a items
expect 0 '{"$array": ["d", [1.0, 2.0, 3.0]]}' '' array_of_list array b items
"$concur" value v open --typecode b >/dev/null
expect 0 '127' '' value_add_within_range value v add 127
expect 4 '' 'does not fit' value_add_out_of_range_is_error value v add 1
expect 0 '100' '' value_subtract value v subtract 27
expect 0 '-1' '' value_minimum value v minimum -1
# list from others, and equality
expect 0 '' '' list_append list l append 1
expect 0 '' '' extend_from_array list l extend-from b
expect 0 '' '' extend_from_dict list l extend-from e
expect 0 '[1,
 1.0,
 2.0,
 3.0,
 "b",
 "c"]' '' list_items list l items --json
expect 1 '' "no such object" extend_from_missing_is_plain_no list l extend-from nobody
expect 0 'true' '' equal_is_true list l equal l
expect 1 'false' '' equal_of_another_kind_is_false list l equal e
finish
