"""A network that finds itself: three super peers, five relays, two exits and three clients on hosts of their own. They are
killed and cut one by one, and every client's traffic goes on through those that live."""

import contextlib
import pathlib
import shutil
import sqlite3
import tempfile
import threading
import time
import unittest

import hosts
from hosts import Switch, status_of
from harness import COVER_NAME, QNET, run, wait_until
from site_host import SiteNginx

SITE = "site.qnet-test.example"
BODY = b"flows\n"
EXIT_ENV = {"EXIT_ABUSE_EMAIL": "abuse@example.org"}


class Traffic(threading.Thread):
    """One client's person, who loads a page about every second."""

    def __init__(self, host):
        super().__init__(daemon=True)
        self.host, self.loaded, self.ended = host, [time.monotonic()], threading.Event()

    def load(self):
        done = self.host.run("curl", "-sS", "--max-time", "10", "--socks5-hostname", "127.0.0.1:1088", f"http://{SITE}/")
        if done.stdout == BODY:
            self.loaded.append(time.monotonic())
        return done.stdout == BODY

    def run(self):
        while not self.ended.wait(1.0):
            with contextlib.suppress(Exception):
                self.load()

    def longest_pause(self):
        return max(after - before for before, after in zip(self.loaded, self.loaded[1:]))


class SelfFoundNetwork(unittest.TestCase):
    def setUp(self):
        if reason := hosts.why_not():
            self.skipTest(reason)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-hosts-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        switch = self.stack.enter_context(Switch())
        self.site_host = switch.host(2)
        self.site = SiteNginx(self.folder / "site", self.site_host, BODY)
        self.stack.callback(self.site.stop)
        self.hosts = {f"{kind}{i}": switch.host(base + i) for kind, base, count in
                      (("super", 10, 3), ("relay", 20, 5), ("exit", 30, 2), ("client", 40, 3)) for i in range(count)}
        self.processes = {}

    def names(self, kind):
        return [name for name in self.hosts if name.startswith(kind)]

    def start(self, name):
        kind, host = name[:-1], self.hosts[name]
        flags = ["--helper-mode", kind, "--state-dir", self.folder / name, "--operators", ",".join(self.invites)]
        if kind != "client":
            # Relays find out their own address; those whose invite is known have it for good.
            address = host.address if kind == "super" else "0.0.0.0"
            flags += ["--listen", f"{address}:443", "--cover-origin", f"{self.site_host.address}:{self.site.https_port}",
                      "--cover-name", COVER_NAME, "--cover-ca", self.site.certificate, "--directory-private"]
        if kind in ("super", "exit"):
            flags += ["--exit-allow", f"{SITE}:80={self.site_host.address}:{self.site.http_port}"]
        self.processes[name] = host.start(QNET, "run", *flags, log=self.folder / f"{name}.log", env=EXIT_ENV)
        self.stack.callback(self.processes[name].stop)

    def invite_of(self, name):
        state = self.folder / name
        run([QNET, "keygen", "--state-dir", state], check=True)
        done = run([QNET, "invite", "--state-dir", state, "--advertise", f"{self.hosts[name].address}:443", "--cover-name",
                    COVER_NAME], check=True)
        return done.stdout.decode().strip()

    def listed(self, name):
        status = status_of(self.hosts[name])
        return status["directory"]["listed"] if status else None

    def wait_listed(self, names, count, seconds=60):
        for name in names:
            wait_until(lambda: self.listed(name) == count, f"{name} lists {count} (now {self.listed(name)})", seconds, 0.5)

    def exit_of(self, client):
        peers = status_of(self.hosts[client])["peers"]
        address = next((peer["address"] for peer in peers if peer["state"] == "connected"), None)
        return next((name for name, host in self.hosts.items() if address == f"{host.address}:443"), None)

    def everybody_loads(self, what):
        since = time.monotonic()
        for traffic in self.traffic.values():
            try:
                wait_until(lambda: traffic.loaded[-1] > since, f"{traffic.host.name} loads a page after {what}", 45, 0.2)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{status_of(traffic.host)}") from None

    def test_traffic_keeps_flowing_whoever_dies(self):
        self.invites = [self.invite_of(name) for name in self.names("super")]
        for name in self.names("super") + self.names("relay") + self.names("exit"):
            self.start(name)
        self.wait_listed(self.names("super"), 10, 120)
        for name in self.names("client"):
            self.start(name)
        self.traffic = {name: Traffic(self.hosts[name]) for name in self.names("client")}
        for traffic in self.traffic.values():
            wait_until(traffic.load, f"{traffic.host.name} loads its first page", 30, 0.2)
            traffic.loaded = traffic.loaded[-1:]
            traffic.start()
            self.stack.callback(traffic.ended.set)

        self.processes["super0"].kill()
        self.everybody_loads("a directory was killed")
        self.hosts["super1"].cut()
        self.everybody_loads("a second directory was cut off")

        # A relay goes in order, another's address changes; the directory that is left hears of both.
        self.processes["relay0"].stop()
        self.wait_listed(["super2"], self.listed("super2") - 1 if self.listed("super2") == 10 else 9, 20)
        self.hosts["relay1"].move_to(90)
        wait_until(lambda: self.address_listed("relay1"), "the relay is listed at its new address", 40, 0.5)

        # The exit that a client uses dies, then the other one: what is left are super peers.
        first = self.exit_of("client0") or "exit0"
        self.processes[first].kill()
        self.everybody_loads(f"{first} was killed")
        for name in self.names("exit"):
            self.hosts[name].cut()
        self.everybody_loads("both exits were cut off")

        # What died comes back, and is found again.
        self.start("super0")
        self.hosts["super1"].mend()
        for name in self.names("exit"):
            self.hosts[name].mend()
            if not self.processes[name].running():
                self.start(name)
        if not self.processes[first].running():
            self.start(first)
        self.start("relay0")
        self.wait_listed(self.names("super"), 10, 150)
        self.everybody_loads("all came back")

        # A client that was away knows the network from its disk: no directory is there to be asked.
        for name in self.names("super"):
            self.processes[name].kill()
        self.traffic["client2"].ended.set()
        self.processes["client2"].stop()
        self.start("client2")
        away = Traffic(self.hosts["client2"])
        wait_until(away.load, "a client that starts without any directory loads a page", 45, 0.2)
        self.everybody_loads_but("client2", "all directories died")

        pauses = {name: round(traffic.longest_pause(), 1) for name, traffic in self.traffic.items()}
        print(f"\nthe longest pause of each client's traffic, in seconds: {pauses}")
        for name, pause in pauses.items():
            self.assertLess(pause, 45, f"{name}'s traffic stood still")
        self.nobody_wrote_a_client_down()

    def everybody_loads_but(self, name, what):
        self.traffic = {other: traffic for other, traffic in self.traffic.items() if other != name}
        self.everybody_loads(what)

    def address_listed(self, name):
        """By what the directory has on disk."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/super2/directory.db?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT descriptor FROM relays WHERE checked = 1 AND departed = 0").fetchall()
        return any(self.hosts[name].address.encode() in row[0] for row in rows)

    def nobody_wrote_a_client_down(self):
        """After this day no log, no database and no file of a relay's holds a client's address."""
        for path in sorted(self.folder.rglob("*")):
            served = path.relative_to(self.folder).parts[0].removesuffix(".log")
            if not path.is_file() or served.startswith("client") or served == "site":
                continue
            content = path.read_bytes()
            for client in self.names("client"):
                self.assertNotIn(self.hosts[client].address.encode(), content, f"{path} names {client}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
