"""An exit that is full, or does not serve a port: the client asks another one, and says so."""

import os
import signal
import socket
import threading
import unittest

from harness import COVER_NAME, Network, TcpServer, receive_exactly, run, socks_connect, wait_until

# Outside the names that no exit serves (RFC 6761). Nobody looks it up: an exit refuses the port first, or has an
# address for it from its operator.
SITE = "site.qnet-test.example.org"
SERVED = 8443
NOT_SERVED = 8444
PLACES = 4
SHARE = PLACES // 2  # of one client alone: as many as it leaves free


class Echo:
    """A site that sends back what comes, and remembers it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.received = []
        self.server = TcpServer(self.serve)
        self.port = self.server.port
        self.stop = self.server.stop

    def serve(self, connection):
        with self.lock:
            number = len(self.received)
            self.received.append(b"")
        while piece := connection.recv(1 << 16):
            with self.lock:
                self.received[number] += piece
            connection.sendall(piece)


class OtherExit(Network):
    """The client's first exit has few places and serves one port less than its second."""

    exit_flags = ("--exit-max-connections", PLACES)

    @classmethod
    def prepare(cls):
        cls.site = cls.start(Echo())

    @classmethod
    def allow(cls):
        return [f"127.0.0.1:{cls.site.port}"]

    def setUp(self):
        self.site.received.clear()
        self.other = self.start_exit()
        # A client for each test: none remembers what an exit has declined in another. It uses the first exit,
        # however slow that is, because the other one does not answer yet.
        os.kill(self.other.process.pid, signal.SIGSTOP)
        self.client = self.start_node(f"{self.id()}-client", "client",
                                      ["--peer", self.exit.invite(), "--peer", self.other.invite()])
        self.addCleanup(self.client.process.stop)
        self.client.wait_ready()
        os.kill(self.other.process.pid, signal.SIGCONT)
        wait_until(lambda: self.opened(self.exit) == 0, "the first exit has all its places")

    def start_exit(self):
        node = self.start_node(f"{self.id()}-exit", "exit", [
            "--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME,
            "--directory-private", "--exit-allow", f"127.0.0.1:{self.site.port}",
            "--exit-allow", f"{SITE}:{SERVED}=127.0.0.1:{self.site.port}"])
        self.addCleanup(node.process.stop)
        node.wait_ready()
        return node

    @staticmethod
    def opened(node):
        return node.status()["exit"]["open"]

    @staticmethod
    def total(node):
        return node.status()["exit"]["total"]

    def connect(self, host="127.0.0.1", port=None):
        code, program = socks_connect(self.client.socks_port, host, port or self.site.port)
        self.addCleanup(program.close)
        return code, program

    def assert_echoes(self, program):
        program.sendall(b"hello")
        self.assertEqual(receive_exactly(program, 5), b"hello")

    def rows(self):
        return {row["address"]: row for row in self.client.status()["peers"]}

    def fill_first(self):
        """Takes all places that the first exit gives to this client."""
        for _ in range(SHARE):
            code, program = self.connect()
            self.assertEqual(code, 0)
            self.assert_echoes(program)
        self.assertEqual((self.opened(self.exit), self.opened(self.other)), (SHARE, 0))

    def test_what_a_full_exit_declines_goes_to_the_other_and_nothing_is_sent_twice(self):
        self.fill_first()
        before = self.total(self.exit)
        for _ in range(SHARE + 1):
            code, program = self.connect()
            self.assertEqual(code, 0)
            self.assert_echoes(program)
        self.assertEqual(self.opened(self.other), SHARE + 1)
        self.assertEqual(self.total(self.exit), before)
        self.assertEqual(self.site.received, [b"hello"] * (2 * SHARE + 1))
        self.assertIn("the exit in use is full: another one is asked", self.client.process.text())
        self.assertNotIn("127.0.0.1:" + str(self.site.port), self.client.process.text())
        rows = self.rows()
        self.assertEqual([row["state"] for row in rows.values()], ["connected"] * 2)
        self.assertIn("full", rows[f"127.0.0.1:{self.exit.listen_port}"]["last_error"])
        self.assertEqual(self.client.status()["sessions_open"], 2)

    def test_http_connect_keeps_what_the_program_sent_early_for_the_exit_that_serves_it(self):
        self.fill_first()
        at = f"127.0.0.1:{self.site.port}".encode()
        program = socket.create_connection(("127.0.0.1", self.client.socks_port), timeout=20)
        self.addCleanup(program.close)
        program.sendall(b"CONNECT " + at + b" HTTP/1.1\r\nHost: " + at + b"\r\n\r\nearly")
        answer = b""
        while not answer.endswith(b"early"):
            answer += receive_exactly(program, 1)
        self.assertTrue(answer.startswith(b"HTTP/1.1 200"), answer)
        self.assertEqual(self.site.received, [b"hello"] * SHARE + [b"early"])

    def test_a_port_that_the_first_exit_does_not_serve_goes_to_the_other_from_then_on(self):
        refused = self.exit.status()["exit"]["refused"].get("port", 0)
        for _ in range(3):
            code, program = self.connect(SITE, SERVED)
            self.assertEqual(code, 0)
            self.assert_echoes(program)
        self.assertEqual(self.opened(self.other), 3)
        self.assertEqual(self.exit.status()["exit"]["refused"]["port"], refused + 1)
        # All else goes where it went.
        code, program = self.connect()
        self.assertEqual((code, self.opened(self.exit)), (0, 1))
        self.assert_echoes(program)
        text = self.client.process.text()
        self.assertIn("the exit in use does not serve a port that a program asks for", text)
        self.assertNotIn(SITE, text)
        self.assertNotIn(f":{SERVED}", text)

    def test_a_port_that_nobody_serves_is_refused_as_such(self):
        self.assertEqual(self.connect(SITE, NOT_SERVED)[0], 2)
        done = run(["curl", "-sS", "--max-time", 20, "--proxy", f"http://{self.client.proxy()}", "--proxytunnel",
                    "-o", "/dev/null", "-w", "%{http_connect}", f"http://{SITE}:{NOT_SERVED}/"])
        self.assertEqual(done.stdout, b"403")

    def test_when_the_other_exit_has_gone_the_first_ones_reason_is_told(self):
        self.other.process.stop()
        for _ in range(SHARE):
            self.assertEqual(self.connect()[0], 0)
        self.assertEqual(self.connect()[0], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
