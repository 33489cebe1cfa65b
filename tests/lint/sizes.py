#!/usr/bin/env python3
"""Files and functions that are too long to be read at a glance: each must say here why it is as it is."""

import tree

FILE_MAX = 600
FUNCTION_MAX = 70

# Path, or path:function, and why it is longer.
REASONS = {
    "client/concur.h": "the public interface is one header, and most of it is comments",
    "tests/unit/test_map.c": "a model, a random walk beside it, and a case for each rule of the map",
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


def check_file(top, path):
    text = tree.lines(top, path)
    if len(text) - 1 > FILE_MAX and path not in REASONS:
        yield f"{path}:1: {len(text) - 1} lines, more than {FILE_MAX}"
    if not path.endswith((".c", ".h")):
        return
    for name, begin, end in functions(text):
        if end - begin - 1 > FUNCTION_MAX and f"{path}:{name}" not in REASONS:
            yield f"{path}:{begin}: {name} has {end - begin - 1} lines, more than {FUNCTION_MAX}"


def main():
    top = tree.root()
    findings = []
    for path in tree.files(top, ".c", ".h", ".py", ".sh", ".proto"):
        findings += check_file(top, path)
    tree.finish(findings)


if __name__ == "__main__":
    main()
