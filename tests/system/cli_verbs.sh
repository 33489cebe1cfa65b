#!/bin/sh
# Every kind's verbs through the concur command, against the real daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

expect 0 "$CONCUR_URL answers" '' ping_daemon_is_there ping

# dict
expect 2 '' 'dict: a name can not be empty' set_in_a_dict_without_name_is_usage dict '' set a 1
expect 2 '' 'ttl takes seconds, more than 0, or inf, not -1' set_for_less_than_no_time_is_usage dict d set a 1 --ttl -1
expect 2 '' 'typecode takes a letter' open_of_two_letters_is_usage array a open --typecode ii
expect 1 '' 'dict d: .*no such object' get_missing_object_is_plain_no dict d get a
expect 0 '' '' set_makes_object dict d set a '[1, 2.5, "x"]'
expect 0 '[1, 2.5, "x"]' '' get_prints_json dict d get a
expect 1 '' 'dict d: not there' get_missing_key_is_plain_no dict d get b
expect 0 '' '' set_number_key dict d set 1 one
expect 0 '"one"' '' get_equal_key_is_same dict d get 1.0
expect 0 'one' '' get_raw_is_bare dict d get true --raw
expect 1 '' 'not there' get_text_key_is_no_number dict d get 1 --text
expect 0 'true' '' contains_is_true dict d contains a
expect 1 'false' '' contains_is_false dict d contains zz
expect 0 '1' '' incr_absent_counts_from_0 dict d incr n
expect 0 '0.5' '' add_negative_is_no_option dict d add n -0.5
expect 0 '"new"' '' setdefault_absent_is_new dict d setdefault s new
expect 0 '"new"' '' setdefault_there_is_old dict d setdefault s other
expect 0 '1' '' append_absent_makes_list dict d append al 1
expect 0 '2' '' append_prints_length dict d append al '[2]'
expect 0 '[1, [2]]' '' pop_list dict d pop al
expect 4 '' 'dict d: ' append_to_text_is_error dict d append s X
expect 1 '"new"' 'not as expected' compare_exchange_changed_prints_it dict d compare-exchange s old y
expect 0 '' '' update_puts_all dict d update t '{"$tuple": [1]}' '{"$bytes": "AAH/"}' 99999999999999999999
expect 2 '' 'a value is missing' update_odd_is_usage dict d update a 1 b
expect 0 '"a"
1
"n"
"s"
"t"
{"$bytes": "AAH/"}' '' keys_are_in_order dict d keys
expect 0 '["a", [1, 2.5, "x"]]
[1, "one"]
["n", 0.5]
["s", "new"]
["t", {"$tuple": [1]}]
[{"$bytes": "AAH/"}, {"$int": "99999999999999999999"}]' '' items_are_pairs dict d items
expect 0 '[[1, 2.5, "x"],
 "one",
 0.5,
 "new",
 {"$tuple": [1]},
 {"$int": "99999999999999999999"}]' '' values_json_is_one_array dict d values --json
expect 0 '6' '' len_counts dict d len
expect 0 '[{"$bytes": "AAH/"}, {"$int": "99999999999999999999"}]' '' popitem_is_last dict d popitem
expect 0 '"new"' '' pop_prints dict d pop s
expect 0 '' '' del_takes_away dict d del t
expect 1 '' 'not there' del_missing_is_plain_no dict d del t
expect 4 '' 'dict d: ' set_unhashable_key_is_error dict d set '[1]' 2
expect 4 '' 'list d: ' list_of_dict_is_wrong_kind list d append 2
version=$("$concur" dict d info --json | sed -n 's/.*"version": \([0-9]*\).*/\1/p')
expect 0 '' '' set_at_version_is_carried_out dict d set at 1 --if-version "$version"
expect 1 '' 'dict d: not as expected' set_at_older_version_is_plain_no dict d set at 2 --if-version="$version"
expect 1 '' 'dict d: not as expected' contains_at_older_version_is_plain_no dict d contains at --if-version "$version"
expect 0 '1' '' get_after_refused_set_is_as_before dict d get at
expect 2 '' 'if-version needs a version' set_at_no_version_is_usage dict d set at 2 --if-version x
expect 4 '' 'if_version is for calls' info_at_version_is_error dict d info --if-version "$version"
expect 0 '' '' clear_empties dict d clear
expect 0 '' '' keys_of_empty_are_none dict d keys
expect 0 '' '' set_for_a_time dict late set a 1 --ttl 3600
expect 0 '' '' set_for_ever dict late set b 1 --ttl inf
expect 0 '' '' put_for_ever queue stays put 1 --ttl inf
expect 2 '' 'delay takes seconds, 0 or more, not inf' put_behind_all_time_is_usage queue stays put 1 --delay inf
expect 0 '' '' rm_of_what_stays queue stays rm
expect 2 '' 'ttl takes seconds, more than 0' set_for_no_time_is_usage dict late set c 1 --ttl 0
expect 2 '' 'ttl takes seconds, more than 0' expire_after_no_time_is_usage dict late expire a --ttl 0
left=$("$concur" dict late ttl a --json)
same 1 $((left > 0 && left <= 3600000000000)) ttl_is_what_is_left
same 1 "$("$concur" dict late ttl a | grep -cx '3[0-9]*\.[0-9][0-9][0-9] s')" ttl_for_people_is_in_seconds
expect 0 'for ever' '' ttl_of_what_stays_is_none dict late ttl b
expect 0 '-1' '' ttl_json_of_what_stays_is_none dict late ttl b --json
expect 1 '' 'not there' ttl_of_no_key_is_plain_no dict late ttl c
expect 0 '' '' expire_without_a_time_lets_stay dict late expire a
expect 0 'for ever' '' ttl_after_that_is_none dict late ttl a
expect 0 '' '' set_for_a_short_time dict late set a 1 --ttl 0.001
gone() {
	"$concur" dict late get a >/dev/null && return 1
	return 0
}
until_true gone
expect 0 '"b"' '' keys_after_that_time dict late keys
"$concur" dict full open --maxsize 1 >/dev/null
expect 0 '' '' set_in_the_room_there_is dict full set a 1
expect 1 '' 'full' set_in_a_full_dict_is_plain_no dict full set b 1
expect 0 '[]' '' keys_of_empty_json_is_array dict d keys --json
expect 0 '' '' set_word_behind_dashes dict d set -- --key --value
expect 0 '"--value"' '' get_word_behind_dashes dict d get -- --key

# Pages: more than one reply holds.
seq 1 20000 | sed 's/.*/&\n&/' | xargs -n 2000 "$concur" dict many update
same 20000 "$("$concur" dict many keys | sort -nu | wc -l)" keys_of_many_pages_are_all
same 200010000 "$("$concur" dict many values | awk '{ s += $1 } END { printf "%d", s }')" values_of_many_pages_are_all

# list
expect 0 '' '' append_each list l append 3 1
expect 0 '' '' extend_all list l extend 2 '"x"'
expect 0 '3
1
2
"x"' '' items_are_in_order list l items
expect 0 '"x"' '' get_negative_counts_from_end list l get -1
expect 1 '' 'list l: ' get_past_end_is_plain_no list l get 9
expect 2 '' 'index must be an integer' get_word_is_usage list l get first
expect 0 '"x"' '' pop_is_last list l pop
expect 0 '' '' sort_works list l sort --reverse
expect 1 '' 'list l: not as expected' items_at_older_version_is_plain_no list l items --if-version 1
expect 0 '[3,
 2,
 1]' '' items_json_is_array list l items --json
expect 0 '' '' insert_works list l insert 1 7
expect 0 '' '' set_works list l set 0 8
expect 0 '8
2' '' slice_with_step list l slice --step 2
expect 0 '1
2
7
8' '' slice_backwards list l slice --step -1
expect 0 '7
2' '' slice_from_to list l slice --start 1 --stop -1
expect 0 '1' '' index_finds list l index 7
expect 1 '' 'not there' index_bounded_misses list l index 7 --start 2
expect 0 '1' '' count_counts list l count 8
expect 0 '' '' remove_first list l remove 8
expect 1 '' 'not there' remove_missing_is_plain_no list l remove 8
expect 0 '' '' reverse_works list l reverse
expect 0 '' '' repeat_works list l repeat 2
expect 0 '6' '' len_is_doubled list l len
expect 0 '' '' set_slice_replaces list l set-slice a b --start 1 --stop 5
expect 0 '' '' del_slice_works list l del-slice --start 3
expect 0 '1
"a"
"b"' '' items_after_slices list l items
seq 1 20000 | xargs -n 4000 "$concur" list long extend
"$concur" list long repeat 10
same 200000 "$("$concur" list long items | wc -l)" items_past_one_batch_are_all
"$concur" list long del-slice --start 20000
same 20000 "$("$concur" list long items | sort -nu | wc -l)" items_of_many_pages_are_all
same 6666 "$("$concur" list long slice --start 2 --step 3 | awk '$1 % 3 == 0' | wc -l)" slice_of_many_pages_is_all
same 20000 "$("$concur" list long slice --step -1 | sort -nu | wc -l)" slice_backwards_of_many_pages_is_all

# queue
expect 1 '' 'no such object' get_nowait_of_missing_is_plain_no queue q get-nowait
expect 1 '' 'queue q: empty' get_timeout_is_plain_no queue q get --timeout 0.01
expect 0 '' '' put_each queue q put 1 two
expect 0 '1' '' get_first queue q get
expect 0 '' '' put_many_at_once queue q put-many 3 4 5
expect 0 '"two"
3' '' get_many_takes_what_is_there queue q get-many 2
expect 1 '' 'timed out' join_waits_for_done queue q join --timeout 0.01
expect 0 '' '' task_done_many queue q task-done 3
expect 0 '4' '' get_nowait_takes queue q get-nowait
expect 0 '5' '' get_last queue q get
expect 0 '' '' task_done_one queue q task-done
expect 0 '' '' task_done_other queue q task-done
expect 0 '' '' join_is_done queue q join --timeout 5
expect 4 '' 'queue q: ' task_done_too_often_is_error queue q task-done
(until_true shows 'getters: 1' queue q state && "$concur" queue q put late) &
expect 0 '"late"' '' get_waits_for_item queue q get
wait
"$concur" queue small open --maxsize 1 --order lifo >"$place/out"
same 1 "$(grep -c '^created: true' "$place/out")" open_makes_object
expect 0 '' '' put_first_fits queue small put 1
expect 1 '' 'queue small: full' put_nowait_full_is_plain_no queue small put-nowait 2
expect 1 '' 'queue small: full' put_timeout_full_is_plain_no queue small put 2 --timeout 0.01
expect 0 '' '' shutdown_works queue small shutdown
expect 0 '1' '' get_after_shutdown_drains queue small get
expect 1 '' 'shut down' get_of_shut_down_is_plain_no queue small get

# value
expect 1 '' 'no such object' value_get_missing_is_plain_no value v get
expect 0 '' '' value_set_makes_object value v set 5
expect 0 '6' '' value_incr value v incr
expect 0 '16' '' value_add value v add 10
expect 0 '16' '' value_exchange value v exchange '"x"'
"$concur" value w open 7 >/dev/null
expect 0 '7' '' value_open_puts_first_value value w get
expect 1 '"x"' 'not as expected' value_compare_exchange_changed value v compare-exchange 1 2

# lock, plain
expect 1 '' 'lock p: no such object' locked_of_missing_is_plain_no lock p locked
"$concur" lock p open >/dev/null
expect 1 'false' '' locked_is_false lock p locked
token=$("$concur" lock p acquire)
same 1 "$((token > 0))" acquire_prints_token
expect 0 'true' '' locked_is_true lock p locked
expect 1 '' 'timed out' acquire_held_times_out lock p acquire --timeout 0
expect 0 '' '' release_by_other lock p release
expect 4 '' 'lock p: ' release_free_is_error lock p release

# all kinds
expect 1 '' 'there' open_must_create_of_existing_is_plain_no dict d open --must-create
"$concur" ls --kind value --raw >"$place/out"
same 'v w' "$(sort "$place/out" | xargs)" ls_kind_raw_is_names
same 1 "$("$concur" ls --json | grep -c '"name": "small"')" ls_json_has_objects
same KIND "$("$concur" ls | awk 'NR == 1 { print $1 }')" ls_has_header
same 1 "$("$concur" show p v | grep -c '^kind: lock')" show_many_has_each
same 1 "$("$concur" info | grep -c '^objects: ')" info_has_objects
expect 0 '' '' rm_many rm v w
expect 1 '' 'no such object' show_removed_is_plain_no show v
expect 1 '' '^concur: v: not there' rm_missing_is_plain_no rm v d
expect 1 '' 'no such object' rm_goes_on_after_missing dict d len

# any method
expect 0 '{"outcome": "done", "version": 0}' '' call_ping call /concur.v1.Session/Ping
same 1 "$("$concur" call | grep -c '^/concur.v1.Dict/Get ')" call_alone_lists_methods
expect 2 '' 'no such method' call_unknown_is_usage call Dict/Got '{}'
expect 2 '' 'has no field' call_unknown_field_is_usage call Dict/Get '{"kee": 1}'
expect 2 '' 'not JSON' call_no_json_is_usage call Dict/Get '{kee'
id=$("$concur" call Object/Open '{"name": "l", "kind": "list"}' | sed 's/.*"object": \([0-9]*\),.*/\1/')
same '"a"' "$("$concur" call list.get "{\"object\": $id, \"index\": 1}" | sed 's/.*"value": \(.*\)}/\1/')" call_get

# completion
same 'small' "$("$concur" complete -- queue s | grep '^s')" complete_name_asks_daemon

# Items that are large: a page is measured in bytes.
awk 'BEGIN { s = "x"; while (length(s) < 1000000) s = s s; for (i = 0; i < 70; i++) print s }' |
	"$concur" list large append -
same 70 "$("$concur" list large items | wc -l)" items_that_are_large_are_all
finish
