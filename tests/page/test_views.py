"""The demo's page and an operator's: what is on them, and whether everybody can use them: in light and dark, from a
phone's width on, by keyboard, in English and Persian. axe-core finds nothing of serious or above."""

import gzip
import os
import pathlib
import unittest

from live import (SITE, WORDS, LiveCase, Process, QNET, address_of, free_port, run, wait_until, words)
from processes import free_ports

LARGEST = 90 * 1024  # bytes, compressed


class Demo:
    """One for all tests of a class: it is not changed."""

    def __init__(self, folder):
        first = free_ports(7)
        self.folder, self.status_port = folder, first + 1
        flags = ["--socks-port", first, "--status-port", first + 1, "--site-port", first + 2, "--base-port", first + 4,
                 "--state-dir", folder / "state"]
        folder.mkdir()
        self.process = Process([QNET, "demo", *flags], folder / "demo.log")
        self.process.wait_until(lambda: "Ctrl-C" in self.process.text(), "the demo says that it runs", 90)
        self.proxy = f"127.0.0.1:{first}"

    def browse(self):
        done = run(["curl", "-sS", "--max-time", 20, "--socks5-hostname", self.proxy, "http://site.qnet.demo/"])
        return done.returncode == 0


class DemoCase(LiveCase):
    """The page of a demo through which a page has come."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = Demo(cls.folder / "demo")
        cls.addClassCleanup(cls.demo.process.stop)
        wait_until(cls.demo.browse, "a page comes through the demo", 60)


class Views(DemoCase):
    def page(self, kind="chromium", key=True, **look):
        page = self.browser(kind, **look).page(address_of(self.demo, key))
        page.wait_state("connected")
        return page

    def open_nodes(self, page):
        page.evaluate("document.querySelectorAll('details.node').forEach((d) => { d.open = true; })")
        page.wait(lambda: page.exists("details.node .tiles"), "the nodes' views")

    def test_the_demo_shows_its_whole_network_and_lets_one_watch_each_peer(self):
        page = self.page()
        names = page.evaluate("[...document.querySelectorAll('.node > summary .name')].map((e) => e.innerText)")
        self.assertEqual(sorted(names), ["client", "relay-1", "relay-2", "super"])
        self.open_nodes(page)
        self.assertIn(WORDS["page.exit_refused"], page.text(".nodes"))
        self.assertIn(WORDS["page.relaying"], page.text(".nodes"))
        self.assertEqual(page.findings(), [])

    def test_is_usable_by_everybody(self):
        for kind, scheme, locale in (("chromium", "light", "en-US"), ("chromium", "dark", "en-US"),
                                     ("chromium", "light", "fa-IR"), ("firefox", "dark", "fa-IR")):
            with self.subTest(kind=kind, scheme=scheme, locale=locale):
                page = self.page(kind, scheme=scheme, locale=locale)
                language = locale.split("-")[0]
                self.assertEqual(page.evaluate("document.documentElement.lang"), language)
                self.assertEqual(page.evaluate("getComputedStyle(document.body).direction"),
                                 "rtl" if language == "fa" else "ltr")
                page.wait_text("h1", words(language)["state.connected"])
                self.open_nodes(page)
                self.assertEqual(page.findings(), [])
                for width in (1280, 700, 320):
                    page.resize(width)
                    page.wait(lambda page=page: page.overflow() <= 0, f"{width} pixels are enough")
                dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
                self.assertEqual(sum(map(int, dark[4:-1].split(","))) < 200, scheme == "dark")

    def test_the_language_can_be_changed_and_stays(self):
        page = self.page()
        page.press_button("فارسی")
        page.wait_text("h1", words("fa")["state.connected"])
        page.goto(address_of(self.demo))
        page.wait_text("h1", words("fa")["state.connected"])
        self.assertEqual(page.evaluate("document.documentElement.dir"), "rtl")
        self.assertNotIn("{", page.text())

    def test_the_keyboard_reaches_everything_and_shows_where_it_is(self):
        page = self.page()
        page.evaluate("document.activeElement.blur()")
        reached = []
        while len(reached) < 80:
            page.press("Tab")
            reached.append(page.evaluate("""(() => {
              const e = document.activeElement;
              const shown = getComputedStyle(e.matches(".choice input") ? e.nextElementSibling
                : e.matches("input[type=file]") ? e.parentElement : e).outlineStyle;
              return [(e.innerText || e.id || e.name || e.tagName).trim().split("\\n")[0], shown, e === document.body];
            })()"""))
            if reached[-1][2]:
                break
        names = [name for name, _, _ in reached]
        self.assertEqual(names[0], WORDS["page.skip"])
        for name in ("English", WORDS["page.disconnect"], WORDS["page.new_path"], "hops", "invite-link",
                     WORDS["page.add"], "super", WORDS["page.log"]):
            self.assertIn(name, names)
        self.assertEqual([name for name, outline, outside in reached if outline == "none" and not outside], [])

    def test_state_changes_are_told_to_those_who_hear_the_page(self):
        page = self.page()
        self.assertEqual(page.evaluate("document.getElementById('spoken').getAttribute('role')"), "status")
        page.wait_text("#spoken", WORDS["state.connected"])

    def test_asks_nobody_but_its_own_qnet_and_nothing_is_refused_by_its_policy(self):
        page = self.page()
        self.open_nodes(page)
        heard = page.heard()
        own = address_of(self.demo, key=False)
        self.assertEqual([url for url in heard["requests"] if not url.startswith((own, "data:"))], [])
        self.assertEqual(heard["errors"], [])

    def test_is_small_and_is_what_was_built(self):
        sent = run(["curl", "-sS", "--compressed", "-D", "-", address_of(self.demo, key=False)], check=True).stdout
        headers, _, body = sent.partition(b"\r\n\r\n")
        built = pathlib.Path(os.environ["QNET_PAGE"])
        packed = (built / "index.html.gz").read_bytes()
        self.assertLessEqual(len(packed), LARGEST)
        self.assertEqual(body, gzip.decompress(packed))
        self.assertIn((built / "policy.txt").read_bytes(), headers)


class Operator(LiveCase):
    def test_sees_what_goes_through_and_what_was_refused(self):
        operator = self.exit()
        client = self.client(operator.invite())
        self.browse(client)
        self.assertNotEqual(self.fetch(client, host="10.0.0.1").returncode, 0)
        page = self.browser().page(address_of(operator))
        page.wait_state("connected")
        page.wait_text(".tiles", WORDS["page.sessions"])
        page.wait_text(".bars", WORDS["page.refusal.private_network"])
        text = page.text()
        for words_of in ("mode.super", "page.exit_total", "page.limits", "page.directory", "page.relaying"):
            self.assertIn(WORDS[words_of], text)
        self.assertIn("abuse@example.org", text)
        self.assertIn(f"127.0.0.1:{operator.listen_port}", text)
        self.assertNotIn(SITE, text)
        self.assertEqual(page.findings(), [])
        for width in (700, 320):
            page.resize(width)
            page.wait(lambda: page.overflow() <= 0, f"{width} pixels are enough")

    def test_of_each_mode_has_a_page(self):
        cover = ["--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", "www.example.com"]
        browser = self.browser()
        for mode in ("relay", "bootstrap", "exit"):
            with self.subTest(mode):
                needed = [] if mode == "bootstrap" else ["--operators", self.invite_of(f"op-{mode}", free_port())]
                page = browser.page(address_of(self.node(mode, mode, [*cover, *needed])))
                page.wait_text(".since", WORDS[f"mode.{mode}"])
                page.wait_text(".tiles", WORDS["page.sessions"])
                self.assertEqual(WORDS["page.exit_total"] in page.text(), mode == "exit")
                self.assertEqual(page.findings(), [])


if __name__ == "__main__":
    unittest.main()
