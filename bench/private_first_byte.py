#!/usr/bin/env python3
"""Time to the first byte in private mode, over lines with a delay (lab/line): client, guard, middle, exit, site, and 50
ms from each to the next, beside the round trip of that path measured in the same run.

The first byte that a program gets is the proxy's answer, once the exit is connected to the site. Then the site speaks,
as soon as it has accepted, which takes one more round trip between exit and site; and then it answers a byte of the
program's. Needs root, ./run.sh --build-only and the line (ninja -C build/dev line).
"""

import argparse
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "lab" / "line"), str(ROOT / "tests" / "net"), str(ROOT / "tests" / "e2e")]

import line  # noqa: E402, F401: it makes the harness known
from harness import QNET, wait_until  # noqa: E402
from private_star import PrivateStar, exchange  # noqa: E402
from scratch import scratch  # noqa: E402

PATH = ("client", "relay0", "relay1", "exit", "site")


class Bench:
    def __init__(self, star, rounds):
        self.star, self.rounds = star, rounds

    def warm(self, state, *flags):
        """A circuit that nobody has used takes each request."""
        process = self.star.client(state, "--hops", "3", *flags)
        self.star.wait_connected()
        times = []
        for number in range(self.rounds):
            wait_until(lambda: self.star.circuits("ready"), "a circuit is ready", 30, 0.05)
            times.append(self.ask_and_leave(f"warm{number}"))
        process.stop()
        return times

    def in_use(self, state, hops):
        """The circuit, or in fast mode the session, has carried requests of this program before."""
        process = self.star.client(state, "--hops", str(hops))
        self.star.wait_connected()
        self.ask_and_leave("same")
        times = [self.ask_and_leave("same") for _ in range(self.rounds)]
        process.stop()
        return times

    def cold(self, state, *flags):
        """No circuit stands; the session with the guard does. No circuits are built ahead with one hop."""
        process = self.star.client(state, "--hops", "1", *flags)
        self.star.wait_connected()
        self.ask_and_leave("first,hops=3")
        times = [self.ask_and_leave(f"cold{number},hops=3") for number in range(self.rounds)]
        process.stop()
        return times

    def at_start(self, state, *flags):
        """The helper has just started, with the list and the guards of its last run. A program asks at once."""
        process = self.star.client(state, "--hops", "3", *flags)
        self.star.wait_connected()
        process.stop()
        times = []
        for _ in range(max(3, self.rounds // 3)):
            process = self.star.client(state, "--hops", "3", *flags)
            times.append(self.ask_and_leave("start"))
            process.stop()
        return times

    def ask_and_leave(self, user):
        times, program = self.star.connect(user)
        times.append(times[-1] + exchange(program))
        program.close()
        return times


def tell(name, all_times, trip):
    answer, site, exchanged = (statistics.median(times) * 1000 for times in zip(*all_times))
    answers = [times[0] * 1000 for times in all_times]
    print(f"| {name} | {answer:.1f} ({min(answers):.1f} to {max(answers):.1f}) | {answer - trip * 1000:+.1f} | "
          f"{site:.1f} | {exchanged:.1f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--delay", type=float, default=50, metavar="MS", help="of each link, one way")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--congestion", help="reno, cubic or bbr, on all hosts; default: the kernel's")
    parser.add_argument("--binary", type=pathlib.Path, default=pathlib.Path(QNET), help="the qnet to measure")
    options = parser.parse_args()
    with scratch() as (folder, stack):
        # Two lines are between two hosts.
        star = PrivateStar(stack, folder, "--delay", f"{options.delay / 2}ms", binary=options.binary.resolve(),
                           congestion=options.congestion)
        bench = Bench(star, options.rounds)
        trip = star.round_trips(*PATH)
        short = star.round_trips("client", "exit", "site")
        print(f"round trips, link by link: {trip * 1000:.1f} ms over three hops, {short * 1000:.1f} ms over one\n")
        print("| ms, medians (range) | the proxy's answer | less the round trip | the site speaks | it answers |")
        print("| --- " * 5 + "|")
        tell("one hop, fast mode", bench.in_use("fast", 1), short)
        tell("three hops, a clean circuit ready", bench.warm("warm"), trip)
        tell("three hops, a circuit in use", bench.in_use("use", 3), trip)
        tell("cold, the guard's session there", bench.cold("cold"), trip)
        tell("the same, --no-early-request", bench.cold("late", "--no-early-request"), trip)
        tell("cold, just started", bench.at_start("start"), trip)
        tell("the same, --no-early-request", bench.at_start("start-late", "--no-early-request"), trip)
        print(f"\nround trips at the end: {star.round_trips(*PATH) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
