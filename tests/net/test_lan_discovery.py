"""Two hosts in one network find each other by mDNS: a client whose invite has an old address reaches its relay, when both
were told to look. Nobody says anything otherwise."""

import contextlib
import pathlib
import shutil
import tempfile
import unittest

import hosts
from hosts import Switch, status_of
from harness import COVER_NAME, QNET, run, wait_until
from site_host import SiteNginx


class LanDiscovery(unittest.TestCase):
    def setUp(self):
        if reason := hosts.why_not():
            self.skipTest(reason)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-lan-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        switch = self.stack.enter_context(Switch())
        self.site_host, self.relay_host, self.client_host = (switch.host(number) for number in (2, 11, 41))
        self.site = SiteNginx(self.folder / "site", self.site_host)
        self.stack.callback(self.site.stop)

    def start(self, host, name, *flags):
        process = host.start(QNET, "run", "--state-dir", self.folder / name, *flags, log=self.folder / f"{name}.log",
                             env={"EXIT_ABUSE_EMAIL": "abuse@example.org"})
        self.stack.callback(process.stop)
        return process

    def start_relay(self, *flags):
        self.start(self.relay_host, "relay", "--helper-mode", "exit", "--listen", "0.0.0.0:443", "--cover-origin",
                   f"{self.site_host.address}:{self.site.https_port}", "--cover-name", COVER_NAME, "--cover-ca",
                   self.site.certificate, *flags)
        wait_until(lambda: (status_of(self.relay_host) or {}).get("connection") == "connected", "the relay is ready", 30)
        # Where it was once: nobody is there now.
        done = run([QNET, "invite", "--state-dir", self.folder / "relay", "--advertise", "10.78.0.99:443", "--cover-name",
                    COVER_NAME], check=True)
        return done.stdout.decode().strip()

    def capture(self):
        """What any host in the network hears of mDNS."""
        log = self.folder / "heard"
        process = self.site_host.start("tcpdump", "-l", "-n", "-i", "eth0", "udp", "port", "5353", log=log)
        self.stack.callback(process.stop)
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
        return status if status and status["connection"] == "connected" else None

    def test_nobody_asks_or_answers_unless_told_to(self):
        heard = self.capture()
        invite = self.start_relay()
        self.start(self.client_host, "client", "--peer", invite)
        wait_until(lambda: any(peer["state"] == "failed" for peer in (status_of(self.client_host) or {"peers": []})["peers"]),
                   "the client's attempt fails", 40, 0.3)
        self.assertNotIn("5353", heard.text().split("listening on", 1)[1].split("\n", 1)[1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
