#!/usr/bin/env python3
"""Sums up what the tests of one or more build folders did.

    summary.py BUILD...             counts every case and prints `N passed, N failed`
    summary.py --slowest BUILD...   prints the ten slowest tests

A Check program says how many cases it ran (`Checks: N, Failures: F, Errors: E`), and so does a script with several
cases. Any other script is one case, as is a program that failed though all of its cases passed.
"""

import os
import re
import sys

SLOWEST = 10
COUNTS = re.compile(r"\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)")
# What lies in a build folder and is not of this build: builds of other sorts, and the release that distcheck unpacks.
OTHERS = re.compile(r"asan|tsan|coverage|concur-\d.*")


def results(build):
    """Name, automake's verdict and log of every test that has run."""
    for where, folders, names in os.walk(build):
        if where == build:
            folders[:] = [name for name in folders if not OTHERS.fullmatch(name)]
        for name in sorted(names):
            if name.endswith(".trs") and name != "test-suite.trs":
                base = os.path.join(where, name.removesuffix(".trs"))
                yield os.path.relpath(base, build), read(base + ".trs"), read(base + ".log")


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def count(trs, log):
    """How many cases of one test passed, and how many failed."""
    verdict = re.search(r"^:test-result: (\w+)", trs, re.MULTILINE)
    verdict = verdict.group(1) if verdict else "ERROR"
    if verdict == "SKIP":
        return 0, 0
    passed = failed = 0
    for checks, failures, errors in COUNTS.findall(log):
        failed += int(failures) + int(errors)
        passed += int(checks) - int(failures) - int(errors)
    bad = verdict in ("FAIL", "ERROR", "XPASS")
    if bad and failed == 0:
        failed = 1
    if not bad and passed + failed == 0:
        passed = 1
    return passed, failed


def print_counts(builds):
    passed = failed = 0
    for build in builds:
        for name, trs, log in results(build):
            good, bad = count(trs, log)
            passed += good
            failed += bad
            if bad:
                print(f"failed: {os.path.join(build, name)}.log")
    print(f"{passed} passed, {failed} failed")
    return failed == 0


def print_slowest(builds):
    took = {}
    for build in builds:
        for line in read(os.path.join(build, "tests", "times")).splitlines():
            seconds, name = line.split(maxsplit=1)
            took[name[name.find("tests/"):]] = float(seconds)
    slowest = sorted(took.items(), key=lambda item: -item[1])[:SLOWEST]
    print(f"The slowest of {len(took)} tests, in seconds:")
    for name, seconds in slowest:
        print(f"{seconds:9.3f}  {name}")


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--slowest"]:
        print_slowest(arguments[1:])
        return
    sys.exit(0 if print_counts(arguments) else 1)


if __name__ == "__main__":
    main()
