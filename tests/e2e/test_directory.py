"""A network of clients that know operators only, relays that register, and directories that die."""

import subprocess
import time
import unittest

from directory_network import LARGE, SITE, DirectoryNetwork
from harness import Nginx, free_port, wait_until


class FindingExits(DirectoryNetwork):
    def network_of_two_exits(self):
        invites = self.operators()
        for i in range(2):
            self.relay(f"exit-{i}", "exit", invites)
        for i in range(3):
            self.wait_listed(f"operator-{i}", 2)
        return invites

    def exit_in_use(self, client):
        connected = [peer["address"] for peer in client.status()["peers"] if peer["state"] == "connected"]
        self.assertEqual(len(connected), 1)
        return next(f"exit-{i}" for i in range(2) if self.address(f"exit-{i}") == connected[0])

    def test_a_client_that_knows_operators_only_reaches_the_web_through_an_exit_that_registered(self):
        invites = self.network_of_two_exits()
        client = self.client("client", invites)
        self.wait_fetch(client)
        self.wait_agreeing(client, 3)
        self.assertEqual(client.status()["network"]["exits"], 2)

        # Two of three directories die, then the exit in use. The client goes on.
        self.nodes["operator-0"].process.kill()
        self.nodes["operator-1"].process.kill()
        self.nodes[self.exit_in_use(client)].process.kill()
        self.wait_fetch(client)

        # All directories are dead: a client that starts now uses the lists that it saw last.
        self.nodes["operator-2"].process.kill()
        client.process.stop()
        self.restart("client")
        self.wait_fetch(client)

    def test_a_download_through_an_exit_that_dies_ends_at_once_and_the_next_one_works(self):
        client = self.client("client", self.network_of_two_exits())
        self.wait_fetch(client)
        target = self.folder / "large"
        download = subprocess.Popen(["curl", "-sS", "--max-time", "60", "--socks5-hostname", client.proxy(),
                                     "-o", target, f"http://{SITE}/large"], stderr=subprocess.DEVNULL)
        self.addCleanup(download.kill)
        wait_until(lambda: target.exists() and target.stat().st_size > 1 << 20, "a megabyte has come")
        self.nodes[self.exit_in_use(client)].process.kill()
        self.assertNotEqual(download.wait(5), 0, "half a file was taken for a whole one")
        self.assertLess(target.stat().st_size, LARGE)
        self.wait_fetch(client, 15)

    def test_a_client_that_found_nobody_finds_the_first_exit_soon(self):
        invites = self.operators()
        client = self.client("client", invites)
        self.wait_agreeing(client, 3)
        time.sleep(6)  # long enough for its pauses between two questions to grow
        self.assertNotEqual(self.fetch(client, 5).returncode, 0)
        self.relay("exit", "exit", invites)
        for i in range(3):
            self.wait_listed(f"operator-{i}", 1)
        self.wait_fetch(client, 15, each=5)

    def test_a_client_whose_operators_serve_no_directory_goes_out_through_one_of_them(self):
        ports = {mode: free_port() for mode in ("exit", "relay")}
        invites = {mode: self.invite_of(mode, port) for mode, port in ports.items()}
        for mode, port in ports.items():
            self.relay(mode, mode, port=port).wait_ready()
        client = self.client("client", list(invites.values()))
        self.wait_fetch(client)
        wait_until(lambda: "gives no list" in (client.status()["network"]["problem"] or ""),
                   "a person is told", 30, 0.3)
        network = client.status()["network"]
        self.assertEqual((network["agreeing"], network["relays"], network["exits"]), (0, 0, 0))
        self.assertEqual([peer["address"] for peer in client.status()["peers"] if peer["state"] == "connected"],
                         [self.address("exit")])

    def test_an_exit_that_says_goodbye_is_no_longer_listed_at_once(self):
        invites = self.operators(count=1)
        exit_node = self.relay("exit", "exit", invites)
        self.wait_listed("operator-0", 1)
        exit_node.process.stop()
        self.wait_listed("operator-0", 0, seconds=5)

    def test_a_goodbye_does_not_need_the_last_heartbeats_session(self):
        self.cover = self.start(Nginx(self.folder / "impatient-cover", idle=5))
        invites = self.operators(count=1)
        profiles = self.folder / "operator-0" / "state" / "mirror"

        def measured():
            return any("idle_after_s = 5\n" in path.read_text() for path in profiles.glob("*.toml"))
        # It learns how long its cover's connections may idle by waiting for it.
        wait_until(measured, "the operator knows the cover's idle limit", 60)
        exit_node = self.relay("exit", "exit", invites)
        self.wait_listed("operator-0", 1)
        # Sessions end when the cover origin's connections would: well before the next heartbeat.
        operator = self.nodes["operator-0"]
        wait_until(lambda: operator.status()["sessions_open"] == 0, "the session has ended", 25)
        self.assertEqual(operator.status()["directory"]["listed"], 1)
        exit_node.process.stop()
        self.wait_listed("operator-0", 0, seconds=5)

    def test_super_peers_register_with_each_other_and_with_themselves(self):
        invites = self.operators("super")
        for i in range(3):
            self.wait_listed(f"operator-{i}", 3)
        for i in range(3):
            self.wait_registered(f"operator-{i}", 3)
        client = self.client("client", invites)
        self.wait_fetch(client)

    def test_a_killed_directory_loses_no_acknowledged_registration(self):
        invites = self.operators(count=1)
        exit_node = self.relay("exit", "exit", invites)
        self.wait_listed("operator-0", 1)
        operator = self.nodes["operator-0"]
        # No relay is left that could restore by a registration what the directory has lost.
        exit_node.process.kill()
        operator.process.kill()
        self.restart("operator-0")
        operator.wait_ready()
        self.assertEqual(operator.status()["directory"]["listed"], 1)


if __name__ == "__main__":
    unittest.main()
