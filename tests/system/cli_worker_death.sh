#!/bin/sh
# A worker that attached by itself, and its daemon dies: it attaches to the next one, and to its pool as soon as that is
# there again.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
PATH=$CONCUR_TEST_BUILDDIR:$PATH
CONCUR_URL=unix:$place/socket
export PATH CONCUR_URL
daemon=
worker=
trap 'kill -9 $daemon $worker 2>/dev/null; rm -rf "$place"' EXIT

start_daemon() {
	"$CONCUR_CONCURD" --foreground --log-level debug --listen "$CONCUR_URL" 2>"$place/log" &
	daemon=$!
	until_true "$concur" ls
}

# Its process is the worker's.
attached() { "$concur" ps p --json | grep -q "\"process\": $worker[,}]"; }

result='{"exit_code": 0, "stdout": {"$bytes": "aGkK"}, "stderr": {"$bytes": ""}}'
start_daemon
expect 0 '' '' open pool p open
concur-worker --exec --pool p &
worker=$!
until_true attached
expect 0 "$result" '' submit_before_the_death submit p --wait -- echo hi
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
start_daemon
# It has asked for its pool before that is there, and will ask again.
until_true grep "connection ended.*pid=$worker" "$place/log"
expect 0 '' '' open_again pool p open
until_true attached
expect 0 "$result" '' submit_after_the_death submit p --wait -- echo hi
expect 0 '0' '' close pool p close
wait "$worker"
same 0 $? worker_ends_with_its_pool
worker=
finish
