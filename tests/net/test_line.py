"""The line of lab/line does what it was told. A machine that is too busy makes packets late, never early, and rates
low, never high: so only the bounds on that side are near the settings."""

import contextlib
import pathlib
import socket
import struct
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lab" / "line"))

import line as lab  # noqa: E402
from line import Line, need_line  # noqa: E402
from harness import receive_exactly, run  # noqa: E402

PORT = 7777
DATAGRAMS = 4000


def udp_socket(side, port=0):
    """Large enough for all datagrams of a test, so that nothing but the line loses any."""
    made = side.inside(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    so_rcvbufforce = 33
    made.setsockopt(socket.SOL_SOCKET, so_rcvbufforce, 64 << 20)
    made.settimeout(20)
    made.bind((side.address, port))
    return made


def echo(server):
    with contextlib.suppress(OSError):
        while True:
            data, client = server.recvfrom(2048)
            server.sendto(data, client)


class LineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need_line()

    def start(self, *settings):
        line = Line(*settings)
        self.addCleanup(line.__exit__)
        return line.__enter__()

    def round_trips(self, line, count):
        server, client = udp_socket(line.far, PORT), udp_socket(line.near)
        threading.Thread(target=echo, args=(server,), daemon=True).start()
        times = []
        for number in range(count):
            before = time.monotonic()
            client.sendto(bytes([number]), (line.far.address, PORT))
            self.assertEqual(client.recv(2048), bytes([number]))
            times.append(time.monotonic() - before)
        client.close()
        server.close()
        return times

    def test_a_round_trip_takes_the_delay_twice(self):
        line = self.start("--delay", "100ms")
        times = self.round_trips(line, 8)
        self.assertGreaterEqual(min(times), 0.2)
        self.assertLess(min(times), 2)

    def test_each_direction_has_its_own_delay(self):
        line = self.start("--up-delay", "150ms")
        shortest = min(self.round_trips(line, 3))
        self.assertGreaterEqual(shortest, 0.15)
        self.assertIn("up: 3 packets came, 3 arrived", line.stop())

    def test_a_download_is_no_faster_than_the_rate(self):
        line = self.start("--down-rate", "16mbit", "--queue", "200ms")
        size = 4_000_000
        listener = line.far.inside(lambda: socket.create_server((line.far.address, PORT)))
        self.addCleanup(listener.close)

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(bytes(size))

        threading.Thread(target=serve, daemon=True).start()
        before = time.monotonic()
        client = line.near.inside(lambda: socket.create_connection((line.far.address, PORT), timeout=60))
        with client:
            receive_exactly(client, size)
        took = time.monotonic() - before
        self.assertGreaterEqual(took, size * 8 / 16e6)
        self.assertLess(took, 60)

    def numbers_that_arrive(self, line):
        server, client = udp_socket(line.far, PORT), udp_socket(line.near)
        for number in range(DATAGRAMS):
            client.sendto(struct.pack(">I", number), (line.far.address, PORT))
        # In order, so the first end that is not lost comes after all others.
        server.settimeout(0.2)
        numbers, deadline = [], time.monotonic() + 60
        while not numbers or numbers[-1] != DATAGRAMS:
            self.assertLess(time.monotonic(), deadline)
            try:
                numbers += struct.unpack(">I", server.recv(2048))
            except TimeoutError:
                client.sendto(struct.pack(">I", DATAGRAMS), (line.far.address, PORT))
        server.close()
        client.close()
        return numbers[:-1]

    def test_the_share_of_loss_is_as_told_and_a_seed_repeats_it(self):
        line = self.start()
        runs = []
        for seed in (5, 5, 6):
            line.change("--up-loss", "20%", "--seed", seed)
            runs.append(self.numbers_that_arrive(line))
        share = 1 - len(runs[0]) / DATAGRAMS
        self.assertAlmostEqual(share, 0.2, delta=0.03)
        self.assertEqual(runs[0], runs[1])
        self.assertNotEqual(runs[0], runs[2])

    def test_connections_outlive_a_change_of_the_line(self):
        line = self.start("--delay", "10ms")
        server, client = udp_socket(line.far, PORT), udp_socket(line.near)
        client.sendto(b"one", (line.far.address, PORT))
        self.assertEqual(server.recv(10), b"one")
        self.assertIn("1 arrived", line.change("--delay", "20ms"))
        client.sendto(b"two", (line.far.address, PORT))
        self.assertEqual(server.recv(10), b"two")
        server.close()
        client.close()

    def test_errors_say_what_is_missing(self):
        done = run([lab.binary(), "--near", "qnet-no-such", "--far", "qnet-no-other"])
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"line: the network namespace cannot be entered", done.stderr)
        self.assertIn(b"qnet-no-such", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
