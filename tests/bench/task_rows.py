"""The rows of tasks: submitted by a client, run by two worker processes, against others who do that."""

import os
import subprocess
import sys
import tempfile
import time

import measures
import servers
from row import Row, in_ms, middle, share

MIB = 2 ** 20


def all_cpu_us(run):
    """CPU time of the client, the server and the workers, for a task."""
    return (run["driver_cpu_ns"] + run["server_cpu_ns"] + run["workers_cpu_ns"]) / run["operations"] / 1e3


def note_tasks(bench, runs):
    """How busy everybody was, and what CPU time all of them together took for a task."""
    for peer in dict.fromkeys(run["peer"] for run in runs):
        own = [run for run in runs if run["peer"] == peer]
        bench.cpu_us[peer] = middle(own, all_cpu_us)
        bench.note(f"{peer}: client busy {middle(own, share, 'driver_cpu_ns'):.0f} %, server "
                   f"{middle(own, share, 'server_cpu_ns'):.0f} %, its two workers "
                   f"{middle(own, share, 'workers_cpu_ns'):.0f} %; {bench.cpu_us[peer]:.3g} us of everybody's CPU for "
                   "each")


def load_concur(bench, server, cpus, work, **options):
    return bench.load(server, cpus, program="concur-bench-tasks", work=work, module=servers.task_module(bench.build),
                      **options)


def load_executor(bench, cpus, work):
    return measures.run([sys.executable, servers.peer("executor_peer.py"), work, str(bench.seconds)], cpus)


def against_executor(work, placement, is_time=False):
    """Tasks a second, or the time of one, of concurd and of CPython's executors, which need no server."""
    def measure(bench):
        server_cpus, driver_cpus = measures.placement(placement)
        with tempfile.TemporaryDirectory() as folder, servers.Concurd(folder, server_cpus) as concur:
            runs = []
            for _ in range(bench.runs):
                pair = [load_concur(bench, concur, driver_cpus, work, seconds=bench.seconds),
                        load_executor(bench, driver_cpus, work)]
                runs += pair
                yield tuple(1e6 / run["operations_per_s"] if is_time else run["operations_per_s"] for run in pair)
            note_tasks(bench, runs)
    return measure


def against_gearman(bench):
    placement = measures.placement("free")
    with tempfile.TemporaryDirectory() as folder, servers.Concurd(folder, placement[0]) as concur, \
            servers.Gearmand(folder, placement[0]) as gearman:
        runs = []
        for _ in range(bench.runs):
            pair = [load_concur(bench, concur, placement[1], "submit", seconds=bench.seconds),
                    bench.load(gearman, placement[1], program="concur-bench-gearman", work="submit",
                               seconds=bench.seconds)]
            runs += pair
            yield tuple(run["operations_per_s"] for run in pair)
        note_tasks(bench, runs)
    bench.note("gearmand runs in one thread, on TCP, for it has no unix sockets; with more threads it did less. Tasks "
               "are submitted in the foreground, 1,024 together, each with a unique key, which is how libgearman was "
               "fastest; with a key that libgearman draws it did two thirds")


def against_relay(placement):
    """The time of one task; the relay carries as many bytes as the frames have on average."""
    def measure(bench):
        server_cpus, driver_cpus = measures.placement(placement)
        with tempfile.TemporaryDirectory() as folder, servers.Concurd(folder, server_cpus) as concur, \
                servers.Relay(folder, server_cpus) as relay:
            runs = []
            for _ in range(bench.runs):
                task = load_concur(bench, concur, driver_cpus, "round-trip", seconds=bench.seconds)
                bare = bench.load(relay, driver_cpus, peer="echo", work="echo", size=48, seconds=bench.seconds)
                runs.append(task)
                yield 1e6 / task["operations_per_s"], bare["latency"]["mean_ns"] / 1e3
            note_tasks(bench, runs)
    return measure


def queued(bench):
    """Memory of a million tasks that nobody runs, in MiB; a fresh server for each run."""
    count = int(1000000 * bench.scale)
    server_cpus, driver_cpus = measures.placement("split")
    for _ in range(bench.runs):
        with tempfile.TemporaryDirectory() as folder, servers.Concurd(folder, server_cpus) as concur:
            run = load_concur(bench, concur, driver_cpus, "fill", count=count)
        grown = run["resident_after_bytes"] - run["resident_before_bytes"]
        yield grown / MIB * 1000000 / count, None
    bench.note(f"{count} tasks; {grown / count:.0f} bytes each")


def death(*arguments):
    def measure(bench):
        deaths = max(20, int(100 * bench.scale))
        server_cpus, driver_cpus = measures.placement("split")
        with tempfile.TemporaryDirectory() as folder, servers.Concurd(folder, server_cpus) as concur:
            runs = []
            for _ in range(bench.runs):
                command = [servers.driver(bench.build, "concur-bench-death-worker"), concur.address, str(deaths), "32",
                           servers.task_module(bench.build), *arguments]
                runs.append(measures.run(command, driver_cpus))
                yield runs[-1]["p99_ns"] / 1e6, None
        bench.note(f"{deaths} deaths a run; half of them took {middle(runs, in_ms, 'p50_ns'):.2f} ms at most, the "
                   f"longest {max(run['max_ns'] for run in runs) / 1e6:.2f} ms")
    return measure


def jobs_a_second(command, count, environment):
    begin = time.monotonic()
    subprocess.run([*command, "-j", "2", "true", ":::", *map(str, range(count))], check=True, env=environment)
    return count / (time.monotonic() - begin)


def against_parallel(bench):
    """A private daemon, its workers and all, start and end within each run. Both run in one environment, which the jobs
    inherit: what it costs to start one is the same."""
    count = int(2000 * bench.scale)
    peer = servers.find("parallel")
    programs = os.path.abspath(os.path.join(bench.build, ".libs"))
    environment = dict(os.environ, LD_LIBRARY_PATH=programs, PATH=programs + ":" + os.environ["PATH"],
                       CONCUR_CONCURD=os.path.abspath(os.path.join(bench.build, "daemon/concurd")))
    for _ in range(bench.runs):
        yield (jobs_a_second([servers.find("concur", [programs]), "parallel"], count, environment),
               jobs_a_second([peer], count, environment))
    bench.note(f"{count} jobs a run, start and end included")


def speed_rows():
    work = "C functions that do nothing, submitted, run by two worker processes, results collected"
    yield Row("tasks-executor", work, "ProcessPoolExecutor, submit + result", "tasks/s", 40, False, "free",
              against_executor("submit", "free"))
    yield Row("tasks-gearman", work, "gearmand + libgearman", "tasks/s", 8, False, "free", against_gearman)
    yield Row("tasks-map", "map of 1,000,000 integers, 1,000 of them a task, by two worker processes",
              "multiprocessing.Pool.map", "items/s", 3, False, "free", against_executor("map", "free"))


def parallel_rows():
    yield Row("parallel", "concur parallel -j 2 true, 2,000 times", "GNU parallel -j 2 true", "jobs/s", 5, False,
              "free", against_parallel)


def round_trip_rows():
    """The targets are for one core, as with what is handed over by a crowd."""
    work = "one task, submitted, run, its result; then the next"
    for placement, target in (("one core", 0.5), ("free", None)):
        mark = "" if target else "-" + placement
        yield Row(f"task-round-trip-executor{mark}", work, "ProcessPoolExecutor, submit + result", "us a task", target,
                  True, placement, against_executor("round-trip", placement, is_time=True))
    for placement, target in (("one core", 1.4), ("split", None)):
        mark = "" if target else "-" + placement
        yield Row(f"task-round-trip-relay{mark}", work, "bare relay of four hops", "us a task", target, True,
                  placement, against_relay(placement))


def death_rows():
    for arguments, mark, words in (((), "", "its client is told that the task has failed"),
                                   (("retried",), "-retried", "another worker has run the task")):
        yield Row(f"death-worker{mark}", f"kill -9 of a worker (32 MiB resident), until {words}: the 99th percentile",
                  "", "ms", 10, True, "split", death(*arguments), is_ratio=False)


def all_rows():
    yield from speed_rows()
    yield from parallel_rows()
    yield from round_trip_rows()
    yield from death_rows()
    yield Row("memory-tasks", "memory of 1,000,000 queued tasks with 32 bytes of arguments", "", "MiB", 256, True,
              "split", queued, is_ratio=False)
