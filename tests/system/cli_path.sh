#!/bin/sh
# Paths through the concur command, against the real daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

expect 0 '' '' set_one_step_makes_dict dict d set-path '{"b": [1, 2]}' a
expect 0 '2' '' get_goes_inside dict d get-path a b -- -1
expect 0 '' '' set_changes_inside dict d set-path 5 a b 0
expect 0 '{"b": [5, 2]}' '' get_shows_the_change dict d get a
expect 0 '7' '' add_prints_sum dict d add-path 2 a b 0
expect 0 '1' '' add_counts_from_0 dict d add-path 1 a n
expect 0 '' '' del_takes_away dict d del-path a n
expect 1 '' 'dict d: not there' get_missing_is_plain_no dict d get-path a n
expect 1 '' 'dict d: not there' set_below_missing_is_plain_no dict d set-path 1 no n
expect 1 '' 'dict d: .*step 3 of the path: .*' error_names_the_step dict d get-path a b 9
expect 4 '' 'dict d: .*step 4 of the path: .*' error_of_scalar_names_the_step dict d get-path a b 0 2
expect 0 '' '' list_append list l append '{"k": 1}'
expect 0 '1' '' list_path list l get-path 0 k
expect 0 '' '' namespace_set namespace n set-path '[1]' name
expect 0 '1' '' namespace_path namespace n get-path name 0
expect 2 '' 'no verb of set is called get-path' set_has_no_paths set s get-path 1
finish
