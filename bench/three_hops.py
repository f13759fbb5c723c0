#!/usr/bin/env python3
"""One download over three hops on loopback: QNet in private mode beside a private Tor network and QNet's own one hop,
in turns in the same run.

All fetch the same file from the same nginx. Prints each one's median rate, the CPU of all its processes, the time to
the first byte, and the ratios. Needs ./run.sh --build-only and scripts/packages-bench.txt.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

import harness  # noqa: E402
from harness import COVER_NAME, Nginx, Node, cpu_seconds, free_port, run, wait_until  # noqa: E402
from scratch import scratch  # noqa: E402
from tor_network import TorNetwork  # noqa: E402

MEBIBYTE = 1 << 20


class Way:
    """A proxy, and the processes that it takes."""

    def __init__(self, name, port, processes, user=None):
        self.name, self.port, self.processes = name, port, processes
        self.flags = ["--proxy", f"socks5h://127.0.0.1:{port}", *(["--proxy-user", f"{user}:x"] if user else [])]
        self.rates, self.cpu, self.first = [], [], []

    def used(self):
        return sum(cpu_seconds(process.pid) for process in self.processes)

    def fetch(self, url, mebibytes):
        before, began = self.used(), time.monotonic()
        moved = subprocess.run(["curl", "-sS", "--max-time", "300", "-o", "/dev/null", "-w", "%{size_download}",
                                *self.flags, url], stdout=subprocess.PIPE, check=True).stdout
        assert int(moved) == mebibytes * MEBIBYTE, (self.name, moved)
        self.rates.append(mebibytes / (time.monotonic() - began))
        self.cpu.append((self.used() - before) * 1024 / mebibytes)

    def fetch_first(self, url):
        told = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-r", "0-0", "-w", "%{time_starttransfer}",
                               *self.flags, url], stdout=subprocess.PIPE, check=True).stdout
        self.first.append(float(told) * 1000)

    def tell(self):
        print(f"{self.name:12} {statistics.median(self.rates):7.0f} MiB/s median of {len(self.rates)} "
              f"({min(self.rates):.0f} to {max(self.rates):.0f}), {statistics.median(self.cpu):.2f} CPU seconds per "
              f"GiB over {len(self.processes)} processes, first byte {statistics.median(self.first):.1f} ms")


class QNet:
    """An operator, two relays and an exit, each in a network of its own, and a client for each number of hops."""

    def __init__(self, stack, folder, site):
        self.stack, self.folder = stack, folder
        cover = ["--cover-origin", f"127.0.0.1:{site.https_port}", "--cover-name", COVER_NAME, "--directory-private"]
        port = free_port()
        state = folder / "operator" / "state"
        run([harness.QNET, "keygen", "--state-dir", state], check=True)
        invite = run([harness.QNET, "invite", "--state-dir", state, "--advertise", f"127.0.0.1:{port}", "--cover-name",
                      COVER_NAME], check=True).stdout.decode().strip()
        operator = self.start("operator", "bootstrap", cover, listen_port=port)
        listed = ["--operators", invite]
        self.relays = [self.start(f"relay-{i}", "relay", [*cover, *listed], host=f"127.{i}.0.1") for i in (1, 2)]
        self.exit = self.start("exit", "exit", [*cover, *listed, "--exit-allow", f"127.0.0.1:{site.http_port}",
                                "--exit-ports", site.http_port],
                               host="127.3.0.1")
        wait_until(lambda: operator.ready() and operator.status()["directory"]["listed"] == 3, "all are listed", 90,
                   0.5)
        self.listed = listed

    def start(self, name, mode, flags, **more):
        node = Node(self.folder / name, mode, flags, **more)
        self.stack.callback(node.process.stop)
        return node

    def client(self, hops):
        client = self.start(f"client-{hops}", "client", [*self.listed, "--hops", hops])
        client.wait_ready(60)
        return client

    def way(self, hops):
        client = self.client(hops)
        used = [client, self.exit] if hops == 1 else [client, *self.relays, self.exit]
        return Way(f"qnet {hops} hop{'s' if hops > 1 else ''}", client.socks_port, [node.process for node in used])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mebibytes", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scheduler", default="Vanilla", help="of Tor: Vanilla, KISTLite or KIST")
    parser.add_argument("--without-tor", action="store_true")
    options = parser.parse_args()
    with scratch() as (folder, stack):
        site = Nginx(folder / "site")
        stack.callback(site.stop)
        with open(site.root / "file", "wb") as file:
            file.write(bytes(range(256)) * (options.mebibytes * MEBIBYTE // 256))
        url = f"http://127.0.0.1:{site.http_port}/file"
        network = QNet(stack, folder / "qnet", site)
        three, one = network.way(3), network.way(1)
        ways = [three, one]
        if not options.without_tor:
            tor = TorNetwork(stack, folder / "tor", options.scheduler)
            ways.append(Way("tor", tor.socks_port, tor.processes))
        for _ in range(options.rounds):
            for way in ways:
                way.fetch_first(url)
                way.fetch(url, options.mebibytes)
    for way in ways:
        way.tell()

    def ratio(which, other):
        return statistics.median(which) / statistics.median(other)
    for other in ways[1:]:
        print(f"{three.name} / {other.name}: rate {ratio(three.rates, other.rates):.2f}, "
              f"CPU {ratio(three.cpu, other.cpu):.2f}, first byte {ratio(three.first, other.first):.2f}")


if __name__ == "__main__":
    main()
