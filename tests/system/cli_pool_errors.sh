#!/bin/sh
# What goes wrong with pools, read aloud: each complaint says what happened, to what, and what to do.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
PATH=$CONCUR_TEST_BUILDDIR:$PATH
export PATH
with_daemon

# A function that nobody has.
expect 0 '' '' create pool create p --workers 1
expect 1 '' "NO_FUNCTION: none of the pool's workers has the function 'fly': have them load its module" \
	unknown_function_fails submit p fly --wait --timeout 60
expect 1 '' "none of the pool's workers has the function 'fly'" unknown_function_fails_again \
	submit p fly --wait --timeout 60
printf '1\n2\n' | "$concur" map p fly 2>"$place/map"
same 2 "$(grep -c "has the function 'fly'" "$place/map")" unknown_function_fails_in_map
waits=$("$concur" submit p fly --label wings)
expect 0 "none of the pool's 1 workers has the function 'fly'" '' labelled_one_waits_and_says_for_what why "$waits"

# Arguments that the function can not take.
expect 1 '' 'TypeError: exec: argv is to be a list of texts' wrong_arguments_are_the_tasks_error \
	submit p exec --arguments '{"argv": 3}' --wait --timeout 60

# A traceback stands behind the complaint.
module=$CONCUR_TEST_BUILDDIR/tests/system/.libs/pool_module.so
expect 0 '' '' create_with_module pool create traces --workers 1 -- --module "$module"
"$concur" submit traces trace --wait --timeout 60 >"$place/out" 2>"$place/err"
same 1 $? failed_task_with_traceback_is_plain_no
same 'concur: pool traces: KeyError: no pears
line 3, in basket
line 7, in shop' "$(cat "$place/err")" traceback_stands_behind_the_complaint
same '' "$(cat "$place/out")" failed_task_prints_no_result

# Workers that can not start: the first task and all later ones say why.
expect 0 '' '' create_with_missing_module pool create lost --workers 1 -- --module none.so
why='the module none.so can not be loaded: ./none.so: cannot open'
expect 1 '' "ImportError: $why" missing_module_fails_the_task submit lost f --wait --timeout 60
expect 4 '' "$why" broken_pool_says_why submit lost f
expect 0 '' '' create_with_missing_initializer pool create first --workers 1 --initializer none
expect 1 '' "NameError: the pool's initializer failed: this worker has no function none" \
	missing_initializer_fails_the_task submit first --wait --timeout 60 -- true
expect 0 '' '' create_with_failing_initializer pool create begin --workers 1 --initializer exec \
	--initializer-arguments '["no-such-command"]'
expect 1 '' "OSError: the pool's initializer failed: no-such-command can not be run: No such file" \
	failing_initializer_fails_the_task submit begin --wait --timeout 60 -- true
expect 4 '' 'no-such-command can not be run' pool_of_failing_initializer_says_why submit begin -- true
expect 0 '' '' create_with_missing_command pool create words --workers 1 -- --no-such-option
expect 1 '' 'POOL_BROKEN: its workers end before they attach, the last one with exit code 2' \
	worker_that_does_not_start_fails_the_task submit words --wait --timeout 60 -- true

# What has ended can not be cancelled; what runs can, if it is to be.
task=$("$concur" submit p -- true)
"$concur" future "$task" wait >"$place/result"
expect 1 '' 'it is too late: it has ended already (finished)' cancel_of_finished_is_plain_no \
	future "$task" cancel --kill
mkfifo "$place/go"
task=$("$concur" submit p -- cat "$place/go")
runs() { [ "$("$concur" future "$task" state | sed -n 's/^state: //p')" = running ]; }
until_true runs "$task"
expect 1 '' 'it runs and was not to be killed: --kill does that' cancel_of_running_is_plain_no future "$task" cancel

# A task that runs outlives its pool, and tells of it.
expect 0 '' '' rm rm p
echo >"$place/go"
expect 0 '{"exit_code": 0, "stdout": {"$bytes": "Cg=="}, "stderr": {"$bytes": ""}}' '' task_outlives_the_name \
	future "$task" wait --timeout 60
expect 0 '' '' create_remote pool create far --kind remote
task=$("$concur" submit far -- true)
expect 0 'the pool has no worker, and the daemon starts none for it: concur worker --pool far ...' '' \
	why_says_what_to_do why "$task"
expect 1 '' 'a task that it is to come after, is gone' task_after_a_missing_one_is_refused \
	submit far f --after 1
# A pool that is removed takes along what has not begun, and whoever waits for it hears so.
later=$("$concur" submit far --delay 3600 -- true)
"$concur" future "$later" wait 2>"$place/later" &
waits=$!
expect 0 '' '' rm_of_pool_with_tasks rm far
wait "$waits"
same 1 $? wait_for_task_of_removed_pool_ends
same "concur: future $later: it was cancelled" "$(cat "$place/later")" wait_for_task_of_removed_pool_says_why
expect 1 '' 'it was cancelled' task_of_removed_pool_is_cancelled future "$task" wait
expect 0 'it has ended' '' why_of_task_of_removed_pool why "$task"
expect 1 '' 'pool far: no such object' submit_to_removed_pool_is_plain_no submit far f
pool=$("$concur" future "$task" state | sed -n 's/^pool: //p')
"$concur" future "$task" release
"$concur" future "$later" release
expect 1 '' 'no such object' removed_pool_goes_with_its_tasks show "@$pool"

# What is refused leaves no pool, and one that was there as it was.
expect 4 '' 'must be greater than 0' create_without_workers_is_refused pool create bad --workers 0
expect 1 '' 'no runtime of that name' create_with_missing_runtime_is_refused pool create bad --runtime none
expect 4 '' 'are its workers' open_with_threads_of_threads_is_refused pool open bad --kind thread --threads 2
expect 1 '' 'pool bad: no such object' refused_create_leaves_no_pool pool bad state
expect 0 '' '' create_old pool create old --workers 3
expect 4 '' 'must be greater than 0' create_of_a_pool_that_is_there_is_refused pool create old --workers 0
same 3 "$("$concur" pool old state | sed -n 's/^workers_max: //p')" refused_create_leaves_an_old_pool

# Modules that are none, or were made for another version.
other=$CONCUR_TEST_BUILDDIR/tests/system/.libs/other_version.so
expect 0 '' '' create_with_module_of_another_version pool create new --workers 1 -- --module "$other"
expect 1 '' "ImportError: the module $other is of version 2, and this is for version 1" \
	module_of_another_version_fails_the_task submit new f --wait --timeout 60
expect 0 '' '' create_with_library_that_is_no_module pool create lib --workers 1 -- \
	--module "$CONCUR_TEST_BUILDDIR/.libs/libconcur.so"
expect 1 '' 'libconcur.so has no symbol concur_module' library_that_is_no_module_fails_the_task \
	submit lib f --wait --timeout 60

expect 1 '' 'no such future: nobody referred to it any more, or its pool was removed' gone_future_says_so \
	future 12 wait
finish
