# For tests of the concur command, to be read with ".": calls, and what they must give.
set -u
concur=$CONCUR_TEST_BUILDDIR/concur
place=$(mktemp -d "${TMPDIR:-/tmp}/concur-cli-XXXXXX")
trap 'rm -rf "$place"' EXIT
checks=0
failures=0

failed() {
	failures=$((failures + 1))
	printf '%s\n' "$@"
}

# expect STATUS OUTPUT COMPLAINT NAME WORD...: `concur WORD...` must end so, print exactly that, and say on standard
# error what matches; nothing where COMPLAINT is empty.
expect() {
	want_status=$1 want=$2 complaint=$3 name=$4
	shift 4
	checks=$((checks + 1))
	"$concur" "$@" >"$place/out" 2>"$place/err" </dev/null
	status=$?
	printf '%s' "${want:+$want
}" >"$place/want"
	if [ "$status" -ne "$want_status" ]; then
		failed "$name: exit status $status, wanted $want_status: concur $*" "$(cat "$place/out" "$place/err")"
	elif ! cmp -s "$place/out" "$place/want"; then
		failed "$name: printed" "$(cat "$place/out")" "wanted" "$want"
	elif [ -z "$complaint" ] && [ -s "$place/err" ]; then
		failed "$name: complained: $(cat "$place/err")"
	elif [ -n "$complaint" ] && ! grep -q "$complaint" "$place/err"; then
		failed "$name: said '$(cat "$place/err")', wanted '$complaint'"
	elif [ -n "$complaint" ] && [ "$(wc -l <"$place/err")" -ne 1 ]; then
		failed "$name: a complaint is one line:" "$(cat "$place/err")"
	fi
}

# same WANT GOT NAME
same() {
	checks=$((checks + 1))
	[ "$1" = "$2" ] || failed "$3: wanted '$1', got '$2'"
}

# until_true COMMAND...: waits for something that another process is about to do, and gives up where it never does.
until_true() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		if [ "$tries" -gt 1500 ]; then
			failed "never came true: $*"
			return 1
		fi
		sleep 0.02
	done
}

# shows PATTERN WORD...: what `concur WORD...` prints has a line that matches.
shows() {
	pattern=$1
	shift
	"$concur" "$@" | grep -qx "$pattern"
}

finish() {
	echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
	[ "$failures" -eq 0 ]
	exit
}

# The rest of the script runs beside a daemon of its own.
with_daemon() {
	[ -n "${CONCUR_URL:-}" ] || exec "$concur" run -- sh "$0"
}
