"""A directory and its HTTP API as other hosts meet them: who may prune, whose names are not followed home, who is
where."""

import json
import time
import unittest

from host_network import HostNetwork
from hosts import ip, status_of
from directory_documents import Relay
from harness import QNET, ROOT, run, wait_until

API = 8480
TOKEN = "a-token-for-the-operator"
NAME = "relay.qnet-names-home.net"
TRAP = """
import socket
server = socket.create_server(("0.0.0.0", 443))
print("listens", flush=True)
while True:
    print("somebody came from", server.accept()[1][0], flush=True)
"""


class DirectoryHosts(HostNetwork):
    def setUp(self):
        super().setUp()
        self.directory_host, self.other = self.switch.host(11), self.switch.host(50)
        self.start_site(self.directory_host)

    def start(self, host, name, mode, *flags):
        return self.start_on(host, name, QNET, "run", "--helper-mode", mode, "--state-dir", self.folder / name,
                             *self.cover(), *flags)

    def start_directory(self, *flags):
        process = self.start(self.directory_host, "directory", "bootstrap", "--listen",
                             f"{self.directory_host.address}:443",
                             "--directory-http", f"0.0.0.0:{API}", "--directory-token", TOKEN, *flags)
        wait_until(lambda: (status_of(self.directory_host) or {}).get("state") == "connected",
                   "the directory is ready", 30, 0.2)
        return process

    def ask(self, host, to, path, *flags):
        """(status, answer) of a request that is sent on that host."""
        done = host.run("curl", "-sS", "--max-time", "10", "-w", "\n%{http_code}", *flags, f"http://{to}:{API}{path}")
        self.assertEqual(done.returncode, 0, done.stderr)
        text, _, status = done.stdout.decode().rpartition("\n")
        return int(status), json.loads(text)

    def register(self, relay):
        body = self.folder / "registration.json"
        body.write_bytes(relay.body())
        return self.ask(self.other, self.directory_host.address, "/api/relay/register", "--data-binary", f"@{body}")

    def counted(self):
        directory = status_of(self.directory_host)["directory"]
        return directory["listed"], directory["waiting"]

    def test_pruning_is_for_the_directorys_own_machine_and_for_who_has_its_token(self):
        self.start_directory()
        there, prune = self.directory_host.address, "/api/relays/prune"

        def bearing(token):
            return "-H", f"Authorization: Bearer {token}"
        self.assertEqual(self.ask(self.other, there, "/api/relays/by-country")[0], 200)
        status, answer = self.ask(self.other, there, prune)
        self.assertEqual(status, 401)
        self.assertIn("--directory-token", answer["hint"])
        for wrong in (TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "x"):
            self.assertEqual(self.ask(self.other, there, prune, *bearing(wrong))[0], 401, wrong)
        self.assertEqual(self.ask(self.other, there, prune, *bearing(TOKEN)), (200, {"pruned": 0, "remaining": 0}))
        self.assertEqual(self.ask(self.directory_host, "127.0.0.1", prune)[0], 200)
        # Its own machine by an outer address is not told apart from others.
        self.assertEqual(self.ask(self.directory_host, there, prune)[0], 401)

    def start_trap(self):
        """Somebody in the directory's own network, at the address that the only name leads to."""
        self.directory_host.asks(self.other.address)
        self.start_on(self.other, "names", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
                      "--no-hosts", "--log-facility=-", "--log-queries", f"--listen-address={self.other.address}",
                      "--bind-interfaces", f"--address=/{NAME}/{self.other.address}")
        trap = self.start_on(self.other, "trap", "python3", "-c", TRAP)
        wait_until(lambda: "listens" in trap.text(), "the trap listens")
        return trap

    def was_asked(self):
        return f"query[A] {NAME}" in (self.folder / "names.log").read_text()

    def test_a_name_that_leads_into_the_directorys_own_network_is_not_followed(self):
        trap = self.start_trap()
        self.start_directory()
        self.assertEqual(self.register(Relay(NAME))[0], 200)
        wait_until(self.was_asked, "the name is looked up", 20)
        time.sleep(3)  # of a visit that must not be
        self.assertNotIn("somebody", trap.text())
        self.assertEqual(self.counted()[0], 0)

    def test_an_operator_may_have_such_names_followed(self):
        trap = self.start_trap()
        self.start_directory("--directory-private")
        self.assertEqual(self.register(Relay(NAME))[0], 200)
        wait_until(lambda: f"somebody came from {self.directory_host.address}" in trap.text(), "the visit", 20)

    def test_a_country_is_the_databases_of_the_address_that_answered(self):
        """192.0.2.0/24 is in SE by the database; what the relay says of itself does not count there."""
        for address in ("192.0.2.7", "203.0.113.7"):
            ip("-n", self.directory_host.name, "addr", "add", f"{address}/32", "dev", "lo")
        database = ROOT / "tests" / "vectors" / "maxmind" / "documentation-networks.mmdb"
        self.start_directory("--directory-private", "--country-database", database)
        done = run([QNET, "invite", "--state-dir", self.folder / "directory"], check=True)
        for number, address in enumerate(("192.0.2.7", "203.0.113.7")):
            self.start(self.directory_host, f"relay{number}", "relay", "--listen", f"{address}:443", "--status-port",
                       9000 + number, "--operators", done.stdout.decode().split()[-1], "--country", "NO",
                       "--directory-private")
        wait_until(lambda: self.counted() == (2, 0), "both are listed", 30, 0.3)
        rows = self.ask(self.other, self.directory_host.address, "/api/relays/by-country")[1]["relays"]
        told = {row["addrs"][0]: (row["country"], row["country_source"]) for row in rows}
        self.assertEqual(told, {"/ip4/192.0.2.7/tcp/443": ("SE", "database"),
                                "/ip4/203.0.113.7/tcp/443": ("NO", "declared")})
        self.assertEqual(self.ask(self.other, self.directory_host.address,
                                  "/api/relays/by-country?country=SE")[1]["count"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
