"""The rows of the comparison, but for those of tasks, which are in task_rows.py."""

import math
import statistics
import tempfile

import measures
import servers
import task_rows
from row import Row, in_ms, middle


FILL_BATCH = 2000  # items that one command puts

CROWD_NOTES = {
    "lock": "Redis's lock is a key. To acquire is SET NX; who finds it set waits for a signal by BLPOP and tries "
            "again. To release is DEL and RPUSH of a signal; both go out with the BLPOP for the next turn, so that the "
            "lock is handed to another process each time. It has no owner, no time-out, no end when its holder dies. "
            "concur's release goes out with the next acquire as well, and is not answered",
    "token": "Redis's lock is a list that holds one token while it is free. The first process, told by SET NX, puts "
             "the token there; to acquire is BLPOP, to release is RPUSH, and the next BLPOP goes out with the RPUSH. "
             "It is the cheapest fair lock that Redis can be made to be, without owner, time-out, or an end when its "
             "holder dies",
}


def speed(peer_class, placement, **options):
    """Operations a second of the same work on both."""
    def measure(bench):
        server_cpus, driver_cpus = measures.placement(placement)
        with tempfile.TemporaryDirectory() as folder, \
                servers.Concurd(folder, server_cpus) as concur, peer_class(folder, server_cpus) as peer:
            runs = []
            for _ in range(bench.runs):
                pair = [bench.load(server, driver_cpus, seconds=bench.seconds, **options) for server in (concur, peer)]
                runs += pair
                yield tuple(run["operations_per_s"] for run in pair)
            bench.note_busy(runs)
    return measure


def speed_and_system_calls(peer_class, placement, **options):
    """As speed, and the servers' system calls a request."""
    plain = speed(peer_class, placement, **options)

    def measure(bench):
        yield from plain(bench)
        server_cpus, driver_cpus = measures.placement(placement)
        with tempfile.TemporaryDirectory() as folder, \
                servers.Concurd(folder, server_cpus) as concur, peer_class(folder, server_cpus) as peer:
            calls = [measures.system_calls_a_request(bench.build, server, driver_cpus, **options)
                     for server in (concur, peer)]
        verdict = "met" if calls[0] <= calls[1] * 1.01 else "missed"
        bench.note(f"system calls a request: concur {calls[0]:.2f}, {peer.name} {calls[1]:.2f}: {verdict}")
    return measure


def time_against_echo(placement):
    """Mean time of one call at a time; the echo carries as many bytes as the frames have on average."""
    def measure(bench):
        server_cpus, driver_cpus = measures.placement(placement)
        with tempfile.TemporaryDirectory() as folder, \
                servers.Concurd(folder, server_cpus) as concur, servers.Echo(folder, server_cpus) as echo:
            runs = []
            for _ in range(bench.runs):
                get = bench.load(concur, driver_cpus, work="dict-get", seconds=bench.seconds)
                plain = bench.load(echo, driver_cpus, work="echo", size=48, seconds=bench.seconds)
                runs += [get, plain]
                yield tuple(run["latency"]["mean_ns"] / 1e3 for run in (get, plain))
            bench.note_busy(runs)
    return measure


def speed_against_manager(placement, work, depth):
    def measure(bench):
        server_cpus, driver_cpus = measures.placement(placement)
        with tempfile.TemporaryDirectory() as folder, \
                servers.Concurd(folder, server_cpus) as concur, servers.Manager(folder, server_cpus) as manager:
            runs = []
            for _ in range(bench.runs):
                ours = bench.load(concur, driver_cpus, work=work, depth=depth, seconds=bench.seconds)
                theirs = measures.load_manager(manager, driver_cpus, work, bench.seconds)
                runs.append(ours)
                yield ours["operations_per_s"], theirs["operations_per_s"]
            bench.note_busy(runs)
    return measure


def handed_over(peer_class, work, peer_work, processes, placement, is_time=False):
    """How often something changes hands among processes, each with a connection of its own; or, as a time, how long
    that takes. On the ring a hop is what a step is elsewhere."""
    def measure(bench):
        server_cpus, driver_cpus = measures.placement(placement)
        with tempfile.TemporaryDirectory() as folder, \
                servers.Concurd(folder, server_cpus) as concur, peer_class(folder, server_cpus) as peer:
            runs = []
            for _ in range(bench.runs):
                pair = [bench.load(server, driver_cpus, program="concur-bench-crowd", work=each, connections=processes,
                                   seconds=bench.seconds) for server, each in ((concur, work), (peer, peer_work))]
                runs += pair
                yield tuple(1e6 / run["operations_per_s"] if is_time else run["operations_per_s"] for run in pair)
            bench.note_crowd(runs)
            if peer.name == "redis":
                bench.note(CROWD_NOTES[peer_work])
    return measure


def handed_over_by_manager(processes, placement):
    def measure(bench):
        server_cpus, driver_cpus = measures.placement(placement)
        with tempfile.TemporaryDirectory() as folder, \
                servers.Concurd(folder, server_cpus) as concur, servers.Manager(folder, server_cpus) as manager:
            for _ in range(bench.runs):
                ours = bench.load(concur, driver_cpus, program="concur-bench-crowd", work="lock", connections=processes,
                                  seconds=bench.seconds)
                theirs = measures.load_manager(manager, driver_cpus, "lock", bench.seconds, "crowd", processes)
                yield ours["operations_per_s"], theirs["operations_per_s"]
    return measure


def death(arguments):
    def measure(bench):
        deaths = max(20, int(300 * bench.scale))
        server_cpus, driver_cpus = measures.placement("split")
        with tempfile.TemporaryDirectory() as folder, servers.Concurd(folder, server_cpus) as concur:
            runs = []
            for _ in range(bench.runs):
                command = [servers.driver(bench.build, "concur-bench-death"), concur.address, str(deaths), "32"]
                runs.append(measures.run(command + arguments, driver_cpus))
                yield runs[-1]["p99_ns"] / 1e6, None
        bench.note(f"{deaths} deaths a run; half of them took {middle(runs, in_ms, 'p50_ns'):.2f} ms at most, the "
                   f"longest {max(run['max_ns'] for run in runs) / 1e6:.2f} ms")
    return measure


def waiters(what):
    """The growth of what one waiter costs from 1,000 waiters to 100,000, which is to be that of their logarithm."""
    def measure(bench):
        runs = []
        for _ in range(bench.runs):
            runs.append(measures.run([servers.driver(bench.build, "concur-bench-waiters")],
                                     measures.placement("one core")[0])[what])
            yield runs[-1]["100000"], runs[-1]["1000"]
        bench.note("ns each: " + ", ".join(f"{middle(runs, dict.get, count):.0f} among {int(count):,}"
                                           for count in ("1000", "10000", "100000")))
    return measure


def waiter_steps(what):
    """The same in instructions, which no cache and no other program changes: they repeat, so one run tells it."""
    def measure(bench):
        cost = {}
        for count in (1000, 10000, 100000):
            ran = measures.instructions([servers.driver(bench.build, "concur-bench-waiters"), str(count)],
                                        f"waiters_{what.replace('-', '_')}*")
            cost[count] = ran / count / (2 if what == "add" else 1)  # they are added twice
        yield cost[100000], cost[1000]
        bench.note("instructions each: " + ", ".join(f"{each:.0f} among {count:,}" for count, each in cost.items()))
    return measure


def memory(bench):
    """Resident bytes an entry; fresh servers for each run."""
    entries = int(1000000 * bench.scale)
    server_cpus, driver_cpus = measures.placement("split")
    for _ in range(bench.runs):
        pair = []
        for server_class in (servers.Concurd, servers.Redis):
            with tempfile.TemporaryDirectory() as folder, server_class(folder, server_cpus) as server:
                run = bench.load(server, driver_cpus, work="dict-insert", keys=entries, count=entries, depth=64)
            pair.append((run["resident_after_bytes"] - run["resident_before_bytes"]) / entries)
        yield tuple(pair)
    bench.note(f"{entries} entries, one dict, keys in order")


def filled(kind, verb):
    """Resident bytes of a queue or a list of items of 32 bytes, for each; a fresh server for each run."""
    def measure(bench):
        items = int(1000000 * bench.scale)
        server_cpus, driver_cpus = measures.placement("split")
        for _ in range(bench.runs):
            with tempfile.TemporaryDirectory() as folder, servers.Concurd(folder, server_cpus) as server:
                before = measures.resident(server)
                for first in range(0, items, FILL_BATCH):
                    words = [f"{i:032}" for i in range(first, min(first + FILL_BATCH, items))]
                    measures.command(bench.build, server, driver_cpus, kind, "filled", verb, "--text", *words)
                yield (measures.resident(server) - before) / items, None
        bench.note(f"{items} items")
    return measure


def idle(bench):
    """Resident bytes an idle connection that has said hello; Redis's for comparison. Where descriptors are few, half of
    them: concurd opens a second one for each client, which tells of its death."""
    connections = int(min(10000, measures.files_allowed() // 2 - 100) * bench.scale)
    server_cpus, driver_cpus = measures.placement("split")
    for _ in range(bench.runs):
        pair = []
        for server_class in (servers.Concurd, servers.Redis):
            with tempfile.TemporaryDirectory() as folder, server_class(folder, server_cpus) as server:
                run = bench.load(server, driver_cpus, work="idle", connections=connections, count=1)
            pair.append((run["resident_after_bytes"] - run["resident_before_bytes"]) / connections)
        yield tuple(pair)
    bench.note(f"{connections} connections")


def pause(step):
    """The longest time that another connection's ping took, in ms, while a big dict is inserted, copied or removed."""
    def measure(bench):
        keys = int(5000000 * bench.scale)
        server_cpus, driver_cpus = measures.placement("split")
        quiet, own = [], []
        for _ in range(bench.runs):
            with tempfile.TemporaryDirectory() as folder, servers.Concurd(folder, server_cpus) as server:
                quiet.append(bench.load(server, driver_cpus, work="idle", ping=True, linger=bench.seconds, count=1))
                run = bench.load(server, driver_cpus, work="dict-insert", keys=keys, count=keys, depth=64, ping=True)
                if step == "copy":
                    run = bench.load(server, driver_cpus, work="dict-copy", keys=keys, count=10**12, ping=True)
                elif step == "remove":
                    run = bench.load(server, driver_cpus, work="remove", count=1, ping=True, linger=3)
            own.append(run["ping_cpu"]["max_ns"] / 1e6)
            yield run["ping"]["max_ns"] / 1e6, None
        longest = statistics.median(run["ping"]["max_ns"] for run in quiet) / 1e6
        bench.note(f"{keys} keys; the longest ping of an idle daemon, which is the machine's own: {longest:.2f} ms; "
                   f"99.9 % of the pings under load: {run['ping']['p99.9_ns'] / 1e6:.2f} ms; the most CPU time that "
                   f"the daemon took while one ping was on its way: {statistics.median(own):.2f} ms")
    return measure


def dict_rows():
    redis = servers.Redis
    for keys, at_least, mark in ((1000, 2.0, ""), (100000, 1.6, "-100k")):
        for verb, command in (("get", "HGET"), ("set", "HSET")):
            for depth in (16, 64):
                yield Row(f"dict-{verb}-{depth}{mark}",
                          f"Dict {verb}, 50 connections, {depth} in flight each, {keys:,} keys", f"Redis {command}",
                          "operations/s", at_least, False, "split",
                          speed(redis, "split", work=f"dict-{verb}", connections=50, depth=depth, keys=keys))
    for verb, command in (("get", "HGET"), ("set", "HSET")):
        yield Row(f"dict-{verb}-1", f"Dict {verb}, 50 connections, one in flight each, 1,000 keys", f"Redis {command}",
                  "operations/s", 1.1, False, "split",
                  speed_and_system_calls(redis, "split", work=f"dict-{verb}", connections=50, depth=1))


def echo_rows():
    for name, placement in (("echo-one-core", "one core"), ("echo-two-cores", "split")):
        yield Row(name, "one client, one Dict get at a time", "bare epoll echo", "us a call", 1.3, True, placement,
                  time_against_echo(placement))


def queue_rows():
    for connections in (50, 1):
        mark = "" if connections > 1 else "-one"
        clients = "50 connections" if connections > 1 else "one connection"
        work = f"Queue put then get, {clients}, 64 in flight each"
        for peer, against, at_least in ((servers.Redis, "Redis LPUSH + RPOP", 1.8),
                                        (servers.Beanstalkd, "beanstalkd put + reserve + delete", 3.0)):
            yield Row(f"queue-{peer.name}{mark}", work, against, "pairs/s", at_least, False, "split",
                      speed(peer, "split", work="queue", connections=connections, depth=64, name="queue"))


def manager_rows():
    for work, words, unit, pipelined in (("lock", "Lock acquire + release", "pairs/s", 100),
                                         ("dict-get", "Dict get", "operations/s", 150)):
        against = "multiprocessing.Manager()." + {"lock": "Lock()", "dict-get": "dict()"}[work]
        yield Row(f"manager-{work}", f"{words}, one client, one call at a time", against, unit, 3, False, "one core",
                  speed_against_manager("one core", work, 1))
        yield Row(f"manager-{work}-pipelined", f"{words}, one client, 256 calls in flight (the peer's: one)", against,
                  unit, pipelined, False, "split", speed_against_manager("split", work, 256))


def crowd_rows():
    """The targets are for one core, where the work of all is what counts. On two, most of the time goes to one core
    waking the other, for everybody."""
    work = "one Lock handed over among 8 processes, each acquires and releases it again and again"
    for placement, mark in (("one core", ""), ("split", "-split")):
        for name, against, at_least, measure in (
                ("redis", "Redis, SET NX, else BLPOP of a signal; DEL and RPUSH", 2.0,
                 handed_over(servers.Redis, "lock", "lock", 8, placement)),
                ("redis-token", "Redis, a token popped by BLPOP and pushed by RPUSH", 2.0,
                 handed_over(servers.Redis, "lock", "token", 8, placement)),
                ("ring", "bare token ring of 8 processes", 0.7,
                 handed_over(servers.Ring8, "lock", "pass", 8, placement)),
                ("manager", "multiprocessing.Manager().Lock()", None, handed_over_by_manager(8, placement))):
            yield Row(f"lock-contended-{name}{mark}", work, against, "grants/s", None if mark else at_least, False,
                      placement, measure)
        yield Row(f"condition-ping-pong{mark}", "two processes hand a turn to each other by Condition notify and wait",
                  "bare token ring of 2 processes", "us a turn", None if mark else 1.4, True, placement,
                  handed_over(servers.Ring, "condition", "pass", 2, placement, is_time=True))
        yield Row(f"barrier-8{mark}", "8 processes pass a Barrier in lockstep; the time of one of them",
                  "a hop of the bare token ring of 8 processes: as many messages", "us", None if mark else 1.4, True,
                  placement, handed_over(servers.Ring8, "barrier", "pass", 8, placement, is_time=True))


def death_rows():
    for forked, mark, words in (([], "", ""), (["forked"], "-forked", ", whose child holds the socket open")):
        yield Row(f"death{mark}", f"kill -9 of a lock's local holder (32 MiB resident){words}, until the next one has "
                  "it: the 99th percentile", "", "ms", 5, True, "split", death(forked), is_ratio=False)


def waiter_rows():
    for what, words in (("add", "adding a waiter"), ("time-out", "timing a waiter out"),
                        ("hand-over", "handing a lock to its next waiter")):
        yield Row(f"waiters-{what}", f"{words} among 100,000, each with a time to wait; the core alone", "among 1,000",
                  "ns", math.log(100000) / math.log(1000), True, "one core", waiters(what))
        yield Row(f"waiters-{what}-steps", f"{words} among 100,000, each with a time to wait; counted by callgrind",
                  "among 1,000", "instructions", math.log(100000) / math.log(1000), True, "one core",
                  waiter_steps(what))


def all_rows():
    yield from dict_rows()
    yield from echo_rows()
    yield from queue_rows()
    yield from manager_rows()
    yield from crowd_rows()
    yield from death_rows()
    yield from waiter_rows()
    yield from task_rows.all_rows()
    yield Row("memory", "memory of a dict of 16-byte keys and values", "Redis hash", "bytes an entry", 0.85, True,
              "split", memory)
    for kind, verb, most in (("queue", "put-many", 48), ("list", "extend", 64)):
        yield Row(f"memory-{kind}", f"memory of a {kind} of items of 32 bytes", "", "bytes an item", most * 1.048576,
                  True, "split", filled(kind, verb), is_ratio=False)
    for step, words in (("insert", "inserted"), ("copy", "copied page by page"), ("remove", "removed")):
        yield Row(f"pause-{step}", f"longest ping while a big dict is {words}", "", "ms", 5, True, "split", pause(step),
                  is_ratio=False)
    yield Row("idle", "memory of an idle connection", "(Redis for comparison)", "bytes", 4096, True, "split", idle,
              is_ratio=False)
