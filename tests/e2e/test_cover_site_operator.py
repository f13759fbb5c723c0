"""Cover `site` for its operator: renewed certificates, another web server behind it, and mistakes in its options."""

import os
import signal
import ssl
import unittest

import harness
from harness import COVER_NAME, Nginx, free_port, make_certificate, run, wait_until
from site_network import INDEX, SiteNetwork


class Certificates(SiteNetwork):
    def shown(self):
        return ssl.get_server_certificate(("127.0.0.1", self.exit.listen_port)).strip()

    def replace(self):
        make_certificate(self.folder / "new.pem", self.folder / "new.key")
        (self.folder / "new.pem").replace(self.certificate)
        (self.folder / "new.key").replace(self.key)

    def test_a_renewed_certificate_is_shown_without_a_restart_and_a_session_stays(self):
        client = self.start_client("staying")
        client.wait_ready()
        since = client.status()["state_since"]
        for by_signal in (True, False):
            old = self.shown()
            self.replace()
            if by_signal:
                os.kill(self.exit.process.pid, signal.SIGHUP)
            wait_until(lambda: self.shown() != old, "the new certificate is shown", 10 if by_signal else 30)
            self.assertEqual(self.shown(), self.certificate.read_text().strip())
            self.assert_browses(client)
            self.assertEqual(client.status()["state_since"], since)

    def test_an_unusable_new_certificate_leaves_the_old_one(self):
        old, good = self.shown(), self.certificate.read_bytes()
        self.certificate.write_bytes(b"garbage")
        os.kill(self.exit.process.pid, signal.SIGHUP)
        wait_until(lambda: "old one is shown" in (self.exit.status().get("last_error") or ""), "the status tells it")
        self.assertEqual(self.shown(), old)
        self.certificate.write_bytes(good)
        os.kill(self.exit.process.pid, signal.SIGHUP)
        wait_until(lambda: not self.exit.status().get("last_error"), "the status is good again")


class Upstream(SiteNetwork):
    """Strangers see another web server, with its answers."""

    @classmethod
    def site_flags(cls):
        cls.upstream = cls.start(Nginx(cls.folder / "upstream", files={
            "index.html": INDEX, "big.bin": os.urandom(5_000_000)}))
        return ["--site-upstream", f"127.0.0.1:{cls.upstream.http_port}", "--tls-cert", cls.certificate, "--tls-key",
                cls.key]

    def test_strangers_see_the_other_web_server(self):
        big = (self.upstream.root / "big.bin").read_bytes()
        for flag in ("--http1.1", "--http2"):
            self.assertEqual(self.visit(flag).stdout, INDEX)
            self.assertEqual(self.visit(flag, path="/big.bin").stdout, big)
            self.assertEqual(self.visit(flag, "-d", "a=b", path="/upload").stdout, b"ok\n")
            ours = self.visit(flag, "-I", path="/missing").stdout.decode().lower()
            self.assertIn("404", ours)
            self.assertIn("server: nginx", ours)

    def test_large_uploads_end_though_the_other_web_server_does_not_read_them(self):
        big = self.upstream.root / "big.bin"
        self.assertEqual(self.visit("--http1.1", "--data-binary", f"@{big}", path="/upload").stdout, b"ok\n")
        # curl 7.88 stops an upload over HTTP/2 whose answer has come; nghttp goes on.
        sent = run(["nghttp", "-nv", "-d", big, f"https://127.0.0.1:{self.exit.listen_port}/upload"], seconds=30).stdout
        self.assertIn(b":status: 200", sent)
        self.assertNotIn(b"recv RST_STREAM", sent)

    def test_a_client_browses(self):
        client = self.start_client("browsing")
        client.wait_ready()
        self.assert_browses(client)

    def test_a_dead_web_server_gives_502(self):
        relay = self.start_relay("dead", ["--site-upstream", f"127.0.0.1:{free_port()}", "--tls-cert",
                                          self.certificate, "--tls-key", self.key])
        for flag in ("--http1.1", "--http2"):
            done = self.visit(flag, "-o", "/dev/null", "-w", "%{http_code}", port=relay.listen_port)
            self.assertEqual(done.stdout, b"502")


class Mistakes(unittest.TestCase):
    """What an operator reads who has not given what is needed."""

    def setUp(self):
        self.folder, _ = harness.temporary_folder(self)
        self.certificate, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        make_certificate(self.certificate, self.key)
        (self.folder / "www").mkdir()
        (self.folder / "www" / "index.html").write_bytes(INDEX)

    def refuse(self, *flags, words):
        done = run([harness.QNET, "run", "--helper-mode", "relay", "--state-dir", self.folder / "s", "--cover", "site",
                    "--listen", f"127.0.0.1:{free_port()}", "--status-port", free_port(), *flags], seconds=20)
        self.assertNotEqual(done.returncode, 0)
        error = done.stderr.decode()
        self.assertEqual(len(error.strip().splitlines()), 1, error)
        for word in words:
            self.assertIn(word, error)

    def test_each_says_what_to_do(self):
        name, root = ["--cover-name", COVER_NAME], ["--site-root", self.folder / "www"]
        tls = ["--tls-cert", self.certificate, "--tls-key", self.key]
        other = self.folder / "other.pem", self.folder / "other.key"
        make_certificate(*other)
        self.refuse(*root, *tls, words=["--cover-name"])
        self.refuse(*name, *tls, words=["--site-root", "--site-upstream"])
        self.refuse(*name, *root, words=["--tls-cert", "--tls-key"])
        self.refuse(*name, *root, "--tls-cert", self.folder / "none", "--tls-key", self.key,
                    words=["--tls-cert", "none"])
        self.refuse(*name, *root, "--tls-cert", self.certificate, "--tls-key", self.certificate, words=["--tls-key"])
        self.refuse(*name, *root, "--tls-cert", self.certificate, "--tls-key", other[1],
                    words=["not the certificate's", "--tls-key"])
        self.refuse("--cover-name", "www.example.net", *root, *tls, words=["www.example.net", "--cover-name"])
        self.refuse(*name, "--site-root", self.folder, *tls, words=["index.html", "--site-root"])
        self.refuse(*name, *root, *tls, "--behind-proxy", words=["--behind-proxy"])
        self.refuse(*name, *root, *tls, "--cover-origin", "a.example:443", words=["--cover-origin"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
