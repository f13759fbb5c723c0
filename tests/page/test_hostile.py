"""A page of somebody else, in a real browser on the same machine, gets nothing from QNet's status port and changes
nothing: by forged requests, reads across origins, scripts, frames, events, WebSockets, and names that turn to
127.0.0.1 (DNS rebinding)."""

import http.server
import json
import pathlib
import threading
import unittest
import urllib.parse

from live import LiveCase, address_of, key_of, wait_until

HOSTILE = pathlib.Path(__file__).resolve().parent / "hostile" / "page.html"
ATTEMPTS = {"reads", "posts", "forms", "scripts", "frames", "pictures", "events", "sockets"}
REBOUND = """(async () => {
  const got = [];
  for (const path of ["/", "/status", "/status.txt", "/config", "/metrics", "/proxy.pac", "/events", "/logs",
                      "/invite"]) {
    const answer = await fetch(path).catch(() => null);
    if (answer?.ok) got.push(path);
  }
  for (const path of ["/stop", "/mode", "/config"]) {
    const answer = await fetch(path, { method: "POST", body: '{"hops":1}', headers: { Authorization: "Bearer KEY" } })
      .catch(() => null);
    if (answer?.ok) got.push(path);
  }
  return got;
})()"""


class Site(http.server.BaseHTTPRequestHandler):
    """Somebody else's web site."""

    def do_GET(self):  # noqa: N802: the library's name
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(HOSTILE.read_bytes())

    def log_message(self, *_):
        pass


class Hostile(LiveCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(lambda: (self.server.shutdown(), thread.join(), self.server.server_close()))
        relay = self.exit()
        self.client_node = self.client(relay.invite())
        self.browse(self.client_node)
        wait_until(lambda: self.client_node.status()["state"] == "connected", "the client is connected", 60)
        self.settled = self.settings()

    def settings(self):
        told = json.loads(self.client_node.get("/config")[1])
        return {"state": self.client_node.status()["state"], "config": told,
                "peers": [peer["name"] for peer in self.client_node.status()["peers"]]}

    def open(self, kind, host="evil.example"):
        """Chromium takes any name for this machine; in Firefox another port is another origin, too."""
        rules = ["--host-resolver-rules=MAP *.example 127.0.0.1"] if kind == "chromium" else []
        host = host if kind == "chromium" else "localhost"
        target = urllib.parse.quote(address_of(self.client_node, key=False).rstrip("/"))
        return self.browser(kind, args=rules).page(f"http://{host}:{self.server.server_port}/?target={target}")

    def test_a_page_of_another_origin_gets_nothing_and_changes_nothing(self):
        for kind in ("chromium", "firefox"):
            with self.subTest(kind):
                page = self.open(kind)
                got = page.evaluate("attack()")
                self.assertEqual(set(got), ATTEMPTS)
                self.assertEqual({name: what for name, what in got.items() if what}, {})
                self.assertEqual(self.settings(), self.settled)

    def test_while_qnets_own_page_is_open_with_the_key_in_the_same_browser(self):
        browser = self.browser(args=["--host-resolver-rules=MAP *.example 127.0.0.1"])
        own = browser.page(address_of(self.client_node))
        own.wait_state("connected")
        target = urllib.parse.quote(address_of(self.client_node, key=False).rstrip("/"))
        page = browser.page(f"http://evil.example:{self.server.server_port}/?target={target}")
        self.assertEqual({name: what for name, what in page.evaluate("attack()").items() if what}, {})
        self.assertNotIn(key_of(self.client_node), own.evaluate("location.href + document.documentElement.outerHTML"))
        self.assertEqual(self.settings(), self.settled)

    def test_a_name_that_turns_to_this_machine_is_refused(self):
        """With the secret even: it is the name that is refused."""
        port = self.client_node.status_port
        page = self.browser(args=["--host-resolver-rules=MAP *.example 127.0.0.1"]).page()
        page.goto(f"http://rebound.example:{port}/")
        self.assertFalse(page.exists("#app"))
        got = page.evaluate(REBOUND.replace("KEY", key_of(self.client_node)))
        self.assertEqual(got, [])
        self.assertEqual(self.settings(), self.settled)

    def test_the_attempts_are_real(self):
        """Against a site that allows everything the same page reads and posts: a refusal is not an accident."""
        page = self.open("chromium")
        own = f"http://evil.example:{self.server.server_port}"
        page.goto(f"{own}/?target={urllib.parse.quote(own)}")
        got = page.evaluate("attack()")
        self.assertGreater(len(got["reads"]), 0)
        self.assertGreater(len(got["frames"]), 0)


if __name__ == "__main__":
    unittest.main()
