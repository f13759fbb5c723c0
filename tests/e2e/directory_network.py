"""A base for tests: operators, relays, exits and clients on loopback that find each other by directories."""

import unittest

import harness
from harness import COVER_NAME, Nginx, Node, accepts, free_port, run, temporary_folder, wait_until

SITE = "site.qnet-test.example"
BODY = b"found by the directory\n"
LARGE = 8 << 20


class DirectoryNetwork(unittest.TestCase):
    """A cover origin and a site that the exits may reach. A test starts the nodes that it needs."""

    def setUp(self):
        self.folder, self.stack = temporary_folder(self)
        self.cover = self.start(Nginx(self.folder / "cover"))
        self.site = self.start(Nginx(self.folder / "site", files={"index.html": BODY, "large": bytes(LARGE)},
                                     extra_locations="location /large { limit_rate 1m; }"))
        self.nodes = {}

    def start(self, server):
        self.stack.callback(server.stop)
        return server

    def invite_of(self, name, port):
        """An invite before the peer runs, so that peers can name each other."""
        state = self.folder / name / "state"
        run([harness.QNET, "keygen", "--state-dir", state], check=True)
        done = run([harness.QNET, "invite", "--state-dir", state, "--advertise", f"127.0.0.1:{port}",
                    "--cover-name", COVER_NAME], check=True)
        return done.stdout.decode().strip()

    def relay(self, name, mode, operators=(), port=None, flags=(), cover=None, env=None,
              host="127.0.0.1"):
        """A peer of any mode but client."""
        flags = ["--cover-origin", f"127.0.0.1:{(cover or self.cover).https_port}", "--cover-name", COVER_NAME,
                 "--directory-private", *flags]
        if mode in ("exit", "super"):
            flags += ["--exit-allow", f"{SITE}:80=127.0.0.1:{self.site.http_port}"]
        if operators:
            flags += ["--operators", ",".join(operators)]
        node = Node(self.folder / name, mode, flags, listen_port=port, env=env, host=host)
        self.stack.callback(lambda: node.process.stop())  # the process that it has by then
        self.nodes[name] = node
        return node

    def client(self, name, operators, flags=(), env=None):
        node = Node(self.folder / name, "client", ["--operators", ",".join(operators), *flags], env=env)
        self.stack.callback(lambda: node.process.stop())
        self.nodes[name] = node
        return node

    def restart(self, name, env=None):
        """Starts the same peer again, after its process was stopped in any way."""
        process = self.nodes[name].process
        self.nodes[name].process = harness.Process(process.arguments, process.log,
                                                   {"EXIT_ABUSE_EMAIL": "abuse@example.org", **(env or {})})

    def operators(self, mode="bootstrap", count=3, flags=()):
        ports = [free_port() for _ in range(count)]
        invites = [self.invite_of(f"operator-{i}", port) for i, port in enumerate(ports)]
        for i, port in enumerate(ports):
            self.relay(f"operator-{i}", mode, invites if mode == "super" else (), port, flags).wait_ready()
        return invites

    def address(self, name):
        return f"127.0.0.1:{self.nodes[name].listen_port}"

    def fetch(self, client, seconds=20):
        return run(["curl", "-sS", "--max-time", seconds, "--socks5-hostname", client.proxy(), f"http://{SITE}/"],
                   seconds=seconds + 10)

    def wait_fetch(self, client, seconds=40, each=20):
        wait_until(lambda: self.fetch(client, each).stdout == BODY, "a page comes through", seconds, 0.5)

    @staticmethod
    def is_up(node):
        wait_until(lambda: accepts(node.status_port) or not node.process.running(), "the peer tells its status")
        return node

    def wait_listed(self, operator, count, seconds=30):
        self.is_up(self.nodes[operator])
        wait_until(lambda: self.nodes[operator].status()["directory"]["listed"] == count,
                   f"{count} are listed", seconds)

    def wait_registered(self, name, count, seconds=45):
        """Waits until so many directories have told the peer that they list it; that may take a heartbeat."""
        self.is_up(self.nodes[name])

        def all_say_so():
            rows = self.nodes[name].status()["registered"]
            return len(rows) == count and all(row["listed"] and row["problem"] is None for row in rows)
        wait_until(all_say_so, f"{name} knows that {count} list it", seconds, 0.2)

    def wait_agreeing(self, client, count, seconds=20):
        self.is_up(client)
        wait_until(lambda: client.status()["network"]["agreeing"] == count, f"{count} operators agree", seconds)
