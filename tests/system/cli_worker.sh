#!/bin/sh
# Workers that attach by themselves, as `concur worker`: over tcp with a key, before there is a daemon or a pool, and
# sent away while they work.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
key=$place/key
daemon=
worker=
trap '[ -z "$worker$daemon" ] || kill $worker $daemon 2>/dev/null; rm -rf "$place"' EXIT
export CONCUR_URL="unix:$place/socket"

expect 2 '' 'write --pool NAME' worker_without_pool_is_misuse worker
expect 1 '' "$place/nobody" worker_takes_the_address_in_front_of_it --url "unix:$place/nobody" worker --pool p --exec
expect 1 '' 'name a module by --module' worker_without_functions_says_how worker --pool p
expect 1 '' 'the module none.so can not be loaded' worker_with_missing_module_says_which \
	worker --pool p --module none.so
expect 1 '' "$place/socket" worker_without_daemon_says_where worker --pool p --exec

# A patient one is there first, then the daemon, then the pool.
"$concur" worker --pool p --exec --patient --label near 2>"$place/near" &
worker=$!
"$concur" keygen "$key"
"$CONCUR_CONCURD" --foreground --listen tcp://127.0.0.1:0 --listen "$CONCUR_URL" --key "$key" --ready-fd 9 \
	9>"$place/ready" 2>"$place/log" &
daemon=$!
until_true test -s "$place/ready"
far=tcp://127.0.0.1:$(sed 's/.*://' "$place/ready")
expect 1 '' 'no such object' worker_of_missing_pool_says_so worker --pool p --exec
expect 0 '' '' create pool create p --kind remote
echoed='{"exit_code": 0, "stdout": {"$bytes": "aGkK"}, "stderr": {"$bytes": ""}}'
expect 0 "$echoed" '' patient_worker_comes submit p --label near --wait --timeout 60 -- echo hi

# Over tcp the key is needed.
expect 1 '' 'set CONCUR_KEY_FILE' worker_without_key_says_what_to_do worker --connect "$far" --pool p --exec
"$concur" worker --connect "$far" --key "$key" --pool p --exec --label far &
remote=$!
expect 0 "$echoed" '' worker_with_key_takes_its_label submit p --label far --wait --timeout 60 -- echo hi
kill "$remote"
wait "$remote"
same 0 $? worker_that_is_sent_away_ends_well

# What runs when it is sent away is finished, and its result heard.
runs() { [ "$("$concur" future "$1" state | sed -n 's/^state: //p')" = running ]; }
mkfifo "$place/go"
long=$("$concur" submit p --label near -- cat "$place/go")
until_true runs "$long"
kill "$worker"
later=$("$concur" submit p --label near -- echo later)
echo on >"$place/go"
wait "$worker"
same 0 $? worker_that_is_sent_away_finishes
worker=
expect 0 '{"exit_code": 0, "stdout": {"$bytes": "b24K"}, "stderr": {"$bytes": ""}}' '' what_it_ran_is_done \
	future "$long" wait
expect 0 'the pool has no worker, and the daemon starts none for it: concur worker --pool p ...' '' \
	what_it_did_not_run_waits why "$later"
same '' "$(cat "$place/near")" worker_has_nothing_to_say
kill "$daemon"
wait "$daemon"
daemon=
finish
