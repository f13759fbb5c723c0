"""A network namespace of a test's own: no more than its loopback until somebody adds a device."""

import concurrent.futures
import contextlib
import ctypes
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import Process, run  # noqa: E402

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, stdout=subprocess.DEVNULL)


class Namespace:
    patience = 60  # seconds for a command, unless it is told

    def __init__(self, name):
        self.name = name
        ip("netns", "add", name)
        try:
            ip("-n", name, "link", "set", "lo", "up")
        except subprocess.CalledProcessError:
            self.remove()
            raise

    def command(self, *arguments):
        return ["ip", "netns", "exec", self.name, *map(str, arguments)]

    def run(self, *arguments, seconds=None, **more):
        return run(self.command(*arguments), seconds=seconds or self.patience, **more)

    def start(self, *arguments, log, env=None):
        return Process(self.command(*arguments), log, env)

    def inside(self, function):
        """Calls it within the namespace. Sockets and devices that it opens stay there, also for users outside."""
        def enter():
            with open(f"/var/run/netns/{self.name}") as namespace:
                if LIBC.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), f"cannot enter {self.name}: are you root?")
            return function()

        with concurrent.futures.ThreadPoolExecutor(1) as thread:  # setns() changes one thread only
            return thread.submit(enter).result()

    def remove(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            ip("netns", "del", self.name)
