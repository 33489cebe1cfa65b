"""A row of the comparison: what is measured, against whom, and the target; and what its measuring needs.

A row's `measure(bench)` is a generator: it starts its servers, and each step of it is one run, which it yields as a
(concur, peer) pair of figures; peer is None where there is none. What it has to say beside goes to bench.note().
"""

import statistics

import measures


class Row:
    def __init__(self, name, work, against, unit, target, at_most, placement, measure, is_ratio=True):
        self.name = name
        self.work = work
        self.against = against
        self.unit = unit
        self.target = target          # of the ratio concur / peer, or of concur's figure; None: it has none
        self.at_most = at_most        # the target is a ceiling, not a floor
        self.placement = placement
        self.measure = measure
        self.is_ratio = is_ratio


class Bench:
    """What the measuring of one row needs."""

    def __init__(self, build, runs, seconds, scale=1.0):
        self.build = build
        self.runs = runs
        self.seconds = seconds
        self.scale = scale            # of the sizes of those rows that count, not time
        self.notes = []
        self.cpu_us = {}              # of the server, for an operation, by peer

    def note(self, text):
        self.notes.append(text)

    def note_busy(self, runs):
        """How busy driver and server were in those runs, which tells who was the limit, and what CPU time the server
        took for an operation, which other programs on the machine disturb least."""
        for peer in dict.fromkeys(run["peer"] for run in runs):
            own = [run for run in runs if run["peer"] == peer]
            self.cpu_us[peer] = middle(own, cpu_us)
            self.note(f"{peer}: driver busy {middle(own, share, 'driver_cpu_ns'):.0f} %, server "
                      f"{middle(own, share, 'server_cpu_ns'):.0f} %; {self.cpu_us[peer]:.3g} us of the server's CPU an "
                      f"operation; a call's p99 {middle(own, p99_us):,.0f} us")

    def note_crowd(self, runs):
        """The same for a crowd of processes, whose waiting is not measured one by one."""
        for peer in dict.fromkeys(run["peer"] for run in runs):
            own = [run for run in runs if run["peer"] == peer]
            self.cpu_us[peer] = middle(own, cpu_us)
            self.note(f"{peer}: processes busy {middle(own, share, 'driver_cpu_ns'):.0f} % together, server "
                      f"{middle(own, share, 'server_cpu_ns'):.0f} %; {self.cpu_us[peer]:.3g} us of the server's CPU a "
                      f"time that it changed hands")

    def load(self, server, cpus, **options):
        return measures.load(self.build, server, cpus, **options)


def share(run, key):
    return 100 * run[key] / run["elapsed_ns"]


def cpu_us(run):
    return run["server_cpu_ns"] / run["operations"] / 1e3


def p99_us(run):
    return run["latency"]["p99_ns"] / 1e3


def middle(runs, figure_of, *arguments):
    return statistics.median(figure_of(run, *arguments) for run in runs)


def in_ms(run, key):
    return run[key] / 1e6
