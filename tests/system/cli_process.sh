#!/bin/sh
# The verbs of processes through the concur command, against the real daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

expect 1 '' 'process p: no such object' join_of_missing_is_plain_no process p join
"$concur" process p start -- sh -c 'echo out; exit 3' >/dev/null
expect 0 '3' '' join_prints_the_code process p join
expect 0 'out' '' log_prints_the_output process p log
expect 4 '' 'process p: the process was started before' start_twice_is_refused process p start
expect 1 '' 'process p: it has ended' kill_of_ended_is_plain_no process p kill
expect 1 '' 'process p: ' new_of_taken_name_is_plain_no process p new -- true
expect 4 '' '/no/such: No such file or directory' start_of_missing_command process m start -- /no/such
expect 1 '' 'no runtime of that name' start_of_missing_runtime process r start --runtime none
expect 2 '' 'signal is missing' signal_without_a_number_is_misuse process p signal
expect 4 '' 'a process has a command' new_without_command_is_refused process n new
"$concur" process q new -- sleep 1000
expect 4 '' 'process q: the process was not started' join_before_start process q join
"$concur" process q start >/dev/null
expect 1 '' 'process q: timed out' join_timeout process q join --timeout 0
expect 0 '' '' signal process q signal 15
expect 0 '-15' '' join_of_signalled process q join
"$concur" process w start -- sh -c "trap '' TERM; echo ready; while :; do sleep 0.05; done" >/dev/null
until_true shows ready process w log
expect 0 '' '' stop process w stop --grace 0.05
expect 0 '-9' '' join_of_killed process w join
"$concur" process f start -- sh -c 'for i in 1 2 3; do echo $i; sleep 0.05; done' >/dev/null
expect 0 '1
2
3' '' follow_prints_to_the_end process f log --follow
"$concur" process d start --directory /usr -- pwd >/dev/null
"$concur" process d join >/dev/null
expect 0 '/usr' '' directory_is_where_it_begins process d log
expect 0 '' '' terminate_without_stdout process d rm
finish
