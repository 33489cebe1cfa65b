"""The servers under test: each is a child process on a unix socket, ended by its own process id.

A server is started with `with`, is ready inside, and has ended behind it.
"""

import os
import resource
import shutil
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
START_SECONDS = 20
STOP_SECONDS = 20


def prepare_child(cpus):
    """For a child before it runs: its cores, and as many files as it may have."""
    def prepare():
        os.sched_setaffinity(0, cpus)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return prepare


class Missing(Exception):
    """A program that a row needs is not here."""


def find(name, places=()):
    """The path of a program: in the given folders first, then as the shell would look for it."""
    for place in places:
        path = os.path.join(place, name)
        if os.access(path, os.X_OK):
            return path
    path = shutil.which(name)
    if not path:
        raise Missing(f"{name} is not here")
    return path


def free_port():
    with socket.socket(socket.AF_INET) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A child process that listens on `address`, as concur-bench's --url takes it."""

    name = ""

    def __init__(self, folder, cpus):
        self.path = os.path.join(folder, self.name + ".sock")
        self.address = "unix:" + self.path
        self.cpus = cpus
        self.log = os.path.join(folder, self.name + ".log")
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return os.environ

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment(),
                preexec_fn=prepare_child(self.cpus))
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if os.path.exists(self.path):
            os.unlink(self.path)

    @property
    def pid(self):
        return self.process.pid

    def place(self, cpus):
        """Moves all threads of the server."""
        self.cpus = cpus
        for task in os.listdir(f"/proc/{self.pid}/task"):
            os.sched_setaffinity(int(task), cpus)

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(self.log, errors="replace") as log:
                    raise RuntimeError(f"{self.name} did not start: {log.read()[-500:]}")
            time.sleep(0.01)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.path) == 0


class Concurd(Server):
    name = "concur"
    build = "."

    def command(self):
        return [find("concurd", [self.build, os.path.join(self.build, "daemon")]), "--foreground",
                "--listen", self.address]

    def environment(self):
        """The daemon looks for concur-worker in $PATH."""
        return dict(os.environ, PATH=os.path.abspath(self.build) + ":" + os.environ["PATH"])


class Redis(Server):
    name = "redis"

    def command(self):
        return [find("redis-server"), "--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "no",
                "--maxclients", "15000", "--daemonize", "no"]


class Beanstalkd(Server):
    name = "beanstalkd"

    def command(self):
        return [find("beanstalkd"), "-l", self.address]


class Echo(Server):
    name = "echo"
    build = "."

    def command(self):
        return [find("concur-bench-echo", [os.path.join(self.build, "tests/bench")]), self.path]


class Ring(Server):
    """The bare relay: hands a token from one process to the next."""

    name = "ring"
    build = "."
    processes = 2                     # that make the ring

    def command(self):
        return [find("concur-bench-ring", [os.path.join(self.build, "tests/bench")]), self.path, str(self.processes)]


class Ring8(Ring):
    processes = 8


class Relay(Server):
    """The bare relay of four hops: from a client to a worker process and back."""

    name = "relay"
    build = "."

    def command(self):
        return [find("concur-bench-relay", [os.path.join(self.build, "tests/bench")]), self.path]


class Gearmand(Server):
    """gearmand, in one thread; it listens on TCP only."""

    name = "gearman"

    def __init__(self, folder, cpus):
        super().__init__(folder, cpus)
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"

    def command(self):
        return [find("gearmand", ["/usr/sbin"]), "--listen=127.0.0.1", f"--port={self.port}", "--threads=0",
                "--log-file=stderr"]

    def answers(self):
        with socket.socket(socket.AF_INET) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Manager(Server):
    """CPython's multiprocessing.Manager, served by this Python."""

    name = "manager"

    def command(self):
        return [sys.executable, peer("manager_peer.py"), "serve", self.path]


def driver(build, name="concur-bench"):
    if name == "concur-bench-gearman" and not os.path.exists(os.path.join(build, "tests/bench", name)):
        raise Missing("libgearman was not there when this was configured (Debian: libgearman-dev)")
    return find(name, [os.path.join(build, "tests/bench")])


def peer(name):
    """A script of this folder."""
    return os.path.join(HERE, name)


def task_module(build):
    """What the workers of tasks load."""
    return os.path.abspath(os.path.join(build, "tests/bench/.libs/task_module.so"))
