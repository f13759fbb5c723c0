#!/usr/bin/env python3
"""Private mode for many minutes with new circuits all the time: does anything grow?

A network on loopback, and one client. Every 20 s programs with new names ask, so that new circuits are built and the
old ones end; each program loads pages and now and then a large file. Every process's memory, descriptors, streams and
circuits are read in the first quarter, once all is warm, and at the end, when nothing is on its way. Prints both, and
ends with 1 if anything has grown. Needs ./run.sh --build-only.
"""

import argparse
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from harness import Nginx, wait_until  # noqa: E402
from scratch import scratch  # noqa: E402
from three_hops import MEBIBYTE, QNet  # noqa: E402

PROGRAMS = 4
# A heap keeps some of what it had, and measures differ by a page here and there.
SLACK_BYTES = 4 * MEBIBYTE
SLACK_DESCRIPTORS = 4


class Soak:
    def __init__(self, network, client, url, period):
        self.nodes = {"client": client, "relay-1": network.relays[0], "relay-2": network.relays[1],
                      "exit": network.exit}
        self.client, self.url, self.period = client, url, period
        self.loaded = self.failed = self.circuits = 0

    def load(self, name, path):
        return subprocess.Popen(["curl", "-sSf", "--max-time", "60", "-o", "/dev/null", "--proxy",
                                 f"socks5h://127.0.0.1:{self.client.socks_port}", "--proxy-user", f"{name}:x",
                                 f"{self.url}/{path}"], stderr=subprocess.DEVNULL)

    def run_until(self, end):
        """One generation of programs after the other, each with circuits of its own."""
        while (began := time.monotonic()) < end:
            self.circuits += PROGRAMS
            while time.monotonic() < began + self.period:
                running = [self.load(f"p{self.circuits}-{i}", "large" if i == 0 else "small") for i in range(PROGRAMS)]
                for curl in running:
                    self.loaded, self.failed = ((self.loaded + 1, self.failed) if curl.wait() == 0 else
                                                (self.loaded, self.failed + 1))
                time.sleep(1)

    def settled(self):
        """No stream, and no circuit but the client's spare ones; then what each process holds."""
        wait_until(lambda: all(row["state"] == "ready" for row in self.client.status()["circuits"]),
                   "used circuits are closed", 150, 1)
        wait_until(lambda: all(node.status()["streams_open"] == 0 for node in self.nodes.values()),
                   "no stream is open", 30, 1)
        return {name: (node.process.resident(), node.process.descriptors()) for name, node in self.nodes.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--period", type=float, default=20, help="seconds between two generations of circuits")
    options = parser.parse_args()
    with scratch() as (folder, stack):
        site = Nginx(folder / "site", files={"small": bytes(50_000), "large": bytes(20 * MEBIBYTE)})
        stack.callback(site.stop)
        network = QNet(stack, folder / "qnet", site)
        client = network.client(3)
        soak = Soak(network, client, f"http://127.0.0.1:{site.http_port}", options.period)
        began = time.monotonic()
        soak.run_until(began + options.minutes * 60 / 4)
        before = soak.settled()
        soak.run_until(began + options.minutes * 60)
        after = soak.settled()
    print(f"{soak.circuits} generations' programs, {soak.loaded} loads, {soak.failed} failed")
    grown = []
    for name, (memory, descriptors) in after.items():
        print(f"{name:8} {before[name][0] / MEBIBYTE:6.1f} -> {memory / MEBIBYTE:6.1f} MiB, "
              f"{before[name][1]} -> {descriptors} descriptors")
        if memory > before[name][0] + SLACK_BYTES or descriptors > before[name][1] + SLACK_DESCRIPTORS:
            grown.append(name)
    if grown or soak.failed:
        sys.exit(f"grown: {', '.join(grown) or 'nothing'}; failed loads: {soak.failed}")


if __name__ == "__main__":
    main()
