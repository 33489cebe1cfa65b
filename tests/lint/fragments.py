#!/usr/bin/env python3
"""Every file of the tree stands in a Makefile fragment: what does not is neither built, nor run, nor released."""

import os
import re

import tree

WORD = re.compile(r"[\w./+@-]+")


def mentioned(top):
    words = set()
    for path in ["Makefile.am", *tree.files(top, ".inc")]:
        for line in tree.lines(top, path):
            words.update(WORD.findall(line.split("#")[0].replace("$(srcdir)/", "").replace("$(top_srcdir)/", "")))
    return words


def is_mentioned(path, words):
    """By its name, as the default source of a program, or with the whole of a folder (not one at the top)."""
    if path in words or (path.endswith(".c") and path[:-2] in words):
        return True
    while "/" in os.path.dirname(path):
        path = os.path.dirname(path)
        if path in words:
            return True
    return False


def main():
    top = tree.root()
    words = mentioned(top)
    findings = []
    for path in tree.files(top):
        if not path.endswith(".inc") and not is_mentioned(path, words):
            findings.append(f"{path}:1: stands in no Makefile fragment")
    tree.finish(findings)


if __name__ == "__main__":
    main()
