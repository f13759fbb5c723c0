"""Programs that go without an end: their streams end at once, and the exit's places with them."""

import contextlib
import os
import pathlib
import signal
import socket
import struct
import threading
import unittest

from harness import Network, TcpServer, socks_connect, wait_until

PLACES = 40
SHARE = PLACES // 2  # of one client alone: as many as it leaves free


class BlackHole:
    """A site that neither answers nor refuses: its backlog is full, so Linux drops every SYN."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(("127.0.0.1", self.port))
            self.fillers.append(filler)

    def stop(self):
        for one in (*self.fillers, self.listener):
            one.close()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Held:
    """What a site holds: connections that it neither reads from nor ends, until the test releases them."""

    def __init__(self):
        self.released = threading.Event()
        self.connections = []

    def __call__(self, connection):
        self.connections.append(connection)
        self.released.wait(300)

    def broken(self):
        return all(one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) for one in self.connections)


class Gone(Network):
    exit_flags = ("--exit-max-connections", PLACES)

    @classmethod
    def prepare(cls):
        cls.hole = cls.start(BlackHole())
        cls.silent = cls.start(TcpServer(None))

    @classmethod
    def allow(cls):
        return [f"127.0.0.1:{port}" for port in (cls.hole.port, cls.silent.port)]

    def setUp(self):
        # Before the site holds anything new: what a test before this one has left would be held too.
        self.wait_for_places(0)
        self.held = self.silent.handler = Held()
        self.addCleanup(self.held.released.set)
        wait_until(lambda: self.client.status()["streams_open"] == 0, "the client has no streams")
        self.before = self.exit_counters()
        self.descriptors = self.exit.process.descriptors(), self.client.process.descriptors()

    def exit_counters(self):
        return self.exit.status()["exit"]

    def wait_for_places(self, count):
        wait_until(lambda: self.exit_counters()["open"] == count, f"{count} of the exit's places are taken")

    def assert_nothing_is_left(self):
        self.wait_for_places(0)
        # Perhaps fewer: a connection to its origin, or of the status page, may have been open before.
        for node, before in zip((self.exit, self.client), self.descriptors):
            wait_until(lambda n=node, most=before: n.process.descriptors() <= most, "no descriptors are left")

    def ask(self, port, behind=b""):
        """A program that has asked for a site and has no answer yet."""
        program = socket.create_connection(("127.0.0.1", self.client.socks_port), timeout=20)
        self.addCleanup(program.close)
        program.sendall(b"\x05\x01\x00")
        self.assertEqual(program.recv(2), b"\x05\x00")
        program.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + port.to_bytes(2, "big") + behind)
        return program

    def connect(self, client=None):
        before = len(self.held.connections)
        code, program = socks_connect((client or self.client).socks_port, "127.0.0.1", self.silent.port)
        self.addCleanup(program.close)
        self.assertEqual(code, 0)
        wait_until(lambda: len(self.held.connections) > before, "the site has the connection")
        return program

    def test_attempts_to_connect_end_with_the_programs_that_asked(self):
        for leave, behind in ((reset, b""), (reset, b"early"), (socket.socket.close, b"")):
            programs = [self.ask(self.hole.port, behind) for _ in range(SHARE)]
            self.wait_for_places(SHARE)
            for program in programs:
                leave(program)
            self.assert_nothing_is_left()
        # An attempt that had run to its time limit would be counted here.
        self.assertEqual(self.exit_counters()["failures"], self.before["failures"])

    def test_a_program_that_waits_is_told_of_the_time_limit_as_ever(self):
        with self.ask(self.hole.port) as program:
            self.assertEqual(program.recv(10)[1], 6)

    def test_a_program_that_is_reset_in_an_upload_leaves_a_site_that_reads_nothing(self):
        program = self.connect()
        program.settimeout(1)
        with self.assertRaises(TimeoutError):
            while True:
                program.send(bytes(1 << 16))
        reset(program)
        self.assert_nothing_is_left()
        wait_until(self.held.broken, "the site saw a reset")

    def test_a_program_that_is_reset_behind_its_end_leaves_a_site_that_says_nothing(self):
        program = self.connect()
        program.shutdown(socket.SHUT_WR)
        self.assertEqual(self.held.connections[0].recv(1), b"")
        reset(program)
        self.assert_nothing_is_left()
        wait_until(self.held.broken, "the site saw a reset")

    def test_a_half_closed_program_still_gets_what_comes_later(self):
        with self.connect() as program:
            program.sendall(b"question")
            program.shutdown(socket.SHUT_WR)
            site = self.held.connections[0]
            self.assertEqual(site.makefile("rb").read(), b"question")
            for _ in range(100):
                site.sendall(bytes(1 << 16))
            self.held.released.set()
            self.assertEqual(len(program.makefile("rb").read()), 100 << 16)

    def test_the_system_looks_after_programs_that_say_nothing(self):
        """A keep-alive timer of a minute at most; what it finds, a unit test of the proxy shows."""
        with self.connect() as program:
            port, peer = program.getpeername()[1], program.getsockname()[1]
            ends = f"0100007F:{port:04X} 0100007F:{peer:04X}"

            def timer():
                table = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii")
                return next(row for row in table.splitlines() if ends in row).split()[5].split(":")

            # Until what was sent last is acknowledged, the timer is another.
            wait_until(lambda: timer()[0] == "02", "the keep-alive timer runs")
            self.assertLessEqual(int(timer()[1], 16), 60 * 100)

    def test_one_client_cannot_take_all_places(self):
        other = self.start_node("other", "client", ["--peer", self.exit.invite()])
        other.wait_ready()
        programs = [self.connect() for _ in range(SHARE)]
        for _ in range(3):
            code, refused = socks_connect(self.client.socks_port, "127.0.0.1", self.silent.port)
            refused.close()
            self.assertEqual(code, 1)
        programs.append(self.connect(other))
        self.wait_for_places(SHARE + 1)
        # One line in each minute; the three refusals may fall into two.
        self.assertIn(self.exit.process.text().count("one client has its share"), (1, 2))
        for program in programs:
            reset(program)
        self.wait_for_places(0)
        self.connect().close()


class Impatient(Network):
    """Programs that wait a second, and an exit that has stopped answering."""

    def asked_for_a_second(self):
        with contextlib.suppress(OSError), \
                socket.create_connection(("127.0.0.1", self.client.socks_port), timeout=1) as program:
            program.sendall(b"\x05\x01\x00")
            program.recv(2)
            program.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50")
            program.recv(10)

    def test_a_session_that_says_nothing_is_left_although_no_program_waits_so_long(self):
        self.addCleanup(os.kill, self.exit.process.pid, signal.SIGCONT)
        os.kill(self.exit.process.pid, signal.SIGSTOP)

        def left():
            self.asked_for_a_second()
            return self.client.status()["state"] != "connected"

        wait_until(left, "the client leaves the session", 60)


if __name__ == "__main__":
    unittest.main(verbosity=2)
