"""What every test between hosts begins with: a folder, a switch, and a web site on one of the hosts; a base for
tests."""

import unittest

import hosts
from harness import COVER_NAME, QNET, run, temporary_folder, wait_until
from site_host import SiteNginx


class HostNetwork(unittest.TestCase):
    def setUp(self):
        hosts.need_hosts()
        self.folder, self.stack = temporary_folder(self)
        self.switch = self.stack.enter_context(hosts.Switch())

    def start_site(self, host, *page):
        self.site_host = host
        self.site = SiteNginx(self.folder / "site", host, *page)
        self.stack.callback(self.site.stop)

    def start_on(self, host, name, *arguments, **more):
        """A program that ends with the test; what it says goes to a file of that name."""
        process = host.start(*arguments, log=self.folder / f"{name}.log", **more)
        self.stack.callback(process.stop)
        return process

    def connected(self, host):
        return (hosts.status_of(host) or {}).get("state") == "connected"

    def start_peer(self, host, name, *flags):
        return self.start_on(host, name, QNET, "run", "--state-dir", self.folder / name, *flags,
                             env={"EXIT_ABUSE_EMAIL": "abuse@example.org"})

    def start_exit_and_client(self, relay_host, client_host, *exit_flags):
        """Both are connected when this gives the client's process. The site has been started."""
        self.start_peer(relay_host, "relay", "--helper-mode", "exit", "--listen", "0.0.0.0:443", *self.cover(),
                        *exit_flags)
        wait_until(lambda: self.connected(relay_host), "the relay is ready", 30)
        done = run([QNET, "invite", "--state-dir", self.folder / "relay", "--advertise", f"{relay_host.address}:443",
                    "--cover-name", COVER_NAME], check=True)
        client = self.start_peer(client_host, "client", "--peer", done.stdout.decode().strip())
        wait_until(lambda: self.connected(client_host), "the client is connected", 40, 0.3)
        return client

    def cover(self):
        """The flags of a peer whose cover is that site."""
        return ["--cover-origin", f"{self.site_host.address}:{self.site.https_port}", "--cover-name", COVER_NAME,
                "--cover-ca", self.site.certificate]
