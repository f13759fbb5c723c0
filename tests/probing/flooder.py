"""Many unauthorised connections at a steady rate, from one process without threads."""

import contextlib
import itertools
import os
import pathlib
import selectors
import socket
import ssl
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import hellos  # noqa: E402
from harness import COVER_NAME  # noqa: E402

# How long a connection that nobody ends is kept: at 167 a second, about as many are open at once as three seconds make.
KEPT = 3.0


def recorded_hello(relay, folder):
    """A genuine hello that the relay has already answered: every further one is a replay."""
    hello = hellos.peer_hello(relay, folder)
    with socket.create_connection(("127.0.0.1", relay.listen_port), timeout=10) as connection:
        connection.sendall(hello)
        assert connection.recv(5)[:3] == b"\x16\x03\x03"
    return hello


class Visit:
    """A real TLS 1.3 handshake, and a request: a step for each time that bytes have come."""

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    def __init__(self):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = self.context.wrap_bio(self.incoming, self.outgoing, server_hostname=COVER_NAME)
        self.asked = False

    def step(self, received=b""):
        self.incoming.write(received)
        with contextlib.suppress(ssl.SSLError):
            if not self.asked:
                self.session.do_handshake()
                self.session.write(f"GET / HTTP/1.1\r\nHost: {COVER_NAME}\r\nConnection: close\r\n\r\n".encode())
                self.asked = True
            self.session.read(1 << 16)
        return self.outgoing.read()


class Random:
    def step(self, received=b""):
        return b"" if received else os.urandom(221)


class HalfOpen:
    def step(self, received=b""):
        return b""


class Replay:
    def __init__(self, hello):
        self.hello = hello

    def step(self, received=b""):
        return b"" if received else self.hello


def flood(port, hello, per_second, seconds, results=None, core=None):
    """How many connections were made; also put into `results`."""
    if core is not None:
        os.sched_setaffinity(0, {core})
    kinds = itertools.cycle((Random, Visit, HalfOpen, lambda: Replay(hello)))
    selector = selectors.DefaultSelector()
    start, made, open_since = time.monotonic(), 0, {}

    def close(connection):
        selector.unregister(connection)
        del open_since[connection]
        connection.close()

    while (now := time.monotonic()) < start + seconds:
        while made < (now - start) * per_second:
            connection, visitor = socket.create_connection(("127.0.0.1", port), timeout=10), next(kinds)()
            connection.sendall(visitor.step())
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ, visitor)
            open_since[connection] = now
            made += 1
        for key, _ in selector.select(1 / per_second):
            try:
                received = key.fileobj.recv(1 << 16)
                if received:
                    key.fileobj.sendall(key.data.step(received))
                else:
                    close(key.fileobj)
            except OSError:
                close(key.fileobj)
        while open_since and now - open_since[oldest := next(iter(open_since))] > KEPT:
            close(oldest)
    for connection in list(open_since):
        close(connection)
    if results is not None:
        results.put(made)
    return made
