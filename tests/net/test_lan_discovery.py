"""Two hosts in one network find each other by mDNS: a client whose invite has an old address reaches its relay, when
both were told to look. Nobody says anything otherwise, and nothing is said to who is not in the network."""

import sys
import unittest

from host_network import HostNetwork
from hosts import ip, status_of
from harness import COVER_NAME, QNET, run, wait_until

GROUP = "224.0.0.251.5353"
OUTSIDER = "203.0.113.9"

# A simple resolver: asks the relay itself, three times and more than the second apart that is between answers.
ASK = """
import socket, sys
question = bytes.fromhex("000700000001000000000000" "045f703270045f756470056c6f63616c00" "000c0001")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
    resolver.bind((sys.argv[1], 0))
    resolver.settimeout(1.5)
    for _ in range(3):
        resolver.sendto(question, (sys.argv[2], 5353))
        try:
            print(len(resolver.recv(65535)))
            break
        except TimeoutError:
            pass
"""
# What is sent from there arrives, and what is sent back too.
CONNECT = """
import socket, sys
socket.create_connection((sys.argv[2], 443), timeout=5, source_address=(sys.argv[1], 0)).close()
"""


class LanDiscovery(HostNetwork):
    def setUp(self):
        super().setUp()
        self.start_site(self.switch.host(2))
        self.relay_host, self.client_host, self.other_host = (self.switch.host(number) for number in (11, 41, 42))

    def start(self, host, name, *flags):
        return self.start_on(host, name, QNET, "run", "--state-dir", self.folder / name, *flags,
                             env={"EXIT_ABUSE_EMAIL": "abuse@example.org"})

    def start_relay(self, *flags):
        self.start(self.relay_host, "relay", "--helper-mode", "exit", "--listen", "0.0.0.0:443", *self.cover(),
                   *flags)
        wait_until(lambda: (status_of(self.relay_host) or {}).get("state") == "connected", "the relay is ready",
                   30)
        # Where it was once: nobody is there now.
        done = run([QNET, "invite", "--state-dir", self.folder / "relay", "--advertise", "10.78.0.99:443",
                    "--cover-name", COVER_NAME], check=True)
        return done.stdout.decode().strip()

    def capture(self):
        """What any host in the network hears of mDNS."""
        process = self.start_on(self.site_host, "heard", "tcpdump", "-l", "-n", "-i", "eth0", "udp", "port", "5353")
        wait_until(lambda: "listening on" in process.text(), "tcpdump listens")
        return process

    def test_a_client_finds_its_relay_at_its_new_address(self):
        invite = self.start_relay("--lan-discovery")
        self.start(self.client_host, "client", "--peer", invite, "--lan-discovery")
        status = wait_until(lambda: self.connected(), "the client is connected", 40, 0.3)
        peers = [peer["address"] for peer in status["peers"] if peer["state"] == "connected"]
        self.assertEqual(peers, [f"{self.relay_host.address}:443"])

    def connected(self):
        status = status_of(self.client_host)
        return status if status and status["state"] == "connected" else None

    def test_nobody_asks_or_answers_unless_told_to(self):
        heard = self.capture()
        invite = self.start_relay()
        self.start(self.client_host, "client", "--peer", invite)
        wait_until(lambda: any(peer["state"] == "failed"
                               for peer in (status_of(self.client_host) or {"peers": []})["peers"]),
                   "the client's attempt fails", 40, 0.3)
        self.assertNotIn("5353", heard.text().split("listening on", 1)[1].split("\n", 1)[1])
        # It would have been heard: the same listener hears who was told to.
        self.start(self.other_host, "other", "--peer", invite, "--lan-discovery")
        wait_until(lambda: f"{self.other_host.address}.5353 > {GROUP}" in heard.text(), "a question is heard", 40, 0.3)
        self.assertNotIn(f"{self.relay_host.address}.5353", heard.text())
        self.assertNotIn(f"{self.client_host.address}.5353", heard.text())

    def test_who_is_told_to_asks_and_answers_aloud(self):
        heard = self.capture()
        invite = self.start_relay("--lan-discovery")
        self.start(self.client_host, "client", "--peer", invite, "--lan-discovery")
        for host in (self.client_host, self.relay_host):
            wait_until(lambda: f"{host.address}.5353 > {GROUP}" in heard.text(), f"{host.address} is heard", 40, 0.3)

    def ask(self, source):
        """How large the relay's answers to a question from that address are."""
        done = self.other_host.run(sys.executable, "-c", ASK, source, self.relay_host.address)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [int(size) for size in done.stdout.split()]

    def test_a_question_from_outside_the_network_is_not_answered(self):
        # On the same cable, so that only its address says that it comes from elsewhere.
        ip("-n", self.other_host.name, "addr", "add", f"{OUTSIDER}/32", "dev", "eth0")
        ip("-n", self.relay_host.name, "route", "add", f"{OUTSIDER}/32", "dev", "eth0")
        self.start_relay("--lan-discovery")
        done = self.other_host.run(sys.executable, "-c", CONNECT, OUTSIDER, self.relay_host.address)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ask(OUTSIDER), [])
        answers = self.ask(self.other_host.address)
        self.assertEqual(len(answers), 1)
        self.assertLess(answers[0], 1472)


if __name__ == "__main__":
    unittest.main(verbosity=2)
