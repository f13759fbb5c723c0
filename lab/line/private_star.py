"""Private mode over long lines: an operator, two relays, an exit, a site and a client, each a host of a star."""

import contextlib
import socket
import sys
import time

from star import Star, shortest_round_trip
from harness import COVER_NAME, QNET, run, wait_until
from hosts import status_of
from site_host import SiteNginx

PLACES = {"site": 2, "operator": 10, "relay0": 11, "relay1": 12, "exit": 13, "client": 20}
PORT = 7777
NAME = "speaks-first.example"

# Says a byte at each connection, and a byte to each byte.
SPEAKS_FIRST = """
import socket, threading
def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(b"!")
    while piece := connection.recv(1 << 16):
        connection.sendall(piece)
listener = socket.create_server(("0.0.0.0", 7777), backlog=64)
print("listens", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


class PrivateStar:
    def __init__(self, stack, folder, *line, binary=QNET, congestion=None):
        self.stack, self.folder, self.binary = stack, folder, binary
        star = stack.enter_context(Star(*line))
        # Each in a network of its own, as hops must be.
        self.hosts = {name: star.host(number, number) for name, number in PLACES.items()}
        if congestion:
            for host in self.hosts.values():
                host.run("sysctl", "-qw", f"net.ipv4.tcp_congestion_control={congestion}", check=True)
        # A relay answers its peers no sooner than its cover origin would: so that is beside it.
        self.covers = {name: SiteNginx(folder / f"nginx-{name}", self.hosts[name])
                       for name in PLACES if name not in ("site", "client")}
        for cover in self.covers.values():
            stack.callback(cover.stop)
        speaker = self.start("site", "python3", "-c", SPEAKS_FIRST)
        speaker.wait_until(lambda: "listens" in speaker.text(), "the site listens")
        self.start_relays()

    def start(self, name, *words, log=None, env=None):
        process = self.hosts[name].start(*words, log=self.folder / f"{log or name}.log", env=env)
        self.stack.callback(process.stop)
        return process

    def qnet(self, name, mode, *flags):
        host, origin = self.hosts[name], self.covers[name]
        cover = ["--cover-origin", f"{host.address}:{origin.https_port}", "--cover-name", COVER_NAME, "--cover-ca",
                 origin.certificate, "--directory-private"]
        return self.start(name, self.binary, "run", "--helper-mode", mode, "--state-dir", self.folder / name,
                          "--listen", f"{host.address}:443", *cover, *flags,
                          env={"EXIT_ABUSE_EMAIL": "abuse@example.org"})

    def start_relays(self):
        state = self.folder / "operator"
        run([self.binary, "keygen", "--state-dir", state], check=True)
        self.invite = run([self.binary, "invite", "--state-dir", state, "--advertise",
                           f"{self.hosts['operator'].address}:443", "--cover-name", COVER_NAME],
                          check=True).stdout.decode().strip()
        self.qnet("operator", "bootstrap")
        for name in ("relay0", "relay1"):
            self.qnet(name, "relay", "--operators", self.invite)
        self.qnet("exit", "exit", "--operators", self.invite, "--exit-ports", PORT, "--exit-allow",
                  f"{NAME}:{PORT}={self.hosts['site'].address}:{PORT}")
        wait_until(lambda: (status_of(self.hosts["operator"]) or {}).get("directory", {}).get("listed") == 3,
                   "all are listed", 90, 0.5)

    def client(self, state, *flags):
        """A new process, with what the one before has left in its state folder."""
        return self.start("client", self.binary, "run", "--helper-mode", "client", "--state-dir",
                          self.folder / f"client-{state}", "--operators", self.invite, *flags, log=f"client-{state}")

    def status(self):
        return status_of(self.hosts["client"]) or {}

    def circuits(self, *states):
        # With one hop it is the session of fast mode.
        rows = [row for row in self.status().get("circuits", []) if len(row["hops"]) != 1]
        return [row for row in rows if not states or row["state"] in states]

    def wait_connected(self):
        wait_until(lambda: self.status().get("state") == "connected", "the client is connected", 90, 0.1)

    def connect(self, user=None):
        """Seconds from a program's request to connect to the proxy's answer, and to the site's first byte; and the
        connection, which is still open."""
        program = self.greet(user)
        begun = time.monotonic()
        program.sendall(b"\x05\x01\x00\x03" + bytes([len(NAME)]) + NAME.encode() + PORT.to_bytes(2, "big"))
        answer = receive(program, 10)
        assert answer[1] == 0, f"refused: {answer[1]}"
        times = [time.monotonic() - begun]
        receive(program, 1)
        times.append(time.monotonic() - begun)
        return times, program

    def greet(self, user):
        """As soon as the proxy listens."""
        end = time.monotonic() + 20
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                program = self.hosts["client"].inside(lambda: socket.create_connection(("127.0.0.1", 1088), 60))
                break
            if time.monotonic() > end:
                sys.exit("the proxy does not listen")
        program.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if user is None:
            program.sendall(b"\x05\x01\x00")
            assert receive(program, 2) == b"\x05\x00"
            return program
        program.sendall(b"\x05\x01\x02")
        assert receive(program, 2) == b"\x05\x02"
        program.sendall(b"\x01" + bytes([len(user)]) + user.encode() + b"\x01x")
        assert receive(program, 2) == b"\x01\x00"
        return program

    def round_trips(self, *names):
        """From the first of these hosts to the last and back, link by link."""
        ports = {name: PORT if name == "site" else 443 for name in PLACES}
        return sum(shortest_round_trip(self.hosts[one], self.hosts[other], ports[other])
                   for one, other in zip(names, names[1:]))


def exchange(program):
    """Seconds from a byte of the program's to the site's answer."""
    begun = time.monotonic()
    program.sendall(b"?")
    receive(program, 1)
    return time.monotonic() - begun


def receive(program, count):
    got = b""
    while len(got) < count:
        piece = program.recv(count - len(got))
        assert piece, "the proxy ended"
        got += piece
    return got
