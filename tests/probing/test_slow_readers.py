"""A visitor that stops reading gets from the relay about what it gets from the origin, and takes no peer's place."""

import contextlib
import os
import pathlib
import resource
import select
import socket
import ssl
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

    def __init__(self, port, buffer=None):
        self.raw = socket.socket()
        if buffer:
            self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.raw.settimeout(30)
        self.raw.connect(("127.0.0.1", port))
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


def unaccepted(port):
    """How many connections to the port its owner has not accepted yet: the kernel tells it as the length of what the
    listener has to read."""
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return sum(int(row[4].partition(":")[2], 16) for row in rows
               if row[3] == "0A" and int(row[1].partition(":")[2], 16) == port)


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
    """Strangers have a share of what a relay has. Those that have been quiet longest make room for whoever comes."""

    # It ends nobody while the test counts.
    origin_kind = Nginx
    # A stranger takes two descriptors, strangers have half of all, and an eighth of that is for those that leave.
    open_files, places = 400, 88

    @classmethod
    def make_origin(cls):
        return cls.origin_kind(cls.folder / "origin", files={"index.html": b"small", "large": CONTENT})

    @classmethod
    def longest_wait_is_known(cls):
        return True

    def setUp(self):
        before = resource.prlimit(self.relay.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.relay.process.pid, resource.RLIMIT_NOFILE, (self.open_files, before[1]))
        self.addCleanup(resource.prlimit, self.relay.process.pid, resource.RLIMIT_NOFILE, before)
        self.strangers = []
        self.addCleanup(lambda: [stranger.close() for stranger in self.strangers])

    def silent_strangers(self, number):
        """One after the other, also for the relay: several of its threads accept."""
        for _ in range(number):
            self.strangers.append(socket.create_connection(("127.0.0.1", self.relay_port)))
            wait_until(lambda: not unaccepted(self.relay_port), "the relay accepts it", 30, 0.001)

    def turned_away(self):
        """Which strangers of ours the relay has ended, by FIN and without a word."""
        readable = set(select.select(self.strangers, [], [], 0)[0])
        return [number for number, stranger in enumerate(self.strangers)
                if stranger in readable and stranger.recv(1, socket.MSG_PEEK) == b""]

    def answers(self, hello):
        with socket.create_connection(("127.0.0.1", self.relay_port), timeout=30) as late:
            late.sendall(hello)
            return late.recv(3) == b"\x16\x03\x03"

    def test_strangers_who_are_quiet_make_room_for_peers_and_for_other_strangers(self):
        self.silent_strangers(self.places + 40)
        wait_until(lambda: len(self.turned_away()) >= 40, "those that came first make room", 30)
        self.assertEqual(self.turned_away(), list(range(40)))
        self.assertTrue(self.answers(self.openssl))
        self.assertTrue(self.answers(self.peer().hello))
        # One of the two may have had the place of the other.
        self.assertIn(len(self.turned_away()), (41, 42))

    def test_a_stranger_who_is_busy_stays_beside_a_crowd(self):
        # What the relay may have in its kernel is less than what is read for each stranger that comes.
        busy = Visitor(self.relay_port, buffer=1 << 15)
        self.addCleanup(busy.raw.close)
        received = 0
        for _ in range(2 * self.places):
            self.silent_strangers(1)
            wanted = received + MEBIBYTE // 4
            while received < wanted:
                received += len(busy.raw.recv(1 << 16))

        def enough_are_turned_away():
            # The busy one goes on while the relay, which may be slow, ends others.
            nonlocal received
            received += len(busy.raw.recv(1 << 13))
            return len(self.turned_away()) >= self.places
        wait_until(enough_are_turned_away, "quiet ones make room", 30)
        rest, ending = busy.read_to_the_end()
        self.assertEqual(ending, "fin")
        self.assertGreater(received + rest, len(CONTENT))


if __name__ == "__main__":
    unittest.main(verbosity=2)
