#!/usr/bin/env python3
"""Makes the same random calls on Python's own list, dict and set and on the daemon's, and compares what they give, with
which class of error they end, and what they hold afterwards.

The calls go through the concur command, with values as JSON. What is deliberately not as in Python is said where it is
left out of the comparison: DESIGN.md has why.
"""

import json
import os
import random
import subprocess
import sys

CONCUR = os.path.join(os.environ["CONCUR_TEST_BUILDDIR"], "concur")
IS_LONG = "CONCUR_TEST_LONG" in os.environ
CALLS = {"list": 10000 if IS_LONG else 300, "dict": 4000 if IS_LONG else 120, "set": 4000 if IS_LONG else 120}
LONGEST = 12  # a list longer than that is cleared

VALUES = (0, 1, 2, -3, 7, 1.0, 2.5, True, False, None, "", "a", "b", [], [1], [1, "x"], [[2.0], None])
NUMBERS = (0, 1, 2, -3, 7, 1.0, 2.5, True, False)

# What the command says of an error, and the class that Python raises.
COMPLAINTS = (
    ("the index is out of range", IndexError),
    ("an argument is out of its domain", ValueError),
    ("does not take a value of that type", TypeError),
    ("a value of that type can not be a key", TypeError),
)
NOT_THERE = 1  # the exit status of a plain no


class Name(str):
    """An object's name, which is spelled as it is."""


def concur(kind, name, verb, *words, options=()):
    """(status, what is printed as JSON, or None, what is complained of)"""
    texts = [word if isinstance(word, Name) else json.dumps(word) for word in words]
    done = subprocess.run([CONCUR, "--json", kind, name, verb, *options, "--", *texts], capture_output=True,
                          stdin=subprocess.DEVNULL, text=True)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None, done.stderr


class Call:
    """One call: the verb with its words, and what it is in Python. `no` is the class that Python raises for a plain no;
    `answers` tells that there is a result to be compared. What the object holds is looked at after calls that change
    it, and after the others now and then."""

    READS = ("get", "index", "count", "slice", "len", "contains", "keys", "values", "items", "union", "intersection",
             "difference", "symmetric-difference", "is-subset", "is-superset", "is-disjoint")


    def __init__(self, verb, words, python, options=(), no=None, answers=True):
        self.verb, self.words, self.python, self.options = verb, words, python, options
        self.no, self.answers = no, answers
        self.changes = verb not in self.READS or random.randrange(10) == 0


# -- lists -------------------------------------------------------------------------------------------------------------

def draw_bound():
    return random.choice((None, random.randint(-LONGEST, LONGEST)))


def draw_slice(with_step=True):
    """A slice, and the options that spell it."""
    drawn = slice(draw_bound(), draw_bound(), random.choice((None, 1, 2, 3, -1, -2, 0)) if with_step else None)
    words = (("--start", drawn.start), ("--stop", drawn.stop), ("--step", drawn.step))
    return drawn, [text for name, value in words if value is not None for text in (name, str(value))]


def set_slice(items, place, values):
    items[place] = values


def delete(container, place):
    del container[place]


def sort(items, reverse):
    """A sort that fails leaves a list half sorted in Python, as it was in the daemon."""
    items[:] = sorted(items, reverse=reverse)


def repeat(items, count):
    items *= count


def list_call():
    index, value = random.randint(-LONGEST, LONGEST), random.choice(VALUES)
    few = random.choices(VALUES, k=random.randint(1, 4))
    place, options = draw_slice()
    bounds, bound_options = draw_slice(with_step=False)
    reverse = random.choice((True, False))
    low, high = bounds.start or 0, LONGEST * 2 if bounds.stop is None else bounds.stop
    slices = (
        Call("slice", [], lambda items: items[place], options),
        Call("set-slice", few, lambda items: set_slice(items, place, few), options, answers=False),
        Call("del-slice", [], lambda items: delete(items, place), options, answers=False),
    )
    if random.randrange(3) == 0:
        return random.choice(slices)
    return random.choice((
        Call("get", [index], lambda items: items[index]),
        Call("set", [index, value], lambda items: set_slice(items, index, value), answers=False),
        Call("del", [index], lambda items: delete(items, index), answers=False),
        Call("append", few, lambda items: items.extend(few), answers=False),
        Call("extend", few, lambda items: items.extend(few), answers=False),
        Call("insert", [index, value], lambda items: items.insert(index, value), answers=False),
        Call("pop", [index], lambda items: items.pop(index)),
        Call("pop", [], lambda items: items.pop()),
        Call("remove", [value], lambda items: items.remove(value), no=ValueError, answers=False),
        Call("index", [value], lambda items: items.index(value, low, high), bound_options, no=ValueError),
        Call("count", [value], lambda items: items.count(value)),
        Call("reverse", [], lambda items: items.reverse(), answers=False),
        Call("sort", [], lambda items: sort(items, reverse), ["--reverse"] if reverse else [], answers=False),
        Call("repeat", [index % 4 - 1], lambda items: repeat(items, index % 4 - 1), answers=False),
        Call("len", [], len),
    ))


# -- dicts -------------------------------------------------------------------------------------------------------------

def put(mapping, key, value):
    mapping[key] = value


def pairs_of(mapping):
    return [list(pair) for pair in mapping.items()]


def dict_call():
    key, value = random.choice(VALUES), random.choice(VALUES)
    pairs = [(random.choice(VALUES), random.choice(VALUES)) for _ in range(random.randint(1, 3))]
    return random.choice((
        Call("get", [key], lambda mapping: mapping[key], no=KeyError),
        Call("set", [key, value], lambda mapping: put(mapping, key, value), answers=False),
        Call("del", [key], lambda mapping: delete(mapping, key), no=KeyError, answers=False),
        Call("contains", [key], lambda mapping: key in mapping, no=bool),
        # Python does not look at the key where the dict is empty; the daemon refuses one that can be none.
        Call("pop", [key], lambda mapping: (hash(key), mapping.pop(key))[1], no=KeyError),
        Call("popitem", [], lambda mapping: list(mapping.popitem()), no=KeyError),
        Call("setdefault", [key, value], lambda mapping: mapping.setdefault(key, value)),
        # All pairs or none, where Python keeps those in front of one that fails.
        Call("update", [word for pair in pairs for word in pair],
             lambda mapping: mapping.update(dict(pairs)), answers=False),
        Call("keys", [], list),
        Call("values", [], lambda mapping: list(mapping.values())),
        Call("items", [], pairs_of),
        Call("len", [], len),
    ))


# -- sets --------------------------------------------------------------------------------------------------------------

OTHER = {1, 2, "a", None, 2.5}


def how_many(items, change):
    """By how many the set grows or shrinks, or both."""
    before = set(items)
    change(items)
    return len(before ^ items)


def set_call():
    value = random.choice(VALUES)
    few = random.choices(VALUES, k=random.randint(1, 4))
    other = [Name("other")]
    return random.choice((
        Call("add", few, lambda items: how_many(items, lambda them: them.update(set(few)))),
        Call("discard", few, lambda items: how_many(items, lambda them: them.difference_update(set(few)))),
        Call("contains", [value], lambda items: value in items, no=bool),
        Call("union", other, lambda items: items | OTHER),
        Call("intersection", other, lambda items: items & OTHER),
        Call("difference", other, lambda items: items - OTHER),
        Call("symmetric-difference", other, lambda items: items ^ OTHER),
        Call("update", other, lambda items: how_many(items, lambda them: them.update(OTHER))),
        Call("intersection-update", other, lambda items: how_many(items, lambda them: them.intersection_update(OTHER))),
        Call("difference-update", other, lambda items: how_many(items, lambda them: them.difference_update(OTHER))),
        Call("symmetric-difference-update", other,
             lambda items: how_many(items, lambda them: them.symmetric_difference_update(OTHER))),
        Call("is-subset", other, lambda items: items <= OTHER, no=bool),
        Call("is-superset", other, lambda items: items >= OTHER, no=bool),
        Call("is-disjoint", other, lambda items: items.isdisjoint(OTHER), no=bool),
        Call("len", [], len),
    ))


# -- comparing ---------------------------------------------------------------------------------------------------------

def spelled(value):
    """As text that tells 1, 1.0 and True apart. Which of two equal items a set keeps, and their order, is not said."""
    if isinstance(value, (set, frozenset)):
        return sorted(json.dumps(int(item) if item in (0, 1, 2) else item) for item in value)
    return json.dumps(value)


def in_python(call, reference):
    try:
        result = call.python(reference)
    except Exception as error:
        return type(error), None
    return None, result


def in_daemon(kind, call):
    status, result, complaint = concur(kind, "it", call.verb, *call.words, options=call.options)
    for text, error in COMPLAINTS:
        if status and text in complaint:
            return error, None
    if status == NOT_THERE:
        return (None, False) if call.no is bool else (call.no, None)
    return complaint if status else None, result


def compare(kind, call, reference):
    """What is different, or nothing."""
    before = spelled(pairs_of(reference) if kind == "dict" else reference)
    wanted_error, wanted = in_python(call, reference)
    error, result = in_daemon(kind, call)
    if isinstance(wanted, set) and isinstance(result, list):
        result = set(result)
    if error is not wanted_error:
        return f"{call.verb} {call.words} {call.options} of {before}: {error}, in Python {wanted_error}"
    if call.answers and error is None and spelled(result) != spelled(wanted):
        return f"{call.verb} {call.words} {call.options} of {before}: {spelled(result)}, in Python {spelled(wanted)}"
    if not call.changes:
        return None
    _, held, _ = concur(kind, "it", "items")
    if kind == "set":
        held = set(held or [])
    wanted = pairs_of(reference) if kind == "dict" else reference
    held = held or type(wanted)()
    if spelled(held) != spelled(wanted):
        what = f"{call.verb} {call.words} {call.options} of {before}"
        return f"{what} leaves {spelled(held)}, in Python {spelled(wanted)}"
    return None


def compare_kind(kind, draw, reference):
    """How many calls came out otherwise than in Python; the first of them is told."""
    concur(kind, "it", "open")
    for count in range(CALLS[kind]):
        difference = compare(kind, draw(), reference)
        if difference:
            print(f"{kind}, call {count}: {difference}")
            return 1
        if len(reference) > LONGEST:
            reference.clear()
            concur(kind, "it", "clear")
    return 0


def main():
    if "CONCUR_URL" not in os.environ:
        os.execv(CONCUR, [CONCUR, "run", "--", sys.executable, os.path.abspath(__file__)])
    random.seed(int(os.environ.get("CONCUR_TEST_SEED", "1")))
    concur("set", "other", "add", *OTHER)
    kinds = (("list", list_call, []), ("dict", dict_call, {}), ("set", set_call, set()))
    failures = 0
    for kind, draw, reference in kinds:
        failures += compare_kind(kind, draw, reference)
        concur(kind, "it", "rm")
    print(f"{100 * (len(kinds) - failures) // len(kinds)}%: Checks: {len(kinds)}, Failures: {failures}, Errors: 0")
    return 1 if failures else 0


sys.exit(main())
