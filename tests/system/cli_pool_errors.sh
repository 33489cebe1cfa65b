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

# A task outlives the name of its pool, and tells of it.
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
expect 0 '' '' rm_of_pool_with_task rm far
expect 0 'the pool has no worker, and the daemon starts none for it: one has to attach by its id, for it has no name' \
	'' why_of_task_whose_pool_has_no_name why "$task"
expect 1 '' 'no such future: nobody referred to it any more, or its pool was removed' gone_future_says_so \
	future 12 wait
finish
