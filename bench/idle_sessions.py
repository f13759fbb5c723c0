#!/usr/bin/env python3
"""What an idle session costs a relay in memory: clients connect and do nothing; the relay's growth over their number.

Needs ./run.sh --build-only. With --against, another build of qnet does the same after it.
"""

import argparse
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

import harness  # noqa: E402
from harness import COVER_NAME, Nginx, Node  # noqa: E402
from scratch import scratch  # noqa: E402

SETTLE = 4  # seconds: memory that was used for the handshake goes back


def measure(binary, clients):
    """KiB for each session, twice: the second wave meets a process that has grown already."""
    harness.QNET = str(binary)
    with scratch() as (folder, stack):
        site = Nginx(folder / "site")
        stack.callback(site.stop)
        relay = Node(folder / "relay", "super", ["--cover-origin", f"127.0.0.1:{site.https_port}", "--cover-name",
                                                 COVER_NAME, "--cover-ca", str(site.certificate), "--threads", "1"])
        stack.callback(relay.process.stop)
        relay.wait_ready(60)
        resident = []
        for wave in range(3):
            nodes = [Node(folder / f"{wave}-{i}", "client", ["--peer", relay.invite()]) for i in range(clients)]
            for node in nodes:
                stack.callback(node.process.kill)
            for node in nodes:
                node.wait_ready(60)
            time.sleep(SETTLE)
            resident.append(relay.process.resident())
    return [(after - before) / clients / 1024 for before, after in zip(resident, resident[1:])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--against", type=pathlib.Path, metavar="QNET", help="another build of qnet to compare with")
    options = parser.parse_args()
    for binary in filter(None, (harness.QNET, options.against and options.against.resolve())):
        waves = ", ".join(f"{kib:.1f}" for kib in measure(binary, options.clients))
        print(f"{binary}: {waves} KiB for an idle session")


if __name__ == "__main__":
    main()
