#!/usr/bin/env python3
"""Authorised downloads while strangers flood the relay: the throughput that is left, and the relay's memory.

Rounds without and with the flood alternate in one run; the flood mixes random bytes, real TLS visits, half-open
connections and replayed hellos, 10,000 a minute by default. Needs ./run.sh --build-only.
"""

import argparse
import multiprocessing
import os
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "probing")]

import flooder  # noqa: E402
from harness import COVER_NAME, Nginx, Node, cpu_seconds, run  # noqa: E402
from scratch import scratch  # noqa: E402

MEBIBYTE = 1 << 20


def pin(process, core):
    run(["taskset", "-a", "-p", "-c", core, process.pid], check=True)


def download(node, url, seconds):
    """MiB/s of downloads that go on for `seconds`."""
    done = run(["curl", "-sS", "-o", "/dev/null", "--max-time", seconds, "-w", "%{time_total} %{size_download}",
                "--socks5-hostname", node.proxy(), url], seconds=seconds + 30)
    assert done.returncode == 28, done.stderr  # cut off by --max-time: the file is longer than that
    took, received = done.stdout.split()
    return int(received) / MEBIBYTE / float(took)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--per-minute", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=15, help="of each round")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--limit-rate", help="the site's rate in MiB/s, as nginx's limit_rate; none by default")
    parser.add_argument("--pin", action="store_true",
                        help="relay, client and curl on core 0; cover origin and flood on core 1")
    options = parser.parse_args()
    with scratch() as (folder, stack):
        cover = Nginx(folder / "cover")
        stack.callback(cover.stop)
        limit = f"limit_rate {options.limit_rate}m;" if options.limit_rate else ""
        site = Nginx(folder / "site", extra_locations=f"location /file {{ {limit} }}")
        stack.callback(site.stop)
        with open(site.root / "file", "wb") as file:
            file.truncate(64 << 30)  # sparse: longer than any round
        relay = Node(folder / "exit", "super", ["--cover-origin", f"127.0.0.1:{cover.https_port}", "--cover-name",
                                                COVER_NAME, "--exit-allow", f"127.0.0.1:{site.http_port}"])
        stack.callback(relay.process.stop)
        relay.wait_ready()
        client = Node(folder / "client", "client", ["--peer", relay.invite()])
        stack.callback(client.process.stop)
        client.wait_ready()
        hello = flooder.recorded_hello(relay, folder)
        if options.pin:
            os.sched_setaffinity(0, {0})
            for process in (relay.process, client.process, site.process):
                pin(process, 0)
            for child in (cover.process.pid, *children(cover.process.pid)):
                os.sched_setaffinity(child, {1})
            for child in children(site.process.pid):
                os.sched_setaffinity(child, {0})
        url = f"http://127.0.0.1:{site.http_port}/file"
        rates, loads, made, resident = {False: [], True: []}, {False: [], True: []}, 0, [relay.process.resident()]
        for turn in range(2 * options.rounds):
            flooded = turn % 2 == 1
            flood = None
            if flooded:
                results = multiprocessing.Queue()
                flood = multiprocessing.Process(target=flooder.flood, args=(
                    relay.listen_port, hello, options.per_minute / 60, options.seconds + 3, results, 1 if options.pin
                    else None))
                flood.start()
                time.sleep(2)
            before = cpu_seconds(relay.process.pid)
            rates[flooded].append(download(client, url, options.seconds))
            loads[flooded].append((cpu_seconds(relay.process.pid) - before) / options.seconds)
            resident.append(relay.process.resident())
            if flood:
                made += results.get(timeout=60)
                flood.join()
                time.sleep(1)
        quiet, busy = statistics.median(rates[False]), statistics.median(rates[True])
        print(f"no flood  {quiet:7.0f} MiB/s ({min(rates[False]):.0f} to {max(rates[False]):.0f}), the relay's cores "
              f"{statistics.median(loads[False]):.2f}")
        print(f"flood     {busy:7.0f} MiB/s ({min(rates[True]):.0f} to {max(rates[True]):.0f}), the relay's cores "
              f"{statistics.median(loads[True]):.2f}, "
              f"{made / options.rounds / (options.seconds + 3) * 60:.0f} connections a minute")
        print(f"ratio     {busy / quiet:.3f}")
        print(f"resident  {resident[0] / MEBIBYTE:.1f} MiB at first, at most {max(resident) / MEBIBYTE:.1f}, "
              f"{relay.process.resident() / MEBIBYTE:.1f} at last")


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


if __name__ == "__main__":
    main()
