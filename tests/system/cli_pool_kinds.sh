#!/bin/sh
# Kinds of pools through the concur command: which workers the daemon starts for each, and how many.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
PATH=$CONCUR_TEST_BUILDDIR:$PATH
export PATH
with_daemon

# what_of FIELD POOL: one fact of a pool's state
what_of() { "$concur" pool "$2" state | sed -n "s/^$1: //p"; }

echoed='{"exit_code": 0, "stdout": {"$bytes": "aGkK"}, "stderr": {"$bytes": ""}}'
expect 0 '' '' create_takes_the_name_behind_the_verb pool create work
same "$(nproc)" "$(what_of workers_max work)" create_takes_as_many_workers_as_there_are_cores
same process "$(what_of kind work)" create_makes_a_pool_of_processes
expect 0 "$echoed" '' created_pool_runs_commands submit work exec '["echo", "hi"]' --wait
expect 0 "$echoed" '' created_pool_runs_words submit work exec echo hi --wait
expect 0 '' '' resize_of_processes pool work resize 3
expect 0 '' '' open_of_what_is_there pool work open --capacity 9
same 3 "$(what_of workers_max work)" open_leaves_what_it_is_not_told
expect 0 '' '' open_of_what_is_there_with_number pool work open --workers 1
expect 0 "$echoed" '' open_leaves_the_command submit work exec echo hi --wait

# The names of the runners of the worker that this runs on, one behind the other.
names='{"argv": ["sh", "-c", "cat /proc/$PPID/task/*/comm | grep _ | sort | tr \"\\n\" ."]}'
threads_of() {
	"$concur" submit "$1" exec --arguments "$names" --wait | sed 's/.*stdout": {"$bytes": "\([^"]*\)".*/\1/' |
		base64 -d
}
# A worker takes its first task as soon as one of its threads is there.
threads_are() { [ "$(threads_of "$1" | cut -d. -f1-3)" = "$2" ]; }
expect 0 '' '' create_of_threads pool create threads --kind thread --workers 3 --thread-name-prefix spin
until_true threads_are threads spin_0.spin_1.spin_2
same 3.1 "$(what_of workers_max threads).$(what_of started threads)" threads_are_those_of_one_process
same thread.spin "$(what_of kind threads).$(what_of thread_name_prefix threads)" state_tells_kind_and_prefix
until_true threads_are work work_0.
expect 0 '' '' create_with_long_prefix pool create long --kind thread --workers 11 \
	--thread-name-prefix 123456789abcdefgh
until_true threads_are long 123456789abc_10.123456789abcd_0.123456789abcd_1
expect 4 '' 'threads of a thread pool are started once' resize_of_threads_is_refused pool threads resize 4
expect 4 '' 'at most 64 threads' threads_past_the_most_are_refused pool threads open --workers 65
expect 4 '' 'must be greater than 0' no_workers_are_refused pool create none --workers 0
expect 4 '' 'give their number as that' threads_of_threads_are_refused pool create none --kind thread --threads 2
expect 4 '' 'starts no workers for a pool of kind remote' workers_of_remote_are_refused \
	pool create none --kind remote --workers 1
expect 1 '' 'no runtime of that name' unknown_runtime_is_plain_no pool create none --runtime none

expect 0 '' '' create_of_remote pool create far --kind remote
same remote.0 "$(what_of kind far).$(what_of workers_max far)" remote_starts_none
expect 4 '' 'they attach by themselves' resize_of_remote_is_refused pool far resize 2
expect 0 '' '' remote_may_become_another_kind pool far open --kind process --workers 1
expect 0 "$echoed" '' remote_that_became_another_kind_runs_commands submit far --wait -- echo hi
expect 0 '' '' runtime_exec_needs_no_configuration pool create some --runtime exec --workers 1
expect 0 "$echoed" '' runtime_exec_runs_commands submit some --wait -- echo hi

# One worker of the daemon's and one that attaches serve the same pool.
concur-worker --exec --pool some --label here &
worker=$!
attached() { [ "$(what_of workers some)" = 2 ]; }
until_true attached
expect 0 "$echoed" '' attached_worker_takes_its_label submit some --label here --wait -- echo hi
kill "$worker"
wait "$worker"

same 'far long some threads work' "$(echo $("$concur" pool ls --raw))" ls_of_a_kind
expect 2 '' 'no verb of pool is called work' neither_word_is_a_verb pool none work
expect 0 0 '' terminate_takes_the_name_behind_the_verb pool terminate work
finish
