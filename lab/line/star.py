"""Hosts in networks of their own, each joined to one router by a line: what goes from one host to another crosses two
lines. Nothing leads out."""

import contextlib
import os
import pathlib
import subprocess
import tempfile

from line import binary
from harness import Process
from namespace import Namespace, ip


class Host(Namespace):
    """10.NETWORK.0.NUMBER, at the far end of a line."""

    patience = 30

    def __init__(self, star, number, network):
        super().__init__(f"{star.name}-{number}")
        self.address, self.device = f"10.{network}.0.{number}", f"line{number}"
        self.line = None
        try:
            for side in (self, star.router):
                ip("-n", side.name, "tuntap", "add", "dev", self.device, "mode", "tun")
                ip("-n", side.name, "link", "set", self.device, "up", "mtu", "1500")
            ip("-n", self.name, "addr", "add", f"{self.address}/32", "dev", self.device)
            ip("-n", self.name, "route", "add", "default", "dev", self.device)
            ip("-n", star.router.name, "route", "add", f"{self.address}/32", "dev", self.device)
            self.line = Process([binary(), "--near", self.name, "--far", star.router.name, "--device", self.device,
                                 *star.settings], star.folder / f"{self.device}.log")
            self.line.wait_until(lambda: "ready\n" in self.line.text(), "the line is ready")
        except BaseException:
            self.remove()
            raise

    def remove(self):
        if self.line is not None:
            self.line.stop()
        super().remove()


class Star:
    """`with Star("--delay", "25ms") as star: star.host(7, 20)` has 10.20.0.7, and 50 ms to each other host. The words
    are the line's."""

    def __init__(self, *settings):
        self.settings = settings
        self.name = f"qnet-star-{os.getpid()}"
        self.hosts = []
        self.router = None

    def __enter__(self):
        self.kept = tempfile.TemporaryDirectory(prefix="qnet-star-")
        self.folder = pathlib.Path(self.kept.name)
        try:
            self.router = Namespace(self.name)
            self.router.run("sysctl", "-qw", "net.ipv4.ip_forward=1", seconds=30, check=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def host(self, number, network):
        self.hosts.append(Host(self, number, network))
        return self.hosts[-1]

    def __exit__(self, *_):
        for host in self.hosts:
            with contextlib.suppress(subprocess.CalledProcessError):
                host.remove()
        if self.router is not None:
            self.router.remove()
        self.kept.cleanup()


def round_trip(client, server, port):
    """Of a TCP handshake between two hosts, in seconds."""
    done = client.run("python3", "-c", "import socket, sys, time\n"
                      "before = time.monotonic()\n"
                      "socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)\n"
                      "print(time.monotonic() - before)", server.address, port, check=True)
    return float(done.stdout)


def shortest_round_trip(client, server, port, tries=5):
    """What the line takes, and no more: a busy machine only adds to it."""
    return min(round_trip(client, server, port) for _ in range(tries))

