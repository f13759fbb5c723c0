"""An origin's session tickets come at their step: some servers do not wait with them for the client's Finished."""

import contextlib
import socket
import threading
import unittest

import other_stacks
from fixture import COVER_NAME, wait_until
from harness import QNET, Node, Process, TcpServer, run, temporary_folder
from tls_bytes import HANDSHAKE
from tls_view import split_records

TEMPLATE = "curl-7.88-openssl-3.0"


def records_of(data):
    """(type, body length) of each whole record."""
    return [(kind, len(body)) for kind, _, body in split_records(bytes(data))[0]]


class HoldingBack:
    """A port in front of another. It passes a ClientHello on, and what comes behind it only when release() was
    called. So what the server says until then waits for no Finished."""

    def __init__(self, target):
        self.target, self.held_back = target, threading.Event()
        self.down = bytearray()
        self.server = TcpServer(self._carry)
        self.port = self.server.port

    def _carry(self, near):
        with socket.create_connection(("127.0.0.1", self.target), timeout=20) as far:
            threading.Thread(target=self._answers, args=(far, near), daemon=True).start()
            hello = bytearray()
            with contextlib.suppress(OSError):
                while not records_of(hello) and (piece := near.recv(1 << 16)):
                    hello += piece
                far.sendall(hello)
                self.held_back.wait(30)
                while piece := near.recv(1 << 16):
                    far.sendall(piece)

    def _answers(self, far, near):
        with contextlib.suppress(OSError):
            while piece := far.recv(1 << 16):
                self.down += piece
                near.sendall(piece)

    def await_records(self, count):
        try:
            wait_until(lambda: len(records_of(self.down)) >= count, f"{count} records of the server")
        except AssertionError as error:
            raise AssertionError(f"{error}; there are {records_of(self.down)}") from None
        return records_of(self.down)

    def release(self):
        self.held_back.set()

    def stop(self):
        self.held_back.set()
        self.server.stop()


def without_signature(records):
    """An ECDSA signature's length varies at the origin too."""
    return [(kind, "signature" if index == 4 else size) for index, (kind, size) in enumerate(records)]


class TicketSteps(unittest.TestCase):
    def setUp(self):
        self.folder, self.stack = temporary_folder(self)

    def steps(self, port, visit, before, behind):
        """The records until the client's Finished is let through, and those behind it."""
        line = HoldingBack(port)
        self.stack.callback(line.stop)
        visit(line.port)
        early = line.await_records(before)
        line.release()
        return without_signature(early), line.await_records(before + behind)[before:before + behind]

    def curl(self, port):
        visitor = Process(["curl", "--silent", "--max-time", "60", "--cacert", self.origin.certificate,
                           "--resolve", f"{COVER_NAME}:{port}:127.0.0.1", f"https://{COVER_NAME}:{port}/"],
                          self.folder / "curl.log")
        self.stack.callback(visitor.kill)

    def peer(self, port):
        invite = run([QNET, "invite", "--state-dir", self.folder / "relay" / "state", "--advertise",
                      f"127.0.0.1:{port}"], check=True).stdout.decode().split()[-1]
        self.client = Node(self.folder / "client", "client", ["--peer", invite, "--template", TEMPLATE])
        self.stack.callback(self.client.process.kill)

    def compare(self, kind, tickets, behind):
        self.origin = kind(self.folder / "origin")
        self.stack.callback(self.origin.stop)
        # ServerHello, ChangeCipherSpec, four of the flight, and tickets.
        before = 6 + tickets
        # First, as gnutls-serv serves nobody else while a handshake is not finished, and a relay measures how long
        # the origin waits for that.
        theirs = self.steps(self.origin.https_port, self.curl, before, behind)
        relay = Node(self.folder / "relay", "relay", ["--cover-origin", f"127.0.0.1:{self.origin.https_port}",
                                                      "--cover-name", COVER_NAME])
        self.stack.callback(relay.process.kill)
        relay.wait_ready(60)
        ours = self.steps(relay.listen_port, self.peer, before, behind)
        self.assertEqual(theirs[0][0][0], HANDSHAKE)
        self.assertEqual(ours, theirs)
        relay.wait_accepted()  # the client's session has read the tickets

    def test_caddys_come_before_the_clients_finished(self):
        self.compare(other_stacks.Caddy, tickets=1, behind=1)  # behind Finished: SETTINGS

    def test_gnutlss_come_before_the_clients_finished(self):
        self.compare(other_stacks.GnuTlsServ, tickets=2, behind=0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
