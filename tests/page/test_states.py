"""Each state of a client, and each of its buttons, as its page shows them within moments: in Chromium and in Firefox.
The page follows what really happens: relays are killed and come back, pages are fetched through the proxy."""

import signal
import unittest

from live import COVER_NAME, WORDS, LiveCase, address_of, free_port


class States:
    kind = None

    def open(self, node, key=True):
        return self.browser(self.kind).page(address_of(node, key))

    def connected(self):
        """A relay, its client that has browsed, and the client's page."""
        relay = self.exit()
        client = self.client(relay.invite())
        page = self.open(client)
        self.browse(client)
        page.wait_state("connected")
        return relay, client, page

    def test_offline_until_a_relay_answers_then_connected_when_bytes_came_back(self):
        port = free_port()
        client = self.client(self.invite_of("exit", port))
        page = self.open(client)
        page.wait_state("offline")
        page.wait_text(".advice", WORDS["advice.relays_silent"])
        page.wait_text(".advice", WORDS["todo.relays_silent"])
        page.wait_text(".protection", WORDS["protected.none"])
        self.exit(port=port)
        self.browse(client)
        page.wait_state("connected")
        page.wait_text("h1", WORDS["state.connected"])
        page.wait_text(".protection", COVER_NAME)
        page.wait_text(".protection", f"127.0.0.1:{port}")
        page.wait_text(".chain", WORDS["page.role.only"])
        page.wait_text(".happened", WORDS["happened.connected"])
        self.assertEqual(page.evaluate("document.title"), f"{WORDS['state.connected']} · QNet")
        self.assertEqual(page.findings(), [])

    def test_a_relay_that_dies_is_told_with_what_to_do(self):
        relay, client, page = self.connected()
        relay.process.kill()
        self.assertNotEqual(self.fetch(client).returncode, 0)  # at rest nothing is sent, and nobody would notice
        page.wait_state("offline")
        page.wait_text(".advice", WORDS["todo.relays_silent"])
        page.wait_text(".happened", WORDS["happened.lost"])
        self.assertEqual(page.findings(), [])

    def test_disconnect_and_connect(self):
        _relay, client, page = self.connected()
        page.press_button(WORDS["page.disconnect"])
        page.wait_state("disconnected")
        page.wait_text(".advice", WORDS["advice.disconnected"])
        self.assertNotEqual(self.fetch(client).returncode, 0)
        self.assertEqual(page.findings(), [])
        page.press_button(WORDS["page.connect"])
        self.browse(client)
        page.wait_state("connected")

    def test_what_goes_through_is_drawn_and_added_up(self):
        _relay, client, page = self.connected()
        before = page.evaluate("document.querySelector('.line.down').getAttribute('d')")
        self.fetch(client, "large")
        page.wait_text(".flow .down", "MB")
        page.wait(lambda: page.evaluate("document.querySelector('.line.down').getAttribute('d')") != before, "a graph")

    def test_says_within_moments_when_qnet_is_gone_and_when_it_is_back(self):
        _relay, client, page = self.connected()
        client.process.kill()
        page.wait_state("silent")
        page.wait_text("h1", WORDS["page.silent"])
        page.wait_text(".since", WORDS["page.silent_todo"])
        self.assertEqual(page.findings(), [])
        self.restart(client)
        page.wait(lambda: not page.exists(".hero.silent"), "the page hears QNet again")
        # The secret is a new one after each start: the page says how to get it.
        page.press_button(WORDS["page.disconnect"])
        page.wait_text(".outcome", WORDS["page.needs_key"])

    def test_a_page_without_the_key_shows_all_and_changes_nothing(self):
        _relay, client, _page = self.connected()
        page = self.open(client, key=False)
        page.wait_state("connected")
        page.wait_text(".look-only", WORDS["page.look_only"])
        page.press_button(WORDS["page.disconnect"])
        page.wait_text(".outcome", WORDS["page.needs_key"])
        self.assertEqual(client.status()["state"], "connected")
        posts = [url for url in page.heard()["requests"] if url.endswith("/stop")]
        self.assertEqual(posts, [])

    def test_the_key_leaves_the_address_bar_and_stays_with_the_tab(self):
        relay = self.exit()
        client = self.client(relay.invite())
        page = self.open(client)
        page.wait(lambda: page.exists(".hero"), "the page")
        self.assertEqual(page.evaluate("location.href"), address_of(client, key=False))
        page.goto(address_of(client, key=False))
        page.press_button(WORDS["page.disconnect"])
        page.wait_state("disconnected")
        page.press_button(WORDS["page.log"])
        page.wait(lambda: len(page.text(".log pre")) > 10, "the log's last lines")

    def test_a_stop_in_good_order_is_seen_too(self):
        _relay, client, page = self.connected()
        self.assertEqual(client.process.stop(signal.SIGTERM), 0)
        page.wait_state("silent")


class Chromium(States, LiveCase):
    kind = "chromium"


class Firefox(States, LiveCase):
    kind = "firefox"


if __name__ == "__main__":
    unittest.main()
