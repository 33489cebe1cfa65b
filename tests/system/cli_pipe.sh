#!/bin/sh
# The verbs of pipes through the concur command, against the real daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

# pipe
expect 1 '' 'pipe p.0: no such object' recv_of_missing_is_plain_no pipe p.0 recv
"$concur" pipe p new >/dev/null
expect 1 '' 'pipe p: ' new_of_taken_name_is_plain_no pipe p new
expect 1 '' 'pipe p.0: empty' recv_nowait_of_empty pipe p.0 recv-nowait
expect 1 '' 'pipe p.0: empty' poll_of_empty pipe p.0 poll --timeout 0
expect 0 '' '' send pipe p.1 send 1 '{"a": [2]}'
expect 0 '' '' poll pipe p.0 poll
expect 0 '1' '' recv_is_first pipe p.0 recv
expect 4 '' 'pipe p.0: ' send_against_the_direction pipe p.0 send 1
(until_true shows 'receivers: 1' pipe p.0 state && "$concur" pipe p.1 send 3) &
expect 0 '{"a": [2]}' '' recv_is_second pipe p.0 recv
expect 0 '3' '' recv_waits pipe p.0 recv
wait
(until_true shows 'receivers: 1' pipe p.0 state && "$concur" pipe p.1 close) &
expect 1 '' 'end of file' recv_of_closed pipe p.0 recv
wait
expect 1 '' 'end of file' poll_of_closed pipe p.0 poll
"$concur" pipe q new --duplex >/dev/null
expect 0 '' '' send_into_end_0_of_duplex pipe q.0 send 1
expect 0 '1' '' recv_from_end_1_of_duplex pipe q.1 recv
finish
