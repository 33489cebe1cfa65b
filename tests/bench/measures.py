"""Single measurements: one run of a driver against one server, and what strace counts meanwhile."""

import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys

import servers

STRACE_CALLS = 20000  # operations of the shorter of the two runs


class Failed(Exception):
    """A driver said that something was wrong."""


def cores():
    """Where server and driver run: the first two cores this process may use, or the only one for both."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[min(1, len(usable) - 1)]


def placement(name):
    """The cores of the server and of the driver."""
    first, second = cores()
    return {
        "split": ({first}, {second}),
        "one core": ({first}, {first}),
        "free": (os.sched_getaffinity(0), os.sched_getaffinity(0)),
    }[name]


@contextlib.contextmanager
def priority(nice):
    """All servers and drivers inside run at that niceness. Where the kernel schedules login sessions as groups, a
    process's own niceness counts only within its group, so the group's is set too, and set back."""
    group = "/proc/self/autogroup"
    grouped = nice != 0 and os.path.exists(group)
    if nice != 0:
        os.setpriority(os.PRIO_PROCESS, 0, nice)
    if grouped:
        with open(group) as old:
            before = old.read().split()[-1]
        write(group, str(nice))
    try:
        yield
    finally:
        if grouped:
            write(group, before)


def resident(server):
    """The server's resident memory in bytes."""
    with open(f"/proc/{server.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def command(build, server, cpus, *words):
    """Runs the command `concur` once against the server."""
    concur = servers.find("concur", [build])
    subprocess.run([concur, "--url", server.address, *words], check=True, stdout=subprocess.DEVNULL,
                   preexec_fn=servers.prepare_child(cpus))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def files_allowed():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def run(command, cpus):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=servers.prepare_child(cpus))
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return json.loads(done.stdout)


def load(build, server, cpus, program="concur-bench", **options):
    """One run of concur-bench, or of a program that takes the same options: its JSON."""
    command = [servers.driver(build, program), "--json", "--url", server.address, "--server-pid", str(server.pid)]
    for name, value in dict({"peer": server.name}, **options).items():
        if value is True:
            command.append("--" + name)
        else:
            command += ["--" + name, str(value)]
    return run(command, cpus)


def load_manager(server, cpus, work, seconds, verb="drive", *more):
    return run([sys.executable, servers.peer("manager_peer.py"), verb, server.path, work, str(seconds),
                *map(str, more)], cpus)


def instructions(command, function):
    """Instructions that a program executes inside of the functions of that name (a pattern), counted by callgrind."""
    counter = [servers.find("valgrind"), "--tool=callgrind", "--callgrind-out-file=/dev/null",
               f"--toggle-collect={function}"]
    done = subprocess.run(counter + command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    collected = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    if done.returncode != 0 or not collected or int(collected.group(1)) == 0:
        raise Failed(f"{' '.join(command)} under callgrind: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
    return int(collected.group(1))


def count_system_calls(server, action):
    """All system calls that the server makes while `action` runs."""
    table = server.log + ".strace"
    tracer = subprocess.Popen([servers.find("strace"), "-f", "-c", "-o", table, "-p", str(server.pid)],
                              stderr=subprocess.PIPE, text=True)
    try:
        if "attached" not in tracer.stderr.readline():
            raise servers.Missing("strace may not attach to the server")
        action()
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
        tracer.wait()
        tracer.stderr.close()
    with open(table) as lines:
        # Columns: % time, seconds, usecs/call, calls, errors (may be empty), syscall.
        total = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)\s.*total$", lines.read(), re.MULTILINE)
    return int(total.group(1))


def system_calls_a_request(build, server, cpus, **options):
    """From two runs of different lengths, so that what comes before and behind the requests cancels out."""
    counts = [count_system_calls(server, lambda: load(build, server, cpus, count=STRACE_CALLS * times, **options))
              for times in (1, 2)]
    return (counts[1] - counts[0]) / STRACE_CALLS
