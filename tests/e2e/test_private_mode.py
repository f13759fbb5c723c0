"""Private mode: connections over three relays, of which none knows both ends."""

import json
import unittest

import harness
from circuit_network import EXITS, RELAYS, SEEN_FROM, PrivateCase
from directory_network import SITE
from harness import Process, run, wait_until
from pages import chromium_dom

class PrivateMode(PrivateCase):
    def test_a_page_comes_over_three_relays_of_different_networks(self):
        client = self.client()
        self.fetch(client)
        used = self.circuits(client, "in use")
        self.assertEqual(len(used), 1, client.status()["circuits"])
        guard, middle, end = self.names_of(used[0])
        self.assertEqual(len({guard, middle, end}), 3)
        self.assertIn(end, EXITS)
        self.assertEqual(used[0]["hops"][-1]["country"], EXITS[end])
        self.assertIn("3 hops (private mode)", client.get("/status.txt")[1].decode())
        # Nobody else is dialled by the client: no exit has more than the sessions of other relays.
        rows = client.status()["peers"]
        self.assertEqual(rows, [])

    def test_chromium_loads_a_page_of_a_hundred_resources(self):
        client = self.client()
        dom = chromium_dom(self.network.folder / "chromium", client.proxy(), f"http://{SITE}/many.html")
        self.assertIn("loaded 100", dom)
        self.assertIn("<title>Resources</title>", dom)

    def test_spare_circuits_are_ready_before_they_are_needed(self):
        client = self.client()
        wait_until(lambda: len(self.circuits(client, "ready")) >= 2, "two circuits are ready", 30)
        guards = {circuit["hops"][0]["address"] for circuit in self.circuits(client, "ready")}
        self.assertEqual(len(guards), 1, guards)

    def test_a_program_chooses_hops_and_country_by_its_user_name(self):
        client = self.client(flags=())
        self.assertEqual(client.status()["hops"], 1)
        self.fetch(client)
        self.assertEqual(self.circuits(client), [])
        self.fetch(client, "hops=2")
        self.fetch(client, "alice,hops=3,country=NO")
        lengths = sorted(len(circuit["hops"]) for circuit in self.circuits(client, "in use"))
        self.assertEqual(lengths, [2, 3])
        long = next(circuit for circuit in self.circuits(client, "in use") if len(circuit["hops"]) == 3)
        self.assertEqual(self.names_of(long)[-1], "exit-no")

    def test_a_request_travels_early_on_a_cold_start_unless_that_is_switched_off(self):
        for flags in ([], ["--no-early-request"]):
            client = self.client(flags=flags)
            self.fetch(client, "hops=3")
            self.fetch(client, "other,hops=3")
            self.assertEqual(len(self.circuits(client, "in use")), 2)
            client.process.stop()

    def test_a_wish_that_cannot_be_read_is_refused_and_the_log_says_why(self):
        client = self.client(flags=())
        for user in ("hops=9", "country=Norway"):
            done = self.fetch(client, user, check=False)
            self.assertNotEqual(done.returncode, 0)
        self.assertIn("hops=1 to hops=5", client.process.text())
        self.assertNotIn("Norway", client.process.text())

    def test_a_port_that_no_exit_serves_is_told_without_the_port(self):
        client = self.client()
        done = run(["curl", "-sS", "--max-time", 30, "--proxy", f"socks5h://{client.proxy()}",
                    "http://no-such-site.example:6667/"], seconds=40)
        self.assertNotEqual(done.returncode, 0)
        wait_until(lambda: "could not be made in private mode" in client.process.text(), "the log says so", 10)
        self.assertNotIn("6667", client.process.text())

    def test_a_country_without_an_exit_is_told(self):
        client = self.client()
        done = self.fetch(client, "country=FI", check=False)
        self.assertEqual(done.returncode, 97, done.stderr)
        self.assertIn("countr", client.process.text())

    def test_programs_with_different_names_share_no_circuit(self):
        client = self.client()
        for user in ("alice", "bob", "alice"):
            self.fetch(client, user)
        used = self.circuits(client, "in use")
        # One more is of those without a name: there the client has looked whether anything comes back.
        self.assertEqual(len(used), 3, json.dumps(client.status()["circuits"], indent=1))

    def test_the_guard_is_the_same_after_a_restart(self):
        client = self.client()
        guards = {circuit["hops"][0]["address"] for circuit in self.circuits(client)}
        client.process.stop()
        self.network.restart(client.folder.name)
        client.wait_ready(60)
        self.assertEqual({circuit["hops"][0]["address"] for circuit in self.circuits(client)}, guards)

    def switch(self, client, *words, folder=None):
        """qnet mode, as a person types it."""
        return run([harness.QNET, "mode", *words, "--status-port", client.status_port, "--state-dir",
                    folder or client.folder / "state"])

    def test_the_mode_is_switched_while_the_client_runs(self):
        client = self.client(flags=())
        self.fetch(client)
        self.assertEqual(self.switch(client).stdout, b"1 hop (fast mode)\n")
        self.assertEqual(self.switch(client, "private").stdout, b"3 hops (private mode)\n")
        wait_until(lambda: len(self.circuits(client, "ready")) >= 2, "circuits are ready without a request", 60)
        self.fetch(client)
        self.assertEqual([len(circuit["hops"]) for circuit in self.circuits(client, "in use")], [3])
        self.assertEqual(self.switch(client, "2").stdout, b"2 hops (private mode)\n")
        self.fetch(client)
        self.assertEqual(sorted(len(circuit["hops"]) for circuit in self.circuits(client, "in use")), [2, 3])
        self.assertEqual(self.switch(client, "fast").stdout, b"1 hop (fast mode)\n")
        wait_until(lambda: not self.circuits(client, "ready"), "no spare circuit is kept in fast mode", 30)
        self.fetch(client)
        self.assertEqual(client.status()["hops"], 1)

    def test_private_mode_leaves_the_exit_of_fast_mode(self):
        client = self.client(flags=())
        self.fetch(client)

        def states():
            return [peer["state"] for peer in client.status()["peers"]]
        self.assertIn("connected", states())
        self.switch(client, "private")
        wait_until(lambda: "connected" not in states(), "no exit is in use", 30)
        self.fetch(client)
        self.assertNotIn("connected", states())
        self.fetch(client, "hops=1")
        self.assertIn("connected", states())
        self.switch(client, "fast")
        self.fetch(client)
        self.assertEqual(client.status()["hops"], 1)

    def test_a_mode_that_is_none_and_a_stranger_change_nothing(self):
        client = self.client(flags=())
        for words, told in ((["6"], b"1 to 5"), (["slow"], b"choose fast, private"),
                            (["fast", "private"], b"one mode")):
            done = self.switch(client, *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(told, done.stderr)
        stranger = self.switch(client, "private", folder=client.folder / "other")
        self.assertEqual(stranger.returncode, 1)
        self.assertIn(b"--state-dir", stranger.stderr)
        relay = self.network.nodes["relay-1"]
        self.assertIn(b"no client", self.switch(relay, "private").stderr)
        self.assertEqual(client.status()["hops"], 1)

    def test_an_exit_country_holds_in_fast_mode_too(self):
        client = self.client(["--exit-country", "NO"])
        self.fetch(client)
        dialled = {row["address"] for row in client.status()["peers"]}
        self.assertEqual(dialled, {f"{self.network.nodes['exit-no'].host}:{self.network.nodes['exit-no'].listen_port}"})
        before = self.sessions("exit-se")
        self.fetch(client, "country=SE")
        self.assertGreater(self.sessions("exit-se"), before)

    def test_sites_see_the_address_that_the_exit_has_chosen(self):
        self.fetch(self.client())
        seen = {line.split()[0] for line in (self.network.site.folder / "access.log").read_text().splitlines()
                if "curl" in line}
        self.assertEqual(seen, {SEEN_FROM})


class PrivateTrouble(PrivateCase):
    def tearDown(self):
        """What a test has killed is there again for the next."""
        for name in (*RELAYS, *EXITS):
            if not self.network.nodes[name].process.running():
                self.network.restart(name)
                self.network.nodes[name].wait_ready(60)
        self.network.wait_listed("operator-0", len(RELAYS) + len(EXITS), 90)

    def test_when_a_middle_dies_new_requests_take_another_way(self):
        client = self.client()
        self.fetch(client)
        guard, middle, _ = self.names_of(self.circuits(client, "in use")[0])
        self.network.nodes[middle].process.kill()
        for _ in range(3):
            self.fetch(client)
        for circuit in self.circuits(client, "in use", "ready"):
            self.assertNotIn(middle, self.names_of(circuit))
            self.assertEqual(self.names_of(circuit)[0], guard, "the guard stays")

    def test_a_transfer_whose_middle_dies_ends_and_the_next_one_goes_on(self):
        client = self.client()
        self.fetch(client)
        _, middle, _ = self.names_of(self.circuits(client, "in use")[0])
        received = client.folder / "received"
        curl = Process(["curl", "-sS", "--max-time", "120", "-o", received, "--socks5-hostname", client.proxy(),
                        f"http://{SITE}/large"], client.folder / "curl.log")
        self.addCleanup(curl.kill)
        wait_until(lambda: received.exists() and received.stat().st_size, "the transfer runs", 30)
        self.network.nodes[middle].process.kill()
        wait_until(lambda: not curl.running(), "the transfer ends with an error", 30)
        self.assertNotEqual(curl.child.returncode, 0)
        self.fetch(client)


if __name__ == "__main__":
    unittest.main(verbosity=2)
