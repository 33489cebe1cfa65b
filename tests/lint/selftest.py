#!/usr/bin/env python3
"""Tests the lints: each must pass a good tree, and find what is wrong with a tree that is bad in one way only."""

import os
import subprocess
import sys
import tempfile

import wrap

HERE = os.path.dirname(os.path.abspath(__file__))
OPENING = "/* What it owns. */\n"
FORMAT = os.path.join(HERE, "..", "..", ".clang-format")

GOOD = {
    "Makefile.am": "include lib/Makefile.inc\nfuzz: all\n",
    "configure.ac": "AC_ARG_ENABLE([debug])\n",
    "README.md": "`make check` and `make fuzz`, `--enable-debug`, lib/pile.h and daemon/core/*.c\n",
    "DESIGN.md": "",
    "CONTRIBUTING.md": "",
    "proto/WIRE.md": "",
    "lib/Makefile.inc": "SOURCES = lib/pile.c lib/pile.h daemon/core/heap.c daemon/io/conn.c client/call.c\n"
                        "EXTRA_DIST = proto/WIRE.md\n",
    "lib/pile.h": OPENING + "int pile_size(void);\n",
    "lib/pile.c": OPENING + '#include "pile.h"\n\n#include <stdint.h>\n\nstatic const int pile_sizes[] = { 3, 4 };\n\n'
                  "int\npile_size(void)\n{\n\treturn pile_sizes[1];\n}\n",
    "daemon/core/heap.c": OPENING + '#include "lib/pile.h"\n',
    "daemon/io/conn.c": OPENING + '#include "lib/pile.h"\n\n#include <event2/event.h>\n#include <sys/socket.h>\n',
    "client/call.c": OPENING + "#include <concur/v1/dict.pb-c.h>\n",
}
LONG = "int\npile_size(void)\n{\n" + "\tpile_grow();\n" * 71 + "}\n"

# Lint, the files that differ from GOOD, and a part of the one line that must be found.
BAD = (
    ("docs", {"README.md": "see lib/heap.h\n"}, "there is no lib/heap.h"),
    ("docs", {"README.md": "`make cake`\n"}, "there is no target cake"),
    ("docs", {"README.md": "`--without-sugar`\n"}, "no option sugar"),
    ("layers", {"lib/pile.c": OPENING + '#include "daemon/core/heap.c"\n'}, "lib/ must not include daemon/core/heap.c"),
    ("layers", {"daemon/core/heap.c": OPENING + "#include <time.h>\n"}, "must not include <time.h>"),
    ("layers", {"daemon/core/heap.c": OPENING + "#include <concur/v1/dict.pb-c.h>\n"}, "alone"),
    ("layers", {"client/call.c": OPENING + '#include "daemon/io/conn.c"\n'}, "client/ must not include daemon/io/"),
    ("layers", {"client/call.c": OPENING + "#include <event2/event.h>\n"}, "alone"),
    ("layers", {"lib/pile.c": OPENING + '#include "gone.h"\n'}, 'there is no file "gone.h"'),
    ("layers", {"systemd/pile.c": OPENING}, "no layer has this folder"),
    ("objects", {"lib/pile.c": OPENING + "int pile_count = 3;\n"}, "pile_count is global state (.data"),
    ("objects", {"lib/pile.c": OPENING + "static int n;\nint\npile_next(void)\n{\n\treturn n++;\n}\n"}, "n is global"),
    ("objects", {"lib/pile.c": OPENING + "_Thread_local int pile_last;\n"}, "pile_last is global state (.tbss"),
    ("objects", {"lib/pile.c": OPENING + "#include <time.h>\nlong\npile_now(void)\n{\n\treturn time(NULL);\n}\n"},
     "uses time, which a pure layer must not"),
    ("format", {"lib/pile.c": OPENING + "int pile_size(void) { return 1; }\n"}, "clang-format-violations"),
    ("sizes", {"lib/pile.c": OPENING + LONG}, "pile_size has 71 lines"),
    ("sizes", {"lib/pile.c": OPENING + LONG.replace("int\npile_size(void)", "START_TEST(pile_grows)")},
     "pile_grows has 71 lines"),
    ("sizes", {"lib/pile.c": OPENING + "\n" * 600}, "601 lines, more than 600"),
    ("text", {"lib/pile.c": OPENING + "/* TO" + "DO: grow */\n"}, "a note to oneself"),
    ("text", {"lib/pile.c": "int pile;\n"}, "does not open with a comment"),
    ("text", {"lib/pile.c": OPENING + "int pile; \n"}, "blanks at the end"),
    ("text", {"lib/pile.c": OPENING + "/* " + "x" * 120 + " */\n"}, "columns, more than 120"),
    ("text", {"lib/pile.c": OPENING + "// clang-format off\n// clang-format on\n// " + "x" * 120 + "\n"}, "columns"),
    ("text", {"lib/pile.c": OPENING + "int pile;"}, "the last line does not end"),
    ("fragments", {"tests/unit/test_pile.c": OPENING}, "stands in no Makefile fragment"),
)


def plant(top, files):
    for path, text in files.items():
        full = os.path.join(top, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def run(lint, files):
    """Exit status and output of the lint over a tree of these files, compiled where the lint reads objects."""
    with tempfile.TemporaryDirectory(prefix="concur-lint-") as top:
        plant(top, files)
        with open(FORMAT, encoding="utf-8") as style:
            plant(top, {".clang-format": style.read()})
        if lint == "objects":
            compiler = (os.environ.get("CC") or "cc").split()
            source = os.path.join(top, "lib/pile.c")
            subprocess.run([*compiler, "-c", "-O0", source, "-o", os.path.join(top, "lib/pile.o")], check=True)
        program = [sys.executable, os.path.join(HERE, lint + ".py"), top]
        environment = {**os.environ, "CONCUR_TEST_BUILDDIR": top, "CONCUR_TEST_PLAIN": "yes"}
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def check(lint, files, expected):
    """What went wrong, or None."""
    status, output = run(lint, files)
    if status == 77:
        return None
    if expected is None:
        return f"{lint}: finds fault with a good tree:\n{output}" if status else None
    if status != 1 or expected not in output:
        return f"{lint}: exit status {status}, does not find '{expected}':\n{output}"
    return None


def check_fix():
    """What went wrong, or None: comments that are too wide must be broken once, and no other line."""
    wide = "/* " + "word " * 23 + "and more */"
    text = f"{wide}\nint a; {wide}\n\t{wide}\n"
    broken = "/* " + "word " * 22 + "word\n * and more */"
    deeper = "\t/* " + "word " * 21 + "word\n\t * word and more */"
    once = wrap.wrap(text)
    if once != f"{broken}\nint a; {wide}\n{deeper}\n" or wrap.wrap(once) != once:
        return f"wrap: makes\n{once}"
    return None


def main():
    cases = [(lint, GOOD, None) for lint in sorted({row[0] for row in BAD})]
    cases += [(lint, {**GOOD, **files}, expected) for lint, files, expected in BAD]
    verdicts = [check(*case) for case in cases] + [check_fix()]
    failures = [verdict for verdict in verdicts if verdict]
    for failure in failures:
        print(failure)
    passed = 100 * (len(verdicts) - len(failures)) // len(verdicts)
    print(f"{passed}%: Checks: {len(verdicts)}, Failures: {len(failures)}, Errors: 0")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
