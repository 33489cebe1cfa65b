/* The table of verbs, in the order in which help shows them. */
#include "rows.h"

#include "args.h"
#include "barrierrun.h"
#include "complete.h"
#include "condrun.h"
#include "fields.h"
#include "futurerun.h"
#include "help.h"
#include "keygen.h"
#include "lockrun.h"
#include "ls.h"
#include "maprun.h"
#include "methods.h"
#include "parallelrun.h"
#include "print.h"
#include "processrun.h"
#include "psrun.h"
#include "rawcall.h"
#include "run.h"
#include "show.h"
#include "slices.h"
#include "submitrun.h"
#include "verbs.h"
#include "who.h"
#include "workerrun.h"

#include <stdio.h>
#include <string.h>

const struct kind_word rows_kinds[] = {
	{ ROW_DICT, "dict", "keys and values" },
	{ ROW_LIST, "list", "items by index" },
	{ ROW_QUEUE, "queue", "items that are put at one end and taken at the other, by whoever comes first" },
	{ ROW_LOCK, "lock", "one holder at a time, in the order they came" },
	{ ROW_RLOCK, "rlock", "a lock that its holder may take again" },
	{ ROW_RWLOCK, "rwlock", "many readers at a time, or one writer" },
	{ ROW_CONDITION, "condition", "waiting for a word from others, under a lock" },
	{ ROW_VALUE, "value", "one value" },
	{ ROW_PIPE, "pipe", "two ends, NAME.0 and NAME.1: what is sent into one is received at the other" },
	{ ROW_SET, "set", "items, each there once" },
	{ ROW_NAMESPACE, "namespace", "attributes by name" },
	{ ROW_ARRAY, "array", "a fixed number of numbers of one type" },
	{ ROW_SEMAPHORE, "semaphore", "permits that are counted" },
	{ ROW_EVENT, "event", "a flag that many wait for" },
	{ ROW_BARRIER, "barrier", "where parties wait until all have come" },
	{ ROW_LATCH, "latch", "a count that goes down to 0, once" },
	{ ROW_PROCESS, "process", "one that the daemon starts and watches" },
	{ ROW_POOL, "pool", "tasks that wait, and workers that run them" },
	{ ROW_FUTURE, "future", "what becomes of a task; NAME is its number" },
	{ 0, NULL, NULL },
};

/* Short names for the columns below. */
#define CREATES ROW_CREATES
#define LISTS ROW_LISTS
#define SNAPSHOT ROW_SNAPSHOT

/* clang-format off */
const struct row rows[] = {
	/* Without an object. */
	{ ROW_TOP, "run", NULL, "", ROW_COMMAND, NULL, run_run, "start a private daemon for COMMAND, which finds it by $CONCUR_URL" },
	{ ROW_TOP, "ping", "Session/Ping", "", 0, print_alive, NULL, "ask the daemon for a sign of life" },
	{ ROW_TOP, "info", "Manager/Info", "", 0, print_fields, NULL, "what the daemon says of itself" },
	{ ROW_TOP, "ls", "Manager/List", "--kind --all --sort=name --reverse", LISTS, NULL, ls_run, "list the objects that have a name, or all; with --raw the names alone" },
	{ ROW_TOP, "who", "Manager/Sessions", "name?", LISTS, NULL, who_run, "who holds an object, waits for it, refers to it; without NAME all processes that are connected" },
	{ ROW_TOP, "rm", "Manager/Remove", "name...", 0, print_nothing, NULL, "remove objects, whatever their kind" },
	{ ROW_TOP, "show", NULL, "NAME...", 0, NULL, show_run, "all that is known of objects: who holds them, who waits, and the first of what is in them" },
	{ ROW_TOP, "submit", "Pool/Submit", "pool function? words?... --wait --arguments --priority --run_timeout --retries --label --unique --after --delay --ttl --timeout", ROW_COMMAND | ROW_MAY_COMMAND, NULL, submitrun_run, "have a pool run a function with a list of words, or with --arguments, or a COMMAND, which is the function exec; prints the number of its future, or with --wait its result" },
	{ ROW_TOP, "map", "Pool/SubmitMany", "pool function --chunk=1 --unordered --priority --run_timeout --retries --label", LISTS, NULL, maprun_run, "have a pool run a function for each line of standard input, with a list of that one value, and print the results in the same order; with --unordered as they come; with --chunk a task gets a list of so many lines, which is for functions that are made to be mapped: they give a list of as many results" },
	{ ROW_TOP, "parallel", NULL, "[OPTION...] [COMMAND [WORD...]] [::: ARGUMENT...]...", ROW_OWN_WORDS, NULL, parallelrun_run, "run COMMAND for each ARGUMENT, or for each line of standard input, several at once, and print what each wrote in the order of the arguments" },
	{ ROW_TOP, "ps", "Pool/Workers", "pool?", LISTS, NULL, psrun_run, "the workers of a pool, or of all: what each runs, and since when" },
	{ ROW_TOP, "why", "Pool/Why", "future", 0, futurerun_print_why, NULL, "why a task has not run yet" },
	{ ROW_TOP, "worker", NULL, "--pool NAME [--connect URL] [--key FILE] [--threads N] [--label LABEL]... [--module FILE]... [--exec] [--name NAME] [--patient]", ROW_OWN_WORDS, NULL, workerrun_run, "work for a pool, here or on another machine, until it is closed: concur-worker(1) tells more" },
	{ ROW_TOP, "call", NULL, "[METHOD [JSON]]", 0, NULL, rawcall_run, "call any method with a request in JSON; alone: list the methods" },
	{ ROW_TOP, "keygen", NULL, "FILE", 0, NULL, keygen_run, "make a new key for a daemon that listens on TCP, in a FILE of its own" },
	{ ROW_TOP, "help", NULL, "[KIND] [VERB]", 0, NULL, help_run, "explain a verb, or a kind and its verbs" },
	{ ROW_TOP, "completion", NULL, "bash", 0, NULL, complete_script, "print the completion script of a shell: bash" },
	{ ROW_TOP, "complete", NULL, "-- WORD...", ROW_HIDDEN, NULL, complete_run, "the words that could stand next, for the completion script" },

	{ ROW_DICT, "get", "Dict/Get", "key", 0, print_value, NULL, "the value at a key" },
	{ ROW_DICT, "set", "Dict/Set", "key value --ttl", CREATES, print_nothing, NULL, "put a value at a key" },
	{ ROW_DICT, "del", "Dict/Delete", "key", 0, print_nothing, NULL, "take a key away" },
	{ ROW_DICT, "contains", "Dict/Contains", "key", 0, print_truth, NULL, "true or false: whether the key is there" },
	{ ROW_DICT, "pop", "Dict/Pop", "key", 0, print_value, NULL, "take a key away and print its value" },
	{ ROW_DICT, "popitem", "Dict/PopItem", "", 0, print_pairs, NULL, "take the last key away and print [key, value]" },
	{ ROW_DICT, "setdefault", "Dict/SetDefault", "key value", CREATES, print_value, NULL, "the value at a key; if there is none, put this one there first" },
	{ ROW_DICT, "update", "Dict/Update", "pairs...", CREATES, print_nothing, NULL, "put many values, all at once" },
	{ ROW_DICT, "add", "Dict/Add", "key value", CREATES, print_value, NULL, "add a number to the one at a key (none counts as 0) and print the sum" },
	{ ROW_DICT, "incr", "Dict/Add", "key value=1", CREATES, print_value, NULL, "as add; without a number adds 1" },
	{ ROW_DICT, "append", "Dict/Append", "key value", CREATES, print_count, NULL, "append to the list at a key (none counts as empty) and print its new length" },
	{ ROW_DICT, "compare-exchange", "Dict/CompareExchange", "key expected value", 0, print_value, NULL, "put the value only if the expected one is there; else print what is there" },
	{ ROW_DICT, "keys", "Dict/Page", "--backwards", LISTS | SNAPSHOT, print_keys, NULL, "all keys, in the order they were inserted" },
	{ ROW_DICT, "values", "Dict/Page", "--backwards", LISTS | SNAPSHOT, print_pair_values, NULL, "all values, in the order of their keys" },
	{ ROW_DICT, "items", "Dict/Page", "--backwards", LISTS | SNAPSHOT, print_pairs, NULL, "all [key, value]" },
	{ ROW_DICT, "merge", "Dict/Merge", "other", CREATES, print_nothing, NULL, "put all of another dict in, at once" },
	{ ROW_DICT, "expire", "Dict/Expire", "key --ttl=inf", 0, print_nothing, NULL, "let the entry at a key go after a time; without --ttl never" },
	{ ROW_DICT, "ttl", "Dict/Ttl", "key", 0, print_time, NULL, "how long the entry at a key still lives; with --json in nanoseconds, -1 for ever" },
	{ ROW_DICT, "key-lock", "Dict/KeyLock", "key --timeout", CREATES | ROW_COMMAND, NULL, lockrun_run, "hold the lock of a key, there or not, while COMMAND runs" },
	{ ROW_DICT, "candidates", "Dict/Candidates", "", LISTS, print_values, NULL, "all keys that only programs can compare" },

	{ ROW_LIST, "get", "List/Get", "index", 0, print_value, NULL, "the item at an index; negative ones count from the end" },
	{ ROW_LIST, "set", "List/Set", "index value", 0, print_nothing, NULL, "put a value in place of the item at an index" },
	{ ROW_LIST, "del", "List/Delete", "index", 0, print_nothing, NULL, "take the item at an index away" },
	{ ROW_LIST, "append", "List/Append", "value...", CREATES, print_nothing, NULL, "append values, one after the other" },
	{ ROW_LIST, "extend", "List/Extend", "values...", CREATES, print_nothing, NULL, "append values, all at once" },
	{ ROW_LIST, "extend-from", "List/ExtendFrom", "other", CREATES, print_nothing, NULL, "append the items of another list, a set, an array, the keys of a dict" },
	{ ROW_LIST, "insert", "List/Insert", "index value", CREATES, print_nothing, NULL, "put a value in front of the item at an index" },
	{ ROW_LIST, "pop", "List/Pop", "index=-1", 0, print_value, NULL, "take the item at an index (the last one) away and print it" },
	{ ROW_LIST, "remove", "List/Remove", "value", 0, print_nothing, NULL, "take the first item away that equals the value" },
	{ ROW_LIST, "index", "List/Index", "value --start --stop&bounded", 0, print_count, NULL, "the index of the first item that equals the value" },
	{ ROW_LIST, "count", "List/Count", "value", 0, print_count, NULL, "how many items equal the value" },
	{ ROW_LIST, "reverse", "List/Reverse", "", 0, print_nothing, NULL, "turn the order round" },
	{ ROW_LIST, "sort", "List/Sort", "--reverse", 0, print_nothing, NULL, "sort the items" },
	{ ROW_LIST, "repeat", "List/Repeat", "count", 0, print_nothing, NULL, "repeat the items so many times in all" },
	{ ROW_LIST, "slice", "List/GetSlice", "--start|from_start --stop|to_end --step=1", LISTS | SNAPSHOT, NULL, slices_run, "the items from start to in front of stop" },
	{ ROW_LIST, "set-slice", "List/SetSlice", "values... --start|from_start --stop|to_end --step=1", 0, print_nothing, NULL, "put values in place of a slice" },
	{ ROW_LIST, "del-slice", "List/DeleteSlice", "--start|from_start --stop|to_end --step=1", 0, print_nothing, NULL, "take a slice away" },
	{ ROW_LIST, "items", "List/GetSlice", "", LISTS | SNAPSHOT, NULL, slices_run, "all items" },

	{ ROW_PATHS, "get-path", "Path/Get", "path...", 0, print_value, NULL, "the value that the keys or indexes lead to, one inside the other" },
	{ ROW_PATHS, "set-path", "Path/Set", "value path...", CREATES, print_nothing, NULL, "put the value where the keys or indexes lead to, one inside the other" },
	{ ROW_PATHS, "del-path", "Path/Delete", "path...", 0, print_nothing, NULL, "take away what the keys or indexes lead to" },
	{ ROW_PATHS, "add-path", "Path/Add", "value path...", CREATES, print_value, NULL, "add a number to the one that the keys or indexes lead to (none counts as 0) and print the sum" },

	{ ROW_QUEUE, "put", "Queue/Put", "value... --timeout --delay --ttl", CREATES, print_nothing, NULL, "put items, one after the other; waits for room; none can be got before the delay is over, nor later than its time to live after that" },
	{ ROW_QUEUE, "put-nowait", "Queue/Put", "value...", CREATES, print_nothing, NULL, "put items if there is room" },
	{ ROW_QUEUE, "put-many", "Queue/PutMany", "values... --timeout --delay --ttl", CREATES, print_nothing, NULL, "put items, all at once; waits until there is room for all" },
	{ ROW_QUEUE, "get", "Queue/Get", "--timeout", CREATES, print_value, NULL, "take an item; waits for one" },
	{ ROW_QUEUE, "get-nowait", "Queue/Get", "", 0, print_value, NULL, "take an item if there is one" },
	{ ROW_QUEUE, "peek", "Queue/Peek", "", 0, print_value, NULL, "print the item that a get would take, and leave it there" },
	{ ROW_QUEUE, "get-many", "Queue/GetMany", "count --timeout", CREATES, print_values, NULL, "take what is there, at most so many items; waits for the first" },
	{ ROW_QUEUE, "task-done", "Queue/TaskDone", "count=1", 0, print_nothing, NULL, "tell that items which were taken are dealt with" },
	{ ROW_QUEUE, "join", "Queue/Join", "--timeout", 0, print_nothing, NULL, "wait until all items are dealt with" },
	{ ROW_QUEUE, "shutdown", "Queue/Shutdown", "--immediate", 0, print_nothing, NULL, "take no more items, and tell those who wait" },
	{ ROW_QUEUE, "state", "Queue/State", "", 0, print_fields, NULL, "sizes, how many wait, how many items are delayed or on their way" },

	{ ROW_LOCKS, "--", "Lock/Acquire", "--timeout", CREATES | ROW_COMMAND, NULL, lockrun_run, "hold the lock while COMMAND runs" },
	{ ROW_LOCK, "acquire", "Lock/Acquire", "--timeout", CREATES, print_token, NULL, "take a plain lock, which stays taken after this command, and print its token" },
	{ ROW_LOCK, "release", "Lock/Release", "", 0, print_nothing, NULL, "let a plain lock go, whoever took it" },
	{ ROW_LOCKS, "consistent", "Lock/Consistent", "--token", 0, print_needed, NULL, "say that what a robust lock guards is in order again: for its holder by its token, or else for all" },
	{ ROW_LOCKS, "locked", "Lock/State", "", 0, print_locked, NULL, "true or false: whether somebody holds it" },
	{ ROW_LOCKS, "state", "Lock/State", "", 0, print_fields, NULL, "who holds it, since when, and how many wait" },

	{ ROW_RWLOCK, "read", "RWLock/Read", "--timeout", CREATES | ROW_COMMAND, NULL, lockrun_run, "be one of the readers while COMMAND runs" },
	{ ROW_RWLOCK, "write", "RWLock/Write", "--timeout", CREATES | ROW_COMMAND, NULL, lockrun_run, "be the only one that has it while COMMAND runs" },
	{ ROW_RWLOCK, "state", "RWLock/State", "", 0, print_fields, NULL, "how many read, who writes, and how many wait" },

	{ ROW_CONDITION, "wait", "Condition/Wait", "--timeout", CREATES, print_nothing, condrun_run, "wait to be notified; holds the lock before and afterwards" },
	{ ROW_CONDITION, "notify", "Condition/Notify", "count=1", CREATES, print_count, condrun_run, "take the lock, notify those who wait longest and print how many there were" },
	{ ROW_CONDITION, "notify-all", "Condition/NotifyAll", "", CREATES, print_count, condrun_run, "take the lock, notify all who wait and print how many there were" },
	{ ROW_CONDITION, "lock", "Condition/Lock", "", 0, print_fields, NULL, "which lock it is on" },

	{ ROW_VALUE, "get", "Cell/Get", "", 0, print_value, NULL, "the value" },
	{ ROW_VALUE, "set", "Cell/Set", "value", CREATES, print_nothing, NULL, "put a value in its place" },
	{ ROW_VALUE, "exchange", "Cell/Exchange", "value", CREATES, print_value, NULL, "put a value in its place and print the old one" },
	{ ROW_VALUE, "add", "Cell/Add", "value", 0, print_value, NULL, "add a number and print the sum" },
	{ ROW_VALUE, "subtract", "Cell/Subtract", "value", 0, print_value, NULL, "subtract a number and print the difference" },
	{ ROW_VALUE, "maximum", "Cell/Maximum", "value", 0, print_value, NULL, "set it to the greater of itself and the value, and print it" },
	{ ROW_VALUE, "minimum", "Cell/Minimum", "value", 0, print_value, NULL, "set it to the smaller of itself and the value, and print it" },
	{ ROW_VALUE, "incr", "Cell/Add", "value=1", 0, print_value, NULL, "as add; without a number adds 1" },
	{ ROW_VALUE, "compare-exchange", "Cell/CompareExchange", "expected value", 0, print_value, NULL, "put the value only if the expected one is there; else print what is there" },

	{ ROW_ARRAY, "get", "Array/Get", "index", 0, print_value, NULL, "the item at an index; negative ones count from the end" },
	{ ROW_ARRAY, "set", "Array/Set", "index value", 0, print_nothing, NULL, "put a number in place of the item at an index" },
	{ ROW_ARRAY, "add", "Array/Add", "index value", 0, print_value, NULL, "add a number to an item and print the sum" },
	{ ROW_ARRAY, "incr", "Array/Add", "index value=1", 0, print_value, NULL, "as add; without a number adds 1" },
	{ ROW_ARRAY, "subtract", "Array/Subtract", "index value", 0, print_value, NULL, "subtract a number from an item and print the difference" },
	{ ROW_ARRAY, "maximum", "Array/Maximum", "index value", 0, print_value, NULL, "set an item to the greater of itself and a number, and print it" },
	{ ROW_ARRAY, "minimum", "Array/Minimum", "index value", 0, print_value, NULL, "set an item to the smaller of itself and a number, and print it" },
	{ ROW_ARRAY, "exchange", "Array/Exchange", "index value", 0, print_value, NULL, "put a number in place of an item and print the old one" },
	{ ROW_ARRAY, "compare-exchange", "Array/CompareExchange", "index expected value", 0, print_value, NULL, "put the number only if the expected one is there; else print what is there" },
	{ ROW_ARRAY, "slice", "Array/GetSlice", "--start|from_start --stop|to_end --step=1", LISTS, print_values, NULL, "the items from start to in front of stop, as arrays" },
	{ ROW_ARRAY, "set-slice", "Array/SetSlice", "values... --start|from_start --stop|to_end --step=1", 0, print_nothing, NULL, "put an array, {\"$array\": ...}, in place of a slice" },
	{ ROW_ARRAY, "items", "Array/GetValue", "", LISTS, print_values, NULL, "all items, as arrays" },

	{ ROW_NAMESPACE, "get", "Dict/Get", "key", 0, print_value, NULL, "the attribute of that name" },
	{ ROW_NAMESPACE, "set", "Dict/Set", "key value", CREATES, print_nothing, NULL, "give an attribute a value" },
	{ ROW_NAMESPACE, "del", "Dict/Delete", "key", 0, print_nothing, NULL, "take an attribute away" },
	{ ROW_NAMESPACE, "incr", "Dict/Add", "key value=1", CREATES, print_value, NULL, "add a number (1) to an attribute (none counts as 0) and print the sum" },
	{ ROW_NAMESPACE, "items", "Dict/Page", "", LISTS, print_pairs, NULL, "all [name, value]" },

	{ ROW_PIPE, "new", "Pipe/New", "--duplex --lifetime", 0, print_fields, NULL, "make a pipe, whose ends are NAME.0, which receives, and NAME.1, which sends; with --duplex both do both" },
	{ ROW_PIPE, "send", "Pipe/Send", "value... --timeout", 0, print_nothing, NULL, "send values, one after the other; waits while too much is under way" },
	{ ROW_PIPE, "recv", "Pipe/Recv", "--timeout", 0, print_value, NULL, "receive a value; waits for one" },
	{ ROW_PIPE, "recv-nowait", "Pipe/Recv", "", 0, print_value, NULL, "receive a value if there is one" },
	{ ROW_PIPE, "poll", "Pipe/Poll", "--timeout", 0, print_nothing, NULL, "wait until there is something to receive" },
	{ ROW_PIPE, "close", "Pipe/Close", "", 0, print_nothing, NULL, "close this end; the other receives what was sent, then the end of file" },
	{ ROW_PIPE, "state", "Pipe/State", "", 0, print_fields, NULL, "what waits at this end, and whether the other is there" },

	{ ROW_SET, "add", "Set/Add", "values...", CREATES, print_count, NULL, "put items in, and print how many were not there" },
	{ ROW_SET, "discard", "Set/Discard", "values...", 0, print_count, NULL, "take items out, and print how many were there" },
	{ ROW_SET, "contains", "Set/Contains", "value", 0, print_truth, NULL, "true or false: whether the item is there" },
	{ ROW_SET, "pop", "Set/Pop", "", 0, print_value, NULL, "take the item out that was put in last, and print it" },
	{ ROW_SET, "items", "Set/Page", "", LISTS | SNAPSHOT, print_values, NULL, "all items, in the order they were put in" },
	{ ROW_SET, "candidates", "Set/Candidates", "", LISTS, print_values, NULL, "all items that only programs can compare" },
	{ ROW_SET, "union", "Set/MakeUnion", "other", LISTS, print_made_set, NULL, "the items that are in one or both of two sets" },
	{ ROW_SET, "intersection", "Set/MakeIntersection", "other", LISTS, print_made_set, NULL, "the items that are in both" },
	{ ROW_SET, "difference", "Set/MakeDifference", "other", LISTS, print_made_set, NULL, "the items that are not in the other" },
	{ ROW_SET, "symmetric-difference", "Set/MakeSymmetricDifference", "other", LISTS, print_made_set, NULL, "the items that are in one of the two only" },
	{ ROW_SET, "update", "Set/Update", "other", CREATES, print_count, NULL, "put another set's items in, and print how many are new" },
	{ ROW_SET, "intersection-update", "Set/IntersectionUpdate", "other", 0, print_count, NULL, "keep only what is in the other too, and print how many went" },
	{ ROW_SET, "difference-update", "Set/DifferenceUpdate", "other", 0, print_count, NULL, "take out what is in the other, and print how many went" },
	{ ROW_SET, "symmetric-difference-update", "Set/SymmetricDifferenceUpdate", "other", 0, print_count, NULL, "take out what is in the other, put in what is in it only, and print how many came and went" },
	{ ROW_SET, "is-subset", "Set/IsSubset", "other", 0, print_truth, NULL, "true or false: whether all items are in the other" },
	{ ROW_SET, "is-superset", "Set/IsSuperset", "other", 0, print_truth, NULL, "true or false: whether all of the other's are here" },
	{ ROW_SET, "is-disjoint", "Set/IsDisjoint", "other", 0, print_truth, NULL, "true or false: whether nothing is in both" },

	{ ROW_SEMAPHORE, "--", "Semaphore/Acquire", "--count=1 --timeout", CREATES | ROW_COMMAND, NULL, lockrun_run, "hold permits while COMMAND runs" },
	{ ROW_SEMAPHORE, "acquire", "Semaphore/Acquire", "count=1 --timeout", CREATES, print_nothing, NULL, "take anonymous permits, which stay taken after this command; waits for them" },
	{ ROW_SEMAPHORE, "release", "Semaphore/Release", "count=1", CREATES, print_nothing, NULL, "give anonymous permits back, whoever took them" },
	{ ROW_SEMAPHORE, "value", "Semaphore/State", "", 0, print_value, NULL, "how many permits are free" },
	{ ROW_SEMAPHORE, "resize", "Semaphore/Resize", "count", 0, print_nothing, NULL, "let there be so many permits in all" },
	{ ROW_SEMAPHORE, "state", "Semaphore/State", "", 0, print_fields, NULL, "free permits, how many hold some, and how many wait" },

	{ ROW_EVENT, "set", "Event/Set", "", CREATES, print_nothing, NULL, "set it: all who wait go on" },
	{ ROW_EVENT, "clear", "Event/Clear", "", 0, print_nothing, NULL, "clear it: who comes from now on waits" },
	{ ROW_EVENT, "is-set", "Event/State", "", 0, print_is_set, NULL, "true or false: whether it is set" },
	{ ROW_EVENT, "wait", "Event/Wait", "--timeout", CREATES, print_nothing, NULL, "wait until it is set" },

	{ ROW_BARRIER, "wait", "Barrier/Wait", "--timeout|use_default", ROW_COMMAND | ROW_MAY_COMMAND, NULL, barrierrun_run, "wait until all have come, and print the place in which one came, from 0; the last runs COMMAND first if the barrier has an action, and breaks the barrier if that fails" },
	{ ROW_BARRIER, "abort", "Barrier/Abort", "", 0, print_nothing, NULL, "break it: all who wait, and all who come, are told so" },
	{ ROW_BARRIER, "reset", "Barrier/Reset", "", 0, print_nothing, NULL, "make it as new: all who wait are told that it is broken" },
	{ ROW_BARRIER, "state", "Barrier/State", "", 0, print_fields, NULL, "how many parties, how many have come, whether it is broken" },

	{ ROW_LATCH, "count-down", "Latch/CountDown", "count=1", 0, print_count, NULL, "count down, and print what is left" },
	{ ROW_LATCH, "wait", "Latch/Wait", "--timeout", 0, print_nothing, NULL, "wait until the count is 0" },
	{ ROW_LATCH, "count", "Latch/State", "", 0, print_count, NULL, "what is left to be counted down" },

	{ ROW_PROCESS, "new", "Process/New", "--runtime --directory --lifetime", ROW_COMMAND | ROW_MAY_COMMAND, NULL, processrun_new, "make a process of a command, or of a runtime of the daemon with more words; it begins in this directory" },
	{ ROW_PROCESS, "start", "Process/New", "--runtime --directory --lifetime", ROW_COMMAND | ROW_MAY_COMMAND, NULL, processrun_start, "the same, and start it; alone: start the one that was made. Prints its pid" },
	{ ROW_PROCESS, "join", "Process/Join", "--timeout", 0, print_count, NULL, "wait for its end, and print its exit code; a signal's number is negative" },
	{ ROW_PROCESS, "stop", "Process/Stop", "--grace", 0, processrun_print, NULL, "ask it and its group to end, and have them killed after the grace, or the daemon's stop_seconds" },
	{ ROW_PROCESS, "terminate", "Process/Signal", "--group", 0, NULL, processrun_terminate, "send it SIGTERM" },
	{ ROW_PROCESS, "kill", "Process/Signal", "--group", 0, NULL, processrun_kill, "send it SIGKILL" },
	{ ROW_PROCESS, "signal", "Process/Signal", "signal --group", 0, processrun_print, NULL, "send it a signal, by its number" },
	{ ROW_PROCESS, "state", "Process/State", "", 0, print_fields, NULL, "whether it runs, its pid, how it ended, what it used" },
	{ ROW_PROCESS, "log", "Process/Output", "--follow", LISTS, NULL, processrun_log, "print what it has written, stderr's lines to stderr; with --follow until it ends" },

	{ ROW_POOL, "open", "Pool/Configure", "words?... --kind --workers&has_workers --runtime --threads --thread_name_prefix --capacity --initializer --initializer_arguments --tasks_per_worker --memory_per_worker --age_per_worker --spares --run_timeout --retries --backoff --grace", CREATES | ROW_SETS_UP, print_nothing, NULL, "make the pool if it is not there, and configure it; words behind -- are its workers': -- --module M.so" },
	{ ROW_POOL, "create", "Pool/Configure", "words?... --kind=process --workers&has_workers --runtime --threads --thread_name_prefix --capacity --initializer --initializer_arguments --tasks_per_worker --memory_per_worker --age_per_worker --spares --run_timeout --retries --backoff --grace", CREATES | ROW_SETS_UP, print_nothing, NULL, "the same, and the daemon starts its workers: as many as it may use cores, which run commands, unless the options say otherwise" },
	{ ROW_POOL, "state", "Pool/State", "", 0, print_fields, NULL, "tasks and workers, by number" },
	{ ROW_POOL, "stats", "Pool/State", "", 0, print_fields, NULL, "the same" },
	{ ROW_POOL, "resize", "Pool/Resize", "count", 0, print_nothing, NULL, "how many workers the daemon starts for it, at most" },
	{ ROW_POOL, "close", "Pool/Close", "--cancel", 0, print_count, NULL, "take no more tasks; with --cancel what has not begun is cancelled, and counted" },
	{ ROW_POOL, "terminate", "Pool/Terminate", "", 0, print_count, NULL, "the same, and end what runs; prints how many tasks were cancelled" },
	{ ROW_POOL, "join", "Pool/Join", "--timeout", 0, print_nothing, NULL, "wait until it is closed and every task has ended" },
	{ ROW_POOL, "workers", "Pool/Workers", "", LISTS, NULL, psrun_workers, "its workers: what each runs, and since when" },

	{ ROW_FUTURE, "wait", "Future/Wait", "--timeout", 0, futurerun_print_result, NULL, "wait for the task's end, and print its result; a plain no if it has failed" },
	{ ROW_FUTURE, "result", "Future/Wait", "", 0, futurerun_print_result, NULL, "print its result, without waiting" },
	{ ROW_FUTURE, "cancel", "Future/Cancel", "--kill --timeout", 0, futurerun_print_cancelled, NULL, "cancel it if it has not begun; with --kill also if it runs" },
	{ ROW_FUTURE, "state", "Future/State", "", 0, print_fields, NULL, "whether it waits, runs or has ended, how long, how often it has begun" },
	{ ROW_FUTURE, "log", "Future/Log", "", LISTS, futurerun_print_log, NULL, "print what the task has written, stderr's lines to stderr, as far as it is kept" },
	{ ROW_FUTURE, "release", "Future/Release", "", 0, futurerun_print_released, NULL, "keep it no longer" },

	{ ROW_CONTAINERS, "len", "Object/Len", "", 0, print_count, NULL, "how many items there are" },
	{ ROW_CONTAINERS, "clear", "Object/Clear", "", 0, print_nothing, NULL, "take all items away" },
	{ ROW_QUEUE, "open", "Object/Open", "--maxsize --order --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there" },
	{ ROW_LOCK, "open", "Object/Open", "--strict --robust --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there" },
	{ ROW_RLOCK, "open", "Object/Open", "--robust --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there" },
	{ ROW_RWLOCK, "open", "Object/Open", "--lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there" },
	{ ROW_CONDITION, "open", "Object/Open", "--lock --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there; --lock: the lock it is on, by its name or id, or else it has its own" },
	{ ROW_SEMAPHORE, "open", "Object/Open", "--count&has_count --bounded --strict --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there, with so many permits (1)" },
	{ ROW_ARRAY, "open", "Object/Open", "value? --typecode --count --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there, of so many zeros or of a list of numbers" },
	{ ROW_ARRAY, "len", "Object/Len", "", 0, print_count, NULL, "how many items there are" },
	{ ROW_VALUE, "open", "Object/Open", "value? --typecode --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there, with a first value" },
	{ ROW_BARRIER, "open", "Object/Open", "value? --count --default_timeout --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there, for so many parties; with a value, which names it, whoever comes last has an action to run; waits without a time-out of their own take the default" },
	{ ROW_LATCH, "open", "Object/Open", "--count --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there, to count down from so many" },
	{ ROW_DICT | ROW_LIST | ROW_SET | ROW_NAMESPACE | ROW_ARRAY | ROW_VALUE, "equal", "Object/Equal", "other", 0, print_truth, NULL, "true or false: whether another object of the kind holds the same" },
	{ ROW_DICT, "open", "Object/Open", "--maxsize --evict --nested --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there; --nested: dicts and lists put into it become objects" },
	{ ROW_LIST | ROW_NAMESPACE, "open", "Object/Open", "--nested --lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there; --nested: dicts and lists put into it become objects" },
	{ ROW_SET | ROW_EVENT, "open", "Object/Open", "--lifetime --must_create", 0, print_fields, NULL, "make the object if it is not there" },
	{ ROW_ALL, "info", "Object/Info", "", 0, print_fields, NULL, "what is known of the object: length, version, who waits" },
	{ ROW_POOL, "rm", "Object/Remove", "", 0, print_nothing, NULL, "remove the pool: it takes no more tasks, what has not begun is cancelled, what runs is finished" },
	{ ROW_ALL & ~ROW_POOL, "rm", "Object/Remove", "", 0, print_nothing, NULL, "remove the object" },
};
/* clang-format on */

const size_t rows_count = sizeof rows / sizeof *rows;

const struct row *
rows_find(unsigned kind, const char *verb)
{
	for (size_t i = 0; i < rows_count; i++) {
		if (rows[i].kinds & kind && strcmp(rows[i].verb, verb) == 0)
			return &rows[i];
	}
	return NULL;
}

const struct kind_word *
rows_kind(const char *word)
{
	for (const struct kind_word *kind = rows_kinds; kind->word; kind++) {
		if (strcmp(kind->word, word) == 0)
			return kind;
	}
	return NULL;
}

static const char *
kind_name(unsigned kind)
{
	for (const struct kind_word *row = rows_kinds; row->word; row++) {
		if (row->kind == kind)
			return row->word;
	}
	return "KIND";
}

static bool
is_flag(const struct field *field, const void *arg)
{
	return args_is_flag(field, arg);
}

void
rows_usage(const struct row *row, unsigned kind, char *ret, size_t size)
{
	bool command = row->how & ROW_COMMAND, bare = strcmp(row->verb, "--") == 0;
	const char *rest = !command      ? ""
	    : row->how & ROW_MAY_COMMAND ? " [-- COMMAND [WORD...]]"
					 : " -- COMMAND [WORD...]";
	char words[512] = "";
	struct method method;

	if (row->method && methods_find(row->method, &method))
		fields_usage(row->fields, is_flag, method.input, words, sizeof words);
	else if (*row->fields)
		(void)snprintf(words, sizeof words, " %s", row->fields);
	if (kind == ROW_TOP)
		(void)snprintf(ret, size, "concur %s%s%s", row->verb, words, rest);
	else
		(void)snprintf(ret, size, "concur %s NAME%s%s%s%s", kind_name(kind), bare ? "" : " ",
		    bare ? "" : row->verb, words, rest);
}
