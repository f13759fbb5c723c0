"""What the directory's HTTP API refuses of a client: malformed bodies, too many requests, requests without an end."""

import contextlib
import json
import socket
import time
import unittest

from directory_api import DirectoryApi
from directory_documents import base64url
from harness import wait_until

PER_ADDRESS = 32  # connections at once
TOO_MANY = 8
REQUEST = 10  # seconds for a whole request


class Limits(DirectoryApi):
    def test_refuses_bodies_that_are_no_registrations(self):
        for body in (b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"registration": 5}', b'{"registration": "!"}',
                     b'{"registration": "AAAA"}', b"[" * 5000, b"\xff\xfe",
                     b'{"registration": "' + b"A" * 9000 + b'"}'):
            answer = self.ask("POST", "/api/relay/register", body)
            self.assertIn(answer.status, (400, 413), body[:40])
        self.expect_error(self.ask("POST", "/api/relay/register", b" " * 20_000), 413)

    def test_a_registration_that_is_cut_anywhere_is_refused(self):
        whole = self.unreachable_relay().registration()
        for cut in range(0, len(whole), 7):
            body = json.dumps({"registration": base64url(whole[:cut])}).encode()
            answer = self.ask("POST", "/api/relay/register", body, remote_address=self.another_remote_address())
            self.expect_error(answer, 400)

    def test_countries_that_nobody_has_are_empty_lists_and_no_countries_are_refused(self):
        for number in range(0, 676, 13):
            code = chr(65 + number // 26) + chr(65 + number % 26)
            answer = self.ask("GET", f"/api/relays/by-country?country={code}")
            self.assertEqual(answer.json(), {"count": 0, "relays": []})
        for wrong in ("country=se", "country=SWE", "country=S", "country=", "country=S1", "country=%00%00", "country",
                      "country=SE&country=NO", "land=SE", "country=%C3%85%C3%85"):
            self.expect_error(self.ask("GET", f"/api/relays/by-country?{wrong}"), 400)

    def test_one_address_may_ask_a_hundred_times_a_minute(self):
        answers = [self.ask("GET", "/api/relays/by-country?country=AQ").status for _ in range(105)]
        self.assertEqual(answers, [200] * 100 + [429] * 5)
        self.assertEqual(self.list_one(self.another_remote_address()), 200)

    def test_slow_loris_holds_nobody_else_up_and_is_ended(self):
        begun, slow, remote_addresses = time.monotonic(), [], []
        for beginning in (b"POST /api/relay/register HTTP/1.1\r\nHost: x\r\nContent-Length: 9", b"P",
                          b"POST /api/relay/register HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{"):
            remote_addresses.append(self.another_remote_address())
            for _ in range(PER_ADDRESS + TOO_MANY):
                slow.append(socket.create_connection(("127.0.0.1", self.port), timeout=5,
                                                     source_address=(remote_addresses[-1], 0)))
                self.addCleanup(slow[-1].close)
                with contextlib.suppress(OSError):  # the surplus ones have been answered and ended by now
                    slow[-1].sendall(beginning)
        started = time.monotonic()
        self.assertEqual(self.list_one(self.another_remote_address()), 200)
        self.assertLess(time.monotonic() - started, 2)
        texts = [self.read_to_the_end(connection, begun + 15) for connection in slow]
        turned_away = [text for text in texts if text]
        self.assertEqual(len(turned_away), TOO_MANY * len(remote_addresses))
        for text in turned_away:
            self.assertTrue(text.startswith(b"HTTP/1.1 503 "), text)
            self.assertIn(b"\r\nRetry-After: ", text)
        # Not at once either: a slow but honest client has its time.
        self.assertGreater(time.monotonic() - begun, REQUEST - 2)
        # Their slots are free again.
        for remote_address in remote_addresses:
            wait_until(lambda: self.list_one(remote_address) == 200, "a free slot", 3, 0.5)

    def list_one(self, remote_address):
        """The status that this address gets for a country's list."""
        return self.ask("GET", "/api/relays/by-country?country=AQ", remote_address=remote_address).status

    def read_to_the_end(self, connection, until):
        """The bytes that came before the directory ended the connection, which it must do."""
        text = b""
        while True:
            connection.settimeout(max(0.01, until - time.monotonic()))
            try:
                piece = connection.recv(4096)
            except TimeoutError:
                self.fail(f"the directory has not ended a slow connection: {text!r}")
            except (ConnectionResetError, BrokenPipeError):
                return text
            if not piece:
                return text
            text += piece


if __name__ == "__main__":
    unittest.main()
