"""What a stranger can do to a directory: floods from one key and one address. The cost is bounded, nobody else notices."""

import contextlib
import http.client
import json
import socket
import time
import unittest

from directory_documents import Relay, base64url
from harness import COVER_NAME, Nginx, Node, free_port, temporary_folder

ATTEMPTS = 100_000
ROUND = 500  # requests that are under way at once


class Abuse(unittest.TestCase):
    def setUp(self):
        self.folder, self.stack = temporary_folder(self)
        self.cover = Nginx(self.folder / "cover")
        self.stack.callback(self.cover.stop)
        self.port = free_port()
        self.node = Node(self.folder / "directory", "bootstrap",
                         ["--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME,
                          "--directory-private", "--directory-http", f"127.0.0.1:{self.port}"])
        self.stack.callback(self.node.process.stop)
        self.node.wait_ready()

    def request(self, body):
        return (b"POST /api/relay/register HTTP/1.1\r\nHost: directory\r\nContent-Length: %d\r\n\r\n" % len(body)) + body

    def flood(self, request, asker):
        """Sends ATTEMPTS copies over one connection, which stays open; gives how many answers of each status came."""
        counts = {}
        with socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(asker, 0)) as connection:
            for _ in range(ATTEMPTS // ROUND):
                connection.sendall(request * ROUND)
                text, seen = b"", 0
                while seen < ROUND:
                    text += connection.recv(1 << 18)
                    seen = text.count(b"HTTP/1.1 ")
                while not text.endswith(b"\n"):
                    text += connection.recv(1 << 18)
                for status in (b"200", b"401", b"429"):
                    counts[int(status)] = counts.get(int(status), 0) + text.count(b"HTTP/1.1 " + status)
        return counts

    def ask(self, path, asker):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10, source_address=(asker, 0))
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().status

    def test_a_hundred_thousand_registrations_of_one_key_are_one_relay(self):
        relay = Relay(port=free_port())
        body = json.dumps({"registration": base64url(relay.registration())}).encode()
        before = self.node.process.resident()
        counts = self.flood(self.request(body), "127.3.0.1")
        self.assertEqual(sum(counts.values()), ATTEMPTS)
        self.assertEqual(counts[200], 1)
        self.assertGreaterEqual(counts[429], ATTEMPTS - 100)
        directory = self.node.status()["directory"]
        self.assertEqual(directory["listed"] + directory["waiting"], 1)
        self.assertLess(self.node.process.resident() - before, 16 << 20)
        self.assertEqual(self.ask("/api/relays/by-country", "127.3.0.2"), 200, "another address is served")

    def test_many_keys_at_one_address_become_sixteen_relays(self):
        statuses = {}
        for number in range(300):
            relay = Relay(port=9)
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10,
                                                    source_address=(f"127.4.0.{1 + number % 200}", 0))
            with contextlib.closing(connection):
                connection.request("POST", "/api/relay/register", relay.body())
                status = connection.getresponse().status
            statuses[status] = statuses.get(status, 0) + 1
        self.assertEqual(statuses, {200: 16, 429: 284})

    def test_who_sends_a_byte_now_and_then_keeps_nobody_waiting(self):
        slow = []
        for number in range(600):
            with contextlib.suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=5,
                                                      source_address=(f"127.5.{number // 200}.{1 + number % 200}", 0))
                connection.sendall(b"P")
                slow.append(connection)
        # All places are taken; they are free again when the slow ones' time is up.
        end = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("/api/relays/by-country", "127.5.9.9") == 200:
                    break
            self.assertLess(time.monotonic(), end, "the slow ones keep the directory for themselves")
            time.sleep(0.5)
        for connection in slow:
            connection.close()
        self.assertLess(self.node.process.descriptors(), 700)


if __name__ == "__main__":
    unittest.main()
