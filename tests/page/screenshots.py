#!/usr/bin/env python3
"""screenshots.py FOLDER: pictures of the live page for docs/images, as the README shows them. Each picture of a state
is one answer to what a person asks: am I protected, by whom, against what not, what now.

  ctest does not run it. In a build with tests:
  QNET_PAGE_MODULES=build/npm/… QNET_BINARY=build/dev/bin/qnet python3 tests/page/screenshots.py docs/images
"""

import pathlib
import sys
import time
import unittest

from live import WORDS, LiveCase, address_of, free_port
from test_private import PrivatePath as Private
from test_views import DemoCase, wait_until

TARGET = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else pathlib.Path("docs/images")


class Looks(DemoCase):
    """The demo's page, with traffic on its graph."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for pause in (1, 3, 1, 1, 6, 1, 2, 1):
            time.sleep(pause)
            for _ in range(4):
                cls.demo.browse()

    def take(self, name, whole=False, width=1280, height=900, **look):
        page = self.browser(still=True, **look).page(address_of(self.demo), width=width, height=height)
        page.wait_state("connected")
        seen = page.evaluate("document.querySelector('.line.down').getAttribute('d')")
        wait_until(self.demo.browse, "a page")
        page.wait(lambda: page.evaluate("document.querySelector('.line.down').getAttribute('d')") != seen, "a graph")
        page.screenshot(TARGET / f"page-{name}.png", whole)

    def test_light(self):
        self.take("light", height=1250)

    def test_dark(self):
        self.take("dark", scheme="dark")

    def test_phone(self):
        self.take("phone", width=360, height=780)

    def test_persian(self):
        self.take("persian", locale="fa-IR")


class States(LiveCase):
    def test_offline_and_disconnected(self):
        client = self.client(self.invite_of("exit", free_port()))
        page = self.browser(still=True).page(address_of(client))
        page.wait_state("offline")
        page.screenshot(TARGET / "page-offline.png", whole=False)
        page.press_button(WORDS["page.disconnect"])
        page.wait_state("disconnected")
        page.screenshot(TARGET / "page-disconnected.png", whole=False)

    def test_operator(self):
        operator = self.exit()
        client = self.client(operator.invite())
        self.browse(client)
        for host, path in (("10.0.0.1", ""), ("127.0.0.1", ""), ("169.254.169.254", "latest")):
            self.fetch(client, path, host)
        self.fetch(client, "large")
        page = self.browser(still=True).page(address_of(operator))
        page.wait_text(".bars", WORDS["page.refusal.private_network"])
        page.wait_state("connected")
        page.screenshot(TARGET / "page-operator.png")


class Path(Private):
    """The test's network of six relays in two countries."""

    def take_path(self):
        self.go_private()
        self.page.screenshot(TARGET / "page-private.png", whole=False)


def load_tests(loader, _tests, _pattern):
    cases = [loader.loadTestsFromTestCase(case) for case in (Looks, States)]
    return unittest.TestSuite([*cases, Path("take_path")])


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=sys.argv[:1])
