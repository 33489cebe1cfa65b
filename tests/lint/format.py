#!/usr/bin/env python3
"""Checks that clang-format 14 would change nothing; with --fix it makes the changes, and breaks comments too wide.

Other versions lay out some lines differently, so without version 14 the check is skipped.
"""

import os
import shutil
import subprocess
import sys

import tree
import wrap


def tool():
    for name in ("clang-format-14", "clang-format"):
        if shutil.which(name):
            version = subprocess.run([name, "--version"], check=True, capture_output=True, text=True).stdout
            if "version 14." in version:
                return name
    return None


def wrap_comments(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if wrap.wrap(text) != text:
        with open(path, "w", encoding="utf-8") as file:
            file.write(wrap.wrap(text))


def main():
    fix = "--fix" in sys.argv
    if fix:
        sys.argv.remove("--fix")
    top = tree.root()
    program = tool()
    if not program:
        tree.skip("clang-format 14 is not here")
    style = "--style=file:" + os.path.abspath(os.path.join(top, ".clang-format"))
    paths = [os.path.join(top, path) for path in tree.files(top, ".c", ".h")]
    if not paths:
        sys.exit(0)
    if fix:
        for path in paths:
            wrap_comments(path)
    how = ["-i"] if fix else ["--dry-run", "--Werror", "--ferror-limit=3"]
    sys.exit(1 if subprocess.run([program, style, *how, *paths], check=False).returncode else 0)


if __name__ == "__main__":
    main()
