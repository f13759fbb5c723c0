"""The table of the five modes: which ask operators, register, and serve a directory, and as what they are listed."""

import http.client
import json
import re
import time
import unittest

import harness
from directory_documents import Relay, unbase64url, verified_descriptor
from directory_network import DirectoryNetwork
from harness import ROOT, accepts, free_port, run, wait_until

PATHS = (("POST", "/api/relay/register"), ("GET", "/api/relays/by-country"), ("GET", "/api/relays/prune"),
         ("GET", "/api/directory/snapshot"))
OPERATORS = 3

#             asks   registers with   serves a directory   listed as
TABLE = {
    "client": (True, 0, False, None),
    "relay": (True, OPERATORS, False, ["relay"]),
    "bootstrap": (False, 0, True, None),
    "exit": (True, OPERATORS, False, ["relay", "exit"]),
    "super": (False, OPERATORS, True, ["relay", "exit", "directory"]),
}


class Modes(DirectoryNetwork):
    def ask(self, port, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def rows(self):
        """The relays that the bootstrap peer lists, by peer id."""
        return {row["peer_id"]: row for row in self.ask(self.api, "GET", "/api/relays/by-country")[1]["relays"]}

    def start_all(self):
        """One peer of each mode, and a second super peer. All know the same three operators."""
        self.api = free_port()
        modes = {"bootstrap": "bootstrap", "super": "super", "super-2": "super"}
        ports = {name: free_port() for name in modes}
        invites = [self.invite_of(name, port) for name, port in ports.items()]
        for name, mode in modes.items():
            flags = ["--directory-http", f"127.0.0.1:{self.api}"] if name == "bootstrap" else []
            self.relay(name, mode, invites, ports[name], flags).wait_ready()
        self.relay("relay", "relay", invites, flags=["--country", "SE", "--bandwidth", "100"]).wait_ready()
        self.relay("exit", "exit", invites).wait_ready()
        for name in modes:
            self.wait_listed(name, 4)
        self.before = self.nodes["bootstrap"].status()["directory"]["registrations"]
        self.client("client", invites)
        self.wait_fetch(self.nodes["client"])

    def test_each_mode_does_what_the_table_says_and_nothing_else(self):
        self.start_all()
        ids = {name: self.nodes[name].status()["peer_id"] for name in self.nodes}
        listed = self.rows()
        self.assertEqual(set(listed), {ids[name] for name in ("super", "super-2", "relay", "exit")})
        for mode, (asks, registers, serves, capabilities) in TABLE.items():
            with self.subTest(mode=mode):
                if asks:
                    self.wait_agreeing(self.nodes[mode], OPERATORS)
                if registers:
                    self.wait_registered(mode, registers)
                status = self.nodes[mode].status()
                self.assertEqual(status["mode"], mode)
                self.assertEqual(status["network"] is not None, asks)
                self.assertEqual(len(status["registered"]), registers)
                self.assertEqual(status["directory"] is not None, serves)
                row = listed.get(ids[mode])
                self.assertEqual(row and row["capabilities"], capabilities)
        self.assertIn("this peer", [row["directory"] for row in self.nodes["super"].status()["registered"]])
        # What a relay declares is listed as it was declared; megabits a second become bytes.
        relay = listed[ids["relay"]]
        self.assertEqual((relay["country"], relay["country_source"], relay["bandwidth"]),
                         ("SE", "declared", 12_500_000))
        self.assertEqual(self.nodes["bootstrap"].status()["directory"]["countries"], {"SE": 1, "unknown": 3})
        # The client was there all the time.
        registrations = self.nodes["bootstrap"].status()["directory"]["registrations"]
        self.assertEqual(registrations, self.before, "a client registered")

    def test_clients_never_register(self):
        invites = self.operators(count=1)
        self.relay("exit", "exit", invites)
        self.wait_listed("operator-0", 1)
        counted = self.nodes["operator-0"].status()["directory"]
        client = self.client("client", invites)
        self.wait_fetch(client)
        wait_until(lambda: self.nodes["operator-0"].status()["directory"]["snapshots"] > counted["snapshots"],
                   "it asks")
        time.sleep(3)
        after = self.nodes["operator-0"].status()["directory"]
        self.assertEqual([after[key] for key in ("registrations", "refused", "listed", "waiting")],
                         [counted[key] for key in ("registrations", "refused", "listed", "waiting")])

    def test_modes_without_a_directory_have_nothing_at_its_paths(self):
        invite = self.invite_of("relay", listen := free_port())
        for mode in ("relay", "exit", "client"):
            flags = ["--directory-http", f"127.0.0.1:{(port := free_port())}"]
            if mode == "client":
                self.client(mode, [invite], flags)
            else:
                self.relay(mode, mode, port=listen if mode == "relay" else None, flags=flags).wait_ready()
            wait_until(lambda: accepts(port), f"a {mode} listens")
            for method, path in PATHS:
                with self.subTest(mode=mode, path=path):
                    status, answer = self.ask(port, method, path, Relay().body() if method == "POST" else None)
                    self.assertEqual(status, 404)
                    self.assertIn("serves no directory", answer["error"])
                    self.assertIn("bootstrap or super", answer["hint"])

    def test_the_relays_with_one_familys_key_are_listed_as_one_family(self):
        key = self.folder / "family-key"
        made = run([harness.QNET, "family", "new", key], check=True).stdout.decode()
        family = re.search(r"\b[0-9a-f]{64}\b", made)[0]
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        self.assertEqual(run([harness.QNET, "family", "new", key]).returncode, 1)

        self.api = free_port()
        invites = self.operators(count=1, flags=["--directory-http", f"127.0.0.1:{self.api}"])
        self.relay("first", "relay", invites, flags=["--family", str(key)])
        self.relay("second", "relay", invites, env={"QNET_FAMILY": str(key)})
        self.relay("another's", "relay", invites)
        self.wait_listed("operator-0", 3, seconds=90)
        rows = self.rows()
        told = {name: rows[self.nodes[name].status()["peer_id"]] for name in ("first", "second", "another's")}
        self.assertEqual({name: row["family"] for name, row in told.items()},
                         {"first": family, "second": family, "another's": None})
        for row in told.values():  # the proofs, by a second implementation
            verified_descriptor(unbase64url(row["descriptor"]))
            self.assertEqual(len({key["key"] for key in row["circuit_keys"]}), 2, "today's and tomorrow's")

        key.chmod(0o640)
        exposed = self.relay("exposed", "relay", invites, flags=["--family", str(key)])
        wait_until(lambda: not exposed.process.running(), "it does not start")
        self.assertIn("run chmod 600 on it", exposed.process.text())

    def test_a_country_database_that_knows_nothing_of_an_address_leaves_what_was_declared(self):
        database = ROOT / "tests" / "vectors" / "maxmind" / "documentation-networks.mmdb"
        self.api = free_port()
        invites = self.operators(count=1, flags=["--country-database", str(database), "--directory-http",
                                                 f"127.0.0.1:{self.api}"])
        self.relay("declares", "relay", invites, flags=["--country", "NO"])
        self.relay("silent", "relay", invites)
        self.wait_listed("operator-0", 2)
        told = sorted((row["country"] or "", row["country_source"]) for row in self.rows().values())
        self.assertEqual(told, [("", "unknown"), ("NO", "declared")])


if __name__ == "__main__":
    unittest.main()
