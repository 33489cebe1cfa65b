#!/bin/sh
# Nested containers through the concur command, against the real daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

"$concur" dict d open --nested >/dev/null
expect 0 '' '' set_takes_a_structure dict d set a '{"b": [1, {"c": 2}]}'
expect 0 '' '' set_changes_what_is_inside dict d set-path 5 a b 0
expect 0 '5' '' get_shows_the_change dict d get-path a b 0
expect 0 '7' '' add_counts_at_the_depth dict d add-path 5 a b 1 c
expect 0 '1' '' append_makes_a_shared_list dict d append l '[3]'
expect 0 '3' '' append_made_objects dict d get-path l 0 0
shows '{"\$object": \[[0-9]*, "dict"\]}' dict d get a || failed 'get_gives_a_reference'
shows 'nested: true' show d || failed 'show_tells_nested'
"$concur" list l open --nested >/dev/null
expect 0 '' '' list_takes_a_structure list l append '{"k": 1}'
expect 0 '2' '' list_changes_inside list l add-path 1 0 k
"$concur" namespace n open --nested >/dev/null
expect 0 '' '' namespace_takes_a_structure namespace n set-path '[1]' name
expect 0 '' '' namespace_changes_inside namespace n set-path 2 name 0
expect 0 '2' '' namespace_shows_the_change namespace n get-path name 0
"$concur" dict plain open >/dev/null
shows 'nested: false' show plain || failed 'show_of_a_plain_dict'
expect 2 "" "set open: --nested: no such option" set_is_never_nested set s open --nested
finish
