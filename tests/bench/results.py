"""Turning runs into verdicts, a line for the terminal and the page RESULTS.md."""

import os
import platform
import re
import statistics
import subprocess
import textwrap
import time

import servers

PAGE = """# Measured side by side

{date}, {machine}, {kernel}.
{versions}.
Load average before it began: {load:.2f}.

Made by `make bench`: {runs} runs of {seconds:g} s for each side of a row, taken in turn; the figures are medians, the
spread is that of the ratio from run to run (or of the figure, where there is no peer). All servers listen on unix
sockets and are fresh for each row; the same driver, `concur-bench`, loads all of them but the Manager, whose client is
Python, and those that run tasks: their clients use libconcur, libgearman and Python's executors. Placement: *split* is
the server on one core and the driver on another, *one core* is both on the same, *free* leaves it to the kernel. Keys
and values have 16 bytes, in Redis as in concur. The notes say how busy both sides were: where a driver is near 100 %,
it was the limit, and the row shows the server at its worst. *By CPU* is the ratio of the CPU time that the two servers
took for an operation, for tasks that of the clients and workers too, which others on the machine disturb least; the
target is about the ratio.

| row | work | against | placement | concur | peer | unit | ratio | spread | by CPU | target | verdict |
|---|---|---|---|---|---|---|---|---|---|---|---|
{table}

## Notes

{notes}
"""

# Why a row can be missed: how the names of the rows begin, and what their profile shows.
REASONS = [
    (r"dict-\w+-16$",
     "With 16 calls a batch more than half of the server's time (54 % in a profile by perf, cpu-clock, server and "
     "driver on a core each) goes to the kernel, nearly all of it to one recv and one send a batch, which Redis pays "
     "as well; the look-up itself, waiting for memory included, was a tenth, and all of concurd's own code 42 %. That "
     "was at 1,220 instructions a call by callgrind; it takes 965 now, so the kernel's part is larger. With 64 calls "
     "a batch the same code is well above its target. "
     "Where the ratio by CPU is the higher one, the driver, which costs nearly as much a call as the server here, "
     "holds the server up."),
    (r"queue-redis-one$",
     "One connection keeps neither side busy: each sleeps until the other has sent, and the 64 calls go round "
     "together. To wake a process on another core takes this machine some 60 us, as echo-two-cores shows, and such a "
     "round takes little more than that, whatever the server does in it: both servers are idle for most of it. The "
     "ratio by CPU is what the servers themselves need; with 50 connections it shows in the rate."),
    (r"dict-\w+-1$|echo-one-core$",
     "One call a turn: in a profile by perf (one client on the server's core) 89 % of the server's time is the "
     "kernel's, which serves a peer's single calls as well, 6 % concurd's own, the rest libevent's and libc's."),
    (r"manager-dict-get-pipelined$",
     "One connection, whose two sides wait for each other: concurd is not kept busy, and the row goes up and down with "
     "how long the machine takes to wake a process."),
    (r"lock-contended-redis",
     "Half of what a grant takes is the processes' own: one send, one recv and a switch from the one to the other, "
     "which are the same whatever the server is. concurd does three system calls a grant (epoll_wait, recv, send), as "
     "the bare ring does; the ratio by CPU is that of the servers alone."),
    (r"waiters-",
     "A waiter and its owner take some 400 bytes: 1,000 of them stay in the processor's cache and 100,000 do not, so "
     "that each step waits for memory as well. The steps themselves grow less than the logarithm: the rows that end "
     "in -steps count them."),
    (r"tasks-map$",
     "The client is the limit, not the daemon, which takes a tenth of the time: for each item it checks, measures "
     "and encodes a number, and for its result checks, counts and builds a value, in a profile by perf (cpu-clock) "
     "some 170 ns altogether, with the codec's walk over varints in front; the worker does the same once more."),
    (r"task-round-trip-relay$",
     "Both sides do the same four hops; what comes on top is the daemon's and the two libraries' own work on a "
     "submit, a hand-out, an end and a result, which are four frames with ids, names and states where the relay has "
     "bare bytes."),
    (r"pause-",
     "The ping of an idle daemon is as long on a machine that others use; the note tells it, and the most CPU time "
     "that the daemon took while one ping was on its way, which is what it can be held to."),
    (r"parallel$",
     "Most of the time is the jobs' own: in a profile by perf 69 % of it is true itself, whose start-up executes "
     "CPUID, which this machine's hypervisor traps. One takes 0.74 ms, so 2,000 on two cores take 0.74 s of the 1.2 s "
     "at least, whoever starts them. concur-worker takes 13 %, concurd 4 %, concur 3 %; some ten execve a job look "
     "for the program along $PATH."),
]
NO_REASON = "not explained yet"


def reasons(page):
    """The section on what the page's table says was missed; empty if nothing was."""
    missed = re.findall(r"^\| (\S+) \|.*\*\*missed\*\* \|$", page, re.MULTILINE)
    told = {}
    for name in missed:
        why = next((text for pattern, text in REASONS if re.match(pattern, name)), NO_REASON)
        told.setdefault(why, []).append(name)
    if not told:
        return ""
    lines = [textwrap.fill(f"* {', '.join(names)}: {why}", 120, subsequent_indent="  ", break_on_hyphens=False)
             for why, names in told.items()]
    return "## What was missed, and why\n\n" + "\n".join(lines) + "\n\n"


def with_reasons(page):
    """The page with that section as it should be, in place of what it had."""
    page = re.sub(r"^## What was missed.*?(?=^## Notes)", "", page, flags=re.MULTILINE | re.DOTALL)
    before, notes, after = page.partition("## Notes\n")
    return before + reasons(page) + notes + after


class Result:
    """What a row's runs come to."""

    def __init__(self, row, pairs, notes=(), cpu_us=None, failure=None):
        self.row = row
        self.pairs = pairs
        self.notes = notes
        self.cpu_us = cpu_us or {}    # of the server, for an operation, by peer
        self.failure = failure        # why it was not measured, in words

    @property
    def concur(self):
        return statistics.median(ours for ours, _ in self.pairs)

    @property
    def peer(self):
        theirs = [theirs for _, theirs in self.pairs if theirs is not None]
        return statistics.median(theirs) if theirs else None

    @property
    def judged(self):
        """What the target is about."""
        return self.concur / self.peer if self.row.is_ratio else self.concur

    @property
    def spread(self):
        each = [ours / theirs if self.row.is_ratio else ours for ours, theirs in self.pairs]
        return min(each), max(each)

    @property
    def ratio_by_cpu(self):
        """The ratio as it would be if CPU time of the servers were all that counts; None if it is not known."""
        if len(self.cpu_us) != 2:
            return None
        concur, peer = self.cpu_us["concur"], next(us for name, us in self.cpu_us.items() if name != "concur")
        return concur / peer if self.row.at_most else peer / concur

    @property
    def is_met(self):
        if self.row.target is None:
            return None
        return self.judged <= self.row.target if self.row.at_most else self.judged >= self.row.target

    @property
    def verdict(self):
        if self.failure:
            return "not measured"
        return {None: "no target", True: "met", False: "**missed**"}[self.is_met]


def figure(number):
    if number is None:
        return ""
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def by_cpu(result):
    return f"{result.ratio_by_cpu:.2f}x" if result.ratio_by_cpu else ""


def target_of(row):
    if row.target is None:
        return ""
    return f"{'at most' if row.at_most else 'at least'} {figure(row.target)}{'x' if row.is_ratio else ' ' + row.unit}"


def cells(result):
    row = result.row
    target = target_of(row)
    if result.failure:
        return [row.name, row.work, row.against, row.placement, "", "", row.unit, "", "", "", target, result.verdict]
    low, high = result.spread
    ratio = f"{result.judged:.2f}x" if row.is_ratio else ""
    return [row.name, row.work, row.against, row.placement, figure(result.concur), figure(result.peer), row.unit, ratio,
            f"{figure(low)} to {figure(high)}", by_cpu(result), target, result.verdict]


def line(result):
    """One row for the terminal."""
    row = result.row
    if result.failure:
        return f"{row.name}: not measured: {result.failure}"
    low, high = result.spread
    peer = f", {row.against} {figure(result.peer)}" if result.peer is not None else ""
    ratio = f": {result.judged:.2f}x" if row.is_ratio else ""
    cpu = f", by CPU {by_cpu(result)}" if by_cpu(result) else ""
    target = f"; target: {target_of(row)}: {result.verdict.strip('*')}" if row.target is not None else ""
    spread = f"({figure(low)} to {figure(high)}{cpu})"
    return f"{row.name}: concur {figure(result.concur)} {row.unit}{peer}{ratio} {spread}{target}"


def first_line_of(command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else None


def machine():
    with open("/proc/cpuinfo") as lines:
        models = re.findall(r"^model name\s*:\s*(.*)$", lines.read(), re.MULTILINE)
    gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{len(models) or os.cpu_count()} cores of {models[0] if models else platform.machine()}, {gib:.0f} GiB"


def versions(build):
    concurd = servers.Concurd
    concurd.build = build
    programs = [
        ("concurd", [concurd.command(concurd("", set()))[0], "--version"]),
        ("redis-server", ["redis-server", "--version"]),
        ("beanstalkd", ["beanstalkd", "-v"]),
        ("gearmand", ["/usr/sbin/gearmand", "--version"]),
        ("GNU parallel", ["parallel", "--version"]),
    ]
    told = []
    for name, command in programs:
        said = first_line_of(command) or f"{name}: not here"
        version = re.search(r"\d+(\.\d+)+", said)
        told.append(f"{name} {version.group(0)}" if version else said)
    return ", ".join(told) + f", CPython {platform.python_version()}, {' '.join(platform.libc_ver())}"


def page(results, build, runs, seconds, load):
    notes = [f"* {result.row.name}: {note}" for result in results for note in result.notes]
    notes += [f"* {result.row.name}: not measured: {result.failure}" for result in results if result.failure]
    return with_reasons(PAGE.format(
        date=time.strftime("%Y-%m-%d"), machine=machine(), kernel=f"{platform.system()} {platform.release()}",
        versions=versions(build), runs=runs, seconds=seconds, load=load,
        table="\n".join("| " + " | ".join(cells(result)) + " |" for result in results), notes="\n".join(notes)))
