#!/bin/sh
# concur map: lines in chunks, and what is left when it is killed half-way.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
PATH=$CONCUR_TEST_BUILDDIR:$PATH
export PATH
with_daemon
"$concur" pool m open --workers 2 -- --module "$CONCUR_TEST_BUILDDIR/tests/system/.libs/pool_module.so"

# said PATTERN NAME: what the last map said on stderr
said() {
	checks=$((checks + 1))
	grep -q "$1" "$place/err" || failed "$2: said '$(cat "$place/err")', wanted '$1'"
}

squares() { awk '{ print $1 * $1 }' "$1"; }

# results in chunks
seq 3000 >"$place/numbers"
squares "$place/numbers" >"$place/squares"
for chunk in 1 7 1000 5000; do
	"$concur" map m squares --chunk $chunk <"$place/numbers" >"$place/out"
	same 0 $? map_in_chunks_is_done
	checks=$((checks + 1))
	cmp -s "$place/squares" "$place/out" || failed "map_in_chunks_of_${chunk}_is_in_order"
done
"$concur" map m squares --chunk 7 --unordered <"$place/numbers" | sort -n | cmp -s - "$place/squares"
same 0 $? map_in_chunks_unordered_gives_all
same '[1, 4]' "$(printf '1\n2\n' | "$concur" map m squares --chunk 2 --json | tr -d '\n ' | sed 's/,/, /')" \
	map_in_chunks_as_json
expect 0 '' '' map_in_chunks_of_nothing map m squares --chunk 5
same 3000 "$("$concur" pool m state | sed -n 's/^done: //p' >"$place/before"
	"$concur" map m squares --chunk 3 <"$place/numbers" | wc -l)" map_gives_a_result_for_each_line
same 1000 $(($("$concur" pool m state | sed -n 's/^done: //p') - $(cat "$place/before"))) chunk_is_one_task

# failures, told by lines
printf '1\n2\n"x"\n4\n5\n' | "$concur" map m squares --chunk 2 >"$place/out" 2>"$place/err"
same 1 $? map_with_failed_chunk_is_plain_no
same '1 4 25' "$(xargs <"$place/out")" map_prints_chunks_that_did_not_fail
said 'lines 3 to 4: TypeError' map_says_which_lines_failed
printf '1\n2\n3\n' | "$concur" map m square --chunk 2 >"$place/out" 2>"$place/err"
same 1 $? map_of_function_for_one_value_in_chunks_is_plain_no
for wrong in 0 x 16385 ''; do
	expect 2 '' 'chunk takes a number' chunk_of_no_number_is_misuse map m squares --chunk "$wrong"
done

# Lines are read as the tasks go: the first result is there while the input is still open.
mkfifo "$place/input"
"$concur" map m squares --chunk 2 <"$place/input" >"$place/out" &
runner=$!
exec 3>"$place/input"
printf '3\n4\n' >&3
squared() { [ "$(xargs <"$place/out")" = "$1" ]; }
until_true squared '9 16'
echo 5 >&3
exec 3>&-
wait "$runner"
same 0 $? map_of_slow_input_is_done
same '9 16 25' "$(xargs <"$place/out")" last_chunk_may_be_short

# Killed half-way: what had not begun is cancelled, what runs ends by itself, and nothing else is left.
cat >"$place/job" <<EOF
#!/bin/sh
echo \$\$ >>$place/pids
until test -e $place/over; do sleep 0.02; done
EOF
chmod +x "$place/job"
: >"$place/pids"
has_lines() { [ "$(wc -l <"$place/pids")" -eq "$1" ]; }
"$concur" pool p open --workers 2 -- --exec
yes "$place/job" | "$concur" map p exec --text >/dev/null 2>&1 &
runner=$!
until_true has_lines 2
kill -KILL "$runner"
wait "$runner" 2>/dev/null
until_true shows 'waiting: 0' pool p state
touch "$place/over"
until_true shows 'running: 0' pool p state
has_lines 2
same 0 $? killed_map_leaves_no_tasks
same 'm p' "$("$concur" ls --raw | sort | xargs)" killed_map_leaves_no_objects
expect 0 '{"exit_code": 0, "stdout": {"$bytes": ""}, "stderr": {"$bytes": ""}}' '' pool_works_after_killed_map \
	submit p --wait -- true
finish
