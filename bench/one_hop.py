#!/usr/bin/env python3
"""One download over one hop on loopback: QNet beside trojan or an older QNet, in turns, in the same run.

All fetch the same file from the same nginx: curl → SOCKS5 → client → server or exit → nginx. With --upload, they send
it there. Prints each one's median rate, CPU and the server's page faults, and the ratios of QNet's. One pair of
processes may differ from the next by a tenth, so all are started anew several times. Needs ./run.sh --build-only, and
scripts/packages-bench.txt for trojan.
"""

import argparse
import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

import harness  # noqa: E402
from harness import (COVER_NAME, Nginx, Node, Process, accepts, cpu_seconds, free_port, run,  # noqa: E402
                     wait_until)
from scratch import scratch  # noqa: E402
from trojan_config import trojan_config  # noqa: E402

MEBIBYTE = 1 << 20


def start_qnet(stack, folder, site, binary=harness.QNET):
    harness.QNET = str(binary)
    flags = ["--cover-origin", f"127.0.0.1:{site.https_port}", "--cover-name", COVER_NAME,
             "--exit-allow", f"127.0.0.1:{site.http_port}"]
    server = Node(folder / "exit", "super", flags)
    stack.callback(server.process.stop)
    server.wait_ready()
    client = Node(folder / "client", "client", ["--peer", server.invite()])
    stack.callback(client.process.stop)
    client.wait_ready()
    return client.socks_port, (client.process, server.process)


def start_trojan(stack, folder, site):
    folder.mkdir()
    server_port, socks_port = free_port(), free_port()
    server, client = trojan_config(site, "127.0.0.1", server_port, socks_port)
    processes = []
    for name, config in (("server", server), ("client", client)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(config))
        process = Process(["trojan", path], folder / f"{name}.log")
        stack.callback(process.stop)
        processes.append(process)
    wait_until(lambda: accepts(server_port) and accepts(socks_port), "trojan listens")
    return socks_port, processes


def transfer(flags, url, options):
    """MiB/s of downloads of the site's file, or of uploads of it, all at once."""
    what = "%{size_download}\n"
    if options.upload:
        flags, url, what = [*flags, "-T", options.upload, "-H", "Expect:"], f"{url.rpartition('/')[0]}/upload", \
            "%{size_upload}\n"
    began = time.monotonic()
    curls = [subprocess.Popen(["curl", "-sS", "--max-time", "300", "-o", "/dev/null", "-w", what, *flags, url],
                              stdout=subprocess.PIPE) for _ in range(options.at_once)]
    moved = [int(curl.communicate()[0]) for curl in curls]
    assert moved == [options.mebibytes * MEBIBYTE] * options.at_once, moved
    return options.at_once * options.mebibytes / (time.monotonic() - began)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3, help="transfers by each one between two starts")
    parser.add_argument("--upload", action="store_true")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="transfers beside each other")
    parser.add_argument("--against", type=pathlib.Path, metavar="QNET",
                        help="another build of qnet to compare with, instead of trojan")
    options = parser.parse_args()
    size = options.mebibytes * MEBIBYTE
    with scratch() as (folder, stack):
        site = Nginx(folder / "site")
        stack.callback(site.stop)
        with open(site.root / "file", "wb") as file:
            file.write(bytes(range(256)) * (size // 256))
        url = f"http://127.0.0.1:{site.http_port}/file"
        options.upload = site.root / "file" if options.upload else None
        direct = transfer([], url, options)
        other = "other qnet" if options.against else "trojan"
        rates, cpu, server, faults = ({"qnet": [], other: []} for _ in range(4))
        for start in range(options.starts):
            measure(options, other, folder / str(start), site, url, (rates, cpu, server, faults))
    print(f"direct     {direct:7.0f} MiB/s")
    for name in rates:
        print(f"{name:10} {statistics.median(rates[name]):7.0f} MiB/s median of {len(rates[name])} "
              f"({min(rates[name]):.0f} to {max(rates[name]):.0f}), "
              f"{statistics.median(cpu[name]):.2f} CPU seconds per GiB, both ends; the server alone "
              f"{statistics.median(server[name]):.2f}, and {statistics.median(faults[name]):,.0f} page faults")
    print(f"qnet / {other}: rate {statistics.median(rates['qnet']) / statistics.median(rates[other]):.2f}, "
          f"CPU {statistics.median(cpu['qnet']) / statistics.median(cpu[other]):.2f}")


def measure(options, other, folder, site, url, results):
    """Starts both, and lets each transfer in turn."""
    folder.mkdir()
    gibibytes = options.at_once * options.mebibytes / 1024
    with contextlib.ExitStack() as stack:
        rivals = {"qnet": start_qnet(stack, folder / "qnet", site)}
        if options.against:
            rivals[other] = start_qnet(stack, folder / "other", site, options.against.resolve())
        else:
            rivals[other] = start_trojan(stack, folder / "trojan", site)
        for _ in range(options.rounds):
            for name, (port, (client, server)) in rivals.items():
                def facts(client=client, server=server):
                    of_server = cpu_seconds(server.pid)
                    return cpu_seconds(client.pid) + of_server, of_server, server.page_faults()
                before = facts()
                rates, *used = (result[name] for result in results)
                rates.append(transfer(["--socks5-hostname", f"127.0.0.1:{port}"], url, options))
                for amounts, first, last in zip(used, before, facts()):
                    amounts.append((last - first) / gibibytes)


if __name__ == "__main__":
    main()
