"""CPython's executors as peers of the bench: two worker processes that do nothing, and a client of theirs.

    executor_peer.py submit|round-trip|map SECONDS

concurrent.futures.ProcessPoolExecutor for the first two, multiprocessing.Pool for map. It prints what
concur-bench-tasks prints, as far as there is such a thing. What is called is a function written in C, as there.
"""

import json
import multiprocessing
import operator
import sys
import time
from concurrent.futures import ProcessPoolExecutor

WORKERS = 2
BATCH = 1000  # submitted at once; their results are collected then
MAP_ITEMS = 1000000
MAP_CHUNK = 1000
WARMUP_SECONDS = 0.2


class Submit:
    """As fast as it goes: all of a batch, then its results."""

    def __init__(self):
        self.pool = ProcessPoolExecutor(WORKERS)

    def step(self):
        futures = [self.pool.submit(abs, number) for number in range(BATCH)]
        for number, future in enumerate(futures):
            if future.result() != number:
                raise RuntimeError("another result")
        return BATCH

    def close(self):
        self.pool.shutdown()


class RoundTrip(Submit):
    """One at a time."""

    def step(self):
        if self.pool.submit(abs, 1).result() != 1:
            raise RuntimeError("another result")
        return 1


class Map:
    """A million integers, in chunks."""

    def __init__(self):
        self.pool = multiprocessing.Pool(WORKERS)
        self.numbers = list(range(MAP_ITEMS))

    def step(self):
        results = self.pool.map(operator.neg, self.numbers, chunksize=MAP_CHUNK)
        if len(results) != MAP_ITEMS or results[-1] != 1 - MAP_ITEMS:
            raise RuntimeError("another result")
        return MAP_ITEMS

    def close(self):
        self.pool.terminate()
        self.pool.join()


def cpu_ns(pid):
    """CPU time of a process, by the number of its clock."""
    return time.clock_gettime_ns(~pid << 3 | 2)


def workers_cpu_ns():
    return sum(cpu_ns(child.pid) for child in multiprocessing.active_children())


def work_for(work, seconds):
    operations = 0
    end = time.monotonic_ns() + seconds * 1e9
    while time.monotonic_ns() < end:
        operations += work.step()
    return operations


def drive(name, seconds):
    work = {"submit": Submit, "round-trip": RoundTrip, "map": Map}[name]()
    work_for(work, WARMUP_SECONDS)
    start, driver, workers = time.monotonic_ns(), time.process_time_ns(), workers_cpu_ns()
    operations = work_for(work, seconds)
    elapsed, driver, workers = (time.monotonic_ns() - start, time.process_time_ns() - driver,
                                workers_cpu_ns() - workers)
    work.close()
    print(json.dumps({
        "peer": "python", "work": name, "operations": operations, "errors": 0, "elapsed_ns": elapsed,
        "operations_per_s": operations * 1e9 / elapsed, "driver_cpu_ns": driver, "server_cpu_ns": 0,
        "workers_cpu_ns": workers}))


if __name__ == "__main__":
    drive(sys.argv[1], float(sys.argv[2]))
