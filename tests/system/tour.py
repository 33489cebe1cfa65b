#!/usr/bin/env python3
"""Takes the tour of README.md: types what it says one types, and compares what is seen with what it says one sees.

All commands are typed into one shell under `concur run`, as a reader would. Numbers that differ from run to run (ids,
times, process numbers) and the address are not compared.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile

SOURCE = os.environ["CONCUR_TEST_SRCDIR"]
BUILD = os.environ["CONCUR_TEST_BUILDDIR"]

# A reader is slower than a script: what must have happened before the next command, after one that goes on in the
# background.
SETTLED = (
    (re.compile(r"concur queue (\w+) get .*&$"), "concur queue {} state 2>/dev/null | grep -q '^getters: 1$'"),
    (re.compile(r"concur lock (\w+) -- .*&$"), "concur lock {} locked 2>/dev/null | grep -q true"),
)
DIFFERS = (
    (re.compile(r"unix:\S+"), "unix:ADDRESS"),
    (re.compile(r" +\d+(\.\d+)? s\b"), " TIME"),
    (re.compile(r" +AGE\b"), " AGE"),
    (re.compile(r"\bprocess(:?) \d+"), r"process\1 N"),
    (re.compile(r"\b\d{9,}\b"), "N"),
    (re.compile(r"^ +\d+  concur "), "N concur "),
    (re.compile(r"^(\w+ +N) +\d+ "), r"\1 N "),
)
MARK = "@@"


def steps():
    """Each command with the lines that README.md shows below it."""
    with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as file:
        blocks = re.findall(r"^```console\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    found = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def script(commands):
    text = []
    for command in commands:
        text.append(f"echo {MARK}")
        text.append(command)
        for pattern, settled in SETTLED:
            match = pattern.match(command)
            if match:
                text.append(f"until {settled.format(match.group(1))} || ! concur ping >/dev/null 2>&1; do :; done")
    return "\n".join(text) + "\n"


def type_in(commands):
    """What is seen after each command."""
    with tempfile.TemporaryDirectory(prefix="concur-tour-") as place:
        typed, seen = os.path.join(place, "typed"), os.path.join(place, "seen")
        with open(typed, "w", encoding="utf-8") as file:
            file.write(script(commands))
        environment = {**os.environ, "PATH": BUILD + os.pathsep + os.environ["PATH"]}
        # The killed holder of the lock leaves its command behind, as it should; it ends with the shell's group.
        shell = subprocess.Popen(["concur", "run", "--", "bash", "-c", f"bash {typed} >{seen} 2>&1"],
                                 env=environment, start_new_session=True)
        status = shell.wait()
        try:
            os.killpg(shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        with open(seen, encoding="utf-8") as file:
            text = file.read()
    if status:
        print(f"the shell ended with status {status}")
    return [part.splitlines()[1:] for part in text.split(MARK)[1:]]


def same(line):
    for pattern, name in DIFFERS:
        line = pattern.sub(name, line)
    return line.rstrip()


def main():
    tour = steps()
    seen = type_in([command for command, _ in tour])
    failures = abs(len(tour) - len(seen)) + (not tour)
    for (command, expected), lines in zip(tour, seen):
        lines = [line for line in lines if " Killed " not in line]  # what bash says of the holder, at its leisure
        if [same(line) for line in lines] != [same(line) for line in expected]:
            failures += 1
            print("\n".join(["typed:", "  " + command, "seen:", *lines, "README.md says:", *expected, ""]))
    checks = max(len(tour), 1)
    print(f"{100 * (checks - failures) // checks}%: Checks: {checks}, Failures: {failures}, Errors: 0")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
