"""A network that finds itself: three super peers, five relays, two exits and four clients on hosts of their own. Half
of the clients are in private mode. Peers are killed and cut one by one, and every client's traffic goes on through
those that live."""

import contextlib
import socket
import sqlite3
import threading
import time
import unittest

from guards_file import write_guards
from host_network import HostNetwork
from hosts import status_of, told_by
from harness import COVER_NAME, QNET, run, wait_until
from postgres_server import Postgres

SITE = "site.qnet-test.example"
BODY = b"flows\n"
PAUSE = 25  # seconds: a silent session is given up after 12, and the next peers are dialled one after the other
# Clients with three hops. A guard is kept while it lives, and this network is too small for many of them. So theirs is
# one that this test leaves alone, and one that it kills.
PRIVATE = ("client1", "client3")
GUARDS = ("relay3", "relay2")
EXIT_ENV = {"EXIT_ABUSE_EMAIL": "abuse@example.org"}


class Traffic(threading.Thread):
    """One client's person, who loads a page about every second."""

    def __init__(self, host):
        super().__init__(daemon=True)
        self.host, self.loaded, self.ended = host, [time.monotonic()], threading.Event()
        self.excused = []  # moments at which the client itself was cut off

    def load(self):
        done = self.host.run("curl", "-sS", "--max-time", "10", "--socks5-hostname", "127.0.0.1:1088",
                             f"http://{SITE}/")
        if done.stdout == BODY:
            self.loaded.append(time.monotonic())
        return done.stdout == BODY

    def run(self):
        while not self.ended.wait(1.0):
            with contextlib.suppress(Exception):
                self.load()

    def longest_pause(self):
        """Its length and its beginning."""
        return max((after - before, before) for before, after in zip(self.loaded, self.loaded[1:])
                   if not any(before < moment < after for moment in self.excused))


class SelfFoundNetwork(HostNetwork):
    def setUp(self):
        super().setUp()
        self.start_site(self.switch.host(2), BODY)
        # Each in a network of its own: two hops of a circuit are never in one.
        self.hosts = {f"{kind}{i}": self.switch.host(base + i, network=base + i) for kind, base, count in
                      (("super", 10, 3), ("relay", 20, 5), ("exit", 30, 2), ("client", 40, 4)) for i in range(count)}
        self.processes = {}
        self.moments = []  # when what happened
        self.rested = {}  # traffic of clients that is not watched any more
        # Two of the directories share one state. A Unix socket leads there from every host.
        self.postgres = Postgres(self.folder / "postgres")
        self.stack.callback(self.postgres.stop)

    def names(self, kind):
        return [name for name in self.hosts if name.startswith(kind)]

    def start(self, name):
        kind, host = name[:-1], self.hosts[name]
        flags = ["--helper-mode", kind, "--state-dir", self.folder / name, "--operators", ",".join(self.invites)]
        if kind != "client":
            # Relays find out their own address; those whose invite is known have it for good.
            address = host.address if kind == "super" else "0.0.0.0"
            flags += ["--listen", f"{address}:443", *self.cover(), "--directory-private"]
        if name in PRIVATE:
            flags += ["--hops", "3"]
        if kind == "super":
            flags += ["--log-level", "debug"]  # whatever a directory can be made to write
        if name in ("super0", "super1"):
            flags += ["--directory-store", self.postgres.url]
        if kind in ("super", "exit"):
            flags += ["--exit-allow", f"{SITE}:80={self.site_host.address}:{self.site.http_port}"]
        self.processes[name] = self.start_on(host, name, QNET, "run", *flags, env=EXIT_ENV)

    def invite_of(self, name):
        state = self.folder / name
        run([QNET, "keygen", "--state-dir", state], check=True)
        done = run([QNET, "invite", "--state-dir", state, "--advertise", f"{self.hosts[name].address}:443",
                    "--cover-name", COVER_NAME], check=True)
        return done.stdout.decode().strip()

    def peer_id_of(self, name):
        done = run([QNET, "keygen", "--state-dir", self.folder / name], check=True)
        return done.stdout.decode().rpartition(" ")[2].strip()

    def listed(self, name):
        status = status_of(self.hosts[name])
        return status["directory"]["listed"] if status else None

    def wait_listed(self, names, count, seconds=60):
        for name in names:
            wait_until(lambda: self.listed(name) == count, f"{name} lists {count} (now {self.listed(name)})", seconds,
                       0.5)

    def exit_of(self, client):
        status = status_of(self.hosts[client])
        used = [peer["address"] for peer in status["peers"] if peer["state"] == "connected"]
        used += [circuit["hops"][-1]["address"] for circuit in status["circuits"] if circuit["state"] == "in use"]
        return next((name for name, host in self.hosts.items() if f"{host.address}:443" in used), None)

    def what_had_happened(self, moment):
        return max(((when, what) for when, what in self.moments if when < moment + 1), default=(0, "nothing"))[1]

    def everybody_loads(self, what):
        since = time.monotonic()
        self.moments.append((since, what))
        for traffic in self.traffic.values():
            try:
                wait_until(lambda: traffic.loaded[-1] > since, f"{traffic.host.name} loads a page after {what}",
                           2 * PAUSE, 0.2)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{status_of(traffic.host)}") from None

    def test_traffic_keeps_flowing_whoever_dies(self):
        self.invites = [self.invite_of(name) for name in self.names("super")]
        for name in self.names("super") + self.names("relay") + self.names("exit"):
            self.start(name)
        self.wait_listed(self.names("super"), 10, 120)
        for name in PRIVATE:
            write_guards(self.folder / name, [self.peer_id_of(guard) for guard in GUARDS])
        for name in self.names("client"):
            self.start(name)
        self.traffic = {name: Traffic(self.hosts[name]) for name in self.names("client")}
        for traffic in self.traffic.values():
            wait_until(traffic.load, f"{traffic.host.name} loads its first page", 30, 0.2)
            traffic.loaded = traffic.loaded[-1:]
            traffic.start()
            self.stack.callback(traffic.ended.set)
        # A list is some seconds old when it is given; until the next one a client lives on the directories alone.
        for name in self.names("client"):
            wait_until(lambda host=self.hosts[name]: status_of(host)["network"]["relays"] == 10,
                       f"{name} knows all relays", 60, 0.5)

        self.processes["super0"].kill()
        self.everybody_loads("a directory was killed")
        self.processes["relay2"].kill()
        self.everybody_loads("a relay was killed")
        self.hosts["super1"].cut()
        self.everybody_loads("a second directory was cut off")
        self.a_client_is_cut_off_for_a_while("client1")

        # A relay goes in order, another's address changes; the directory that is left hears of both.
        self.assertTrue(self.address_listed("relay0"))
        self.processes["relay0"].stop()
        wait_until(lambda: not self.address_listed("relay0"), "the relay that said goodbye is not listed", 10, 0.2)
        self.hosts["relay1"].move_to(90)
        wait_until(lambda: self.address_listed("relay1"), "the relay is listed at its new address", 40, 0.5)

        # Soon one path of three hops is left among some seventy. To find it may take a client a minute, or more.
        self.private_clients_dialled_nobody_else()
        self.private_clients_rest()

        # An exit that a client uses dies, then the other one: what is left is one super peer.
        first = self.exit_that_is_used()
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
        self.start(first)
        for name in ("relay0", "relay2"):
            self.start(name)
        self.wait_listed(self.names("super"), 10, 150)
        self.everybody_loads("all came back")
        told = self.what_relays_tell()

        # A client that was away knows the network from its disk: no directory is there to be asked.
        for name in self.names("super"):
            self.processes[name].kill()
        self.traffic["client2"].ended.set()
        self.processes["client2"].stop()
        self.start("client2")
        away = Traffic(self.hosts["client2"])
        wait_until(away.load, "a client that starts without any directory loads a page", 45, 0.2)
        self.everybody_loads_but("client2", "all directories died")

        pauses = {name: traffic.longest_pause() for name, traffic in (self.traffic | self.rested).items()}
        pauses_told = {name: f"{length:.1f} after {self.what_had_happened(begun)}"
                       for name, (length, begun) in pauses.items()}
        print(f"\nthe longest pause of each client's traffic, in seconds: {pauses_told}")
        for name, (length, _) in pauses.items():
            self.assertLess(length, PAUSE, f"{name}'s traffic stood still")
        self.nobody_wrote_a_client_down(told)

    def private_clients_rest(self):
        """Their pauses count until here."""
        for name in PRIVATE:
            traffic = self.traffic.pop(name)
            traffic.ended.set()
            self.rested[name] = traffic

    def private_clients_dialled_nobody_else(self):
        for name in PRIVATE:
            status = status_of(self.hosts[name])
            self.assertEqual(status["peers"], [], f"{name} has sessions with exits")
            guards = {f"{self.hosts[guard].address}:443" for guard in GUARDS}
            self.assertLessEqual({row["hops"][0]["address"] for row in status["circuits"] if row["hops"]}, guards)

    def exit_that_is_used(self):
        """By some client; the super peers are exits too, and one of them must live on."""
        used = {self.exit_of(client) for client in self.names("client")}
        return next((name for name in self.names("exit") if name in used), "exit0")

    def a_client_is_cut_off_for_a_while(self, name):
        traffic = self.traffic[name]
        self.hosts[name].cut()
        time.sleep(2)  # of what was on its way
        traffic.excused.append(time.monotonic())
        loaded = len(traffic.loaded)
        time.sleep(6)
        self.assertEqual(len(traffic.loaded), loaded, "a cable that was pulled carries pages")
        self.hosts[name].mend()
        self.everybody_loads(f"{name} was cut off for eight seconds")

    def everybody_loads_but(self, name, what):
        self.traffic = {other: traffic for other, traffic in self.traffic.items() if other != name}
        self.everybody_loads(what)

    def address_listed(self, name):
        """By what the directory that is never cut off has on disk."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/super2/directory.db?mode=ro",
                                                uri=True)) as database:
            rows = database.execute("SELECT descriptor FROM relays WHERE checked = 1 AND departed = 0").fetchall()
        return any(self.hosts[name].address.encode() in row[0] for row in rows)

    def what_relays_tell(self):
        """Status and metrics of all who serve others, as files beside their logs."""
        told = []
        for name in self.processes:
            if name.startswith("client"):
                continue
            for page in ("status", "metrics"):
                told.append(self.folder / f"{name}.{page}")
                told[-1].write_bytes(told_by(self.hosts[name], page))
                self.assertTrue(told[-1].stat().st_size, f"{name} tells nothing at /{page}")
        return told

    def nobody_wrote_a_client_down(self, told):
        """After this day no log, no database, no page and no file of a relay's holds a client's address in any form."""
        (self.folder / "shared.sql").write_bytes(self.postgres.dump())
        # Of PostgreSQL what it holds and logs; its megabytes of pages have any four bytes by chance.
        served = [path for path in sorted(self.folder.rglob("*")) if path.is_file() and
                  not (path.relative_to(self.folder).parts[0].startswith(("client", "site")) or
                       self.postgres.folder in path.parents)]
        self.assertLess(set(told), set(served))
        for path in served:
            content = path.read_bytes()
            for client in self.names("client"):
                for form in self.forms_of(self.hosts[client].address):
                    self.assertNotIn(form, content, f"{path} names {client}")
        # A relay's address would have been found.
        relay, other = self.hosts["relay4"].address.encode(), self.hosts["super2"].address.encode()
        for place, named in (("super2", relay), ("super2.log", other), ("shared.sql", relay.hex().encode())):
            files = [path for path in served if path.relative_to(self.folder).parts[0] == place]
            self.assertTrue(any(named in path.read_bytes() for path in files), f"{place} does not even name {named}")

    @staticmethod
    def forms_of(address):
        raw = socket.inet_aton(address)
        return (address.encode(), address.encode().hex().encode(), raw, raw[::-1], raw.hex().encode(),
                ("::ffff:" + address).encode())


if __name__ == "__main__":
    unittest.main(verbosity=2)
