#!/usr/bin/env python3
"""What peers that stall cost a relay in memory: bare streams by hand-made sessions, and uploads that nobody reads.

The relay's peak, less what it had before. Needs ./run.sh --build-only. With --against, another build of qnet does the
same after it. With --data MIB the relay runs under RLIMIT_DATA, of which a quarter is the budget of its sessions.
"""

import argparse
import contextlib
import pathlib
import resource
import socket
import struct
import sys
import threading
import time

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "probing")]

import harness  # noqa: E402
import hellos  # noqa: E402
from harness import COVER_NAME, Nginx, Node  # noqa: E402
from peer import Peer, relay_key  # noqa: E402
from scratch import scratch  # noqa: E402
from tls_bytes import record  # noqa: E402

MEBIBYTE = 1 << 20
SETTLE = 3  # seconds
FIRST_RECORD = 87  # Chromium's
WINDOW_UPDATE, SYN = 1, 1


class HandSession:
    """A session of QNet's without QNet's code: it sends records, and reads nothing."""

    def __init__(self, port, template, key):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        peer = Peer(template, key)
        self.socket.sendall(peer.hello)
        flight = b""
        while len(flight) < 5 or len(flight) < 5 + int.from_bytes(flight[3:5], "big"):
            flight += self.socket.recv(1 << 16)
        assert peer.recognised(flight[:5 + int.from_bytes(flight[3:5], "big")]), "not answered as a peer"
        finished = peer.finished()
        first = peer.noise.encrypt_and_hash(bytes(FIRST_RECORD - 16))
        self.cipher = peer.noise.split()[0]
        self.socket.sendall(finished + record(23, first))

    def send(self, data):
        for at in range(0, len(data), 16_000):
            piece = data[at:at + 16_000]
            text = len(piece).to_bytes(2, "big") + piece
            header = b"\x17\x03\x03" + (len(text) + 16).to_bytes(2, "big")
            nonce = bytes(4) + self.cipher.n.to_bytes(8, "little")
            self.cipher.n += 1
            self.socket.sendall(header + ChaCha20Poly1305(self.cipher.key).encrypt(nonce, text, header))


def openings(count):
    """Frames that open streams and say nothing."""
    return b"".join(struct.pack(">BBHII", 0, WINDOW_UPDATE, SYN, 2 * n + 1, 0) for n in range(count))


def peak(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


class Sink:
    """Accepts connections and reads nothing."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(1024)
        self.port = self.listener.getsockname()[1]
        self.accepted = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                self.accepted.append(self.listener.accept()[0])

    def close(self):
        self.listener.close()
        for connection in self.accepted:
            connection.close()


def upload(proxy, port, seconds):
    """A SOCKS5 connection to the sink; sends until nothing more is taken."""
    connection = socket.create_connection(proxy, timeout=60)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    connection.sendall(b"\x05\x01\x00")
    connection.recv(2)
    connection.sendall(b"\x05\x01\x00\x01" + socket.inet_aton("127.0.0.1") + port.to_bytes(2, "big"))
    connection.recv(10)
    connection.settimeout(seconds)
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(bytes(1 << 16))
    return connection


def start_relay(stack, folder, data, *options):
    site = Nginx(folder / "site")
    stack.callback(site.stop)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    if data:
        resource.setrlimit(resource.RLIMIT_DATA, (data * MEBIBYTE, before[1]))
    arguments = ["--cover-origin", f"127.0.0.1:{site.https_port}", "--cover-name", COVER_NAME, "--cover-ca",
                 str(site.certificate), "--threads", "2", *options]
    relay = Node(folder / "relay", "super", arguments)
    resource.setrlimit(resource.RLIMIT_DATA, before)
    stack.callback(relay.process.stop)
    relay.wait_ready(60)
    return relay


@contextlib.contextmanager
def workplace(binary):
    harness.QNET = str(binary)
    with scratch() as (folder, stack):
        yield folder, stack


def bare_streams(binary, sessions, frames, data):
    with workplace(binary) as (folder, stack):
        relay = start_relay(stack, folder, data)
        template, key = hellos.peer_hello(relay, folder), relay_key(relay.invite())
        before, made, ended = relay.process.resident(), [], 0
        for _ in range(sessions):
            made.append(HandSession(relay.listen_port, template, key))
            stack.callback(made[-1].socket.close)
        for session in made:
            try:
                session.send(openings(frames))
            except OSError:
                ended += 1
        time.sleep(SETTLE)
        return (peak(relay.process) - before) / MEBIBYTE, ended


def stalled_uploads(binary, clients, streams, data):
    with workplace(binary) as (folder, stack):
        sink = Sink()
        stack.callback(sink.close)
        relay = start_relay(stack, folder, data, "--exit-allow", f"127.0.0.1:{sink.port}")
        nodes = [Node(folder / f"client-{n}", "client", ["--peer", relay.invite()]) for n in range(clients)]
        for node in nodes:
            stack.callback(node.process.kill)
        for node in nodes:
            node.wait_ready(60)
        before = relay.process.resident()
        for node in nodes:
            host, _, port = node.proxy().rpartition(":")
            threads = [threading.Thread(target=lambda p=(host, int(port)): made.append(upload(p, sink.port, SETTLE)))
                       for _ in range(streams)]
            made = []
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for connection in made:
                stack.callback(connection.close)
        return (peak(relay.process) - before) / MEBIBYTE


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=50, help="of bare streams")
    parser.add_argument("--frames", type=int, default=51_200, help="openings that each sends, of 12 bytes")
    parser.add_argument("--clients", type=int, default=5, help="that upload")
    parser.add_argument("--streams", type=int, default=160, help="of each client")
    parser.add_argument("--data", type=int, metavar="MIB", help="RLIMIT_DATA of the relay")
    parser.add_argument("--against", type=pathlib.Path, metavar="QNET", help="another build of qnet to compare with")
    options = parser.parse_args()
    for binary in filter(None, (harness.QNET, options.against and options.against.resolve())):
        grown, ended = bare_streams(binary, options.sessions, options.frames, options.data)
        print(f"{binary}: {options.sessions} sessions of {options.frames} bare streams: {grown:.0f} MiB, {ended} ended "
              "while they sent", flush=True)
        grown = stalled_uploads(binary, options.clients, options.streams, options.data)
        print(f"{binary}: {options.clients} clients with {options.streams} stalled uploads each: {grown:.0f} MiB",
              flush=True)


if __name__ == "__main__":
    main()
