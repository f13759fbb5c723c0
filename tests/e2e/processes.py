"""Processes, ports, folders and clocks for tests: started here, and stopped again."""

import atexit
import contextlib
import functools
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

# Below the ports that the system gives to outgoing connections: one of those would take a port of ours between its
# choice here and the server's start.
PORTS = range(10_000, 32_000)


# What keeps other test processes from the ports that this one has chosen, until it ends.
RESERVATIONS = []


def free_port(kind=socket.SOCK_STREAM):
    return free_ports(1, kind)


def free_ports(count, kind=socket.SOCK_STREAM):
    """The first of `count` free ports in a row, which no other call gives, here or in another test process."""
    for first in random.SystemRandom().sample(PORTS, 1000):
        ports = range(first, first + count)
        if all(bindable(port, kind) for port in ports) and reserve(ports):
            return first
    raise AssertionError("no free port")


def bindable(port, kind):
    with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


def reserve(ports):
    """Between the choice of a port here and the server's start, another test could choose it, too. So each port has an
    abstract Unix address (unix(7)): it belongs to a network namespace, as a port does, and ends with its one holder."""
    with contextlib.ExitStack() as holders:
        for port in ports:
            holder = holders.enter_context(socket.socket(socket.AF_UNIX))
            try:
                holder.bind(f"\0qnet-test-port-{port}")
            except OSError:
                return False
        RESERVATIONS.append(holders.pop_all())
    return True


def listen(port=0, timeout=20):
    """A listener of ours whose accept() does not wait for ever."""
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(timeout)
    return listener


def remove_folder(folder):
    """Also while a browser's processes, whose parent was killed, still write there."""
    for _ in range(200):
        shutil.rmtree(folder, ignore_errors=True)
        if not pathlib.Path(folder).exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{folder} cannot be removed")


def temporary_folder(test):
    """A folder and a stack of things to undo, both gone after the test."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-e2e-"))
    stack = contextlib.ExitStack()
    test.addCleanup(remove_folder, folder)
    test.addCleanup(stack.close)
    return folder, stack


def wait_until(condition, what, seconds=20.0, interval=0.02):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(interval)
    raise AssertionError(f"not within {seconds} s: {what}")


def need(reason):
    """Skips a test, or a class's setUp, for a reason why this machine cannot run it; None is none. The machines that
    guard the project (CI) must be able to."""
    if reason and os.environ.get("CI"):
        raise AssertionError(f"this test must run here, and cannot: {reason}")
    if reason:
        raise unittest.SkipTest(reason)


def accepts(port, host="127.0.0.1"):
    with contextlib.suppress(OSError):
        with socket.create_connection((host, port), timeout=1):
            return True
    return False


class Process:
    """A child with its output in a file; always ended by stop()."""

    def __init__(self, arguments, log, env=None, cwd=None):
        self.log = pathlib.Path(log)
        self.arguments = [str(a) for a in arguments]
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen(self.arguments, stdout=out, stderr=subprocess.STDOUT,
                                          stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}, cwd=cwd)

    @property
    def pid(self):
        return self.child.pid

    def text(self):
        return self.log.read_text(errors="replace")

    def running(self):
        return self.child.poll() is None

    def wait_until(self, condition, what, seconds=20.0):
        """Fails with what the child has said, and at once when it has ended: one that cannot be started, as a program
        that nobody has built, never gets ready."""
        try:
            wait_until(lambda: condition() or not self.running(), what, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text()[-3000:]}") from None
        if not self.running():
            raise AssertionError(f"ended with {self.child.returncode}, before {what}:\n{self.text()[-3000:]}")

    def stop(self, how=signal.SIGTERM, seconds=10):
        if self.running():
            self.child.send_signal(how)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                raise AssertionError(f"{self.arguments[0]} did not stop within {seconds} s:\n{self.text()[-3000:]}")
        return self.child.returncode

    def kill(self):
        self.child.kill()
        self.child.wait()

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def page_faults(self):
        """Those that needed no disk."""
        return int(stat_fields(self.pid)[7])


def stat_fields(pid):
    """proc(5)'s /proc/PID/stat from its third field on: the second, the name, may hold anything."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def cpu_seconds(pid):
    """Of all its threads, in its own code and in the system's for it."""
    user, system = stat_fields(pid)[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def run(arguments, seconds=60, env=None, check=False, **more):
    return subprocess.run([str(a) for a in arguments], timeout=seconds, env={**os.environ, **(env or {})},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=check, **more)


@functools.cache
def true_timers():
    """true_timers.c, compiled for this run of the tests."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-e2e-"))
    atexit.register(remove_folder, folder)
    library = folder / "true_timers.so"
    run(["cc", "-shared", "-fPIC", "-o", library, pathlib.Path(__file__).with_name("true_timers.c")], check=True)
    return library


def clock(offset=None, file=None):
    """The environment of a process whose clock is off by that much, or by what stands in a file that may change. Its
    steady clock is right. Not for the address sanitizer."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    env = {"LD_PRELOAD": f"{true_timers()} {library}", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
           "DONT_FAKE_MONOTONIC": "1"}
    return {**env, "FAKETIME": offset} if file is None else {**env, "FAKETIME_TIMESTAMP_FILE": str(file),
                                                             "FAKETIME_NO_CACHE": "1"}
