#!/usr/bin/env python3
"""A directory with 10,000 relays under load: 500 queries and 333 heartbeats a second, beside each other, from many
addresses.

The relays are put into its database; every heartbeat is signed, checked and written as any other. The directory runs on
one core, this program on the others. Prints the queries' and the heartbeats' times, the directory's share of its core,
its start and its memory. `limit` is what HTTP alone costs here: a path that is not there, and files as large as the
answers from nginx on the same core, without a heartbeat.
"""

import argparse
import asyncio
import itertools
import json
import os
import pathlib
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from directory_documents import Relay, base64url  # noqa: E402
from harness import COVER_NAME, QNET, Nginx, Process, cpu_seconds, free_port, run, wait_until  # noqa: E402

COUNTRIES = [a + b for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJ"]
LARGE = "ZZ"  # a country with a fifth of all relays
WITH_RELAYS = [country for i, country in enumerate(COUNTRIES) if i % 5]


def country_of(i):
    return LARGE if i % 5 == 0 else COUNTRIES[i % 100]


def make_relays(count):
    return [Relay(host=f"127.{20 + i // 62500}.{i // 250 % 250}.{1 + i % 250}", country=country_of(i),
                  capabilities=3, ports=[80, 443], bandwidth=12_500_000) for i in range(count)]


def fill(database, relays):
    now = int(time.time())
    rows = []
    for relay in relays:
        relay.signed_descriptor = relay.descriptor()
        rows.append((relay.public, relay.signed_descriptor, 1, now, now, 1, relay.fields["country"], 1, 0,
                     1_000_000 + len(rows), b""))
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM relays")
        connection.executemany("INSERT INTO relays VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.close()


class Connection:
    """One client after the other, each with an address of its own: one may ask 100 times a minute."""

    addresses = itertools.count()

    def __init__(self, port):
        self.port, self.left, self.streams, self.lock = port, 0, None, asyncio.Lock()

    async def ask(self, request):
        async with self.lock:
            return await self.ask_alone(request)

    async def ask_alone(self, request):
        if self.left == 0:
            if self.streams:
                self.streams[1].close()
            number = next(Connection.addresses)
            address = f"127.{100 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
            self.left = 90
        self.left -= 1
        reader, writer = self.streams
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                       if line.lower().startswith(b"content-length")), 0)
        while length:  # in pieces: gathering megabytes would hold up every other client of this program
            piece = await reader.read(min(length, 65536))
            assert piece
            length -= len(piece)
        return int(head[9:12]), time.perf_counter() - began


def get(path, *fields):
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: directory", *fields, "", ""]).encode()


def beat(relay):
    body = json.dumps({"registration": base64url(relay.registration(relay.signed_descriptor, whole=False))}).encode()
    return b"POST /api/relay/register HTTP/1.1\r\nHost: directory\r\nContent-Length: %d\r\n\r\n" % len(body) + body


async def steadily(rate, seconds, each):
    """Calls each(i) `rate` times a second, whether the last call has ended or not."""
    began, running = time.perf_counter(), []
    for i in range(int(rate * seconds)):
        wait = began + i / rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        running.append(asyncio.ensure_future(each(i)))
    return await asyncio.gather(*running)


def shown(name, results, expected=200):
    times = sorted(took for _, took in results)
    statuses = {}
    for status, _ in results:
        statuses[status] = statuses.get(status, 0) + 1
    # Refusals are quick: a run of them would look like a good one.
    assert statuses == {expected: len(results)}, f"{name}: {statuses}"
    p = [times[int(len(times) * share)] * 1000 for share in (0.5, 0.99)]
    print(f"{name:<36} p50 {p[0]:6.2f} ms  p99 {p[1]:6.2f} ms  of {len(results)}")


async def nginx_limit(cover, port, seconds):
    """nginx with what the directory answers, as files."""
    for name in (WITH_RELAYS[0], LARGE):
        done = run(["curl", "-sf", f"http://127.0.0.1:{port}/api/relays/by-country?country={name}"])
        (cover.root / f"{name}.json").write_bytes(done.stdout)
    worker = run(["pgrep", "-P", cover.process.pid]).stdout.split()
    for pid in worker:
        os.sched_setaffinity(int(pid), {0})
    clients = [Connection(cover.http_port) for _ in range(100)]
    small, large = get(f"/{WITH_RELAYS[0]}.json"), get(f"/{LARGE}.json")
    for name, request in (("limit: nginx, a country's", lambda i: small),
                          ("limit: nginx, a large country's", lambda i: small if i % 10 else large)):
        shown(name, await steadily(500, seconds, lambda i, request=request: clients[i % len(clients)].ask(request(i))))


async def load(port, pid, relays, seconds):
    clients = [Connection(port) for _ in range(100)]
    beaters = [Connection(port) for _ in range(100)]
    status, _ = await clients[0].ask(get("/api/directory/snapshot", "Accept-Encoding: zstd"))
    assert status == 200
    # Signed beforehand: this program must not be what is measured.
    rounds = 7
    order = [relays[i % len(relays)] for i in range(int(333 * seconds) * (rounds + 1))]
    beats = iter([beat(relay) for relay in order])
    large = Connection(port)

    def country(i):
        return get(f"/api/relays/by-country?country={WITH_RELAYS[i % len(WITH_RELAYS)]}")

    async def measured(name, request, expected, beside=None):
        before, began = cpu_seconds(pid), time.perf_counter()
        work = [steadily(333, seconds, lambda i: beaters[i % len(beaters)].ask(next(beats)))]
        if request:
            work.append(steadily(500, seconds, lambda i: clients[i % len(clients)].ask(request(i))))
        if beside:
            work.append(steadily(1, seconds, lambda i: large.ask(beside)))
        results = await asyncio.gather(*work)
        share = (cpu_seconds(pid) - before) / (time.perf_counter() - began)
        if request:
            shown(name, results[1], expected)
        if beside:
            shown("  and the large ones", results[2])
        shown("  and heartbeats" if request else name, results[0])
        print(f"  {share:.2f} of a core")

    await measured("heartbeats alone", None, 200)
    await measured("limit: not there (404)", lambda i: get("/nothing"), 404)
    await measured("a country's relays, 100 of them", country, 200)
    await measured("a large country's, 2,000", lambda i: get(f"/api/relays/by-country?country={LARGE}") if i % 10 == 0
                   else country(i), 200)
    await measured("80 beside all 10,000 once a second", country, 200, get("/api/relays/by-country"))
    await measured("80 beside a whole snapshot a second", country, 200,
                   get("/api/directory/snapshot", "Accept-Encoding: zstd"))
    await measured("unchanged snapshot", lambda i: get("/api/directory/snapshot", "If-None-Match: *"), 304)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relays", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=9.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qnet-load-") as name:
        folder = pathlib.Path(name)
        cover, port, status_port = Nginx(folder / "cover"), free_port(), free_port()
        state = folder / "state"
        command = ["taskset", "-c", "0", QNET, "run", "--helper-mode", "bootstrap", "--listen",
                   f"127.0.0.1:{free_port()}",
                   "--cover-origin", f"127.0.0.1:{cover.https_port}", "--cover-name", COVER_NAME, "--cover-ca",
                   cover.certificate, "--state-dir", state, "--status-port", status_port, "--directory-http",
                   f"127.0.0.1:{port}", "--directory-private", "--threads", "1"]

        def listed():
            done = run(["curl", "-s", f"http://127.0.0.1:{status_port}/status"])
            return json.loads(done.stdout)["directory"]["listed"] if done.stdout else None

        def start():
            began = time.perf_counter()
            process = Process(command, folder / f"log-{began}")
            wait_until(lambda: process.text().find("QNet is running") >= 0
                       or not process.running(), "it listens", 20, 0.001)
            return process, time.perf_counter() - began

        try:
            process, _ = start()
            wait_until(lambda: listed() == 0, "the directory answers")
            time.sleep(2)  # what the cover's calibration needs for good
            empty = process.resident()
            process.stop()
            print(f"signing {options.relays} relays")
            relays = make_relays(options.relays)
            fill(state / "directory.db", relays)
            process, took = start()
            wait_until(lambda: listed() == options.relays, "all are listed")
            time.sleep(2)
            full = process.resident()
            print(f"start to listening with {options.relays} relays: {took * 1000:.0f} ms")
            print(f"resident memory a relay: {(full - empty) / options.relays:.0f} bytes")
            os.sched_setaffinity(0, set(range(1, os.cpu_count())) or {0})
            asyncio.run(load(port, process.pid, relays, options.seconds))
            each = (process.resident() - empty) / options.relays
            print(f"resident memory a relay after the load, the list signed: {each:.0f} bytes")
            asyncio.run(nginx_limit(cover, port, options.seconds))
            process.stop()
        finally:
            cover.stop()


if __name__ == "__main__":
    main()
