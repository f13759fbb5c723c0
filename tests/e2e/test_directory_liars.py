"""Of three operators one is dead and one lies: it can add no relay and hide none, also when kept lists have expired."""

import contextlib
import sqlite3
import time
import unittest

import harness
from directory_documents import Relay
from directory_network import DirectoryNetwork
from harness import COVER_NAME, wait_until

HONEST = 2  # exits


class Liars(DirectoryNetwork):
    """Operator 0 will die, operator 1 is honest, operator 2 lies. The client has lists from before."""

    def setUp(self):
        super().setUp()
        self.invites = self.operators()
        for i in range(HONEST):
            self.relay(f"exit-{i}", "exit", self.invites)
        for i in range(3):
            self.wait_listed(f"operator-{i}", HONEST)

    def client_that_knows_the_network(self):
        client = self.client("client", self.invites)
        self.wait_fetch(client)
        self.wait_agreeing(client, 3)
        self.assertEqual(client.status()["network"]["exits"], HONEST)
        return client

    def rewrite_the_liars_database(self, *statements):
        liar = self.nodes["operator-2"]
        liar.process.stop()
        with contextlib.closing(sqlite3.connect(liar.folder / "state" / "directory.db")) as database, database:
            for statement, *values in statements:
                database.execute(statement, values)

    def own_exit(self):
        """A row of the liar's own exit, which looks checked, and the trap behind it."""
        trap = harness.listen()
        self.stack.callback(trap.close)
        sybil = Relay(port=trap.getsockname()[1], capabilities=3, ports=[80, 443], cover_name=COVER_NAME)
        now = int(time.time())
        insert = "INSERT INTO relays VALUES (?, ?, 1, ?, ?, 1, '', 0, 0, 0, x'')"
        return (insert, sybil.public, sybil.descriptor(), now, now), trap

    def nobody_came(self, trap):
        trap.setblocking(False)
        with self.assertRaises(BlockingIOError, msg="the client came to the liar's exit"):
            trap.accept()

    def hide_the_exits(self):
        """The relays no longer tell the liar: their next heartbeats would list them there again."""
        for i in range(HONEST):
            words = self.nodes[f"exit-{i}"].process.arguments
            words[words.index("--operators") + 1] = ",".join(self.invites[:2])
            self.nodes[f"exit-{i}"].process.stop()
            self.restart(f"exit-{i}")
        for i in range(2):
            wait_until(lambda: self.nodes[f"operator-{i}"].status()["directory"]["listed"] == HONEST,
                       "both are back", 30)

    def answers_of_the_honest_one(self):
        counts = self.nodes["operator-1"].status()["directory"]
        return counts["snapshots"] + counts["renewals"]

    def client_looks_again(self, client, env=None):
        """The client starts with the lists that it kept, asks the other two, and is not misled."""
        before = self.answers_of_the_honest_one()
        client.process.stop()
        self.restart("client", env)
        self.wait_fetch(client)
        wait_until(lambda: self.answers_of_the_honest_one() > before, "it asks the honest operator")
        time.sleep(3)
        self.assertEqual(client.status()["network"]["exits"], HONEST)
        self.wait_fetch(client)

    def test_a_liar_that_adds_an_exit_adds_nobody_even_for_a_client_that_knows_nothing(self):
        self.nodes["operator-0"].process.kill()
        row, trap = self.own_exit()
        self.rewrite_the_liars_database(row)
        self.restart("operator-2")
        self.nodes["operator-2"].wait_ready()
        self.wait_listed("operator-2", HONEST + 1)
        client = self.client("client", self.invites)
        self.wait_fetch(client)
        self.wait_agreeing(client, 2)
        self.assertEqual(client.status()["network"]["exits"], HONEST)
        self.nobody_came(trap)

    def test_a_liar_that_lists_nobody_hides_nobody_from_a_client_that_knows_the_network(self):
        client = self.client_that_knows_the_network()
        self.hide_the_exits()
        self.nodes["operator-0"].process.kill()
        self.rewrite_the_liars_database(("DELETE FROM relays",))
        self.restart("operator-2")
        self.nodes["operator-2"].wait_ready()
        self.assertEqual(self.nodes["operator-2"].status()["directory"]["listed"], 0)
        self.client_looks_again(client)

    def test_a_liar_that_lists_its_own_exit_alone_is_not_followed(self):
        client = self.client_that_knows_the_network()
        self.hide_the_exits()
        self.nodes["operator-0"].process.kill()
        row, trap = self.own_exit()
        self.rewrite_the_liars_database(("DELETE FROM relays",), row)
        self.restart("operator-2")
        self.nodes["operator-2"].wait_ready()
        self.assertEqual(self.nodes["operator-2"].status()["directory"]["listed"], 1)
        self.client_looks_again(client)
        self.nobody_came(trap)

    def test_what_a_dead_operator_said_last_counts_when_it_has_run_out_and_the_third_one_lies(self):
        client = self.client_that_knows_the_network()
        client.process.stop()
        self.nodes["operator-0"].process.kill()
        # Four hours later on all machines: a list holds for three.
        later = harness.clock("+4h")
        row, trap = self.own_exit()
        self.rewrite_the_liars_database(("DELETE FROM relays",), row,
                                        ("UPDATE relays SET last_seen = last_seen + 4 * 3600",))
        self.restart("operator-2", later)
        self.nodes["operator-1"].process.stop()
        self.restart("operator-1", later)
        for i in range(HONEST):
            words = self.nodes[f"exit-{i}"].process.arguments
            words[words.index("--operators") + 1] = ",".join(self.invites[:2])
            self.nodes[f"exit-{i}"].process.kill()
            self.restart(f"exit-{i}", later)
        self.wait_listed("operator-1", HONEST)
        wait_until(self.nodes["operator-2"].ready, "the liar is ready")
        self.assertEqual(self.nodes["operator-2"].status()["directory"]["listed"], 1)
        self.client_looks_again(client, later)
        self.nobody_came(trap)


if __name__ == "__main__":
    unittest.main()
