"""What every test between hosts begins with: a folder, a switch, and a web site on one of the hosts; a base for
tests."""

import unittest

import hosts
from harness import COVER_NAME, temporary_folder
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

    def cover(self):
        """The flags of a peer whose cover is that site."""
        return ["--cover-origin", f"{self.site_host.address}:{self.site.https_port}", "--cover-name", COVER_NAME,
                "--cover-ca", self.site.certificate]
