"""What all lints share: which files are ours, and how a lint ends.

A lint is a program that takes the root of a source tree (the one it lies in, without an argument), prints one line a
finding as `path:line: what` and exits 1 if there was any.
"""

import os
import sys

FOLDERS = ("client", "daemon", "lib", "proto", "systemd", "tests")
GENERATED = (".pb-c.c", ".pb-c.h", "/methods.h", ".o", ".lo", ".la", ".log", ".trs", ".gcno", ".gcda", ".pyc", "~")
PLACES_OF_TOOLS = (".libs", ".deps", "__pycache__")


def root():
    if len(sys.argv) > 1:
        return sys.argv[1]
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def files(top, *endings):
    """Paths from `top` of our files that end so, sorted; all of them without endings."""
    found = []
    for folder in FOLDERS:
        for where, folders, names in os.walk(os.path.join(top, folder)):
            folders[:] = [name for name in folders if name not in PLACES_OF_TOOLS]
            for name in names:
                path = os.path.relpath(os.path.join(where, name), top)
                if not path.endswith(GENERATED) and (not endings or name.endswith(endings)) and not is_built(top, path):
                    found.append(path)
    return sorted(found)


def is_built(top, path):
    """Whether a build in place (source and build folder are one) has left this file, as programs are."""
    full = os.path.join(top, path)
    if os.path.splitext(path)[1] or not os.path.exists(os.path.join(top, "config.status")):
        return False
    with open(full, "rb") as file:
        return file.read(4) == b"\x7fELF" or b"libtool" in file.read(200)


def lines(top, path):
    with open(os.path.join(top, path), encoding="utf-8") as file:
        return file.read().split("\n")


def finish(findings):
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)


def skip(why):
    print(why)
    sys.exit(77)
