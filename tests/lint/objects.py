#!/usr/bin/env python3
"""Reads the object files: nothing of ours keeps state outside an object, and the pure layers stay pure.

Symbols in .data, .bss, .tdata and .tbss are global state. The layers below daemon/io must not call what asks the
outside world: input, output, clocks, random numbers, the environment. Generated code (proto/) is exempt, and so is a
build with sanitizers or coverage, which plant state of their own.
"""

import os
import re
import subprocess
import sys

import tree

# Global state that is allowed: the object's source, the symbol, and why.
ALLOWED = (
    ("client/fork.c", r"page", "the page that a fork wipes belongs to the process"),
    ("client/thread.c", r"once|key|have_key", "a thread tells its end through a key of the process"),
)
STATE = re.compile(r"\.(data|bss|tdata|tbss)(\.|$)|\*COM\*")
CONSTANT = re.compile(r"\.data\.rel\.ro")
PURE = ("lib/", "daemon/core/", "daemon/rpc/", "daemon/server/")
IMPURE = re.compile(
    r"(open|openat|creat|close|read|readv|write|writev|send|sendmsg|recv|recvmsg|socket|poll|ppoll|select|epoll_\w+"
    r"|fopen|fdopen|fread|fwrite|fputs|fputc|putc|putchar|puts|printf|fprintf|vprintf|vfprintf|__printf_chk"
    r"|__fprintf_chk|__vfprintf_chk|perror|syslog|time|clock|clock_gettime|gettimeofday|localtime\w*|gmtime\w*|sleep"
    r"|usleep|nanosleep|rand|rand_r|srand|random|srandom|\w+rand48|arc4random\w*|getrandom|getentropy|getenv"
    r"|secure_getenv|getpid|gettid|getuid|fork|vfork|execv\w*|posix_spawn\w*|system|pthread_\w+|signal|sigaction)$")
STREAMS = re.compile(r"(stdin|stdout|stderr)$")
SYMBOL = re.compile(r"^[0-9a-f]+ (.{7}) (\S+)\t[0-9a-f]+\s+(?:\.hidden |\.internal |\.protected )?(\S+)$")


def source_of(top, path):
    """The source of lib/.libs/libcommon_la-arena.o is lib/arena.c; None if it is not one of ours."""
    folder, name = os.path.split(path)
    folder = folder.removesuffix("/.libs")
    stem = name.removesuffix(".o")
    for candidate in (stem, stem.split("-", 1)[-1]):
        source = f"{folder}/{candidate}.c"
        if os.path.exists(os.path.join(top, source)):
            return source
    return None


def objects(build):
    for folder in ("client", "daemon", "lib"):
        for where, _, names in os.walk(os.path.join(build, folder)):
            for name in sorted(names):
                if name.endswith(".o"):
                    yield os.path.relpath(os.path.join(where, name), build)


def symbols(path):
    """Section and name of every symbol that is a thing of its own."""
    tool = os.environ.get("OBJDUMP") or "objdump"
    table = subprocess.run([tool, "-t", "-w", path], check=True, capture_output=True, text=True).stdout
    for line in table.splitlines():
        match = SYMBOL.match(line)
        if match and match.group(3) != match.group(2):
            yield match.group(2), match.group(3)


def is_allowed(source, name):
    return any(source == where and re.fullmatch(what, name) for where, what, _ in ALLOWED)


def check_object(build, path, source):
    pure = source.startswith(PURE)
    for section, name in symbols(os.path.join(build, path)):
        if STATE.match(section) and not CONSTANT.match(section) and not is_allowed(source, name):
            yield f"{source}:1: {name} is global state ({section} of {path})"
        if pure and section == "*UND*" and (IMPURE.match(name) or STREAMS.match(name)):
            yield f"{source}:1: uses {name}, which a pure layer must not"


def main():
    top = tree.root()
    build = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("CONCUR_TEST_BUILDDIR") or top
    if os.environ.get("CONCUR_TEST_PLAIN", "yes") != "yes":
        tree.skip("only a plain build has plain objects")
    findings = set()
    count = 0
    for path in objects(build):
        source = source_of(top, path)
        if source:
            count += 1
            findings.update(check_object(build, path, source))
    if count == 0:
        findings.add(f"{build}:1: no object files here")
    tree.finish(sorted(findings))


if __name__ == "__main__":
    main()
