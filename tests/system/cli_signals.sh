#!/bin/sh
# The verbs of events through the concur command, against the real daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

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
finish
