"""A network for circuits on loopback: an operator, three relays, two exits, and a client for each test."""

import unittest

from directory_network import BODY, SITE, DirectoryNetwork
from harness import run
from pages import page_of

RELAYS = ("relay-1", "relay-2", "relay-3")
EXITS = {"exit-se": "SE", "exit-no": "NO"}
SEEN_FROM = "127.99.0.1"  # where exits connect to sites from


class PrivateNetwork(DirectoryNetwork):
    """An operator, three relays and two exits. Each has a network of its own on loopback, as hops must have."""

    def setUp(self):
        super().setUp()
        self.invites = self.operators(count=1)
        for number, name in enumerate(RELAYS):
            self.relay(name, "relay", self.invites, host=f"127.{number + 1}.0.1")
        for number, (name, country) in enumerate(EXITS.items()):
            flags = ["--country", country, "--exit-bind", SEEN_FROM]
            self.relay(name, "exit", self.invites, flags=flags, host=f"127.{number + 11}.0.1")
        self.wait_listed("operator-0", len(RELAYS) + len(EXITS), 60)
        for path, content in page_of(100).items():
            if path != "index.html":
                (self.site.root / path).parent.mkdir(exist_ok=True)
            (self.site.root / (path if path != "index.html" else "many.html")).write_bytes(content)


class PrivateCase(unittest.TestCase):
    """One network for all tests of a class, and a client for each test."""

    @classmethod
    def setUpClass(cls):
        cls.network = PrivateNetwork()
        cls.addClassCleanup(cls.network.doCleanups)
        cls.network.setUp()

    def client(self, flags=("--hops", "3"), env=None):
        client = self.network.client(f"client-{self.id().rpartition('.')[2]}", self.network.invites, flags, env)
        try:
            client.wait_ready(60)
        except AssertionError as error:
            status = client.status()
            raise AssertionError(f"{error}\n{status['circuits']}\n{status['network']}\n{status['peers']}") from None
        return client

    def fetch(self, client, user=None, seconds=30, check=True):
        """With this user name, as a program would give it."""
        done = run(["curl", "-sS", "--max-time", seconds, "--proxy", f"socks5h://{client.proxy()}",
                    *(["--proxy-user", f"{user}:x"] if user else []), f"http://{SITE}/"], seconds=seconds + 10)
        if check:
            told = f"{done.stderr.decode()}\n{client.process.text()[-3000:]}\n{client.status()['circuits']}"
            self.assertEqual(done.stdout, BODY, told)
        return done

    @staticmethod
    def circuits(client, *states):
        # With one hop it is the session of fast mode.
        rows = [row for row in client.status()["circuits"] if len(row["hops"]) != 1]
        return [row for row in rows if not states or row["state"] in states]

    def names_of(self, circuit):
        """The names of the peers of a circuit, the guard first."""
        names = {f"{node.host}:{node.listen_port}": name for name, node in self.network.nodes.items()
                 if node.listen_port}
        return [names[hop["address"]] for hop in circuit["hops"]]

    def sessions(self, name):
        """How many have ever been accepted from peers."""
        return self.network.nodes[name].status()["handshakes"]["accepted"]
