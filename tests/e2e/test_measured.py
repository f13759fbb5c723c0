"""Directories measure how fast relays send, clients draw by it, and one lying operator of three changes nothing."""

import contextlib
import http.client
import json
import sqlite3
import unittest

from directory_documents import agreed_rate, snapshot_list
from directory_network import BODY, SITE, DirectoryNetwork
from harness import free_port, run, wait_until
from slow_line import SlowLine

FAST = [f"fast-{i}" for i in range(5)]
SLOW = "slow"
RATE = 100_000
PROGRAMS = 40


class Measured(DirectoryNetwork):
    def setUp(self):
        super().setUp()
        ports = [free_port() for _ in range(6)]
        self.invites = [self.invite_of(f"operator-{i}", port) for i, port in enumerate(ports[:3])]
        self.apis = ports[3:]
        for i, port in enumerate(ports[:3]):
            self.relay(f"operator-{i}", "bootstrap", (), port,
                       ["--directory-http", f"127.0.0.1:{self.apis[i]}"]).wait_ready()
        for number, name in enumerate(FAST):
            # It declares less than the slow one.
            self.relay(name, "exit", self.invites, host=f"127.{number + 1}.0.1", flags=["--bandwidth", "1000"])
        at = free_port()
        line = self.start(SlowLine("127.9.0.1", ("127.9.0.1", at), RATE))
        self.relay(SLOW, "exit", self.invites, at, host="127.9.0.1",
                   flags=["--advertise", f"127.9.0.1:{line.port}", "--bandwidth", "100000"])

    def rates(self, operator):
        """By the relays' names, as this operator lists them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.apis[operator], timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/api/relays/by-country")
            relays = json.loads(connection.getresponse().read())["relays"]
        names = {self.nodes[name].status()["peer_id"]: name for name in (*FAST, SLOW)}
        return {names[relay["peer_id"]]: relay["measured"] for relay in relays}

    def wait_measured(self, operator):
        for name in (*FAST, SLOW):
            self.is_up(self.nodes[name])

        last = {}

        def all_are():
            last.update(self.rates(operator))
            return len(last) == len(FAST) + 1 and all(last.values())
        try:
            wait_until(all_are, f"operator {operator} has measured all", 60, 1)
        except AssertionError as error:
            raise AssertionError(f"{error}: {last}\n{self.nodes[SLOW].process.text()[-1000:]}") from None

    def make_the_last_operator_lie(self):
        """It lists the slow exit as the fastest, and all others as nearly dead."""
        slow = self.nodes[SLOW].status()["peer_id"]
        keys = {relay["peer_id"]: relay["noise_key"] for relay in self.listing(2)}
        node = self.nodes["operator-2"]
        node.process.stop()
        with contextlib.closing(sqlite3.connect(node.folder / "state" / "directory.db")) as database, database:
            database.execute("UPDATE relays SET measured = 1")
            database.execute("UPDATE relays SET measured = 4000000000 WHERE instr(descriptor, ?) > 0",
                             (bytes.fromhex(keys[slow]),))
        self.restart("operator-2")
        node.wait_ready()

    def listing(self, operator):
        connection = http.client.HTTPConnection("127.0.0.1", self.apis[operator], timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/api/relays/by-country")
            return json.loads(connection.getresponse().read())["relays"]

    def published(self, operator):
        """The rates in the list that clients get, which is at most five seconds old."""
        connection = http.client.HTTPConnection("127.0.0.1", self.apis[operator], timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/api/directory/snapshot")
            relays = snapshot_list(connection.getresponse().read())
        return sorted(relay[3] for relay in relays)

    def fetch_as(self, client, user):
        return run(["curl", "-sS", "--max-time", 30, "--proxy", f"socks5h://{client.proxy()}", "--proxy-user",
                    f"{user}:x", f"http://{SITE}/"], seconds=40)

    def served(self, name):
        return self.nodes[name].status()["exit"]["total"]

    def test_a_slow_exit_is_measured_as_slow_and_drawn_less_whatever_one_operator_says(self):
        for operator in range(3):
            self.wait_measured(operator)
            rates = self.rates(operator)
            fastest = max(rates.values())
            self.assertLess(rates[SLOW], 3 * RATE, rates)
            self.assertGreater(rates[SLOW], RATE / 3, rates)
            self.assertEqual(min(rates, key=rates.get), SLOW, rates)
            self.assertGreater(fastest, 10 * RATE, rates)

        self.make_the_last_operator_lie()
        told = [self.rates(operator) for operator in range(3)]
        self.assertEqual(told[2][SLOW], 4_000_000_000, "the lie is listed")
        for name in (*FAST, SLOW):
            honest = [rates[name] for rates in told[:2]]
            agreed = agreed_rate([rates[name] for rates in told], 3)
            self.assertTrue(min(honest) <= agreed <= max(honest), (name, told))

        for operator in range(3):
            wait_until(lambda: self.published(operator) == sorted(told[operator].values()), "all rates are published",
                       30, 1)
        client = self.client("client", self.invites, ["--hops", "2"])
        client.wait_ready(60)
        self.wait_agreeing(client, 3)
        self.assertEqual(client.status()["network"]["measured"], len(FAST) + 1)
        for number in range(PROGRAMS):
            done = self.fetch_as(client, f"program-{number}")
            self.assertEqual(done.stdout, BODY, f"{done.stderr.decode()}\n{client.status()['circuits']}")
        served = {name: self.served(name) for name in (*FAST, SLOW)}
        self.assertGreaterEqual(sum(served.values()), PROGRAMS)
        # By the rates it is drawn once in some hundred times. Where all are alike: one in five.
        self.assertLessEqual(served[SLOW], 4, (served, told))


if __name__ == "__main__":
    unittest.main()
