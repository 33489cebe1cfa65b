#!/bin/sh
# What is said of an argument that is refused: which it is, what it was, and what it may be. One line for each row of
# daemon/rpc/refusal.c.
. "$CONCUR_TEST_SRCDIR/tests/system/cli.sh"
with_daemon

# refused SENTENCE WORD...: `concur WORD...` is refused, and says so.
refused() {
	sentence=$1
	shift
	checks=$((checks + 1))
	if "$concur" "$@" >/dev/null 2>"$place/err" </dev/null; then
		failed "not refused: concur $*"
	elif [ "$(sed 's/^concur: //' "$place/err")" != "$sentence" ]; then
		failed "concur $*" "said   $(cat "$place/err")" "wanted concur: $sentence"
	fi
}

# object KIND NAME: its id.
object() {
	"$concur" "$1" "$2" info --json | sed 's/.*"object": \([0-9]*\).*/\1/'
}

# What the statuses themselves say.
value='an argument is out of its domain'
type='the operation does not take a value of that type'
index='the index is out of range'
over='the result does not fit'
wait='a wait is 0, -1 for ever, or so many nanoseconds'
most=9223372036854775807

# opening
"$concur" dict words set a 1
refused "list words: the object is of another kind: kind is list; the object of that name is a dict" list words append 1
refused "$value: nested is true; only a dict, a list or a namespace can be" \
	call /concur.v1.Object/Open '{"kind": "queue", "nested": true}'
refused "value v: $value: typecode is x; it must be a letter of bBhHiIlLqQfd" value v open --typecode x
refused "value v: $type: value is 'a'; an item of typecode h is an integer from -32768 to 32767" \
	value v open '"a"' --typecode h
refused "value v: $over: value is 70000; an item of typecode H is an integer from 0 to 65535" \
	value v open 70000 --typecode H
refused "array a: $value: typecode is not given; it must be a letter of bBhHiIlLqQfd" array a open --count 3
refused "array a: $value: count is -3; it must be 0 or more" array a open --typecode b --count -3
refused "array a: $type: value is 7; an array is made of a list of numbers, or of an array, of its typecode" \
	array a open 7 --typecode b
refused "array a: $over: value is a list; an item of typecode b is an integer from -128 to 127" \
	array a open '[1, 128]' --typecode b
refused "semaphore s: $value: count is -1; it must be 0 or more" semaphore s open --count -1
refused "latch l: $value: count is -1; it must be 0 or more" latch l open --count -1
refused "barrier b: $value: count is 0; it must be 1 or more" barrier b open
refused "$wait: default_wait_ns is -5; only -1, for ever, is below 0" \
	call Object/Open '{"name": "b", "kind": "barrier", "count": 1, "default_wait_ns": -5}'

# dict and namespace
"$concur" dict d set text x
"$concur" dict d set most $most
"$concur" dict d set 1 one
"$concur" namespace n set a x
d=$(object dict d)
n=$(object namespace n)
refused "dict d: $type: value is 1; it and what is there must be numbers" dict d add text 1
refused "dict d: $type: value is null; it and what is there must be numbers" dict d add new null
refused "dict d: $over: value is 1; sums are of integers of 64 bits" dict d incr most
refused "dict d: $type: key is 'text'; what is there is not a list" dict d append text 1
refused "dict 'd': $value: ttl_ns is 0; it must be above 0, or -1 for ever" \
	call Dict/Expire "{\"object\": $d, \"key\": \"text\"}"
refused "dict 'd': $value: ttl_ns is -7; it must be 0 or more" \
	call Dict/Set "{\"object\": $d, \"key\": 1, \"value\": 2, \"ttl_ns\": -7}"
refused "namespace 'n': $type: key is 1; the name of an attribute is text" call Dict/Get "{\"object\": $n, \"key\": 1}"
refused "namespace 'n': $type: the number of values is 2; the name of an attribute is text" \
	call Dict/Update "{\"object\": $n, \"values\": [1, 2]}"
refused "dict d: $type: step 1 of the path: it and what is there must be numbers" dict d add-path 1 text
refused "dict d: $over: step 1 of the path: sums are of integers of 64 bits" dict d add-path 1 most

# list
"$concur" list l append 1 2 x
refused "list l: $index: index is 3; the list has 3 items" list l get 3
refused "list l: $index: index is -4; the list has 3 items" list l del -4
refused "list l: $value: step is 0; it must not be 0" list l slice --step 0
refused "list l: $value: the number of values is 3; a slice whose step is not 1 takes exactly as many as it has items" \
	list l set-slice 1 2 3 --step 2
refused "list l: $type: some of its items can not be compared with each other" list l sort
"$concur" list one append 1
refused "list one: $index: index is 1; the list has 1 item" list one set 1 x

# array
"$concur" array a open --typecode b --count 3 >/dev/null
"$concur" array real open --typecode d --count 3 >/dev/null
refused "array a: $index: index is 3; the array has 3 items" array a get 3
refused "array a: $value: step is 0; it must not be 0" array a slice --step 0
refused "array a: $value: the number of values is 1; the array must have exactly as many items as the slice" \
	array a set-slice '{"$array": ["b", [1]]}'
refused "array a: $type: the number of values is 1; a slice of an array is set to one array of the same typecode" \
	array a set-slice 1
refused "array a: $type: value is 1.5; an item of typecode b is an integer from -128 to 127" array a set 0 1.5
refused "array a: $over: value is 128; an item of typecode b is an integer from -128 to 127" array a incr 0 128
refused "array real: $type: value is 'x'; an item of typecode d is a number" array real set 0 x

# value
"$concur" value text set x
"$concur" value most set $most
"$concur" value item open 100 --typecode b >/dev/null
refused "value item: $over: value is 28; an item of typecode b is an integer from -128 to 127" value item add 28
refused "value item: $type: value is a list; an item of typecode b is an integer from -128 to 127" value item set '[1]'
refused "value text: $type: value is 1; it and what is there must be numbers" value text add 1
refused "value text: $type: value is 1; it can not be compared with what is there" value text maximum 1
refused "value text: $type: value is 2.5; it can not be compared with what is there" value text minimum 2.5
refused "value most: $over: value is 1; sums are of integers of 64 bits" value most incr

# queue
"$concur" queue q open --maxsize 2 >/dev/null
refused "queue q: $value: the number of values is 3; the queue never has room for so many at once" \
	queue q put-many 1 2 3
refused "queue q: $value: count is 0; it must be 1 or more" queue q get-many 0
refused "queue q: $value: count is -1; it must be 0 or more" queue q task-done -1
q=$(object queue q)
refused "queue 'q': $wait: wait_ns is -2; only -1, for ever, is below 0" \
	call Queue/Get "{\"object\": $q, \"wait_ns\": -2}"

# locks and signals
"$concur" semaphore s open --count 2 >/dev/null
refused "semaphore s: $value: count is 0; it must be 1 or more" semaphore s acquire 0
refused "semaphore s: $value: count is -3; it must be 1 or more" semaphore s release -3
refused "semaphore s: $over: count is $most; there can not be so many permits" semaphore s release $most
refused "semaphore s: $value: count is -1; it must be 0 or more" semaphore s resize -1
refused "condition c: $value: count is -1; it must be 0 or more" condition c notify -1
"$concur" latch l3 open --count 3 >/dev/null
refused "latch l3: $value: count is 0; it must be 1 or more" latch l3 count-down 0
refused "latch l3: $value: count is 4; 3 is left, and it never goes below 0" latch l3 count-down 4

refused "condition 'c': the lock is not held: acquire the condition's lock first" \
	call Condition/Notify "{\"object\": $(object condition c), \"count\": 1}"
"$concur" lock cl open >/dev/null
"$concur" condition on open --lock "$(object lock cl)" >/dev/null
refused "condition 'on': the lock is not held: acquire the condition's lock first" \
	call Condition/Wait "{\"object\": $(object condition on), \"wait_ns\": -1}"
"$concur" semaphore full open --bounded >/dev/null
refused "semaphore full: released more often than acquired: fewer permits are taken than that" semaphore full release
"$concur" barrier two open --count 2 >/dev/null
"$concur" barrier two abort
refused "barrier two: the barrier is broken: a reset makes it whole again" barrier two wait

# what is too much for one call
too_much() { # NAME LIMIT ADVICE WORD...
	sentence="list $1: larger than a limit allows ($2): $3 (limit $2)"
	list=$1
	shift 3
	refused "$sentence" list "$list" "$@"
}
"$concur" list long append 1
"$concur" list long repeat 100001
too_much long sort_max 'read the items, sort them, and write them back with if_version' sort
"$concur" list other append 1
too_much other sort_max 'read the other one in pages, and extend the list by these' extend-from long
"$concur" list long repeat 10
too_much long move_max 'search it in parts, each from a start to a stop' index 2
too_much long move_max 'read the items in pages, and count these' count 1
too_much long move_max 'read it backwards, by slices whose step is -1' reverse
too_much long move_max 'do it in parts, or nearer to an end of the list' repeat 3

# keys
none='a value of that type can not be a key'
refused "dict d: $none: key is a list; lists, maps and arrays are none, nor are tuples with one inside" dict d get '[1]'
refused "set odd: $none: lists, maps and arrays are none, nor are tuples with one inside" set odd add '{"a": 1}'

# what every kind has
refused "latch 'l3': $type: it has no items to clear" call Object/Clear "{\"object\": $(object latch l3)}"
refused "latch 'l3': $type: objects of that kind can not be copied" \
	call Object/Copy "{\"object\": $(object latch l3)}"
refused "latch 'l3': $type: only objects that hold values are compared, with one of the kind or its contents" \
	call Object/Equal "{\"object\": $(object latch l3), \"value\": 1}"
refused "dict 'd': $value: lifetime is 3; a copy has no name, so it is 1 (session) or 2 (refcount)" \
	call Object/Copy "{\"object\": $d, \"lifetime\": \"named\"}"

finish
