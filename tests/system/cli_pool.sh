#!/bin/sh
# Pools, tasks and workers through the concur command, against the real daemon and real workers.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
PATH=$CONCUR_TEST_BUILDDIR:$PATH
export PATH
with_daemon
worker=
trap '[ -z "$worker" ] || kill "$worker" 2>/dev/null; rm -rf "$place"' EXIT

# what_of FIELD WORD...: one fact of a listing of facts
what_of() {
	fact=$1
	shift
	"$concur" "$@" | sed -n "s/^$fact: //p"
}

runs() { [ "$(what_of state future "$1" state)" = running ]; }
attached() { [ "$(what_of workers pool p state)" = 1 ]; }

expect 1 '' 'pool p: no such object' state_of_missing_pool_is_plain_no pool p state
expect 1 '' 'pool p: no such object' submit_to_missing_pool_is_plain_no submit p exec true
expect 0 '' '' open_makes_it pool p open --capacity 5
same 5 "$(what_of capacity pool p state)" open_configures
expect 2 '' 'write a function' submit_without_function_is_misuse submit p
expect 2 '' 'not both' submit_of_function_and_command_is_misuse submit p exec -- true
expect 2 '' 'not both' submit_of_words_and_arguments_is_misuse submit p exec true --arguments '["true"]'
expect 2 '' 'after takes numbers' submit_after_no_number_is_misuse submit p exec true --after 1,x
expect 2 '' 'name is its number' future_of_no_number_is_misuse future none wait
expect 1 '' 'no such future' why_of_missing_is_plain_no why 99
expect 0 '' '' ps_without_workers_is_empty ps

waiting=$("$concur" submit p --unique one -- true)
same "$waiting" "$("$concur" submit p --unique one -- false)" submit_of_same_key_is_the_same_future
same pending "$(what_of state future "$waiting" state)" state_of_waiting_task
expect 1 '' 'it has not ended yet' result_of_waiting_task_is_plain_no future "$waiting" result
expect 1 '' 'it has not ended yet' wait_timeout future "$waiting" wait --timeout 0
later=$("$concur" submit p --after "$waiting,$waiting" -- echo later)
expect 0 'it waits for 2 other tasks to end' '' why_of_held_task why "$later"
expect 0 '' '' cancel_of_waiting_task future "$later" cancel
expect 1 '' 'it was cancelled' result_of_cancelled_task future "$later" result

concur-worker --exec --pool p --name hand &
worker=$!
until_true attached
expect 0 '{"exit_code": 0, "stdout": {"$bytes": ""}, "stderr": {"$bytes": ""}}' '' wait_gives_the_result \
	future "$waiting" wait
expect 0 '{"exit_code": 3, "stdout": {"$bytes": "MQo="}, "stderr": {"$bytes": ""}}' '' submit_and_wait_for_command \
	submit p --wait -- sh -c 'echo 1; exit 3'
expect 0 '{"exit_code": 0, "stdout": {"$bytes": "NyB4Cg=="}, "stderr": {"$bytes": ""}}' '' text_words_stay_text \
	submit p exec echo 7 x --text --wait
expect 1 '' 'TypeError: ' failed_task_is_plain_no submit p exec --arguments 7 --wait
same '{"exit_code": 0, "stdout": {"$bytes": ""}, "stderr": {"$bytes": ""}}
{"exit_code": 1, "stdout": {"$bytes": ""}, "stderr": {"$bytes": ""}}' \
	"$(printf 'true\nfalse' | "$concur" map p exec --text)" map_prints_results_in_order
same 3000 "$(yes true | head -n 3000 | "$concur" map p exec --text --unordered | grep -c '"exit_code": 0')" \
	map_of_more_than_are_ahead
expect 0 '' '' map_of_nothing map p exec
printf '%s\n' '"true"' 7 | "$concur" map p exec >"$place/out" 2>"$place/err"
same 1 $? map_with_failed_line_is_plain_no
same 1 "$(grep -c exit_code "$place/out")" map_prints_what_did_not_fail
same 1 "$(grep -c 'line 2: TypeError' "$place/err")" map_says_which_line_failed
long=$("$concur" submit p -- sleep 1000)
until_true runs "$long"
same "$worker $long exec hand" "$("$concur" ps --json | tr -d ',"{}[]' |
	sed 's/.*process: \([0-9]*\) .*running: \([0-9]*\) function: \([a-z]*\) .*name: \([a-z]*\) .*/\1 \2 \3 \4/')" \
	ps_says_what_a_worker_runs
same "$("$concur" ps p --json | tr -d '0-9')" "$("$concur" pool p workers --json | tr -d '0-9')" \
	ps_of_pool_is_its_workers
until_true shows '.*it has been running for .*' why "$long"
expect 1 '' 'runs and was not to be killed' cancel_of_running_task_is_plain_no future "$long" cancel
expect 0 '' '' kill_of_running_task future "$long" cancel --kill
expect 1 '' 'it was cancelled' wait_for_killed_task future "$long" wait
expect 0 '' '' release future "$long" release
expect 1 '' 'not there any more' release_twice_is_plain_no future "$long" release

expect 0 '0' '' close pool p close
expect 4 '' 'takes no more tasks' submit_to_closed_pool_is_refused submit p exec true
expect 0 '' '' join_of_closed_pool pool p join
wait "$worker"
same 0 $? worker_of_closed_pool_ends
worker=

expect 0 '' '' open_with_workers pool q open --workers 1 -- --exec
expect 0 '{"exit_code": 0, "stdout": {"$bytes": "aGkK"}, "stderr": {"$bytes": ""}}' '' started_worker_runs_command \
	submit q --wait -- echo hi
expect 0 '0' '' terminate pool q terminate
expect 0 '' '' join_of_terminated_pool pool q join --timeout 60
finish
