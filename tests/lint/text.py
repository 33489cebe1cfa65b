#!/usr/bin/env python3
"""What may not stand in a file, and what must: no notes to oneself, an opening comment, lines of a width."""

import re

import tree

WIDTH_MAX = 120
TAB = 8
NOTES = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
TEXT = (".c", ".h", ".inc", ".map", ".md", ".proto", ".py", ".sh")
CODE = (".c", ".h", ".py", ".sh", ".proto")  # those with a width
TOP = ("CONTRIBUTING.md", "DESIGN.md", "Makefile.am", "README.md", "bootstrap", "configure.ac", ".ci/run")


def check_line(path, line, fenced):
    if NOTES.search(line):
        yield f"a note to oneself: {NOTES.search(line).group()}"
    if line != line.rstrip():
        yield "blanks at the end of the line"
    width = len(line.expandtabs(TAB))
    if path.endswith(CODE) and width > WIDTH_MAX and not fenced:
        yield f"{width} columns, more than {WIDTH_MAX}"


def check_file(top, path):
    text = tree.lines(top, path)
    if path.endswith((".c", ".h")) and not text[0].startswith("/* "):
        yield f"{path}:1: does not open with a comment that says what it owns"
    if text[-1]:
        yield f"{path}:{len(text)}: the last line does not end"
    fenced = False  # a table that is laid out by hand may be as wide as it needs to
    for number, line in enumerate(text, 1):
        fenced = ("clang-format off" in line or fenced) and "clang-format on" not in line
        for wrong in check_line(path, line, fenced):
            yield f"{path}:{number}: {wrong}"


def main():
    top = tree.root()
    findings = []
    for path in [*TOP, *tree.files(top, *TEXT)]:
        try:
            findings += check_file(top, path)
        except FileNotFoundError:
            pass  # .ci/ is not in a release
    tree.finish(findings)


if __name__ == "__main__":
    main()
