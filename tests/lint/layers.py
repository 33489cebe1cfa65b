#!/usr/bin/env python3
"""Holds the arrows between the layers: who may include whom, and which system headers a layer may know."""

import os
import re
import sys

import fragments
import tree

# The one table of arrows, lowest first: folder, the folders it may include besides itself, and the system headers it
# may include (None: any). The first row that a path begins with counts.
PURE = {
    "assert.h", "ctype.h", "endian.h", "errno.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h",
    "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "sys/types.h",
    "sys/uio.h",  # struct iovec: the server hands out its output as vectors
}
HASH = {"xxhash.h"}
CRYPTO = {"openssl/crypto.h", "openssl/evp.h", "openssl/hmac.h"}  # a MAC is a pure function
PROTOBUF = {"protobuf-c/protobuf-c.h"}
ROWS = (
    ("lib/", (), PURE | HASH | CRYPTO),
    ("daemon/core/", ("lib/",), PURE),
    ("daemon/rpc/", ("daemon/core/", "lib/", "proto/"), PURE | PROTOBUF),
    ("daemon/server/", ("daemon/rpc/", "daemon/core/", "lib/"), PURE),
    ("daemon/io/", ("daemon/server/", "lib/"), None),
    ("daemon/", ("daemon/io/", "daemon/server/", "lib/"), None),
    ("client/cli/", ("client/", "lib/", "proto/"), None),
    ("client/examples/", ("client/",), None),
    ("client/", ("lib/", "proto/"), None),
    ("proto/", ("lib/",), None),  # programs that the build runs; nothing of it is linked
    ("tests/", ("client/", "daemon/", "lib/", "proto/"), None),
)
# Headers that only these folders may include, wherever else any system header is allowed.
RESERVED = (
    (re.compile(r"event2?/|event\.h|systemd/"), ("daemon/io/", "tests/")),
    (re.compile(r"openssl/"), ("lib/", "client/examples/", "tests/")),
    (re.compile(r"jansson\.h"), ("client/cli/", "tests/")),
    (re.compile(r"protobuf-c/|.*\.pb-c\.h"), ("daemon/rpc/", "client/", "proto/", "tests/")),
    (re.compile(r"check\.h$"), ("tests/",)),
)
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def resolve(top, path, name, built):
    """The path of an included file of ours from the top, or None if it is not one; `built` is what the build makes."""
    if name.endswith(".pb-c.h") or name == "concur/v1/methods.h":
        return "proto/" + name
    for folder in (os.path.dirname(path), "", "lib", "client"):
        candidate = os.path.normpath(os.path.join(folder, name))
        if os.path.exists(os.path.join(top, candidate)) or candidate in built:
            return candidate
    return None


def row_of(path):
    return next((row for row in ROWS if path.startswith(row[0])), None)


def check_include(top, path, kind, name, built):
    """What is wrong with this include, or None."""
    folder, below, system = row_of(path)
    for pattern, users in RESERVED:
        if pattern.match(name) and not path.startswith(users):
            return f"{name} is for {', '.join(users)} alone"
    if name == "config.h":
        return None
    ours = resolve(top, path, name, built)
    if ours and (kind == '"' or ours.startswith("proto/") or ours == "client/concur.h"):
        home = row_of(ours)
        home = home[0] if home else ours.split("/")[0] + "/"
        if home == folder or ours.startswith(below):
            return None
        return f"{folder} must not include {ours}"
    if kind == '"':
        return f'there is no file "{name}"'
    if system is not None and name not in system:
        return f"{folder} must not include <{name}>"
    return None


def check_file(top, path, built):
    for number, line in enumerate(tree.lines(top, path), 1):
        match = INCLUDE.match(line)
        wrong = match and check_include(top, path, match.group(1), match.group(2), built)
        if wrong:
            yield f"{path}:{number}: {wrong}"


def main():
    top = tree.root()
    findings = []
    built = fragments.mentioned(top)
    for path in tree.files(top, ".c", ".h"):
        findings += check_file(top, path, built) if row_of(path) else [f"{path}:1: no layer has this folder"]
    tree.finish(findings)


if __name__ == "__main__":
    main()
