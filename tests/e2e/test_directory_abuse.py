"""Floods from one key and from one address: the cost to a directory is bounded, and other clients notice nothing."""

import contextlib
import http.client
import itertools
import json
import socket
import time
import unittest

from directory_documents import Relay
from harness import COVER_NAME, Nginx, Node, free_port, temporary_folder, wait_until

ATTEMPTS = 100_000
ROUND = 500  # requests that are under way at once
PER_MINUTE = 100  # requests that one address may make
CONNECTIONS = 512
COUNTRIES = 10_000
KEYS = 1_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def addresses(block):
    """Addresses of this machine that nothing else here uses."""
    return (f"127.{block}.{high}.{low}" for high, low in itertools.product(range(250), range(1, 251)))


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
        head = b"POST /api/relay/register HTTP/1.1\r\nHost: directory\r\nContent-Length: %d\r\n\r\n"
        return head % len(body) + body

    def question(self, path):
        return f"GET {path} HTTP/1.1\r\nHost: directory\r\n\r\n".encode()

    def send_all(self, connection, requests, counts):
        """Sends all at once on one open connection. Counts the answers of each status; none may be missing."""
        connection.sendall(b"".join(requests))
        text = b""
        while text.count(b"HTTP/1.1 ") < len(requests) or not text.endswith(b"\n"):
            piece = connection.recv(1 << 18)
            self.assertTrue(piece, "the directory ended a connection that was within its limits")
            text += piece
        for head in text.split(b"HTTP/1.1 ")[1:]:
            status = int(head[:3])
            counts[status] = counts.get(status, 0) + 1

    def connect(self, remote_address):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(remote_address, 0))

    def ask(self, path, remote_address):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10, source_address=(remote_address, 0))
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().status

    def known(self):
        directory = self.node.status()["directory"]
        return directory["listed"] + directory["waiting"]

    def relay_that_is_listed(self):
        relay = Node(self.folder / "relay", "relay",
                     ["--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME,
                      "--directory-private", "--operators", self.node.invite()])
        self.stack.callback(relay.process.stop)
        relay.wait_ready()
        wait_until(lambda: any(row["listed"] for row in relay.status()["registered"]), "the relay is listed", 60, 0.5)
        return relay

    def test_a_hundred_thousand_registrations_from_one_address_are_one_relay(self):
        bystander = self.relay_that_is_listed()
        request = self.request(Relay(port=free_port()).body())
        before, counts = self.node.process.resident(), {}
        with self.connect("127.3.0.1") as connection:
            for _ in range(ATTEMPTS // ROUND):
                self.send_all(connection, [request] * ROUND, counts)
        self.assertEqual(counts.keys(), {200, 401, 429})
        self.assertEqual(sum(counts.values()), ATTEMPTS)
        self.assertEqual(counts[200], 1)
        self.assertGreaterEqual(counts[429], ATTEMPTS - PER_MINUTE * 3)  # a slow machine may need some minutes
        self.assertEqual(self.known(), 2)
        self.assertLess(self.node.process.resident() - before, 16 << 20)
        # A relay that registers as it should has not noticed.
        self.assertEqual(self.node.status()["directory"]["listed"], 1)
        self.assertEqual([(row["listed"], row["problem"]) for row in bystander.status()["registered"]], [(True, None)])
        self.assertEqual(self.ask("/api/relays/by-country", "127.3.0.2"), 200, "another address is served")

    def test_a_hundred_thousand_good_registrations_of_one_key_from_a_thousand_addresses_are_one_relay(self):
        """Each is signed, has the right time and a higher number: only the interval between them is wrong."""
        relay = Relay(port=free_port())
        descriptor, remote_addresses, counts = relay.descriptor(), addresses(13), {}
        before, begun = self.node.process.resident(), time.monotonic()
        for _ in range(ATTEMPTS // PER_MINUTE):
            requests = [self.request(relay.body(descriptor=descriptor)) for _ in range(PER_MINUTE)]
            with self.connect(next(remote_addresses)) as connection:
                self.send_all(connection, requests, counts)
        lasted = time.monotonic() - begun
        self.assertEqual(sum(counts.values()), ATTEMPTS)
        self.assertEqual(counts.keys(), {200, 429})
        # A peer may send one each five seconds.
        self.assertLessEqual(counts[200], 2 + lasted / 5)
        self.assertEqual(self.known(), 1)
        self.assertLess(self.node.process.resident() - before, 24 << 20)
        self.assertEqual(self.ask("/api/relays/by-country", "127.3.0.3"), 200, "another address is served")

    def test_many_keys_at_one_address_hold_sixteen_slots(self):
        """Those that failed their check make room for the next ones; a relay at another address finds a slot."""
        statuses = {}
        for number in range(KEYS):
            relay = Relay(port=9)
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10,
                                                    source_address=(f"127.4.0.{1 + number % 200}", 0))
            with contextlib.closing(connection):
                connection.request("POST", "/api/relay/register", relay.body())
                status = connection.getresponse().status
            statuses[status] = statuses.get(status, 0) + 1
            if number % 20 == 0:
                directory = self.node.status()["directory"]
                self.assertLessEqual(directory["waiting"], 16)
                self.assertEqual(directory["listed"], 0)
        self.assertEqual(sum(statuses.values()), KEYS)
        self.assertLessEqual(set(statuses), {200, 429})
        self.assertGreaterEqual(statuses[200], 16)
        other = Relay(host="127.0.0.2", port=9)
        with self.connect("127.4.9.9") as connection:
            counts = {}
            self.send_all(connection, [self.request(other.body())], counts)
        self.assertEqual(counts, {200: 1})

    def test_ten_thousand_countries_cost_nothing(self):
        real = [first + second for first in LETTERS for second in LETTERS]
        wrong = (f"{first}{second}{number}" for number in itertools.count(1) for first in LETTERS for second in LETTERS)
        countries = real + list(itertools.islice(wrong, COUNTRIES - len(real)))
        self.assertEqual(len(set(countries)), COUNTRIES)
        remote_addresses, counts = addresses(14), {}

        def ask_for(some):
            with self.connect(next(remote_addresses)) as connection:
                questions = [self.question(f"/api/relays/by-country?country={one}") for one in some]
                self.send_all(connection, questions, counts)
        for _ in range(20):
            ask_for(["SE"] * PER_MINUTE)  # what the process needs once for so many clients
        counts.clear()
        before = self.node.process.resident()
        for start in range(0, COUNTRIES, PER_MINUTE):
            ask_for(countries[start:start + PER_MINUTE])
        self.assertEqual(counts, {200: len(real), 400: COUNTRIES - len(real)})
        self.assertLess(self.node.process.resident() - before, 4 << 20)

    def test_a_client_that_sends_a_byte_now_and_then_keeps_nobody_waiting_for_long(self):
        slow = []
        for remote_address in itertools.islice(addresses(5), 600):
            with contextlib.suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=5,
                                                      source_address=(remote_address, 0))
                self.addCleanup(connection.close)
                connection.sendall(b"P")
                slow.append(connection)
        self.assertGreaterEqual(len(slow), CONNECTIONS)
        # All slots are taken: another client is told so, and when to come again.
        text = self.what_a_newcomer_reads()
        self.assertTrue(text.startswith(b"HTTP/1.1 503 "), text)
        self.assertRegex(text, rb"\r\nRetry-After: [1-9][0-9]*\r\n")
        self.assertIn("hint", json.loads(text.split(b"\r\n\r\n", 1)[1]))
        # They are free again when the time of the slow clients is up.
        wait_until(lambda: self.served("127.5.249.9"), "the slow ones keep the directory for themselves", 30, 0.5)
        # The last of them came later than the first, on a slow machine much later.
        wait_until(lambda: self.node.process.descriptors() < 100, "the slow ones' connections stay open", 30, 0.5)

    def what_a_newcomer_reads(self):
        text = b""
        with self.connect("127.5.249.8") as connection, contextlib.suppress(ConnectionResetError, BrokenPipeError):
            while piece := connection.recv(4096):
                text += piece
        return text

    def served(self, remote_address):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("/api/relays/by-country", remote_address) == 200
        return False


if __name__ == "__main__":
    unittest.main()
