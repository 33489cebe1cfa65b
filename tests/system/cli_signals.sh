#!/bin/sh
# The verbs of semaphores, events, barriers and latches through the concur command, against the real daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

# semaphore, anonymous permits
expect 1 '' 'semaphore s: no such object' value_of_missing_is_plain_no semaphore s value
"$concur" semaphore s open --count 2 --bounded >/dev/null
expect 0 '2' '' value_is_count semaphore s value
expect 0 '' '' acquire_one semaphore s acquire
expect 0 '1' '' value_is_less semaphore s value
expect 1 '' 'semaphore s: timed out' acquire_too_many_times_out semaphore s acquire 2 --timeout 0.01
expect 0 '' '' release_by_other semaphore s release
expect 4 '' 'semaphore s: released more often' release_too_often_is_error semaphore s release
expect 4 '' 'out of its domain' acquire_none_is_error semaphore s acquire 0
expect 0 '' '' resize_up semaphore s resize 5
expect 0 '5' '' value_is_resized semaphore s value
"$concur" semaphore none open --count 0 >/dev/null
expect 0 '0' '' open_count_0_has_no_permit semaphore none value
expect 4 '' 'count is -1; it must be 0 or more' open_negative_count_is_error semaphore other open --count -1
(until_true shows 'waiters: 1' semaphore none state && "$concur" semaphore none release 2) &
expect 0 '' '' acquire_waits_for_permits semaphore none acquire 2
wait

# semaphore, owned permits while a command runs
expect 0 '3' '' semaphore_made_for_a_command_has_what_it_asks_for semaphore made --count 3 -- echo 3
expect 0 '3' '' semaphore_made_for_a_command_stays semaphore made value
"$concur" semaphore o open --count 3 --strict >/dev/null
expect 5 '' '' semaphore_exit_5_is_5 semaphore o -- sh -c 'exit 5'
expect 0 '1' '' semaphore_is_held_meanwhile semaphore o --count 2 -- "$concur" semaphore o value
expect 0 '3' '' semaphore_is_free_afterwards semaphore o value
expect 1 '' 'semaphore o: timed out' semaphore_held_times_out \
	semaphore o --count 2 -- "$concur" semaphore o --count 2 --timeout 0 -- true
expect 0 '0' '' semaphore_is_made_with_one_permit semaphore one -- "$concur" semaphore one value
"$concur" semaphore o -- sh -c "echo >$place/held; exec sleep 600" &
holder=$!
until_true test -e "$place/held"
kill -KILL "$holder"
expect 0 '' 'process [0-9]* died .* while it held the semaphore' semaphore_of_killed_holder_is_told \
	semaphore o --count 3 -- true
wait "$holder" 2>/dev/null
expect 0 '' '' semaphore_is_clean_afterwards semaphore o --count 3 -- true

# event
expect 1 '' 'event e: no such object' is_set_of_missing_is_plain_no event e is-set
expect 1 '' 'event e: timed out' event_wait_makes_it_and_times_out event e wait --timeout 0.01
expect 1 'false' '' is_set_is_false event e is-set
expect 0 '' '' event_set event e set
expect 0 'true' '' is_set_is_true event e is-set
expect 0 '' '' event_wait_of_set_is_done event e wait
expect 0 '' '' event_clear event e clear
expect 1 '' 'timed out' event_wait_of_cleared_times_out event e wait --timeout 0
(until_true shows 'waiters: 1' event e info && "$concur" event e set) &
expect 0 '' '' event_wait_is_done_at_the_set event e wait
wait
expect 4 '' 'list e: ' list_of_event_is_wrong_kind list e append 2

# barrier
expect 1 '' 'barrier b: no such object' barrier_wait_of_missing_is_plain_no barrier b wait
expect 4 '' 'count is 0; it must be 1 or more' open_without_parties_is_error barrier b open
"$concur" barrier b open --count 2 >/dev/null
same 1 "$("$concur" barrier b state | grep -c '^parties: 2')" barrier_state_has_parties
same 1 "$("$concur" barrier b state | grep -c '^default_wait: for ever')" barrier_state_has_default_wait
"$concur" barrier b wait >"$place/first" &
until_true shows 'waiting: 1' barrier b state
expect 0 '1' '' barrier_wait_of_last_prints_index barrier b wait
wait
same 0 "$(cat "$place/first")" barrier_wait_of_first_prints_index
expect 4 '' 'barrier b: the barrier is broken' barrier_timeout_breaks_it barrier b wait --timeout 0.01
expect 0 '' '' barrier_reset barrier b reset
"$concur" barrier b wait >"$place/first" 2>&1 &
until_true shows 'waiting: 1' barrier b state
expect 0 '' '' barrier_abort barrier b abort
wait
same 1 "$(grep -c 'the barrier is broken' "$place/first")" barrier_abort_tells_who_waits
same 1 "$("$concur" barrier b state | grep -c '^broken: true')" barrier_state_is_broken
expect 4 '' 'it has no action' barrier_wait_with_needless_command_is_error barrier b wait -- true

# A barrier's default time-out.
"$concur" barrier hasty open --count 2 --default-timeout 0.01 >/dev/null
same 1 "$("$concur" barrier hasty state | grep -c '^default_wait: 0.010 s')" barrier_open_sets_default_timeout
expect 2 '' 'default-timeout takes seconds, more than 0' barrier_default_of_no_time_is_usage \
	barrier other open --count 2 --default-timeout 0
"$concur" barrier patient open --count 2 --default-timeout inf >/dev/null
same 1 "$("$concur" barrier patient state | grep -c '^default_wait: for ever')" barrier_open_for_ever_waits_for_ever
expect 4 '' 'barrier hasty: the barrier is broken' barrier_default_timeout_breaks_it barrier hasty wait

# A barrier's action: the command of the last to come, and of nobody else.
"$concur" barrier acts open --count 2 '"merge"' >/dev/null
(
	"$concur" barrier acts wait -- echo first
	echo "passed after $(cat "$place/acted")"
) >"$place/first" 2>&1 &
until_true shows 'waiting: 1' barrier acts state
expect 0 '1' '' barrier_last_runs_action barrier acts wait -- sh -c "echo done >'$place/acted'"
wait
same "0
passed after done" "$(cat "$place/first")" barrier_first_goes_on_behind_action
"$concur" barrier acts wait >"$place/first" 2>&1 &
until_true shows 'waiting: 1' barrier acts state
expect 4 '' 'its action is to be run: write it behind --' barrier_action_without_command_breaks_it barrier acts wait
wait
same 1 "$(grep -c 'the barrier is broken' "$place/first")" barrier_action_without_command_tells_who_waits
expect 0 '' '' barrier_reset_behind_action barrier acts reset
"$concur" barrier acts wait >"$place/first" 2>&1 &
until_true shows 'waiting: 1' barrier acts state
expect 7 '' 'the action failed, and the barrier is broken' barrier_action_that_fails_breaks_it \
	barrier acts wait -- sh -c 'exit 7'
wait
same 1 "$(grep -c 'the barrier is broken' "$place/first")" barrier_action_that_fails_tells_who_waits

same 1 "$("$concur" barrier acts info | grep -cx 'action: 1')" barrier_info_tells_details_line_by_line

# latch
"$concur" latch l open --count 3 >/dev/null
expect 0 '3' '' latch_count latch l count
expect 0 '2' '' latch_count_down latch l count-down
expect 1 '' 'latch l: timed out' latch_wait_times_out latch l wait --timeout 0.01
expect 4 '' 'it never goes below 0' latch_count_down_too_far_is_error latch l count-down 3
(until_true shows 'waiters: 1' latch l info && "$concur" latch l count-down 2 >/dev/null) &
expect 0 '' '' latch_wait_is_done_at_0 latch l wait
wait
expect 0 '0' '' latch_count_is_0 latch l count
finish
