"""A visitor that stops reading gets from the relay about what it gets from the origin, and takes no peer's place."""

import contextlib
import os
import resource
import select
import socket
import ssl
import time
import unittest

from fixture import COVER_NAME, RelayAndOrigin
from harness import Nginx, wait_until

MEBIBYTE = 1 << 20
# Above what a relay, an origin and a visitor could all hold in their kernels.
CONTENT = os.urandom(MEBIBYTE) * 64
REQUEST = f"GET /large HTTP/1.1\r\nHost: {COVER_NAME}\r\nConnection: close\r\n\r\n".encode()
# What a relay may hold for a visitor who takes nothing, above what the origin holds.
HELD = 1.25 * MEBIBYTE


class ImpatientWriter(Nginx):
    """Gives up on a visitor who takes nothing; ends by FIN, or by a reset."""

    def __init__(self, folder):
        super().__init__(folder, files={"index.html": b"small", "large": CONTENT})

    def _configuration(self, extra):
        return super()._configuration(extra + "send_timeout 2s;")

    def requests(self):
        log = self.folder / "access.log"
        return log.read_text().count("GET /large") if log.exists() else 0


class ResettingWriter(ImpatientWriter):
    def _configuration(self, extra):
        return super()._configuration(extra + "reset_timedout_connection on;")


class Visitor:
    """Asks for a large file by TLS, and then reads when it is told to."""

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    def __init__(self, port):
        self.raw = socket.create_connection(("127.0.0.1", port), timeout=30)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = self.context.wrap_bio(incoming, outgoing, server_hostname=COVER_NAME)
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                session.do_handshake()
                break
            self.raw.sendall(outgoing.read())
            incoming.write(self.raw.recv(1 << 16))
        session.write(REQUEST)
        self.raw.sendall(outgoing.read())

    def read_to_the_end(self):
        """(bytes, 'fin' or 'reset')"""
        size = 0
        while True:
            try:
                piece = self.raw.recv(1 << 18)
            except ConnectionResetError:
                return size, "reset"
            if not piece:
                return size, "fin"
            size += len(piece)


class SlowReaders(RelayAndOrigin):
    origin_kind = ImpatientWriter

    @classmethod
    def longest_wait_is_known(cls):
        return True  # of no matter here, and it takes a minute

    def stalled(self, port):
        """A visitor who has read nothing until the origin had given it up."""
        before = self.origin.requests()
        visitor = Visitor(port)
        wait_until(lambda: self.origin.requests() > before, "the origin gives up", 30)
        self.addCleanup(visitor.raw.close)
        return visitor

    def test_takes_little_more_from_the_origin_than_the_visitor_would(self):
        direct, how_direct = self.stalled(self.origin_port).read_to_the_end()
        relayed, how_relayed = self.stalled(self.relay_port).read_to_the_end()
        print(f"\na visitor that stalls gets {direct:,} bytes from the origin, {relayed:,} through the relay")
        self.assertEqual(how_relayed, how_direct)
        self.assertLess(relayed, direct + HELD)

    def test_gives_all_of_it_to_a_visitor_who_reads(self):
        size, _ = Visitor(self.relay_port).read_to_the_end()
        self.assertGreater(size, len(CONTENT))


class Resets(SlowReaders):
    origin_kind = ResettingWriter


class Places(RelayAndOrigin):
    """Strangers take a share of what a relay has: peers find room beside as many as come."""

    # It ends nobody while the test counts.
    origin_kind = Nginx
    # A stranger takes two descriptors, and strangers take half of all.
    open_files, places = 400, 100

    def setUp(self):
        before = resource.prlimit(self.relay.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.relay.process.pid, resource.RLIMIT_NOFILE, (self.open_files, before[1]))
        self.addCleanup(resource.prlimit, self.relay.process.pid, resource.RLIMIT_NOFILE, before)
        self.strangers = []
        self.addCleanup(lambda: [stranger.close() for stranger in self.strangers])

    @classmethod
    def longest_wait_is_known(cls):
        return True

    def silent_strangers(self, number):
        self.strangers += [socket.create_connection(("127.0.0.1", self.relay_port)) for _ in range(number)]

    def turned_away(self):
        """How many strangers of ours the relay has ended."""
        readable, _, _ = select.select(self.strangers, [], [], 0)
        return sum(stranger.recv(1, socket.MSG_PEEK) == b"" for stranger in readable)

    def test_strangers_do_not_take_the_places_of_peers(self):
        self.silent_strangers(self.places + 40)
        wait_until(lambda: self.turned_away() == 40, "those without a place are closed, by FIN and without a word", 30)
        with socket.create_connection(("127.0.0.1", self.relay_port), timeout=30) as late:
            late.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertEqual(late.recv(100), b"", "no place, so no answer, as of a server without free connections")
        with socket.create_connection(("127.0.0.1", self.relay_port), timeout=30) as peer:
            peer.sendall(self.peer().hello)
            self.assertEqual(peer.recv(3), b"\x16\x03\x03")
        for stranger in self.strangers:
            stranger.close()
        self.strangers.clear()

        def answered():
            with socket.create_connection(("127.0.0.1", self.relay_port), timeout=30) as again:
                again.sendall(self.openssl)
                return again.recv(3) == b"\x16\x03\x03"
        wait_until(answered, "a stranger has a place again", 30)


if __name__ == "__main__":
    unittest.main(verbosity=2)
