#!/bin/sh
# concur parallel: real commands on real workers, and what is left of them when something goes wrong.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
PATH=$CONCUR_TEST_BUILDDIR:$PATH
export PATH
[ -n "${CONCUR_URL:-}" ] && beside_daemon=yes || beside_daemon=

# is_gone FILE: all processes whose numbers are in the file have ended
is_gone() {
	for pid in $(cat "$1"); do
		! kill -0 "$pid" 2>/dev/null || return 1
	done
}

# has_lines COUNT FILE
has_lines() { [ "$(wc -l <"$2")" -ge "$1" ]; }

# says PATTERN NAME: the last complaint has a line that matches
says() {
	checks=$((checks + 1))
	grep -q "$1" "$place/err" || failed "$2: said '$(cat "$place/err")', wanted '$1'"
}

# ends STATUS OUTPUT NAME WORD...: like expect, whatever it says on stderr
ends() {
	want_status=$1 want=$2 name=$3
	shift 3
	"$concur" parallel "$@" >"$place/out" 2>"$place/err" </dev/null
	status=$?
	same "$want_status" "$status" "$name"
	same "$want" "$(cat "$place/out")" "$name"
}

# A job that stays until it is ended, with a process of its own below it; both leave their numbers in pids.
stay="echo \$\$ >>$place/pids; sleep 600 & echo \$! >>$place/pids; wait"

without_daemon() {
	# order, words
	seq 400 >"$place/numbers"
	same "$(cat "$place/numbers")" "$("$concur" parallel -j 4 'sleep 0.00$(({} % 7)); echo {}' <"$place/numbers")" \
		output_is_in_order_of_arguments
	same 'a1 b1 a2 b2 a3 b3' "$("$concur" parallel -j 3 'echo a{}; sleep 0.0$((9 - 3 * {})); echo b{}' ::: 1 2 3 |
		xargs)" output_of_a_job_is_in_one_piece
	expect 0 "it's  \$HOME *" '' several_words_need_no_shell parallel printf '%s\n' ::: "it's  \$HOME *"
	expect 0 "x it's  \$HOME" '' one_word_with_blanks_is_for_the_shell parallel 'echo x {} | cat' ::: "it's  \$HOME"
	expect 0 'a-1
a-2
b-1
b-2' '' several_lists_are_combined parallel echo '{1}-{2}' ::: a b ::: 1 2
	expect 0 'x
y' '' no_command_runs_the_arguments parallel ::: 'echo x; echo y'
	same '[a b][][c]' "$(printf 'a b\n\nc' | "$concur" parallel printf '[%s]')" \
		lines_of_standard_input_are_arguments
	expect 0 '' '' no_arguments_are_no_jobs parallel echo
	expect 0 '' '' empty_list_is_no_jobs parallel echo :::
	expect 0 "$(pwd)" '' jobs_run_in_this_directory parallel 'pwd #' ::: 1
	same unix:/nowhere "$(CONCUR_URL=unix:/nowhere "$concur" parallel 'echo $CONCUR_URL #' ::: 1)" \
		jobs_find_the_url_that_was_set
	same 6 "$("$concur" parallel 'concur dict d incr n' ::: 1 2 3 | sort -n | tail -n 1)" \
		jobs_share_the_private_daemon
	same "$(printf '\377\376' | od -c)" "$(printf '\377\376\n' | "$concur" parallel printf %s | od -c)" \
		words_need_not_be_utf8
	"$concur" parallel 'echo out {}; echo err {} >&2' ::: 1 2 >"$place/out" 2>"$place/err"
	same 'out 1 out 2/err 1 err 2' "$(xargs <"$place/out")/$(xargs <"$place/err")" both_outputs_stay_apart

	# failures
	ends 2 '0' failed_jobs_are_counted -j 2 'echo {} | grep 0; exit {}' ::: 0 3 4
	says 'parallel: job 2 (3): exit status 3$' failed_job_is_told_with_argument_and_status
	says 'parallel: 2 of 3 jobs failed$' failed_jobs_are_summed_up
	ends 1 '' killed_job_has_failed 'kill -KILL $$ #' ::: 1
	says 'job 1 (1): signal 9$' killed_job_is_told_with_signal
	ends 1 '' missing_command_has_failed "$place/missing" ::: 1
	says 'can not be run.*No such file' missing_command_is_told
	ends 101 '' count_of_failed_jobs_ends_at_101 -j 4 false ::: $(seq 120)
	says 'and 20 more$' failures_past_a_hundred_are_summed_up
	ends 1 '' output_past_the_limit_has_failed 'head -c 17000000 /dev/zero #' ::: 1
	says 'bytes more than' output_past_the_limit_is_told
	ends 1 'fine' death_of_a_worker_costs_its_job -j 1 ::: 'kill -KILL $PPID; exit 0' 'echo fine'
	says 'its worker was ended by signal 9$' death_of_a_worker_is_told
	ends 1 'fine' dead_worker_takes_its_job_along -j 1 ::: \
		"sleep 600 & echo \$! >$place/pids; kill -KILL \$PPID; wait" \
		"while kill -0 \$(cat $place/pids); do sleep 0.02; done 2>/dev/null; echo fine"
	rm "$place/pids"

	# retries
	again="echo {} >>$place/tried; test \$(grep -c {} $place/tried) = 3"
	ends 0 '' retried_job_may_end_well --retries 3 -j 2 "$again" ::: a b
	same 6 "$(wc -l <"$place/tried")" retried_job_runs_until_it_ends_well
	rm "$place/tried"
	ends 1 '' retries_have_an_end --retries 2 "$again" ::: a
	same 2 "$(wc -l <"$place/tried")" retries_are_times_in_all
	ends 0 '' job_of_dead_worker_is_retried --retries 2 \
		"test -e $place/died || { touch $place/died; kill -KILL \$PPID; } #" ::: 1

	# time-out
	ends 1 'b' late_job_has_failed --timeout 0.5 -j 2 ::: "$stay" 'echo b'
	says 'job 1 (.*): it ran longer than it may$' late_job_is_told
	until_true is_gone "$place/pids"
	rm "$place/pids"

	# halt
	ends 1 '1
2' halt_soon_begins_no_more --halt soon,fail=1 -j 1 'echo {}; test {} != 2' ::: 1 2 3
	says 'halted when 1 had ended well, and 1 had failed$' halt_is_told
	ends 1 '' halt_now_ends_what_runs --halt now,fail=1 -j 2 ::: "$stay" \
		"until test -s $place/pids; do sleep 0.02; done; exit 1" 'echo no'
	until_true is_gone "$place/pids"
	rm "$place/pids"
	ends 0 '' halt_by_success_is_success --halt now,success=1 -j 2 ::: false true 'sleep 600'
	ends 3 "$(seq 3)" halt_by_done_counts_all --halt soon,done=3 -j 1 'echo {}; false' ::: $(seq 9)
	same "$(seq 50)" "$(seq 1000000 | "$concur" parallel --halt soon,done=50 -j 1 echo 2>/dev/null)" \
		endless_input_is_read_as_needed

	# the log
	ends 2 'ab' log_is_written --joblog "$place/log" ::: 'printf ab' 'exit 3' 'kill -TERM $$'
	same "$(printf '1\t:\t0\t2\t0\t0\tprintf ab\n2\t:\t0\t0\t3\t0\texit 3\n3\t:\t0\t0\t0\t15\tkill -TERM $$')" \
		"$(sed 1d "$place/log" | sort | cut -f 1,2,5-)" log_has_a_line_for_each_job
	same 'Seq Host Starttime JobRuntime Send Receive Exitval Signal Command' \
		"$(head -n 1 "$place/log" | tr '\t' ' ')" \
		log_has_headings
	checks=$((checks + 1))
	cut -f 3 "$place/log" | sed 1d | grep -vq '^[1-9][0-9]*\.[0-9]\{3\}$' && failed log_has_times
	expect 255 '' 'can not be written' log_that_can_not_be_made_is_an_error \
		parallel --joblog "$place/no/log" true ::: 1

	# progress, on what is no terminal
	"$concur" parallel --progress true ::: 1 2 3 2>"$place/err"
	says '^3/3, .*0 s left$' progress_is_lines_where_no_terminal_is
	"$concur" parallel true ::: 1 2 3 2>"$place/err"
	same '' "$(cat "$place/err")" progress_is_silent_if_not_asked_for

	# words
	expect 255 '' 'no such option' unknown_option_is_an_error parallel --bogus true ::: 1
	expect 255 '' 'takes a number' bad_number_is_an_error parallel -j x true ::: 1
	expect 255 '' '1 argument' sign_of_missing_list_is_an_error parallel echo '{2}' ::: 1
	expect 255 '' ':::+ is not understood' foreign_sign_is_an_error parallel echo ::: 1 :::+ 2
	CONCUR_CONCURD=$place/missing expect 255 '' '^concur: parallel: ' no_daemon_is_an_error parallel true ::: 1
	checks=$((checks + 1))
	"$concur" parallel --help | grep -q 'halt WHEN' || failed help_tells_options

	# What ends this process ends its jobs.
	"$concur" parallel -j 2 "$stay #" ::: 1 2 3 4 >"$place/out" 2>"$place/err" &
	runner=$!
	until_true has_lines 4 "$place/pids"
	kill -KILL "$runner"
	wait "$runner" 2>/dev/null
	until_true is_gone "$place/pids"
	same 4 "$(wc -l <"$place/pids")" killed_begins_no_more_jobs
	rm "$place/pids"

	"$concur" parallel -j 2 "echo begun {}; $stay #" ::: 1 2 3 4 >"$place/out" 2>"$place/err" &
	runner=$!
	until_true has_lines 4 "$place/pids"
	kill -INT "$runner"
	wait "$runner"
	same 130 $? interrupted_ends_with_128_and_signal
	until_true is_gone "$place/pids"
	same 4 "$(wc -l <"$place/pids")" interrupted_begins_no_more_jobs
	rm "$place/pids"

	mkfifo "$place/input"
	"$concur" parallel echo <"$place/input" >"$place/out" &
	runner=$!
	exec 3>"$place/input"
	echo first >&3
	until_true has_lines 1 "$place/out"
	same first "$(cat "$place/out")" line_is_run_before_the_next_comes
	kill -TERM "$runner"
	wait "$runner"
	same 143 $? terminated_while_it_waits_for_input
	exec 3>&-
}

with_pool() {
	expect 255 '' 'no such object' missing_pool_is_an_error parallel --pool p true ::: 1
	"$concur" pool p open --workers 2 --capacity 7 -- --exec
	seq 300 >"$place/numbers"
	same "$(cat "$place/numbers")" "$("$concur" parallel --pool p echo <"$place/numbers")" pool_runs_jobs_in_order
	ends 1 '1' pool_job_may_fail --pool p -j 1 'echo {} | grep 1' ::: 1 2

	# Killed half-way: what had not begun is cancelled, and what runs is nobody's any more.
	"$concur" parallel --pool p 'echo $$ >>'"$place/pids; until test -e $place/over; do sleep 0.02; done #" \
		::: $(seq 7) &
	runner=$!
	until_true has_lines 2 "$place/pids"
	kill -KILL "$runner"
	wait "$runner" 2>/dev/null
	until_true shows 'waiting: 0' pool p state
	touch "$place/over"
	until_true is_gone "$place/pids"
	until_true shows 'running: 0' pool p state
	same 2 "$(wc -l <"$place/pids")" killed_leaves_no_jobs_in_the_pool
	rm "$place/pids"

	# Interrupted: what runs is ended, too.
	"$concur" parallel --pool p "$stay #" ::: $(seq 7) 2>/dev/null &
	runner=$!
	until_true has_lines 4 "$place/pids"
	kill -INT "$runner"
	wait "$runner"
	same 130 $? interrupted_ends_its_jobs_in_the_pool
	until_true is_gone "$place/pids"
	until_true shows 'running: 0' pool p state
	same 4 "$(wc -l <"$place/pids")" interrupted_leaves_no_jobs_in_the_pool
}

if [ "$beside_daemon" ]; then
	with_pool
	finish
fi
without_daemon
checks=$((checks + 1))
"$concur" run -- sh "$0" || failed "the part beside a daemon failed"
finish
