"""Large, many, slow, half-closed and broken transfers."""

import hashlib
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

from harness import Network, Nginx, TcpServer, sha256_of, socks_connect, wait_until

GIBIBYTE = 1 << 30
MEBIBYTE = 1 << 20


def sink(connection):
    """Counts and hashes what comes until the end, then answers with both."""
    digest, total = hashlib.sha256(), 0
    while block := connection.recv(1 << 18):
        digest.update(block)
        total += len(block)
    connection.sendall(f"{total} {digest.hexdigest()}".encode())


def source(connection):
    """Sends zeros for as long as somebody takes them."""
    block = bytes(1 << 16)
    while True:
        connection.sendall(block)


released = threading.Event()


def hold(connection):
    """Accepts, reads nothing, says nothing, until the test releases it."""
    released.wait(60)


def echo(connection):
    while block := connection.recv(1 << 16):
        connection.sendall(block)


class Bulk(Network):
    @classmethod
    def prepare(cls):
        cls.site = cls.start(Nginx(cls.folder / "site"))
        block = bytes(range(256)) * 4096
        with open(cls.site.root / "gigabyte", "wb") as file:
            for number in range(GIBIBYTE // len(block)):
                file.write(number.to_bytes(8, "big") + block[8:])
        (cls.site.root / "small").write_bytes(block[:200_000])
        cls.servers = {name: cls.start(TcpServer(handler)) for name, handler in
                       {"sink": sink, "source": source, "hold": hold, "echo": echo}.items()}

    @classmethod
    def allow(cls):
        return [f"127.0.0.1:{port}" for port in (cls.site.http_port, *(s.port for s in cls.servers.values()))]

    def url(self, path):
        return f"http://127.0.0.1:{self.site.http_port}/{path}"

    def connect(self, server):
        code, connection = socks_connect(self.client.socks_port, "127.0.0.1", self.servers[server].port)
        self.assertEqual(code, 0)
        return connection

    def settle(self):
        """All streams gone; then the descriptors of both processes."""
        for node in (self.client, self.exit):
            wait_until(lambda n=node: n.status()["streams_open"] == 0, "no streams are left")
        time.sleep(0.3)
        return self.client.process.descriptors(), self.exit.process.descriptors()

    def test_a_gibibyte_down_arrives_whole(self):
        target = self.folder / "down"
        self.curl("-o", target, self.url("gigabyte"), seconds=300)
        self.assertEqual(sha256_of(target), sha256_of(self.site.root / "gigabyte"))
        target.unlink()

    def test_a_gibibyte_up_arrives_whole(self):
        connection = self.connect("sink")
        digest = hashlib.sha256()
        with connection, open(self.site.root / "gigabyte", "rb") as file:
            connection.settimeout(300)
            while block := file.read(1 << 20):
                digest.update(block)
                connection.sendall(block)
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(connection.recv(200).decode(), f"{GIBIBYTE} {digest.hexdigest()}")

    def test_uploads_beside_each_other_take_few_new_pages(self):
        """Of a super peer: what gives a directory's memory back must leave the streams' memory alone."""
        part = self.folder / "part"
        part.write_bytes(bytes(128 * MEBIBYTE))
        before = self.exit.process.page_faults()
        uploads = [subprocess.Popen(["curl", "-sSf", "-o", "/dev/null", "-T", part, "-H", "Expect:",
                                     "--socks5-hostname", self.client.proxy(), self.url("upload")])
                   for _ in range(8)]
        self.assertEqual([upload.wait(120) for upload in uploads], [0] * 8)
        # With new pages for each block of over 64 KiB these were 119,000; the windows of eight streams are 32,768.
        self.assertLess(self.exit.process.page_faults() - before, 60_000)
        part.unlink()

    def test_five_hundred_downloads_at_once(self):
        before = self.settle()
        config = self.folder / "five-hundred.curl"
        config.write_text("".join(f'url = "{self.url("small")}"\noutput = "{self.folder}/s{n}"\n' for n in range(500)))
        self.curl("--parallel", "--parallel-immediate", "--parallel-max", "500", "-K", config, seconds=120)
        expected = sha256_of(self.site.root / "small")
        for number in range(500):
            path = self.folder / f"s{number}"
            self.assertEqual(sha256_of(path), expected, number)
            path.unlink()
        self.assertEqual(self.settle(), before)

    def test_a_slow_reader_does_not_fill_memory(self):
        before = self.client.process.resident() + self.exit.process.resident()
        readers = [self.connect("source") for _ in range(8)]
        time.sleep(4)
        grown = self.client.process.resident() + self.exit.process.resident() - before
        for connection in readers:
            self.assertGreater(len(connection.recv(1 << 16)), 0)
            connection.close()
        # Eight streams, at most a first window each on either side, and the buffers of the two sessions.
        self.assertLess(grown, 96 * MEBIBYTE)
        self.settle()

    def test_a_slow_writer_at_the_far_end_does_not_fill_memory(self):
        before = self.client.process.resident() + self.exit.process.resident()
        connection = self.connect("hold")
        connection.setblocking(False)
        block, sent, end = bytes(1 << 16), 0, time.monotonic() + 4
        while time.monotonic() < end:
            try:
                sent += connection.send(block)
            except BlockingIOError:
                time.sleep(0.01)
        connection.close()
        grown = self.client.process.resident() + self.exit.process.resident() - before
        self.assertLess(sent, 64 * MEBIBYTE, "somebody swallows what nobody reads")
        self.assertLess(grown, 96 * MEBIBYTE)
        released.set()
        self.settle()

    def test_a_slow_stream_does_not_stop_the_others(self):
        slow = self.connect("source")
        time.sleep(1)
        self.curl("-o", "/dev/null", self.url("small"), seconds=20)
        slow.close()

    def test_a_half_closed_connection_still_carries_the_answer(self):
        with self.connect("sink") as connection:
            connection.sendall(b"question")
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(connection.recv(200).decode(), f"8 {hashlib.sha256(b'question').hexdigest()}")
            self.assertEqual(connection.recv(1), b"")

    def test_a_reset_by_the_application_reaches_the_site(self):
        seen = threading.Event()

        def watch(connection):
            try:
                while connection.recv(1 << 16):
                    pass
            except ConnectionResetError:
                seen.set()

        watcher = self.servers["echo"]
        watcher.handler, original = watch, watcher.handler
        try:
            connection = self.connect("echo")
            connection.sendall(b"x")
            time.sleep(0.2)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            self.assertTrue(seen.wait(2), "the site saw no reset within 2 s")
        finally:
            watcher.handler = original

    def test_two_hundred_aborted_transfers_leave_nothing_behind(self):
        before = self.settle()
        for _ in range(4):
            batch = [self.connect("source") for _ in range(50)]
            for connection in batch:
                connection.recv(1000)
                connection.close()
        self.assertEqual(self.settle(), before)


class Killed(Network):
    """Each test ends a process in the middle, so each starts its own network."""

    @classmethod
    def prepare(cls):
        cls.source = cls.start(TcpServer(source))
        cls.ended = threading.Event()

        def notice(connection):
            try:
                while connection.recv(1 << 16):
                    pass
            except OSError:
                pass
            cls.ended.set()

        cls.noticing = cls.start(TcpServer(notice))

    @classmethod
    def allow(cls):
        return [f"127.0.0.1:{cls.source.port}", f"127.0.0.1:{cls.noticing.port}"]

    @classmethod
    def setUpClass(cls):
        """Nothing is shared."""

    @classmethod
    def tearDownClass(cls):
        """Nothing is shared."""

    def setUp(self):
        Network.setUpClass.__func__(type(self))
        self.addCleanup(Network.tearDownClass.__func__, type(self))

    def seconds_to_end(self, connection):
        start = time.monotonic()
        connection.settimeout(10)
        try:
            while connection.recv(1 << 20):
                pass
        except OSError:
            pass
        return time.monotonic() - start

    def test_a_killed_exit_ends_the_transfer_within_two_seconds(self):
        code, connection = socks_connect(self.client.socks_port, "127.0.0.1", self.source.port)
        self.assertEqual(code, 0)
        connection.recv(1000)
        self.exit.process.kill()
        self.assertLess(self.seconds_to_end(connection), 2)
        connection.close()
        wait_until(lambda: self.client.status()["state"] == "offline", "the client says that it is offline")
        wait_until(lambda: self.client.status()["streams_open"] == 0, "no stream is left")
        start = time.monotonic()
        code, late = socks_connect(self.client.socks_port, "127.0.0.1", self.source.port)
        late.close()
        self.assertIn(code, (1, 4, 5, 6))
        self.assertLess(time.monotonic() - start, 2)

    def test_a_killed_client_ends_the_transfer_at_the_site_within_two_seconds(self):
        code, connection = socks_connect(self.client.socks_port, "127.0.0.1", self.noticing.port)
        self.assertEqual(code, 0)
        connection.sendall(b"x" * 1000)
        time.sleep(0.3)
        self.client.process.kill()
        self.assertTrue(self.ended.wait(2), "the site's connection did not end within 2 s")
        wait_until(lambda: self.exit.status()["sessions_open"] == 0, "the exit has no session left")
        wait_until(lambda: self.exit.status()["streams_open"] == 0, "the exit has no stream left")

    def test_ctrl_c_ends_both_cleanly_in_mid_transfer(self):
        code, connection = socks_connect(self.client.socks_port, "127.0.0.1", self.source.port)
        self.assertEqual(code, 0)
        connection.recv(1000)
        self.assertEqual(self.client.process.stop(signal.SIGINT), 0)
        self.assertEqual(self.exit.process.stop(signal.SIGINT), 0)
        connection.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
