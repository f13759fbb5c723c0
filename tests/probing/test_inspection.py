"""Inspection tools see no difference between a QNet session and a browser's visit to the cover origin."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "net"))

import capture  # noqa: E402
import private_network  # noqa: E402
from fixture import COVER_NAME, Nginx, Node  # noqa: E402
from capture import Capture  # noqa: E402
from harness import need, remove_folder, run  # noqa: E402

RELAY, ORIGIN = "127.0.0.1", "127.0.0.2"


class NginxOnPort443(Nginx):
    def _configuration(self, extra):
        plain = f"listen 127.0.0.1:{self.https_port} ssl http2;"
        return super()._configuration(extra).replace(plain, f"{plain} listen {ORIGIN}:443 ssl http2;")


class Inspection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need(private_network.why_not())
        cls.enterClassContext(private_network.private_network())
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-inspection-"))
        cls.addClassCleanup(remove_folder, cls.folder)
        page = b"<h1>An ordinary site</h1>\n" + b"<p>with some text</p>\n" * 2000
        cls.origin = NginxOnPort443(cls.folder / "origin", files={"index.html": page})
        cls.addClassCleanup(cls.origin.stop)
        relay = Node(cls.folder / "relay", "super",
                     ["--cover-origin", f"127.0.0.1:{cls.origin.https_port}", "--cover-name",
                                                     COVER_NAME, "--exit-allow", f"127.0.0.1:{cls.origin.http_port}"],
                     listen_port=443)
        cls.addClassCleanup(relay.process.stop)
        relay.wait_ready()
        cls.session, cls.visit = cls.folder / "session.pcap", cls.folder / "visit.pcap"
        with Capture(cls.session, RELAY):
            client = Node(cls.folder / "client", "client", ["--peer", relay.invite(), "--template", "chromium-156"])
            try:
                client.wait_ready()
                done = run(["curl", "-sS", "--socks5-hostname", client.proxy(),
                            f"http://127.0.0.1:{cls.origin.http_port}/"])
                assert done.stdout == page, done.stderr
            finally:
                client.process.stop()
        with Capture(cls.visit, ORIGIN):
            done = run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync",
                        "--ignore-certificate-errors", f"--user-data-dir={cls.folder}/chromium", "--dump-dom",
                        f"--host-resolver-rules=MAP {COVER_NAME} {ORIGIN}", f"https://{COVER_NAME}/"], seconds=90)
            assert b"An ordinary site" in done.stdout, done.stderr[-2000:]

    def test_ndpi_gives_the_same_verdict(self):
        sessions, visits = capture.verdicts(self.session), capture.verdicts(self.visit)
        self.assertEqual(len(sessions), 1)
        self.assertEqual(sessions[0]["protocol"], "91/TLS")
        for visit in visits:
            self.assertEqual(sessions[0], visit)
        print(f"\n{sessions[0]}, as {len(visits)} flows of Chromium")

    def test_tshark_finds_nothing_malformed(self):
        self.assertEqual(capture.fields(self.session, "_ws.malformed", "frame.number"), [])
        self.assertGreater(len(capture.fields(self.session, "tls.app_data", "frame.number")), 3)

    def test_tshark_warns_of_nothing_that_it_does_not_warn_of_with_a_browser(self):
        self.assertTrue(capture.fields(self.session, "tcp", "frame.number"))
        self.assertLessEqual(capture.experts(self.session), capture.experts(self.visit))

    def test_tshark_takes_all_for_tls_of_the_same_versions(self):
        for path in (self.session, self.visit):
            layers = {layer for row in capture.fields(path, "tcp.len > 0", "frame.protocols")
                      for layer in row[0].split(":")}
            self.assertLessEqual(layers, {"eth", "ethertype", "ip", "tcp", "tls"})
            self.assertEqual(set(capture.fields(path, "tls.handshake", "tls.handshake.version")), {("0x0303",)})
        versions = [set(capture.fields(path, "tls.record", "tls.record.version"))
                    for path in (self.session, self.visit)]
        self.assertEqual({v for row in versions[0] for v in row[0].split(",")},
                         {v for row in versions[1] for v in row[0].split(",")})

    def test_the_client_has_the_browsers_ja4(self):
        self.assertEqual(len(capture.ja4(self.session)), 1)
        self.assertEqual(capture.ja4(self.session), capture.ja4(self.visit))

    def test_the_relay_has_the_origins_server_hello(self):
        names = ("tls.handshake.ja3s_full", "tls.handshake.ja3s", "tls.record.version",
                 "tls.handshake.extensions_key_share_group",
                 "tls.handshake.session_id_length", "tls.handshake.comp_method")
        ours = set(capture.fields(self.session, "tls.handshake.type == 2", *names))
        self.assertEqual(len(ours), 1)
        self.assertEqual(ours, set(capture.fields(self.visit, "tls.handshake.type == 2", *names)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
