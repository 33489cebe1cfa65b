#!/bin/sh
# Looking around through the concur command: ls, show, who, against the real daemon.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

# prints NAME PATTERN WORD...: some line of what `concur WORD...` prints matches.
prints() {
	name=$1 pattern=$2
	shift 2
	checks=$((checks + 1))
	"$concur" "$@" >"$place/out" 2>&1
	grep -q "$pattern" "$place/out" || failed "$name: no line matches '$pattern':" "$(cat "$place/out")"
}

# on_terminal COLUMNS WORD...: what `concur WORD...` prints on a terminal of that width.
on_terminal() {
	columns=$1
	shift
	python3 - "$columns" "$concur" "$@" <<-'END' | tr -d '\r'
		import fcntl, os, pty, struct, sys, termios

		child, terminal = pty.fork()
		if child == 0:
		    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
		    os.execv(sys.argv[2], sys.argv[2:])
		try:
		    while read := os.read(terminal, 4096):
		        os.write(1, read)
		except OSError:
		    pass  # how Linux tells the end
		os.waitpid(child, 0)
	END
}

# fits COLUMNS NAME WORD...: no line of it is longer. What was printed is in $place/out.
fits() {
	columns=$1 name=$2
	shift 2
	checks=$((checks + 1))
	on_terminal "$columns" "$@" >"$place/out"
	if ! [ -s "$place/out" ] || grep -q ".\{$((columns + 1))\}" "$place/out"; then
		failed "$name: not in $columns columns:" "$(cat "$place/out")"
	fi
}

expect 0 '' '' ls_of_nothing_is_nothing ls
expect 0 '[]' '' ls_json_of_nothing_is_an_array ls --json
expect 1 '' 'nothing: no such object' show_of_nothing_is_plain_no show nothing
expect 1 '' 'nothing: no such object' who_of_nothing_is_plain_no who nothing
expect 1 '' '@12: no such object' show_of_no_id_is_plain_no show @12

seq 1 30 | xargs "$concur" list numbers extend
"$concur" dict stock set pears '{"green": 4}'
"$concur" queue jobs put 1 2
"$concur" value one set '[1, 2]'
name=$(printf 'two\nlines')
"$concur" value "$name" set 1
"$concur" lock mine -- sleep 600 &
holder=$!
until_true shows '  *[0-9]*  concur .* exclusive' show mine
"$concur" lock mine -- true &
first=$!
until_true shows 'waiters: 1' show mine
"$concur" lock mine --timeout 3000 -- true &
second=$!
until_true shows 'waiters: 2' show mine

# ls
same 'jobs mine numbers one stock' "$("$concur" ls --raw | grep -v -e two -e lines | xargs)" ls_has_all_names
same '"two\nlines"' "$("$concur" ls | awk 'END { print $NF }')" ls_quotes_names_with_control_characters
same 'numbers jobs' "$("$concur" ls --sort len --raw | head -2 | xargs)" ls_by_len_has_the_longest_first
same 'mine' "$("$concur" ls --sort waiters --raw | head -1)" ls_by_waiters_has_the_most_wanted_first
same 'numbers' "$("$concur" ls --sort age --raw | head -1)" ls_by_age_has_the_oldest_first
same 'numbers' "$("$concur" ls --reverse --sort age --raw | tail -1)" ls_reversed_has_it_last
same 'stock' "$("$concur" ls --kind dict --raw)" ls_of_a_kind_has_only_that
largest=$("$concur" ls --json --sort=bytes | sed -n '1{s/"details": \[[^]]*\]//;s/.*"name": "\([a-z]*\)".*/\1/p;}')
same 'numbers' "$largest" ls_json_is_sorted
expect 2 '' 'sort takes one of name, kind, len' ls_by_what_is_not_there_is_misuse ls --sort colour
expect 2 '' 'no such option' ls_with_unknown_option_is_misuse ls --tall
same 'name kind len bytes waiters age refs' "$("$concur" complete -- ls --sort '' | xargs)" completion_offers_sorts

# by id, as ls --all shows what has no name
id=$("$concur" dict stock info --json | sed 's/.*"object": \([0-9]*\),.*/\1/')
prints show_by_id_is_the_object '^name: stock$' show "@$id"
"$concur" value "@$id" set 7
prints show_by_a_name_that_looks_like_an_id_is_what_has_the_name '^kind: value$' show "@$id"
same 8 "$("$concur" ls --all | wc -l)" ls_all_has_those_with_names_too

# show
prints show_tells_the_kind '^kind: lock$' show mine
prints show_tells_details '^strict: true$' show mine
prints show_tells_the_order_in_a_word '^order: fifo$' show jobs
prints show_tells_the_holder "^ *$holder  concur  .*exclusive$" show mine
prints show_tells_who_waits_for_ever "^ *$first  concur .*  for ever  acquire$" show mine
prints show_tells_how_long_yet "^ *$second  concur .* min .* s  acquire$" show mine
same "$first $second" "$("$concur" show mine | awk '$NF == "acquire" { print $1 }' | xargs)" show_has_waiters_in_order
prints show_has_the_first_items '^  20$' show numbers
prints show_counts_the_others '^  and 10 more$' show numbers
same 0 "$("$concur" show numbers | grep -c '^  21$')" show_has_no_more_than_a_page
prints show_has_pairs '^  \["pears", {"green": 4}\]$' show stock
prints show_has_the_value '^  \[1, 2\]$' show one
prints show_has_the_next_item_of_a_queue '^  1$' show jobs
same 2 "$("$concur" queue jobs len)" show_takes_nothing
expect 0 '1' '' peek_is_the_next_item queue jobs peek
"$concur" queue none open >/dev/null
expect 1 '' 'queue none: empty' peek_of_empty_is_plain_no queue none peek

# every kind can be shown
for kind in $("$concur" complete -- '' | sed '/^run$/,$d'); do
	case $kind in
	future) continue ;; # no object
	pipe) "$concur" pipe every new >/dev/null && object=every.0 ;;
	process) "$concur" process every-process new -- true && object=every-process ;;
	*)
		object=every-$kind
		open="{\"name\": \"$object\", \"kind\": \"$kind\", \"count\": 30, \"typecode\": 105}"
		"$concur" call Object/Open "$open" >/dev/null || failed "a $kind can not be opened"
		;;
	esac
	prints "show_of_${kind}_tells_its_kind" "^kind: $kind$" show "$object"
	checks=$((checks + 1))
	"$concur" who "$object" >"$place/out" 2>"$place/err" || grep -q nobody "$place/err" ||
		failed "who fails for a $kind"
done
prints show_of_array_tells_its_typecode '^typecode: i$' show every-array
prints show_of_process_tells_its_state '^state: new$' show every-process
prints show_of_array_counts_the_others '^  and 10 more$' show every-array
"$concur" namespace every-namespace set colour red
prints show_of_namespace_has_attributes '^  \["colour", "red"\]$' show every-namespace
prints show_json_has_it_all '"holders": \[{.*"waiting": \[{' show mine --json
"$concur" value long set "$(awk 'BEGIN { s = "x"; while (length(s) < 1000) s = s s; print s }')"
prints show_cuts_long_values '^  "xxx*\.\.\.$' show long

# who
same "$holder $first $second $holder $first $second" "$("$concur" who mine | awk 'NR > 1 { print $1 }' | xargs)" \
	who_has_holder_waiters_and_sessions
prints who_tells_who_holds "^ *$holder  concur .*holds it, exclusive$" who mine
prints who_tells_who_waits "^ *$second  concur .*waits: acquire$" who mine
prints who_tells_who_refers "^ *$holder  concur .*refers to it$" who mine
prints who_json_has_three_lists '^{"holders": \[{.*"waiters": \[{.*"sessions": \[{' who mine --json
expect 1 '' 'stock: nobody' who_of_what_nobody_uses_is_plain_no who stock
prints who_alone_has_all_sessions "^ *$holder  concur .*  0  *1  *1  .*concur" who
prints who_alone_has_this_command '(this command)$' who
same 1 "$("$concur" who --json | grep -c '"self": true')" who_json_has_all_sessions
fits 80 who_fits_a_terminal who
same "$("$concur" who | wc -l)" "$(wc -l <"$place/out")" who_is_not_folded_where_it_fits
fits 70 who_folds_for_a_narrow_terminal who
same '    (this command)' "$(tail -1 "$place/out")" who_goes_on_below
fits 80 who_of_a_name_fits_a_terminal who mine
fits 56 who_of_a_name_folds_for_a_narrow_terminal who mine
same 'holds it, exclusive' "$(tr -s ' \n' ' ' <"$place/out" | grep -o 'holds it, exclusive')" who_folded_has_all_words
same 7 "$("$concur" who mine | wc -l)" who_on_no_terminal_has_a_line_for_each

kill "$first" "$second" "$holder"
wait
finish
