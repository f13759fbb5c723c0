"""An unauthorised visitor gets exactly what the cover origin gives: bytes and closing behaviour are compared."""

import contextlib
import os
import re
import socket
import ssl
import time
import unittest

import hellos
from harness import COVER_NAME, Network, Nginx, run


def ending_of(connection, longest_wait):
    """(bytes received, how it ended): 'fin', 'reset' or 'open' after `longest_wait` seconds of silence."""
    data = b""
    connection.settimeout(longest_wait)
    while True:
        try:
            piece = connection.recv(1 << 16)
        except socket.timeout:
            return data, "open"
        except ConnectionResetError:
            return data, "reset"
        if not piece:
            return data, "fin"
        data += piece


def exchange(port, pieces, pause=0.0, longest_wait=1.5, shutdown=False):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
                if pause:
                    time.sleep(pause)
            if shutdown:
                connection.shutdown(socket.SHUT_WR)
        return ending_of(connection, longest_wait)


def without_randomness(data):
    """TLS answers hold fresh keys: what is compared is each record's type, version and length."""
    shape, rest = [], data
    while len(rest) >= 5 and rest[0] in (20, 21, 22, 23):
        size = int.from_bytes(rest[3:5], "big")
        shape.append((rest[0], rest[1:3], size, rest[5:7] if rest[0] == 21 else b""))
        rest = rest[5 + size:]
    return shape or data


class Visitors(Network):
    def both(self, *arguments, **more):
        ours = exchange(self.exit.listen_port, *arguments, **more)
        origin = exchange(self.cover.https_port, *arguments, **more)
        return ours, origin

    def assert_same(self, *arguments, **more):
        (our_bytes, our_end), (origin_bytes, origin_end) = self.both(*arguments, **more)
        self.assertEqual(our_end, origin_end)
        self.assertEqual(self.comparable(our_bytes), self.comparable(origin_bytes))

    @staticmethod
    def comparable(data):
        # A DER-coded ECDSA signature varies by two bytes from one handshake to the next, at the origin too.
        shape = without_randomness(data)
        if isinstance(shape, bytes):
            return re.sub(rb"Date: [^\r]*", b"Date:", shape)
        return [(kind, version, "signature" if 90 <= size <= 99 else size, alert)
                for kind, version, size, alert in shape]

    def openssl_hello(self):
        return hellos.openssl_hello(self.folder)

    def peer_hello(self, relay=None):
        """A genuine QNet hello for a relay, recorded on its way to a listener of ours."""
        return hellos.peer_hello(relay or self.exit, self.folder)

    def test_curl_gets_the_origins_page_and_certificate(self):
        done = run(["curl", "-sS", "--cacert", self.cover.certificate, "--resolve",
                    f"{COVER_NAME}:{self.exit.listen_port}:127.0.0.1",
                    f"https://{COVER_NAME}:{self.exit.listen_port}/"])
        self.assertEqual(done.stdout, b"<h1>An ordinary site</h1>\n", done.stderr)

    def test_chromium_gets_the_origins_page(self):
        done = run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--ignore-certificate-errors", f"--user-data-dir={self.folder}/chromium", "--dump-dom",
                    f"--host-resolver-rules=MAP {COVER_NAME} 127.0.0.1",
                    f"https://{COVER_NAME}:{self.exit.listen_port}/"], seconds=90)
        self.assertIn(b"An ordinary site", done.stdout, done.stderr[-2000:])

    def test_openssl_sees_the_origins_certificate_and_session(self):
        def certificate(port):
            context = ssl.create_default_context(cafile=str(self.cover.certificate))
            with socket.create_connection(("127.0.0.1", port)) as raw:
                with context.wrap_socket(raw, server_hostname=COVER_NAME) as connection:
                    return connection.getpeercert(True), connection.version(), connection.cipher()
        self.assertEqual(certificate(self.exit.listen_port), certificate(self.cover.https_port))

    def test_an_openssl_hello_gets_the_same_flight(self):
        self.assert_same([self.openssl_hello()])

    def test_random_bytes(self):
        for size in (1, 5, 16, 50, 221, 517, 1400, 20000):
            with self.subTest(size=size):
                self.assert_same([os.urandom(size)])

    def test_plain_http_and_ssh(self):
        self.assert_same([b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"])
        self.assert_same([b"SSH-2.0-OpenSSH_9.2\r\n"])

    def test_an_immediate_fin(self):
        self.assert_same([], shutdown=True)

    def test_a_fin_in_the_middle_of_a_hello(self):
        self.assert_same([self.openssl_hello()[:200]], shutdown=True)

    def test_a_replayed_peer_hello(self):
        # The recorded client never reached the relay, so its hello is fresh the first time and must be answered as a
        # peer's; every later time it is an ordinary visitor's.
        hello = self.peer_hello()
        first, _ = exchange(self.exit.listen_port, [hello], longest_wait=1)
        self.assertTrue(first.startswith(b"\x16\x03\x03"), first[:20])
        replayed_before = self.exit.status()["handshakes"]["replayed"]
        self.assert_same([hello])
        self.assertEqual(self.exit.status()["handshakes"]["replayed"], replayed_before + 1)

    def test_a_replayed_peer_hello_after_a_restart(self):
        flags = ["--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME]
        relay = self.start_node("restarted", "relay", flags)
        relay.wait_ready()
        hello = self.peer_hello(relay)
        first, _ = exchange(relay.listen_port, [hello], longest_wait=1)
        self.assertTrue(first.startswith(b"\x16\x03\x03"), first[:20])
        self.assertEqual(relay.process.stop(), 0)
        again = self.start_node("restarted", "relay", flags, listen_port=relay.listen_port)
        again.wait_ready()
        our_bytes, our_end = exchange(again.listen_port, [hello])
        origin_bytes, origin_end = exchange(self.cover.https_port, [hello])
        self.assertEqual((self.comparable(our_bytes), our_end), (self.comparable(origin_bytes), origin_end))
        self.assertEqual(again.status()["handshakes"]["replayed"], 1)

    def test_a_held_back_peer_hello_ends_as_the_origin_ends(self):
        # A censor that holds a genuine hello back and sends it itself gets a peer's answer, but cannot go on.
        for shutdown in (True, False):
            ours, our_end = exchange(self.exit.listen_port, [self.peer_hello()], shutdown=shutdown, longest_wait=1)
            origin, origin_end = exchange(self.cover.https_port, [self.openssl_hello()], shutdown=shutdown,
                                          longest_wait=1)
            with self.subTest(shutdown=shutdown):
                self.assertEqual(our_end, origin_end)
                self.assertEqual([record[:2] for record in without_randomness(ours)],
                                 [record[:2] for record in without_randomness(origin)])

    def test_a_bad_finished_ends_as_the_origin_ends(self):
        bad = b"\x14\x03\x03\x00\x01\x01\x17\x03\x03\x00\x35" + os.urandom(53)
        ours, our_end = exchange(self.exit.listen_port, [self.peer_hello(), bad], pause=0.3)
        origin, origin_end = exchange(self.cover.https_port, [self.openssl_hello(), bad], pause=0.3)
        self.assertEqual(our_end, origin_end)
        self.assertEqual([record[:2] for record in without_randomness(ours)],
                         [record[:2] for record in without_randomness(origin)])

    def test_stops_cleanly_with_visitors_in_every_state(self):
        relay = self.start_node("stopping", "relay", ["--cover-origin", f"127.0.0.1:{self.cover.https_port}",
                                                      "--cover-name", COVER_NAME])
        relay.wait_ready()
        visitors = [socket.create_connection(("127.0.0.1", relay.listen_port)) for _ in range(8)]
        for number, data in enumerate((b"", b"\x16", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n",
                                       os.urandom(300),
                                       self.openssl_hello(), self.peer_hello(), self.openssl_hello()[:100])):
            visitors[number].sendall(data)
        time.sleep(0.5)
        self.assertEqual(relay.process.stop(), 0)
        self.assertNotIn("ERROR", relay.process.text())
        for visitor in visitors:
            visitor.close()

    def test_a_changed_peer_hello(self):
        hello = self.peer_hello()
        for offset in (11, 44, 80, len(hello) - 1):
            changed = bytearray(hello)
            changed[offset] ^= 1
            with self.subTest(offset=offset):
                self.assert_same([bytes(changed)])

    def test_a_truncated_peer_hello_that_stays_open(self):
        self.assert_same([self.peer_hello()[:700]])

    def test_a_peer_hello_with_bytes_behind_it(self):
        self.assert_same([self.peer_hello() + b"\x17\x03\x03\x00\x05hello"])

    def test_one_byte_a_second(self):
        # Six bytes of a good hello, one byte a second, then silence: both keep the connection open and say nothing.
        self.assert_same([bytes([b]) for b in self.openssl_hello()[:6]], pause=1.0, longest_wait=2)
        self.assert_same([bytes([b]) for b in b"\x16\x03\x09"], pause=1.0, longest_wait=2)

    def test_a_hello_in_many_pieces_is_answered_the_same(self):
        hello = self.openssl_hello()
        self.assert_same([hello[i:i + 40] for i in range(0, len(hello), 40)], pause=0.1)


class Timing(Network):
    """An origin that gives up after two seconds: the relay's visitors see the same."""

    @classmethod
    def setUpClass(cls):
        original = Nginx._configuration

        def impatient(nginx, extra):
            return original(nginx, extra).replace("keepalive_timeout 65;",
                                                  "keepalive_timeout 65; client_header_timeout 2s;")

        Nginx._configuration = impatient
        try:
            super().setUpClass()
        finally:
            Nginx._configuration = original

    def time_to_end(self, pieces):
        result = []
        for port in (self.exit.listen_port, self.cover.https_port):
            start = time.monotonic()
            with socket.create_connection(("127.0.0.1", port)) as connection:
                for piece in pieces:
                    connection.sendall(piece)
                data, end = ending_of(connection, 8)
            result.append((data, end, time.monotonic() - start))
        return result

    def test_silence_ends_when_the_origin_ends_it(self):
        for pieces in ([], [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]):
            (our_data, our_end, ours), (data, end, origin) = self.time_to_end(pieces)
            self.assertEqual((our_data, our_end), (data, end))
            self.assertLess(abs(ours - origin), 0.6)


if __name__ == "__main__":
    unittest.main(verbosity=2)
