"""Where a person's traces are when their traffic crosses three relays: a marked destination, marked bytes and the
person's address are searched for in the memory of every process and in the packets of every host, while the marked
connection is open."""

import json
import re
import secrets
import unittest

from host_network import HostNetwork
from hosts import status_of
from harness import COVER_NAME, QNET, run, wait_until
from memory import Capture, address_pattern, count_in_memory, text_pattern

RELAYS = ("relay0", "relay1", "relay2")
NODES = ("operator", *RELAYS, "exit", "client")
EXIT_ENV = {"EXIT_ABUSE_EMAIL": "abuse@example.org"}

ECHO = """
import socket, threading
def serve(connection):
    while piece := connection.recv(1 << 16):
        connection.sendall(piece[::-1])
listener = socket.create_server(("0.0.0.0", 7777))
print("listens", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""

# Asks for a name by SOCKS5, sends marked bytes, gets them back in reverse order, and keeps the connection open.
PROGRAM = """
import socket, sys, time
name, mark = (word.encode() for word in sys.argv[1:3])
proxy = socket.create_connection(("127.0.0.1", 1088), 60)
def read(count):
    got = b""
    while len(got) < count:
        piece = proxy.recv(count - len(got))
        assert piece, "the proxy ended"
        got += piece
    return got
proxy.sendall(b"\\x05\\x01\\x00")
assert read(2) == b"\\x05\\x00"
proxy.sendall(b"\\x05\\x01\\x00\\x03" + bytes([len(name)]) + name + (7777).to_bytes(2, "big"))
assert read(10)[1] == 0, "refused"
for _ in range(200):
    proxy.sendall(mark * 20)
    assert read(len(mark) * 20) == (mark * 20)[::-1]
print("answered", flush=True)
while True:
    proxy.sendall(mark)
    read(len(mark))
    time.sleep(0.05)
"""


class VanishingTraces(HostNetwork):
    def setUp(self):
        super().setUp()
        self.start_site(self.switch.host(2, 2), b"a site\n")
        # Each in a network of its own, as hops must be.
        self.hosts = {name: self.switch.host(10 + i, 10 + i) for i, name in enumerate(NODES) if name != "client"}
        self.hosts["client"] = self.switch.host(157, 213)  # bytes that stand nowhere by chance
        self.processes = {}
        self.name = f"mark-{secrets.token_hex(8)}.qnet-test.example"
        self.mark = secrets.token_hex(16)
        self.back = self.mark[::-1]

    def start(self, name, mode, *flags):
        host = self.hosts[name]
        words = ["--helper-mode", mode, "--state-dir", self.folder / name, *flags]
        if mode != "client":
            words += ["--listen", f"{host.address}:443", *self.cover(), "--directory-private"]
        self.processes[name] = self.start_on(host, name, QNET, "run", *words, env=EXIT_ENV)

    def start_network(self):
        state = self.folder / "operator"
        run([QNET, "keygen", "--state-dir", state], check=True)
        invite = run([QNET, "invite", "--state-dir", state, "--advertise", f"{self.hosts['operator'].address}:443",
                      "--cover-name", COVER_NAME], check=True).stdout.decode().strip()
        self.start("operator", "bootstrap")
        for name in RELAYS:
            self.start(name, "relay", "--operators", invite)
        self.start("exit", "exit", "--operators", invite, "--exit-allow",
                   f"{self.name}:7777={self.site_host.address}:7777", "--exit-ports", "7777")
        wait_until(lambda: (status_of(self.hosts["operator"]) or {}).get("directory", {}).get("listed") == 4,
                   "all are listed", 90, 0.5)
        self.start("client", "client", "--operators", invite, "--hops", "3")
        wait_until(lambda: (status_of(self.hosts["client"]) or {}).get("state") == "connected",
                   "circuits are ready", 60, 0.5)

    def positions(self):
        """Who is what in the circuit that is used, by the client's own status."""
        rows = status_of(self.hosts["client"])["circuits"]
        hops, = (row["hops"] for row in rows if row["state"] == "in use")
        names = {f"{host.address}:443": name for name, host in self.hosts.items()}
        return [names[hop["address"]] for hop in hops]

    def test_each_trace_is_only_where_it_may_be(self):
        self.start_network()
        echo = self.start_on(self.site_host, "echo", "python3", "-c", ECHO)
        echo.wait_until(lambda: "listens" in echo.text(), "the site listens")
        captures = {name: Capture(host, self.folder) for name, host in self.hosts.items()}
        program = self.start_on(self.hosts["client"], "program", "python3", "-c", PROGRAM, self.name, self.mark)
        try:
            program.wait_until(lambda: "answered" in program.text(), "marked bytes come back", 60)
        except AssertionError as error:
            told = "\n".join(f"{name}: {process.text()[-1500:]}" for name, process in self.processes.items())
            raise AssertionError(f"{error}\n{told}\n{status_of(self.hosts['client'])}") from None
        guard, middle, end = self.positions()
        self.assertEqual(end, "exit")

        address = self.hosts["client"].address
        patterns = {"name": text_pattern(self.name), "mark": text_pattern(self.mark), "back": text_pattern(self.back),
                    "client": address_pattern(address)}
        found = {name: count_in_memory(process, patterns) for name, process in self.processes.items()}
        packets = {name: capture.read() for name, capture in captures.items()}
        raw = re.escape(bytes(map(int, address.split("."))))
        on_wires = {**patterns, "client": raw}
        wires = {name: {trace: len(re.findall(pattern, data)) for trace, pattern in on_wires.items()}
                 for name, data in packets.items()}
        print(f"\n{guard} is the guard, {middle} the middle"
              f"\nin memory: {json.dumps(found)}\non wires: {json.dumps(wires)}")
        self.assertTrue(program.running(), program.text())

        third, = (name for name in RELAYS if name not in (guard, middle))
        for trace in ("name", "mark", "back"):
            for name in (guard, middle, third, "operator"):
                self.assertEqual(found[name][trace], 0, f"the {trace} in the memory of {name}")
            for name in (guard, middle, third, "operator", "client"):
                self.assertEqual(wires[name][trace], 0, f"the {trace} on the wire of {name}")
        for name in (middle, third, "exit"):
            self.assertEqual(found[name]["client"], 0, f"the client's address in the memory of {name}")
            self.assertEqual(wires[name]["client"], 0, f"the client's address on the wire of {name}")
        # The search finds what is there.
        self.assertGreater(found["client"]["name"] + found["client"]["mark"], 0)
        self.assertGreater(found["exit"]["mark"] + found["exit"]["back"], 0)
        self.assertGreater(found[guard]["client"], 0)
        self.assertGreater(wires["exit"]["mark"], 0)
        self.assertGreater(wires[guard]["client"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
