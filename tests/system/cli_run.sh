#!/bin/sh
# Commands that concur runs: with a daemon of their own, or under a lock.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"

# run: the command's end is ours
expect 0 '' '' run_true_is_0 run -- true
expect 3 '' '' run_exit_3_is_3 run -- sh -c 'exit 3'
expect 143 '' '' run_killed_is_128_and_signal run -- sh -c 'kill -TERM $$'
expect 127 '' 'can not be run: No such file' run_missing_command_is_127 run -- "$place/missing"
expect 126 '' 'can not be run: Permission' run_directory_is_126 run -- "$place"
expect 2 '' 'write -- and the command' run_without_command_is_usage run
expect 0 "it's here" '' run_words_are_kept run -- printf '%s\n' "it's here"
CONCUR_CONCURD="$place/missing" expect 3 '' '^concur: ' run_without_daemon_is_3 run -- true

# run: the daemon ends with it
"$concur" run -- sh -c 'echo "$CONCUR_URL"' >"$place/url"
expect 3 '' '^concur: ' run_over_daemon_is_gone ping --url "$(cat "$place/url")"
"$concur" run -- sh -c "echo \"\$CONCUR_URL\" >$place/url.new; mv $place/url.new $place/killed; exec sleep 600" &
runner=$!
until_true test -e "$place/killed"
kill -KILL "$runner"
wait "$runner" 2>/dev/null
nobody_answers() {
	! "$concur" ping --url "$1"
}
until_true nobody_answers "$(cat "$place/killed")"

# run: signals from others are passed on
"$concur" run -- sh -c "trap 'echo caught; exit 9' TERM; echo >$place/ready; while :; do sleep 0.02; done" \
	>"$place/caught" &
runner=$!
until_true test -e "$place/ready"
kill -TERM "$runner"
wait "$runner"
same 9 $? run_passes_term_on
same caught "$(cat "$place/caught")" run_passes_term_to_command

with_daemon_tests() {
	expect 0 '' '' lock_true_is_0 lock l -- true
	expect 5 '' '' lock_exit_5_is_5 lock l -- sh -c 'exit 5'
	expect 137 '' '' lock_killed_is_128_and_signal lock l -- sh -c 'kill -KILL $$'
	expect 0 'true' '' lock_is_held_meanwhile lock l -- "$concur" lock l locked
	expect 1 'false' '' lock_is_free_afterwards lock l locked
	expect 1 '' 'lock l: timed out' lock_held_times_out lock l -- "$concur" lock l --timeout 0 -- true
	expect 2 '' 'command behind' lock_without_command_is_usage lock l --
	same 1 "$("$concur" lock l -- sh -c 'test "$CONCUR_LOCK_TOKEN" -gt 0 && echo 1')" lock_tells_token

	# Only one at a time: a lost update would show.
	"$concur" value n set 0
	for i in 1 2 3 4 5 6; do
		"$concur" lock l -- sh -c "n=\$(\"$concur\" value n get); \"$concur\" value n set \$((n + 1))" &
	done
	wait
	expect 0 '6' '' lock_keeps_others_out value n get
	"$concur" value n set 0
	for i in 1 2 3 4; do
		"$concur" dict d key-lock a -- \
			sh -c "n=\$(\"$concur\" value n get); \"$concur\" value n set \$((n + 1))" &
	done
	wait
	expect 0 '4' '' key_lock_keeps_others_out value n get
	expect 1 '' 'dict d: timed out' key_lock_that_is_held_times_out dict d key-lock a -- \
		"$concur" dict d key-lock a --timeout 0.01 -- echo 1
	expect 0 '2' '' key_lock_of_another_key_is_another dict d key-lock a -- \
		"$concur" dict d key-lock b -- "$concur" dict d key-lock c -- echo 2

	# The holder is killed: the next one gets it, and is told; the command of the killed one ends too.
	"$concur" lock l -- sh -c "echo \$\$ >$place/pid.new; mv $place/pid.new $place/pid; exec sleep 600" &
	holder=$!
	until_true test -e "$place/pid"
	kill -KILL "$holder"
	expect 0 '' 'process [0-9]* died' lock_of_killed_holder_passes_on lock l -- true
	wait "$holder" 2>/dev/null
	is_gone() {
		! kill -0 "$1"
	}
	until_true is_gone "$(cat "$place/pid")"
	expect 0 '' '' lock_is_clean_afterwards lock l -- true

	# Ended while it waits: nothing stays behind.
	"$concur" lock l -- sh -c "until test -e $place/done; do sleep 0.02; done" &
	holder=$!
	until_true "$concur" lock l locked
	"$concur" lock l -- true &
	waiter=$!
	until_true shows 'waiters: 1' lock l state
	kill -TERM "$waiter"
	wait "$waiter"
	same 143 $? lock_ended_waiter_dies_of_the_signal
	until_true shows 'waiters: 0' lock l state
	touch "$place/done"
	wait "$holder"
	same 0 $? lock_of_ended_waiter_goes_on

	# A robust lock: whoever is told of a death must say that all is well before it lets go.
	"$concur" rlock r open --robust >"$place/opened"
	expect 0 'true' '' rlock_is_held_meanwhile rlock r -- "$concur" rlock r locked
	expect 1 '' 'nobody was waiting' rlock_consistent_without_death_is_no rlock r consistent
	"$concur" rlock r -- sh -c "echo \$\$ >$place/r.new; mv $place/r.new $place/r; exec sleep 600" &
	holder=$!
	until_true test -e "$place/r"
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	expect 0 '' 'process [0-9]* died' rlock_told_and_consistent \
		rlock r -- sh -c "\"$concur\" rlock r consistent --token \"\$CONCUR_LOCK_TOKEN\""
	expect 0 '' '' rlock_goes_on_after_consistent rlock r -- true
	rm "$place/r"
	"$concur" rlock r -- sh -c "echo \$\$ >$place/r.new; mv $place/r.new $place/r; exec sleep 600" &
	holder=$!
	until_true test -e "$place/r"
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	expect 0 '' 'process [0-9]* died' rlock_told_and_silent rlock r -- true
	expect 4 '' 'nobody said it is consistent' rlock_not_recoverable rlock r -- true
	expect 0 '' '' rlock_operator_says_consistent rlock r consistent
	expect 0 '' '' rlock_is_recovered rlock r -- true

	# A condition: its lock is held around each verb.
	"$concur" condition c wait >"$place/waited" &
	waiter=$!
	until_true shows 'waiters: 1' condition c info
	expect 0 '1' '' condition_notify_counts_them condition c notify 3
	wait "$waiter"
	same 0 $? condition_wait_is_notified
	expect 0 '0' '' condition_notify_all_remembers_nobody condition c notify-all
	expect 1 '' 'timed out' condition_wait_times_out condition c wait --timeout 0.01
	expect 1 'false' '' condition_lock_is_free_afterwards condition c locked
	expect 0 'true' '' condition_lock_is_held_meanwhile condition c -- "$concur" condition c locked
	# On a lock that is there already.
	"$concur" lock under open >"$place/lock"
	"$concur" lock 77 open >"$place/lock77"
	"$concur" condition on open --lock under >/dev/null
	same "$(sed -n 's/^object: //p' "$place/lock")" "$("$concur" condition on lock | sed -n 's/^object: //p')" \
		condition_opens_on_a_lock_by_name
	"$concur" condition byid open --lock "$(sed -n 's/^object: //p' "$place/lock")" >/dev/null
	same "$(sed -n 's/^object: //p' "$place/lock")" "$("$concur" condition byid lock | sed -n 's/^object: //p')" \
		condition_opens_on_a_lock_by_id
	"$concur" condition on77 open --lock 77 >/dev/null
	same "$(sed -n 's/^object: //p' "$place/lock77")" "$("$concur" condition on77 lock | sed -n 's/^object: //p')" \
		condition_takes_a_name_of_digits_for_a_name
	expect 1 '' 'nothing: no such object' condition_on_no_lock_is_plain_no condition none open --lock nothing
	expect 1 '' 'no such object' condition_on_no_id_is_plain_no condition none open --lock 12

	# An rwlock: readers are in together, a writer alone.
	expect 0 'both' '' rwlock_readers_are_in_together \
		rwlock w read -- "$concur" rwlock w read --timeout 0 -- echo both
	expect 1 '' 'timed out' rwlock_writer_keeps_out rwlock w write -- "$concur" rwlock w read --timeout 0 -- true
	expect 0 '' '' rwlock_is_free_afterwards rwlock w write --timeout 0 -- true
	same 1 "$("$concur" rwlock w write -- sh -c "\"$concur\" rwlock w state | grep -c 'written: true'")" \
		rwlock_is_written_meanwhile

	# The daemon goes away while the lock is held: that is no success.
	expect 3 '' 'may have been lost' lock_lost_is_no_success \
		lock l -- sh -c "kill -KILL $("$concur" info | sed -n 's/^process: //p')" 2>/dev/null || :
}

if [ -n "${CONCUR_URL:-}" ]; then
	with_daemon_tests
	finish
fi
"$concur" run -- sh "$0"
same 0 $? lock_tests_pass
finish
