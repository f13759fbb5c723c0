"""A relay learns how its cover origin answers, answers likewise, and refuses an origin that it cannot mirror."""

import contextlib
import os
import socket
import threading
import time
import unittest

import harness
from harness import COVER_NAME, Network, Nginx, Node, TcpServer, run, wait_until


class Recorder:
    """A port in front of another that notes the TLS records of both directions, in their order for each."""

    def __init__(self, target):
        self.target = target
        self.connections = []
        self.server = TcpServer(self._carry)
        self.port = self.server.port

    def _carry(self, near):
        streams = {"up": bytearray(), "down": bytearray()}
        self.connections.append(streams)
        with socket.create_connection(("127.0.0.1", self.target), timeout=20) as far:
            back = threading.Thread(target=self._copy, args=(far, near, streams["down"]), daemon=True)
            back.start()
            self._copy(near, far, streams["up"])
            back.join(10)

    @staticmethod
    def _copy(source, sink, note):
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                note += piece
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)

    def stop(self):
        self.server.stop()

    @staticmethod
    def records(stream):
        """(type, body length) of each whole record."""
        shape, rest = [], bytes(stream)
        while len(rest) >= 5 and len(rest) >= 5 + int.from_bytes(rest[3:5], "big"):
            size = int.from_bytes(rest[3:5], "big")
            shape.append((rest[0], size))
            rest = rest[5 + size:]
        return shape


def without_signature(shape):
    """An ECDSA signature's length varies at the origin too."""
    return [(kind, "signature" if index == 4 and kind == 23 else size) for index, (kind, size) in enumerate(shape)]


class Mirror(Network):
    def flights(self, port, visit, count):
        recorder = Recorder(port)
        try:
            with contextlib.closing(visit(recorder.port)):
                wait_until(lambda: any(len(Recorder.records(c["down"])) >= count for c in recorder.connections),
                           f"{count} records of the server")
        finally:
            recorder.stop()
        return next(c for c in recorder.connections if len(Recorder.records(c["down"])) >= count)

    def chromium(self, port):
        process = harness.Process(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--ignore-certificate-errors", f"--user-data-dir={self.folder}/chromium-{port}", "--dump-dom",
             f"--host-resolver-rules=MAP {COVER_NAME} 127.0.0.1", f"https://{COVER_NAME}:{port}/"],
            self.folder / "chromium.log",
            env={"TMPDIR": str(self.folder)})  # where it leaves a folder when it is killed
        process.close = process.kill
        return process

    def peer(self, port):
        invite = run([harness.QNET, "invite", "--state-dir", self.exit.folder / "state", "--advertise",
                      f"127.0.0.1:{port}"], check=True).stdout.decode().split()[-1]
        node = Node(self.folder / f"peer-{port}", "client", ["--peer", invite, "--template", "chromium-156"])
        node.wait_ready()
        node.close = node.process.kill
        return node

    def test_a_peer_is_answered_as_chromium_is_by_the_origin(self):
        # ServerHello, ChangeCipherSpec, four of the flight, two tickets. What comes next answers a request.
        origin = self.flights(self.cover.https_port, self.chromium, 8)
        relay = self.flights(self.exit.listen_port, self.peer, 8)
        self.assertEqual(without_signature(Recorder.records(relay["down"])[:8]),
                         without_signature(Recorder.records(origin["down"])[:8]))

    def test_profiles_are_kept_on_disk_for_each_template(self):
        kept = sorted((self.exit.folder / "state" / "mirror").glob("*.toml"))
        self.assertTrue(kept)
        for file in kept:
            self.assertIn(f'origin = "127.0.0.1:{self.cover.https_port} {COVER_NAME}"', file.read_text())


class Origins(unittest.TestCase):
    """Origins of all kinds, and a relay in front of each."""

    def setUp(self):
        self.folder, self.stack = harness.temporary_folder(self)

    def nginx(self, **changes):
        server = Nginx(self.folder / "cover", **changes)
        self.stack.callback(server.stop)
        return server

    def relay(self, port, name=COVER_NAME):
        node = Node(self.folder / "relay", "relay", ["--cover-origin", f"127.0.0.1:{port}", "--cover-name", name])
        self.stack.callback(node.process.kill)
        return node

    def assert_refused(self, node, reason):
        wait_until(lambda: not node.process.running(), "the relay gives up")
        text = node.process.text()
        self.assertEqual(node.process.child.returncode, 1, text)
        self.assertIn("cannot be mirrored", text)
        self.assertIn("--cover-origin", text)
        self.assertIn(reason, text)

    def test_refuses_an_origin_without_tls_13(self):
        cover = self.nginx(tls="ssl_protocols TLSv1.2;")
        self.assert_refused(self.relay(cover.https_port), "does not speak TLS 1.3")

    def test_refuses_an_origin_that_asks_for_another_hello(self):
        cover = self.nginx(tls="ssl_protocols TLSv1.3; ssl_ecdh_curve secp384r1;")
        self.assert_refused(self.relay(cover.https_port), "HelloRetryRequest")

    def test_refuses_an_origin_with_another_name(self):
        cover = self.nginx()
        self.assert_refused(self.relay(cover.https_port, "www.example.org"), "for another name")

    def test_refuses_an_origin_that_nobody_vouches_for(self):
        cover = self.nginx()
        del harness.AUTHORITIES[str(cover.https_port)]
        self.assert_refused(self.relay(cover.https_port), "--cover-ca")

    def test_refuses_an_origin_whose_certificate_has_expired(self):
        cover = self.nginx(made_at="2020-01-01")
        self.assert_refused(self.relay(cover.https_port), "expired")

    def test_mirrors_an_origin_with_rsa_and_the_sha384_suite(self):
        cover = self.nginx(key=["rsa:2048"], tls="ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites "
                                                 "TLS_AES_256_GCM_SHA384;")
        node = self.relay(cover.https_port)
        node.wait_ready()
        client = Node(self.folder / "client", "client", ["--peer", node.invite()])
        self.stack.callback(client.process.kill)
        node.wait_accepted()

    @unittest.skipUnless("QNET_TEST_NODE" in os.environ, "no web server with X25519MLKEM768 for this processor")
    def test_mirrors_a_post_quantum_origin(self):
        certificate = self.nginx()
        port = harness.free_port()
        origin = harness.Process([os.environ["QNET_TEST_NODE"], harness.ROOT / "tests/e2e/origin/origin.mjs",
                                  certificate.key, certificate.certificate, port], self.folder / "origin.log")
        self.stack.callback(origin.kill)
        wait_until(lambda: harness.accepts(port), "the origin listens")
        harness.AUTHORITIES[str(port)] = certificate.certificate
        node = self.relay(port)
        node.wait_ready()
        kept = (self.folder / "relay" / "state" / "mirror" / "chromium-156.toml").read_text()
        self.assertIn("group = 0x11ec", kept)
        recorder = Recorder(node.listen_port)
        self.stack.callback(recorder.stop)
        invite = run([harness.QNET, "invite", "--state-dir", node.folder / "state", "--advertise",
                      f"127.0.0.1:{recorder.port}"], check=True).stdout.decode().split()[-1]
        client = Node(self.folder / "client", "client", ["--peer", invite, "--template", "chromium-156"])
        self.stack.callback(client.process.kill)
        node.wait_accepted()
        # The ciphertext is in the ServerHello, and without ML-KEM's secret the session would not have come about.
        self.assertEqual(Recorder.records(recorder.connections[0]["down"])[0], (22, 122 + 1088))

    def test_ends_an_idle_session_as_the_origin_does_and_the_client_dials_when_asked(self):
        cover = self.nginx(idle=3)
        site = harness.TcpServer(lambda connection: connection.sendall(connection.recv(100)))
        self.stack.callback(site.stop)
        node = Node(self.folder / "relay", "super", [
            "--cover-origin", f"127.0.0.1:{cover.https_port}", "--cover-name", COVER_NAME,
            "--exit-allow", f"127.0.0.1:{site.port}"])
        self.stack.callback(node.process.kill)
        node.wait_ready()
        kept = self.folder / "relay" / "state" / "mirror" / "chromium-156.toml"
        wait_until(lambda: "idle_after_s = 3\n" in kept.read_text(), "the origin's idle limit is known")
        recorder = Recorder(node.listen_port)
        self.stack.callback(recorder.stop)
        invite = run([harness.QNET, "invite", "--state-dir", node.folder / "state", "--advertise",
                      f"127.0.0.1:{recorder.port}"], check=True).stdout.decode().split()[-1]
        client = Node(self.folder / "client", "client", ["--peer", invite, "--template", "chromium-156"])
        self.stack.callback(client.process.kill)
        client.wait_ready()
        # The client may be ready before the relay has counted its session.
        wait_until(lambda: node.status()["handshakes"]["accepted"] == 1, "the relay has the session")
        wait_until(lambda: node.status()["sessions_open"] == 0, "the relay ends the idle session")
        # nginx: GOAWAY, then close_notify. The relay has written them; the recorder need not have read them yet.
        wait_until(lambda: Recorder.records(recorder.connections[0]["down"])[-2:] == [(23, 34), (23, 19)],
                   "the client gets nginx's ending")
        self.assertEqual(client.status()["state"], "connected")
        time.sleep(1.5)
        self.assertEqual(len(recorder.connections), 1, "a browser does not dial for nothing")
        for _ in range(2):
            code, connection = harness.socks_connect(client.socks_port, "127.0.0.1", site.port)
            self.assertEqual(code, 0)
            with connection:
                connection.sendall(b"hello")
                self.assertEqual(harness.receive_exactly(connection, 5), b"hello")
        self.assertEqual(len(recorder.connections), 2)

    def check(self, *arguments):
        done = run([harness.QNET, "cover", "check", *arguments])
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_tells_an_operator_how_good_an_origin_is(self):
        cover = self.nginx()
        code, text, error = self.check(f"127.0.0.1:{cover.https_port}", "--cover-name", COVER_NAME, "--advertise",
                                       "192.0.2.7:443")
        self.assertEqual(code, 0, error)
        self.assertRegex(text, r"chromium-156 +suite 1301, X25519, h2; flight 36 \d+ 93-97 53; then 266 266 57\n")
        self.assertRegex(text, r"closing +a wrong Finished gets 19, then FIN; a good-bye gets FIN")
        self.assertIn("WARNING: It is in another network than the relay at 192.0.2.7", text)
        self.assertIn("WARNING: Browsers would warn of its certificate", text)
        self.assertIn("USABLE", text)

    def test_tells_an_operator_that_an_origin_will_not_do(self):
        cover = self.nginx(tls="ssl_protocols TLSv1.2;")
        code, text, error = self.check(f"127.0.0.1:{cover.https_port}", "--cover-name", COVER_NAME)
        self.assertEqual(code, 1)
        self.assertIn("UNSUITABLE: the server does not speak TLS 1.3", text)
        self.assertIn("no cover origin", error)

    def test_says_that_it_is_calibrating_until_the_origin_answers(self):
        port = harness.free_port()
        node = self.relay(port)
        wait_until(lambda: harness.accepts(node.status_port), "the status page")
        wait_until(lambda: node.status()["last_error"], "a word about the origin")
        self.assertEqual(node.status()["state"], "calibrating")
        self.assertFalse(node.ready())

    def test_keeps_the_last_good_profile_when_the_origin_is_gone(self):
        cover = self.nginx()
        node = self.relay(cover.https_port)
        node.wait_ready()
        self.assertEqual(node.process.stop(), 0)
        cover.stop()
        again = self.relay(cover.https_port)
        again.wait_ready()
        status = wait_until(lambda: again.status() if again.status()["last_error"] else None, "a word about the origin")
        self.assertEqual(status["state"], "connected")
        self.assertIn("What was measured at", status["last_error"])
        # Strangers get nothing now, nor do peers (decision 0015). Both are served when the origin is back.
        client = Node(self.folder / "client", "client", ["--peer", again.invite()])
        self.stack.callback(client.process.kill)
        wait_until(client.told_problem, "a client meets what strangers meet")
        cover.process = harness.Process(cover.process.arguments, cover.process.log)
        again.wait_accepted(60)


if __name__ == "__main__":
    unittest.main(verbosity=2)
