#!/bin/sh
# Tests what every test stands on: run-test's verdicts and its hold on processes, and the counting of summary.py.
set -u
run=$CONCUR_TEST_BUILDDIR/tests/run-test
place=$(mktemp -d "${TMPDIR:-/tmp}/concur-driver-XXXXXX")
trap 'rm -rf "$place"' EXIT
unset CONCUR_TEST_TIMES
checks=0
failures=0

# expect STATUS PATTERN NAME COMMAND...: run-test must end so, and say what matches.
expect() {
	status=$1 pattern=$2 name=$3
	shift 3
	checks=$((checks + 1))
	"$run" "$@" >"$place/out" 2>&1
	got=$?
	if [ "$got" -ne "$status" ] || ! grep -q "$pattern" "$place/out"; then
		failures=$((failures + 1))
		echo "$name: exit status $got, wanted $status and '$pattern' in:"
		cat "$place/out"
	fi
}

# gone FILE NAME: the process whose id the file holds must have ended.
gone() {
	checks=$((checks + 1))
	if [ ! -s "$1" ] || kill -0 "$(cat "$1")" 2>/dev/null; then
		failures=$((failures + 1))
		echo "$2: process $(cat "$1") is still there"
	fi
}

export CONCUR_TEST_GRACE=1
expect 0 '^fine' test_passes_is_0 sh -c 'echo fine'
expect 3 '^poor' test_fails_is_its_status sh -c 'echo poor; exit 3'
expect 137 'signal 9' test_killed_is_128_and_signal sh -c 'kill -9 $$'
expect 99 'can not run' test_missing_is_hard_error "$place/missing"
expect 0 '^none' test_reads_input_is_empty sh -c 'test -z "$(cat)" && echo none'
expect 125 'still there' test_leaves_process_fails sh -c "setsid sleep 600 & echo \$! >$place/left"
gone "$place/left" test_leaves_process_is_ended
export CONCUR_TEST_LIMIT=1
expect 124 'not done after 1 seconds' test_hangs_fails \
	sh -c "(setsid sh -c 'echo \$\$ >$place/far; exec sleep 600' &); trap '' TERM; echo \$\$ >$place/near; sleep 60"
gone "$place/far" test_hangs_detached_process_is_ended
gone "$place/near" test_hangs_is_ended

# sum PASSED FAILED NAME: what summary.py must make of the results in $place/build.
sum() {
	checks=$((checks + 1))
	last=$("$CONCUR_TEST_SRCDIR/tests/summary.py" "$place/build" | tail -n 1)
	if [ "$last" != "$1 passed, $2 failed" ]; then
		failures=$((failures + 1))
		echo "$3: '$last', wanted $1 passed, $2 failed"
	fi
}

# result NAME VERDICT LOG
result() {
	mkdir -p "$place/build"
	echo ":test-result: $2" >"$place/build/$1.trs"
	echo "$3" >"$place/build/$1.log"
}

result unit PASS '100%: Checks: 5, Failures: 0, Errors: 0'
result script PASS 'all is well'
result skipped SKIP 'not here'
sum 6 0 sum_all_pass_counts_cases
result bad FAIL '50%: Checks: 4, Failures: 1, Errors: 1'
sum 8 2 sum_cases_fail_counts_them
result crash FAIL '100%: Checks: 2, Failures: 0, Errors: 0'
sum 10 3 sum_program_fails_after_its_cases_counts_one

echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ "$failures" -eq 0 ]
