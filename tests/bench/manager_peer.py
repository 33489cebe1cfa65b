"""CPython's multiprocessing.Manager as a peer of the bench: its server, and one client that does the same work.

    manager_peer.py serve SOCKET
    manager_peer.py drive SOCKET dict-get|lock SECONDS [KEYS]
    manager_peer.py crowd SOCKET lock SECONDS PROCESSES

The client is a program of its own, so that the bench can say on which core it runs. It prints what concur-bench --json
prints, as far as it knows it.
"""

import json
import multiprocessing
import random
import sys
import time
from multiprocessing.managers import SyncManager

AUTHKEY = b"concur-bench"
BATCH = 100  # operations between two looks at the clock


def serve(path):
    SyncManager(address=path, authkey=AUTHKEY).get_server().serve_forever()


def dict_get(manager, keys):
    shared = manager.dict()
    names = [f"key:{number:012d}" for number in range(keys)]
    shared.update({name: "v" * 16 for name in names})
    drawn = [random.choice(names) for _ in range(BATCH)]
    get = shared.__getitem__

    def batch():
        for name in drawn:
            if len(get(name)) != 16:
                raise RuntimeError("a value of another size")

    return batch


def lock(manager, _keys):
    shared = manager.Lock()
    acquire, release = shared.acquire, shared.release

    def batch():
        for _ in range(BATCH):
            acquire()
            release()

    return batch


def drive(path, work, seconds, keys=1000):
    manager = SyncManager(address=path, authkey=AUTHKEY)
    manager.connect()
    batch = {"dict-get": dict_get, "lock": lock}[work](manager, keys)
    batch()
    operations = 0
    start = now = time.monotonic_ns()
    while now < start + seconds * 1e9:
        batch()
        operations += BATCH
        now = time.monotonic_ns()
    print(json.dumps({
        "peer": "manager", "work": work, "operations": operations, "errors": 0, "elapsed_ns": now - start,
        "operations_per_s": operations * 1e9 / (now - start)}))


def contend(counts, number, stop, lock):
    while not stop.value:
        lock.acquire()
        lock.release()
        counts[number] += 1


def crowd(path, work, seconds, processes):
    """So many processes, each of which acquires and releases one lock again and again."""
    manager = SyncManager(address=path, authkey=AUTHKEY)
    manager.connect()
    shared = manager.Lock()
    counts = multiprocessing.RawArray("q", processes)
    stop = multiprocessing.RawValue("b", 0)
    multiprocessing.current_process().authkey = AUTHKEY
    workers = [multiprocessing.Process(target=contend, args=(counts, number, stop, shared))
               for number in range(processes)]
    for worker in workers:
        worker.start()
    time.sleep(0.2)
    before, start = sum(counts), time.monotonic_ns()
    time.sleep(seconds)
    operations, elapsed = sum(counts) - before, time.monotonic_ns() - start
    stop.value = 1
    for worker in workers:
        worker.join()
    print(json.dumps({
        "peer": "manager", "work": work, "operations": operations, "errors": 0, "elapsed_ns": elapsed,
        "operations_per_s": operations * 1e9 / elapsed}))


if __name__ == "__main__":
    random.seed(1)
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    elif sys.argv[1] == "crowd":
        crowd(sys.argv[2], sys.argv[3], float(sys.argv[4]), int(sys.argv[5]))
    else:
        drive(sys.argv[2], sys.argv[3], float(sys.argv[4]), *map(int, sys.argv[5:]))
