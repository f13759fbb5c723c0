"""Somebody on the path leads a client's connection to the cover origin itself, and sees a browser's visit there."""

import socket
import threading
import time
import unittest

import hellos
from harness import COVER_NAME, Network, Nginx, TcpServer, copy_until_end, socks_connect, wait_until


class LedToTheOrigin(Network):
    def setUp(self):
        # Another than the relay's, which its relay visits: all that is asked here is the client's.
        self.origin = Nginx(self.folder / f"origin-{self._testMethodName}")
        self.addCleanup(self.origin.stop)
        self.connections = []
        self.line = TcpServer(self.carry)
        self.addCleanup(self.line.stop)

    def carry(self, near):
        self.connections.append(near)
        with socket.create_connection(("127.0.0.1", self.origin.https_port)) as far:
            back = threading.Thread(target=copy_until_end, args=(far, near))
            back.start()
            copy_until_end(near, far)
            back.join()

    def requests(self):
        return (self.origin.folder / "access.log").read_text().splitlines()

    def lead(self, name, *flags):
        """A client that has been led there, and has told its person."""
        client = self.start_node(name, "client", ["--peer", hellos.invite_to(self.exit, self.line.port), "--template",
                                                  "chromium-156", *flags])
        problem = wait_until(client.told_problem, "the client tells its problem")
        self.assertIn("did not recognise this client", problem)
        return client

    def ask_in_vain(self, client):
        """A request makes a client dial at once, if it may dial at all, but within a second of its last failure."""
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            code, connection = socks_connect(client.socks_port, "127.0.0.1", self.cover.http_port)
            connection.close()
            self.assertNotEqual(code, 0)
            time.sleep(0.1)

    def test_the_client_loads_the_page_and_does_not_come_again(self):
        client = self.lead("led", "--cover-ca", self.origin.certificate)
        (request,) = wait_until(self.requests, "the page was asked for")
        self.assertRegex(request, r'"GET / HTTP/2.0" 200 \d+ "-" "Mozilla/5.0 .* Chrome/156')
        self.ask_in_vain(client)
        self.assertEqual(len(self.requests()), 1)
        self.assertEqual(len(self.connections), 1)
        self.assertIn("did not recognise this client", client.told_problem())

    def test_a_certificate_that_it_does_not_believe_makes_it_leave_without_a_request(self):
        client = self.lead("believes-nobody")
        self.ask_in_vain(client)
        wait_until(lambda: self.connections[0].fileno() < 0, "the client has left")
        self.assertEqual(self.requests(), [])
        self.assertEqual(len(self.connections), 1)


class FirstStart(Network):
    """Somebody starts a relay and its client in one go."""

    def test_a_client_that_comes_before_the_first_measurement_is_answered_as_a_peer(self):
        came = threading.Event()
        held = []

        def to_origin(near):
            # The relay has measured nothing before its client has said its hello.
            held.append(near)
            came.wait()
            self.carry(near, self.cover.https_port)

        def to_relay(near):
            hello = near.recv(1 << 16)
            with socket.create_connection(("127.0.0.1", relay.listen_port)) as far:
                far.sendall(hello)
                came.set()
                self.carry(near, None, far)

        origin, line = TcpServer(to_origin), TcpServer(to_relay)
        self.addCleanup(origin.stop)
        self.addCleanup(line.stop)
        self.addCleanup(came.set)
        relay = self.start_node("first", "super", ["--cover-origin", f"127.0.0.1:{origin.port}", "--cover-name",
                                                   COVER_NAME, "--cover-ca", self.cover.certificate])
        wait_until(lambda: held, "the relay measures")
        client = self.start_node("first-client", "client", ["--peer", hellos.invite_to(relay, line.port)])
        client.wait_ready()
        self.assertEqual(relay.status()["handshakes"]["spliced"], 0)

    @staticmethod
    def carry(near, port, far=None):
        far = far or socket.create_connection(("127.0.0.1", port))
        with far:
            back = threading.Thread(target=copy_until_end, args=(far, near))
            back.start()
            copy_until_end(near, far)
            back.join()


if __name__ == "__main__":
    unittest.main(verbosity=2)
