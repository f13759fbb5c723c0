#!/usr/bin/env python3
"""Downloads over a long or slow line with loss (lab/line): QNet beside trojan, shadowsocks and none, in turns.

Without --beside: one download of some MB for each round trip and each share of loss; medians and ratios.
With --beside: a small request while a download or an upload goes through the same proxy on a slow line, and alone.
Needs root, ./run.sh --build-only, the line (ninja -C build/dev line), and scripts/packages-bench.txt.
"""

import argparse
import contextlib
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "lab" / "line"))

import line_rivals  # noqa: E402
from harness import QNET, run  # noqa: E402
from line import Line  # noqa: E402
from scratch import scratch  # noqa: E402


def numbers(text):
    return [float(word) for word in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rtt", type=numbers, default=[20, 50, 150, 300], metavar="MS,…")
    parser.add_argument("--loss", type=numbers, default=[0, 0.5, 1, 2], metavar="PERCENT,…", help="each way")
    parser.add_argument("--rate", help="of the line, each way; default 100mbit, with --beside 250kB")
    parser.add_argument("--up-rate", help="another rate from client to server")
    parser.add_argument("--queue", default="100ms", help="in front of the rate: 100ms, or 256kB")
    parser.add_argument("--jitter", default="0ms")
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rivals", default="qnet,trojan,direct", help="of qnet, other, trojan, shadowsocks, direct")
    parser.add_argument("--congestion", help="reno, cubic or bbr, for all; default: the kernel's")
    parser.add_argument("--binary", type=pathlib.Path, default=pathlib.Path(QNET), help="the qnet to measure")
    parser.add_argument("--against", type=pathlib.Path, help="another build of qnet: the rival `other`")
    parser.add_argument("--fresh", action="store_true", help="new processes for each download, not for each line")
    parser.add_argument("--each", action="store_true", help="print each download's rate, too")
    parser.add_argument("--beside", choices=["download", "upload"])
    parser.add_argument("--small", type=int, default=16_000, metavar="BYTES", help="of the small request's answer")
    options = parser.parse_args()
    if "other" in options.rivals.split(",") and not options.against:
        parser.error("--against names the build of the rival `other`")
    options.rate = options.rate or ("250kB" if options.beside else "100mbit")
    return options


def line_words(options, rtt, loss):
    words = ["--delay", f"{rtt / 2}ms", "--loss", f"{loss}%", "--rate", options.rate, "--queue", options.queue,
             "--jitter", options.jitter]
    return words + (["--up-rate", options.up_rate] if options.up_rate else [])


@contextlib.contextmanager
def started(line, site, options):
    """The rivals, with nothing left of what they knew of another line."""
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qnet-bench-")))
        rivals = []
        for name in options.rivals.split(","):
            more = {"qnet": [options.binary], "other": [options.against]}.get(name, [])
            rivals.append(line_rivals.STARTERS[name](line, folder / name, site, *(binary.resolve() for binary in more)))
            stack.callback(rivals[-1].stop)
        yield rivals


def download(rival, line, url, size):
    """Megabytes a second; 0 when it failed."""
    done = run(rival.curl(line, "-o", "/dev/null", "-w", "%{time_total} %{size_download}", url), seconds=300)
    if done.returncode != 0:
        print(f"{rival.name}: {done.stderr.decode().strip()}", file=sys.stderr)
        return 0.0
    seconds, received = done.stdout.split()
    assert int(received) == size, received
    return size / 1e6 / float(seconds)


def measure_downloads(line, site, options):
    names = options.rivals.split(",")
    print("| RTT ms | loss % |" + "".join(f" {name} MB/s |" for name in names)
          + "".join(f" {names[0]} / {name} |" for name in names[1:]))
    print("| --- " * (2 * len(names) + 1) + "|")
    for rtt in options.rtt:
        for loss in options.loss:
            line.change(*line_words(options, rtt, loss))
            rates = {name: [] for name in names}
            for _ in range(options.rounds if options.fresh else 1):
                with started(line, site, options) as rivals:
                    measure_in_turns(line, rivals, site, options, rates)
            tell_downloads(rtt, loss, rates)
            if options.each:
                print({name: [round(rate, 2) for rate in of] for name, of in rates.items()}, file=sys.stderr)
            print(f"line at {rtt:g} ms, {loss:g} %:\n{line.change()}", file=sys.stderr)


def measure_in_turns(line, rivals, site, options, rates):
    size = int(options.megabytes * 1e6)
    for _ in range(1 if options.fresh else options.rounds):
        for rival in rivals:
            rates[rival.name].append(download(rival, line, f"{site.url}/large", size))


def tell_downloads(rtt, loss, rates):
    medians = [statistics.median(of) for of in rates.values()]
    cells = [f"{median:.2f} ({min(of):.2f} to {max(of):.2f})"
             for median, of in zip(medians, rates.values(), strict=True)]
    cells += [f"{medians[0] / median:.2f}" if median else "-" for median in medians[1:]]
    print(f"| {rtt:g} | {loss:g} | " + " | ".join(cells) + " |", flush=True)


def time_of_small(rival, line, site):
    done = run(rival.curl(line, "-o", "/dev/null", "-w", "%{time_total}", f"{site.url}/small"), seconds=300)
    return float(done.stdout) if done.returncode == 0 else float("inf")


@contextlib.contextmanager
def transfer(rival, line, site, kind):
    """One that lasts for as long as the block, and has gone on for 8 s before it."""
    what = ["-o", "/dev/null", f"{site.url}/endless"]
    if kind == "upload":
        what = ["-o", "/dev/null", "-T", site.root / "endless", f"http://{line.far.address}:{line_rivals.SINK}/"]
    child = subprocess.Popen([str(word) for word in rival.curl(line, *what)], stderr=subprocess.DEVNULL)
    try:
        time.sleep(8)
        yield
        assert child.poll() is None, f"the {kind} by {rival.name} ended too early"
    finally:
        child.kill()
        child.wait()


def measure_beside(line, site, options):
    print(f"| RTT ms | loss % | rival | alone s | during the {options.beside} s | worst s | ratio |")
    print("| --- " * 7 + "|")
    for rtt in options.rtt:
        for loss in options.loss:
            line.change(*line_words(options, rtt, loss))
            with started(line, site, options) as rivals:
                for rival in rivals:
                    tell_beside(rtt, loss, rival, *times_beside(line, rival, site, options))
                    time.sleep(5)  # what is on its way still, the next one should not meet


def times_beside(line, rival, site, options):
    alone = [time_of_small(rival, line, site) for _ in range(options.rounds)]
    with transfer(rival, line, site, options.beside):
        beside = [time_of_small(rival, line, site) for _ in range(options.rounds)]
    return alone, beside


def tell_beside(rtt, loss, rival, alone, beside):
    before, after = statistics.median(alone), statistics.median(beside)
    print(f"| {rtt:g} | {loss:g} | {rival.name} | {before:.2f} | {after:.2f} | {max(beside):.2f} | "
          f"{after / before:.1f} |", flush=True)


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # so that nothing is left behind
    with scratch() as (folder, stack):
        line = stack.enter_context(Line())
        if options.congestion:
            line.set_congestion_control(options.congestion)
        sizes = {"large": int(options.megabytes * 1e6), "small": options.small, "endless": 1 << 32}
        site = line_rivals.start_site(line, folder, sizes)
        stack.callback(site.stop)
        if options.beside:
            measure_beside(line, site, options)
        else:
            measure_downloads(line, site, options)


if __name__ == "__main__":
    main()
