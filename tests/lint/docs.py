#!/usr/bin/env python3
"""What the documents name must be there: files and folders, targets of make, options of configure."""

import glob
import os
import re

import tree

DOCUMENTS = ("README.md", "DESIGN.md", "CONTRIBUTING.md", "proto/WIRE.md")
PATH = re.compile(r"(?<![\w./-])((?:" + "|".join(tree.FOLDERS) + r")/[\w./*-]*|\.ci/\w+)")
TARGET = re.compile(r"`make ([a-z-]+)")
OPTION = re.compile(r"`--(?:enable|with|without|disable)-([a-z]+)")
STANDARD = ("all", "check", "clean", "distcheck", "install")
BUILT = ("client/examples/", "client/cli/concur", "daemon/concurd", "tests/unit/", "tests/run-test")


def check_path(top, name):
    """What a document names is a file, a folder, or a program that the build makes of a source of that name."""
    name = name.rstrip("./")
    full = os.path.join(top, name)
    return bool(glob.glob(full)) or os.path.exists(full + ".c") or name.startswith(BUILT) or name.startswith(".ci/")


def makefiles(top):
    text = "\n".join(tree.lines(top, "Makefile.am"))
    for path in tree.files(top, ".inc"):
        text += "\n" + "\n".join(tree.lines(top, path))
    return text


def check_line(top, line, rules, options):
    for name in PATH.findall(line):
        if not check_path(top, name):
            yield f"there is no {name}"
    for target in TARGET.findall(line):
        if target not in STANDARD and not re.search(rf"^{target}:", rules, re.MULTILINE):
            yield f"there is no target {target}"
    for option in OPTION.findall(line):
        if not re.search(rf"AC_ARG_(ENABLE|WITH)\(\[{option}\]", options):
            yield f"configure has no option {option}"


def check_document(top, document, rules, options):
    if not os.path.exists(os.path.join(top, document)):
        return [f"{document}:1: is not there"]
    findings = []
    for number, line in enumerate(tree.lines(top, document), 1):
        findings += [f"{document}:{number}: {wrong}" for wrong in check_line(top, line, rules, options)]
    return findings


def main():
    top = tree.root()
    rules = makefiles(top)
    options = "\n".join(tree.lines(top, "configure.ac"))
    findings = []
    for document in DOCUMENTS:
        findings += check_document(top, document, rules, options)
    tree.finish(findings)


if __name__ == "__main__":
    main()
