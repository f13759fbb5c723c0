"""A directory lists only relays whose address answers HTX under their own Noise key."""

import contextlib
import http.client
import json
import os
import time
import unittest

from directory_documents import Relay, keys_of, noise_key_of
from directory_network import DirectoryNetwork
from harness import COVER_NAME, TcpServer, free_port, wait_until

WATCHED = 4.0  # seconds; a check begins at once


class AddressChecks(DirectoryNetwork):
    def setUp(self):
        super().setUp()
        self.api = free_port()
        self.invites = self.operators(count=1, flags=["--directory-http", f"127.0.0.1:{self.api}"])
        self.operator = self.nodes["operator-0"]

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def register(self, **fields):
        relay = Relay(cover_name=COVER_NAME, **fields)
        status, answer = self.ask("POST", "/api/relay/register", relay.body())
        self.assertEqual((status, answer["state"]), (200, "checking"))
        return relay

    def never_listed_while_others_are(self, impostor):
        """Checks begin in the order of registrations: a later one that is listed shows that this one was checked."""
        good = self.register(port=self.operator.listen_port, **keys_of(self.operator))

        def listed():
            return {row["peer_id"] for row in self.ask("GET", "/api/relays/by-country")[1]["relays"]}
        wait_until(lambda: good.peer_id in listed(), "a relay that does answer is listed", 20, 1)
        end = time.monotonic() + WATCHED
        while time.monotonic() < end:
            self.assertEqual(listed(), {good.peer_id}, f"{impostor.peer_id} is listed")
            time.sleep(0.7)
        directory = self.operator.status()["directory"]
        self.assertEqual((directory["listed"], directory["waiting"]), (1, 1))

    def test_an_address_where_nobody_answers(self):
        self.never_listed_while_others_are(self.register(port=free_port()))

    def test_an_address_where_a_web_site_answers_that_is_no_relay(self):
        impostor = self.register(port=self.cover.https_port, noise_key=noise_key_of(self.operator.invite()))
        self.never_listed_while_others_are(impostor)

    def test_a_relays_address_under_another_noise_key(self):
        impostor = self.register(port=self.operator.listen_port, noise_key=os.urandom(32))
        self.never_listed_while_others_are(impostor)

    def test_a_relays_address_and_noise_key_under_another_name(self):
        impostor = self.register(port=self.operator.listen_port, noise_key=noise_key_of(self.operator.invite()))
        self.never_listed_while_others_are(impostor)

    def test_an_address_that_is_probed_and_says_nothing(self):
        probes = []

        def hold(connection):
            probes.append(1)
            with contextlib.suppress(OSError):
                while connection.recv(4096):
                    pass
        silent = self.start(TcpServer(hold))
        impostor = self.register(port=silent.port)
        wait_until(lambda: probes, "the directory probes the address")
        self.never_listed_while_others_are(impostor)

    def test_a_relay_that_gives_a_wrong_address_reads_that_it_is_not_listed(self):
        self.relay("exit", "exit", self.invites, flags=["--advertise", f"127.0.0.1:{free_port()}"])
        wait_until(lambda: self.operator.status()["directory"]["waiting"] == 1, "the exit has registered")
        end = time.monotonic() + WATCHED
        while time.monotonic() < end:
            self.assertEqual(self.operator.status()["directory"]["listed"], 0)
            time.sleep(0.2)
        row, = self.nodes["exit"].status()["registered"]
        self.assertFalse(row["listed"])
        self.assertIn("address", row["problem"])


if __name__ == "__main__":
    unittest.main()
