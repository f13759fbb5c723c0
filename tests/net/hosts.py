"""Hosts of a test's own: network namespaces on one bridge, each with an address, a cable that can be pulled, and
nothing that leads out."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import need  # noqa: E402
from namespace import Namespace, ip  # noqa: E402


class Host(Namespace):
    patience = 30

    def __init__(self, switch, number, network):
        name = f"{switch.name}-{number}"
        self.names = pathlib.Path("/etc/netns") / name  # what `ip netns exec` puts over /etc
        super().__init__(name)
        self.switch, self.number, self.address = switch, number, f"10.{network}.0.{number}"
        ip("-n", switch.name, "link", "add", "name", f"port{number}", "type", "veth", "peer", "name", "eth0", "netns",
           self.name)
        ip("-n", switch.name, "link", "set", f"port{number}", "master", "switch0", "up")
        ip("-n", self.name, "addr", "add", f"{self.address}/8", "dev", "eth0")
        ip("-n", self.name, "link", "set", "eth0", "up")

    def asks(self, name_server):
        """That server for all names; for programs that are started after this."""
        self.names.mkdir(parents=True, exist_ok=True)
        (self.names / "resolv.conf").write_text(f"nameserver {name_server}\n")

    def cut(self):
        ip("-n", self.switch.name, "link", "set", f"port{self.number}", "down")

    def mend(self):
        ip("-n", self.switch.name, "link", "set", f"port{self.number}", "up")

    def move_to(self, number):
        """Another address, as a provider gives one from time to time."""
        ip("-n", self.name, "addr", "del", f"{self.address}/8", "dev", "eth0")
        self.address = f"{self.address.rpartition('.')[0]}.{number}"
        ip("-n", self.name, "addr", "add", f"{self.address}/8", "dev", "eth0")

    def remove(self):
        shutil.rmtree(self.names, ignore_errors=True)
        super().remove()


class Switch:
    """`with Switch() as switch: switch.host(7)` has 10.78.0.7."""

    def __init__(self):
        self.name = f"qnet-{os.getpid()}"
        self.hosts = []

    def __enter__(self):
        ip("netns", "add", self.name)
        try:
            ip("-n", self.name, "link", "add", "name", "switch0", "type", "bridge")
            ip("-n", self.name, "link", "set", "switch0", "up")
        except subprocess.CalledProcessError:
            self.__exit__()
            raise
        return self

    def host(self, number, network=78):
        """10.NETWORK.0.NUMBER. The rule for hops takes a /16 for one operator's network."""
        self.hosts.append(Host(self, number, network))
        return self.hosts[-1]

    def __exit__(self, *_):
        for host in self.hosts:
            host.remove()
        with contextlib.suppress(subprocess.CalledProcessError):
            ip("netns", "del", self.name)


def why_not():
    """Why this machine gives us no hosts; None when it does."""
    try:
        with Switch() as switch:
            switch.host(1)
            return None
    except (OSError, subprocess.CalledProcessError) as error:
        return f"network namespaces with virtual cables need root and CAP_SYS_ADMIN ({error})"


def need_hosts():
    need(why_not())


def told_by(host, page):
    """A page of the status port of that host's QNet; nothing when it does not answer."""
    done = host.run("curl", "-s", "--max-time", "3", f"http://127.0.0.1:8088/{page}")
    return done.stdout if done.returncode == 0 else b""


def status_of(host):
    """What the QNet on that host says of itself; nothing when it does not."""
    text = told_by(host, "status")
    return json.loads(text) if text else None
