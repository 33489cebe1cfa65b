#!/bin/sh
# concurd(8) is well-formed, and its table of limits is the program's: each limit with its default, unit and meaning.
set -u
page=$CONCUR_TEST_SRCDIR/daemon/concurd.8
failures=0
checks=0

# Default values as the page has them: bytes in the largest unit that divides them.
expected_rows() {
	"$CONCUR_CONCURD" --help | sed '1,/^Limits:$/d' | awk '{
		value = $2; suffix = ""
		for (i = 1; i <= 3 && $3 == "bytes" && value > 0 && value % 1024 == 0; i++) {
			value /= 1024; suffix = substr("KMG", i, 1)
		}
		text = $4
		for (i = 5; i <= NF; i++) text = text " " $i
		print ".It Li " $1 " Ta " value suffix " Ta " $3 " Ta " text
	}'
}

fail() {
	failures=$((failures + 1))
	echo "$*"
}

rows=$(expected_rows)
while IFS= read -r row; do
	checks=$((checks + 1))
	grep -Fqx -- "$row" "$page" || fail "daemon/concurd.8 lacks the line: $row"
done <<END
$rows
END
count=$(grep -c '^\.It Li [a-z_]* Ta ' "$page")
[ "$count" -eq "$checks" ] || fail "daemon/concurd.8 lists $count limits, the program has $checks"

for option in $("$CONCUR_CONCURD" --help | grep -o -e '--[a-z-]*' | sort -u); do
	checks=$((checks + 1))
	grep -q -e "Fl Fl ${option#--}" "$page" || fail "daemon/concurd.8 does not tell of $option"
done

checks=$((checks + 1))
if command -v mandoc >/dev/null; then
	out=$(mandoc -T lint -W warning "$page" 2>&1) || fail "$out"
elif command -v man >/dev/null; then
	out=$(LC_ALL=C.UTF-8 man --warnings -l -Tutf8 "$page" 2>&1 >/dev/null)
	[ -z "$out" ] || fail "$out"
fi
echo "$checks checks, $failures failures"
[ "$checks" -gt 20 ] && [ "$failures" -eq 0 ]
