#!/bin/sh
# concur future ID log: what tasks write, kept with each of them.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
PATH=$CONCUR_TEST_BUILDDIR:$PATH
export PATH
with_daemon
module=$CONCUR_TEST_BUILDDIR/tests/system/.libs/pool_module.so
worker=
trap '[ -z "$worker" ] || kill "$worker" 2>/dev/null; rm -rf "$place"' EXIT
"$concur" pool m open --workers 1 -- --module "$module"

task=$("$concur" submit m say --text one)
expect 0 'null' '' task_that_writes_ends future "$task" wait
expect 0 'says one' 'warns one' log_has_both_outputs future "$task" log
same 'false says one/true warns one' "$("$concur" future "$task" log --json | tr '{' '\n' |
	sed -n 's/.*"error": \([a-z]*\), "text": "\([a-z ]*\)".*/\1 \2/p' | sort | paste -sd /)" \
	log_as_json_tells_outputs_apart

# Many short ones, one right after the other: each has its own lines.
for i in $(seq 40); do
	"$concur" submit m say --text "$i"
done >"$place/tasks"
i=0
while read -r task; do
	i=$((i + 1))
	"$concur" future "$task" wait >/dev/null
	[ "$("$concur" future "$task" log 2>&1 | sort | xargs)" = "says $i warns $i" ] || echo "$i"
done <"$place/tasks" >"$place/wrong"
same '' "$(cat "$place/wrong")" log_of_each_task_is_its_own

task=$("$concur" submit m echo none)
"$concur" future "$task" wait >/dev/null 2>&1
expect 1 '' 'nothing is kept' log_of_task_that_wrote_nothing_is_plain_no future "$task" log

# Workers of others keep what they write to themselves.
"$concur" pool far create --kind remote
concur-worker --pool far --module "$module" >"$place/said" 2>&1 &
worker=$!
task=$("$concur" submit far say --text two)
expect 0 'null' '' task_of_other_worker_ends future "$task" wait
expect 1 '' 'nothing is kept' log_of_other_worker_is_plain_no future "$task" log
expect 1 '' 'no such future' log_of_missing_future_is_plain_no future 99 log
finish
