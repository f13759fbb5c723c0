"""A network that finds itself: clients that know operators only, relays that register, directories that die."""

import contextlib
import sqlite3
import time
import unittest

import harness
from directory_documents import Relay
from harness import COVER_NAME, Nginx, Node, free_port, run, temporary_folder, wait_until

SITE = "site.qnet-test.example"
BODY = b"found by the directory\n"


class DirectoryNetwork(unittest.TestCase):
    """Three super peers without exits of use, two exits, and clients that know the super peers alone."""

    def setUp(self):
        self.folder, self.stack = temporary_folder(self)
        self.cover = self.start(Nginx(self.folder / "cover"))
        self.site = self.start(Nginx(self.folder / "site", files={"index.html": BODY}))
        self.nodes = {}

    def start(self, server):
        self.stack.callback(server.stop)
        return server

    def invite_of(self, name, mode, port):
        """An invite before the peer runs, so that peers can name each other."""
        state = self.folder / name / "state"
        run([harness.QNET, "keygen", "--state-dir", state], check=True)
        done = run([harness.QNET, "invite", "--state-dir", state, "--advertise", f"127.0.0.1:{port}",
                    "--cover-name", COVER_NAME], check=True)
        return done.stdout.decode().strip()

    def relay(self, name, mode, operators=(), port=None, flags=()):
        flags = ["--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME,
                 "--directory-private", *flags]
        if mode in ("exit", "super"):
            flags += ["--exit-allow", f"{SITE}:80=127.0.0.1:{self.site.http_port}"]
        if operators:
            flags += ["--operators", ",".join(operators)]
        node = Node(self.folder / name, mode, flags, listen_port=port)
        self.stack.callback(node.process.stop)
        self.nodes[name] = node
        return node

    def client(self, name, operators, flags=()):
        node = Node(self.folder / name, "client", ["--operators", ",".join(operators), *flags])
        self.stack.callback(node.process.stop)
        return node

    def operators(self, mode="bootstrap", count=3, flags=()):
        ports = [free_port() for _ in range(count)]
        invites = [self.invite_of(f"operator-{i}", mode, port) for i, port in enumerate(ports)]
        for i, port in enumerate(ports):
            self.relay(f"operator-{i}", mode, invites if mode == "super" else (), port, flags).wait_ready()
        return invites

    def fetch(self, client, seconds=20):
        return run(["curl", "-sS", "--max-time", seconds, "--socks5-hostname", client.proxy(), f"http://{SITE}/"],
                   seconds=seconds + 10)

    def wait_fetch(self, client, seconds=40):
        wait_until(lambda: self.fetch(client).stdout == BODY, "a page comes through", seconds, 0.5)

    def wait_listed(self, operator, count, seconds=30):
        wait_until(lambda: self.nodes[operator].status()["directory"]["listed"] == count, f"{count} are listed", seconds)

    def test_a_client_that_knows_operators_only_reaches_the_web_through_an_exit_that_registered(self):
        invites = self.operators()
        for i in range(2):
            self.relay(f"exit-{i}", "exit", invites)
        for i in range(3):
            self.wait_listed(f"operator-{i}", 2)
        client = self.client("client", invites)
        self.wait_fetch(client)
        status = client.status()
        self.assertEqual(status["network"]["exits"], 2)
        self.assertEqual(status["network"]["agreeing"], 3)
        exits = {f"127.0.0.1:{self.nodes[f'exit-{i}'].listen_port}" for i in range(2)}
        connected = [peer["address"] for peer in status["peers"] if peer["state"] == "connected"]
        self.assertTrue(set(connected) <= exits, connected)

        # Two of three directories die; then the exit in use; the client goes on.
        self.nodes["operator-0"].process.kill()
        self.nodes["operator-1"].process.kill()
        in_use = next(i for i in range(2) if f"127.0.0.1:{self.nodes[f'exit-{i}'].listen_port}" in connected)
        self.nodes[f"exit-{in_use}"].process.kill()
        self.wait_fetch(client)

        # All directories are dead: a client that starts now knows what it saw last.
        self.nodes["operator-2"].process.kill()
        client.process.stop()
        client.process = harness.Process(client.process.arguments, client.process.log)
        self.stack.callback(client.process.stop)
        self.wait_fetch(client)

    def test_one_lying_and_one_dead_operator_of_three_change_nothing(self):
        invites = self.operators()
        for i in range(2):
            self.relay(f"exit-{i}", "exit", invites)
        for i in range(3):
            self.wait_listed(f"operator-{i}", 2)
        self.nodes["operator-0"].process.kill()
        # The liar puts an exit of its own into its list, as if it had been checked.
        liar, trap = self.nodes["operator-2"], harness.listen()
        self.stack.callback(trap.close)
        liar.process.stop()
        sybil = Relay(port=trap.getsockname()[1], capabilities=3, ports=[80, 443], cover_name=COVER_NAME)
        with contextlib.closing(sqlite3.connect(liar.folder / "state" / "directory.db")) as database, database:
            now = int(time.time())
            database.execute("INSERT INTO relays VALUES (?, ?, 1, ?, ?, 1, '', 0, 0)",
                             (sybil.public, sybil.descriptor(), now, now))
        liar.process = harness.Process(liar.process.arguments, liar.process.log)
        self.stack.callback(liar.process.stop)
        self.wait_listed("operator-2", 3)
        client = self.client("client", invites)
        self.wait_fetch(client)
        network = client.status()["network"]
        self.assertEqual((network["exits"], network["agreeing"]), (2, 2))
        trap.setblocking(False)
        with self.assertRaises(BlockingIOError, msg="the client came to the liar's exit"):
            trap.accept()

    def test_an_exit_that_says_goodbye_is_no_longer_listed_at_once(self):
        invites = self.operators(count=1)
        exit_node = self.relay("exit", "exit", invites)
        self.wait_listed("operator-0", 1)
        exit_node.process.stop()
        self.wait_listed("operator-0", 0, seconds=5)

    def test_super_peers_register_with_each_other_and_with_themselves(self):
        invites = self.operators("super")
        for i in range(3):
            self.wait_listed(f"operator-{i}", 3)
        for i in range(3):
            rows = self.nodes[f"operator-{i}"].status()["registered"]
            self.assertEqual([row["listed"] for row in rows], [True] * 3)
        client = self.client("client", invites)
        self.wait_fetch(client)

    def test_a_killed_directory_loses_no_acknowledged_registration(self):
        invites = self.operators(count=1)
        self.relay("exit", "exit", invites)
        self.wait_listed("operator-0", 1)
        operator = self.nodes["operator-0"]
        operator.process.kill()
        operator.process = harness.Process(operator.process.arguments, operator.process.log)
        self.stack.callback(operator.process.stop)
        operator.wait_ready()
        self.assertEqual(operator.status()["directory"]["listed"], 1)

    def test_a_relay_whose_address_does_not_answer_is_not_listed(self):
        invites = self.operators(count=1)
        self.relay("exit", "exit", invites, flags=["--advertise", f"127.0.0.1:{free_port()}"])
        operator = self.nodes["operator-0"]
        wait_until(lambda: operator.status()["directory"]["waiting"] == 1, "the exit has registered")
        self.assertEqual(operator.status()["directory"]["listed"], 0)

    def test_modes_do_what_the_matrix_says(self):
        invites = self.operators("bootstrap", count=1)
        self.relay("relay", "relay", invites)
        self.wait_listed("operator-0", 1)
        bootstrap, relay = self.nodes["operator-0"].status(), self.nodes["relay"].status()
        client = self.client("client", invites)
        client.wait_ready()  # by the operator itself, the last resort
        client_status = client.status()
        self.assertIsNotNone(bootstrap["directory"])
        self.assertEqual(bootstrap["registered"], [])
        self.assertIsNone(relay["directory"])
        self.assertEqual([row["listed"] for row in relay["registered"]], [True])
        self.assertIsNotNone(relay["network"])
        self.assertIsNone(client_status["directory"])
        self.assertEqual(client_status["registered"], [])
        self.assertEqual(self.nodes["operator-0"].status()["directory"]["registrations"], 1, "a client registered")


if __name__ == "__main__":
    unittest.main()
