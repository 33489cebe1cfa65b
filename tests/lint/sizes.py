#!/usr/bin/env python3
"""Files and functions that are too long to be read at a glance: each must say here why it is as it is."""

import os

import tree

FILE_MAX = 600
FUNCTION_MAX = 70

# Path, or path:function, and why it is longer.
REASONS = {
    "tests/unit/test_arguments.c": "one table over all methods, and one bench that can fill each request",
}


def functions(text):
    """Name, number of the first line and of the last one. The formatter puts a function's braces in column one."""
    begin = None
    for number, line in enumerate(text, 1):
        if line == "{":
            begin = number
        elif line.startswith("}") and begin is not None:
            yield name_above(text, begin), begin, number
            begin = None


def name_above(text, brace):
    at = brace - 2
    while at > 0 and text[at].startswith((" ", "\t")):
        at -= 1
    name, _, arguments = text[at].partition("(")
    name = name.split()[-1].lstrip("*")
    return arguments.split(",")[0].rstrip(")") if name.isupper() else name  # a macro makes it, as START_TEST does


def too_long(top, path):
    """What is too long in a file: the place in REASONS, the line, and words."""
    text = tree.lines(top, path)
    if len(text) - 1 > FILE_MAX:
        yield path, 1, f"{len(text) - 1} lines, more than {FILE_MAX}"
    if not path.endswith((".c", ".h")):
        return
    for name, begin, end in functions(text):
        if end - begin - 1 > FUNCTION_MAX:
            yield f"{path}:{name}", begin, f"{name} has {end - begin - 1} lines, more than {FUNCTION_MAX}"


def main():
    top = tree.root()
    findings = []
    idle = {place for place in REASONS if os.path.exists(os.path.join(top, place.split(":")[0]))}
    for path in tree.files(top, ".c", ".h", ".py", ".sh", ".proto"):
        for place, line, words in too_long(top, path):
            idle.discard(place)
            if place not in REASONS:
                findings.append(f"{path}:{line}: {words}")
    findings += [f"{place.split(':')[0]}:1: no longer needs its reason in sizes.py" for place in sorted(idle)]
    tree.finish(findings)


if __name__ == "__main__":
    main()
