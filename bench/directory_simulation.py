#!/usr/bin/env python3
"""100,000 relays and a million clients: what the directory costs each client and each operator in a day.

On paper: a descriptor's size from a real one (tests/e2e/directory_documents.py); zstd's share from bench_directory, a
session's bytes from bench/refresh_bytes.py, the times from src/network/directory/limits.hpp and src/network/discovery,
written here as constants. In the script: whether a list has changed between two of a client's hourly refreshes is
drawn, for 500 clients, from how many relays come or go (`--churn`, of all within an hour); then it loads the whole list
of each operator, else a header. Prints bytes a client a day, and what an operator sends.
"""

import argparse
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from directory_documents import Relay, cbor  # noqa: E402

PACKED = 0.65        # zstd's share of a list: keys and signatures do not shrink (bench_directory, publish: 0.63)
RENEWAL = 180        # an answer that nothing has changed
QUERY = 110          # a question, with the stream's opening
SESSION = 6_500      # a dialled session: hello, certificate flight, tickets, its end
HEARTBEAT = 350      # a heartbeat and its answer, in an open session
OPERATORS = 3


def item_bytes():
    relay = Relay(host="198.51.100.17", country="SE", capabilities=3, ports=[80, 443], bandwidth=12_500_000,
                  cover_name="www.a-web-site.example", software="qnet 0.1.0")
    return 2 + len(cbor([relay.descriptor(), "SE", 2]))


def simulate(relays, clients, churn, hours, seed):
    """Bytes that a sample of the clients load in `hours`, and how many of their refreshes were whole lists."""
    lot = random.Random(seed)
    size = item_bytes()
    sample = min(clients, 500)
    # Times at which the list changes, for one operator; the others' lists differ by seconds only.
    changes = relays * churn  # an hour
    loaded, whole, refreshes = 0, 0, 0
    for _ in range(sample):
        last = None
        time = lot.uniform(0, 1)
        while time < hours:
            refreshes += 1
            unchanged = last is not None and lot.expovariate(1) > changes * (time - last)
            whole += not unchanged
            loaded += OPERATORS * (SESSION + QUERY + RENEWAL + (0 if unchanged else relays * size * PACKED))
            last = time
            time += lot.uniform(0.75, 1.25)
    return loaded / sample, whole / refreshes


def megabytes(number):
    return f"{number / 1e6:,.2f} MB"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--churn", type=float, default=0.02)
    options = parser.parse_args()
    size = item_bytes()
    print(f"a relay takes {size} bytes of a list, {size * PACKED:.0f} packed; {OPERATORS} operators; "
          f"{options.clients:,} clients")
    print(f"{'relays':>8} {'comes or goes':>14} {'one list':>12} {'a client a day':>16} {'whole lists':>12} "
          f"{'one operator sends':>20} {'heartbeats':>14}")
    for relays in (1_000, 10_000, 100_000):
        for churn in (0.0, options.churn):
            day, whole = simulate(relays, options.clients, churn, 24, 1)
            rate = day / OPERATORS * options.clients / 86_400
            beats = relays / 30
            print(f"{relays:>8,} {churn:>13.1%} {megabytes(relays * size * PACKED):>12} {megabytes(day):>16} "
                  f"{whole:>12.0%} "
                  f"{rate * 8 / 1e9:>13,.2f} Gbit/s {beats:>8,.0f}/s {beats * HEARTBEAT * 8 / 1e6:.0f} Mbit/s")
    delta = options.churn * 100_000 * size * PACKED
    print(f"\nwith deltas an hour's changes at 100,000 relays would be {megabytes(delta)} for each operator instead of "
          f"{megabytes(100_000 * size * PACKED)}, and {megabytes(delta * 24 * OPERATORS)} a client a day")


if __name__ == "__main__":
    main()
