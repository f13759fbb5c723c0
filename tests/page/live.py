"""Running nodes whose pages are looked at."""

import contextlib
import http.client
import json
import pathlib
import unittest

import browser  # noqa: F401: it makes the e2e harness known
from harness import COVER_NAME, Nginx, Node, Process, QNET, free_port, run, temporary_folder, wait_until

SITE = "site.qnet-test.example"
LARGE = 4 << 20


def key_of(node):
    """What `qnet open` puts behind the page's address."""
    return (node.folder / "state" / f"api-token-{node.status_port}").read_text().strip()


def address_of(node, key=True):
    return f"http://127.0.0.1:{node.status_port}/" + (f"#key={key_of(node)}" if key else "")


def answers(node):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return node.get("/ping")[0] == 200
    return False


def wait_answers(node):
    node.process.wait_until(lambda: answers(node), "it answers", 30)
    return node


def words(language="en"):
    file = pathlib.Path(__file__).resolve().parents[2] / "data" / "words" / f"{language}.json"
    return json.loads(file.read_text())


WORDS = words()


class LiveCase(unittest.TestCase):
    """A cover origin and a site for all tests of a class; a test starts the nodes and browsers that it needs."""

    @classmethod
    def setUpClass(cls):
        cls.folder, stack = temporary_folder(cls.Undo)
        cls.addClassCleanup(cls.Undo.doCleanups)
        cls.cover = Nginx(cls.folder / "cover")
        stack.callback(cls.cover.stop)
        cls.site = Nginx(cls.folder / "site", files={"index.html": b"a page\n", "large": bytes(LARGE)})
        stack.callback(cls.site.stop)

    class Undo:
        """As much of a TestCase as temporary_folder needs."""

        calls = []

        @classmethod
        def addCleanup(cls, call, *arguments):
            cls.calls.append((call, arguments))

        @classmethod
        def doCleanups(cls):
            while cls.calls:
                call, arguments = cls.calls.pop()
                call(*arguments)

    def browser(self, kind="chromium", **more):
        opened = browser.Browser(kind, **more)
        self.addCleanup(opened.stop)
        return opened

    def own_folder(self, name):
        return self.folder / f"{self.id().rpartition('.')[2]}-{name}"

    def node(self, name, mode, flags=(), **more):
        node = Node(self.own_folder(name), mode, flags, **more)
        self.addCleanup(lambda: node.process.stop())
        return wait_answers(node)

    def invite_of(self, name, port):
        """Before the peer runs."""
        state = self.own_folder(name) / "state"
        run([QNET, "keygen", "--state-dir", state], check=True)
        done = run([QNET, "invite", "--state-dir", state, "--advertise", f"127.0.0.1:{port}",
                    "--cover-name", COVER_NAME], check=True)
        return done.stdout.decode().split()[-1]

    def exit(self, name="exit", port=None, flags=()):
        origin = ["--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME]
        allowed = ["--exit-allow", f"{SITE}:80=127.0.0.1:{self.site.http_port}"]
        node = self.node(name, "super", [*origin, *allowed, "--directory-private", *flags],
                         listen_port=port or free_port())
        wait_until(lambda: node.status()["state"] == "connected", "the exit serves", 60)
        return node

    def client(self, *invites, name="client", flags=()):
        return self.node(name, "client", ["--peer", ",".join(invites), *flags])

    @staticmethod
    def fetch(client, path="", host=SITE):
        return run(["curl", "-sS", "--max-time", 20, "--socks5-hostname", client.proxy(), f"http://{host}/{path}"])

    def browse(self, client):
        """As a person would, until it works."""
        wait_until(lambda: self.fetch(client).stdout == b"a page\n", "a page comes through", 60, 0.2)

    @staticmethod
    def restart(node):
        node.process = Process(node.process.arguments, node.process.log, {"EXIT_ABUSE_EMAIL": "abuse@example.org"})
        return wait_answers(node)
