"""Visitors with every common TLS library see the origin through the relay: its certificate, its versions, its
content."""

import base64
import hashlib
import re
import subprocess
import unittest

from fixture import COVER_NAME, RelayAndOrigin
from harness import run

PAGE = b"<h1>An ordinary site</h1>\n"
REQUEST = f"GET / HTTP/1.1\r\nHost: {COVER_NAME}\r\nConnection: close\r\n\r\n".encode()


class Visitors(RelayAndOrigin):
    def ports(self):
        return {"relay": self.relay_port, "origin": self.origin_port}

    def same_from_both(self, visit):
        """`visit(port)` gives what a visitor saw; the same from the relay as from the origin."""
        seen = {place: visit(port) for place, port in self.ports().items()}
        self.assertEqual(seen["relay"], seen["origin"])
        return seen["relay"]

    def curl(self, port, *flags):
        url = f"https://{COVER_NAME}:{port}/"
        done = run(["curl", "-sS", "--cacert", self.origin.certificate, "--resolve", f"{COVER_NAME}:{port}:127.0.0.1",
                    "-w", "\n%{http_version} %{ssl_verify_result} %{response_code}", *flags, url])
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_curl_over_http_1_and_2(self):
        self.assertEqual(self.same_from_both(lambda port: self.curl(port, "--http1.1")), PAGE + b"\n1.1 0 200")
        self.assertEqual(self.same_from_both(lambda port: self.curl(port, "--http2")), PAGE + b"\n2 0 200")

    def test_curl_over_tls_1_2(self):
        self.assertEqual(self.same_from_both(lambda port: self.curl(port, "--tls-max", "1.2")), PAGE + b"\n2 0 200")

    def test_curl_checks_the_certificate(self):
        # The origin's certificate is nobody's that the system knows: a check that passed without it would be none.
        done = run(["curl", "-sS", "--resolve", f"{COVER_NAME}:{self.relay_port}:127.0.0.1",
                    f"https://{COVER_NAME}:{self.relay_port}/"])
        self.assertEqual(done.returncode, 60, done.stderr)

    def s_client(self, port, *flags, data=REQUEST):
        done = run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", COVER_NAME, "-CAfile",
                    self.origin.certificate, "-verify_return_error", "-ign_eof", *flags], input=data)
        text = done.stdout.decode(errors="replace")
        shown = [line for line in text.splitlines()
                 if re.match(r"\s*(subject=|issuer=|New, |Server public key|Verification|Peer signing|Server Temp Key|"
                             r"ALPN|No ALPN|Secure Renegotiation|Reused, )", line)]
        return done.returncode, shown, text[text.find("HTTP/1.1"):].count(PAGE.decode())

    def test_openssl(self):
        for flags in (["-tls1_3"], ["-tls1_2"], ["-tls1_3", "-groups", "P-256"], ["-tls1_3", "-groups", "X448"],
                      ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"],
                      ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"]):
            with self.subTest(flags=flags):
                code, shown, pages = self.same_from_both(lambda port, flags=flags: self.s_client(port, *flags))
                self.assertEqual((code, pages), (0, 1))
                self.assertIn("Verification: OK", shown)

    def test_openssl_resumes_a_session(self):
        ticket = self.folder / "ticket.pem"
        self.s_client(self.relay_port, "-tls1_3", "-sess_out", ticket)
        for port in self.ports().values():  # a ticket of the one is a ticket of the other
            code, shown, pages = self.s_client(port, "-tls1_3", "-sess_in", ticket)
            self.assertEqual((code, pages), (0, 1))
            self.assertTrue(any(line.startswith("Reused, ") for line in shown), shown)

    def test_openssl_may_not_renegotiate(self):
        # "R" on a line of its own asks for it; nginx refuses, and says so by its own alert.
        seen = self.same_from_both(lambda port: self.renegotiate(port))
        self.assertIn("RENEGOTIATING", seen[0])

    def renegotiate(self, port):
        done = run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", COVER_NAME, "-tls1_2",
                    "-CAfile", self.origin.certificate], input=b"R\n")
        errors = re.findall(r":error:[0-9A-F]+:[^:]*:[^:]*:([^:]*):", done.stderr.decode())
        return re.findall("RENEGOTIATING", done.stdout.decode() + done.stderr.decode()), errors, done.returncode

    def gnutls(self, port, priority):
        done = run(["gnutls-cli", "--x509cafile", self.origin.certificate, "--sni-hostname", COVER_NAME,
                    "--verify-hostname", COVER_NAME, "--alpn", "http/1.1", "--priority", priority, "--port", port,
                    "127.0.0.1"], input=REQUEST)
        text = done.stdout.decode(errors="replace")
        shown = [line for line in text.splitlines()
                 if re.match(r"- (Description|Status|Options|Server has|Application)", line)]
        return done.returncode, shown, text.count(PAGE.decode())

    def test_gnutls(self):
        for priority in ("NORMAL:-VERS-ALL:+VERS-TLS1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.2"):
            with self.subTest(priority=priority):
                code, shown, pages = self.same_from_both(lambda port, priority=priority: self.gnutls(port, priority))
                self.assertEqual((code, pages), (0, 1))
                self.assertIn("- Status: The certificate is trusted. ", shown)

    def nss_database(self):
        database = self.folder / "nss"
        if not database.exists():
            database.mkdir()
            run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"], check=True)
            run(["certutil", "-A", "-d", f"sql:{database}", "-n", "origin", "-t", "CP,,", "-i",
                 self.origin.certificate],
                check=True)
        return database

    def nss(self, port, versions):
        request = self.folder / "request"
        request.write_bytes(REQUEST)  # tstclnt spins at the end of its input, but takes a file
        done = run(["tstclnt", "-h", "127.0.0.1", "-p", port, "-a", COVER_NAME, "-d", f"sql:{self.nss_database()}",
                    "-V", versions, "-A", request], stdin=subprocess.DEVNULL)
        return done.returncode, re.findall(r"subject DN: [^\n]*", done.stderr.decode()), done.stdout.count(PAGE)

    def test_nss(self):
        for versions in ("tls1.3:tls1.3", "tls1.2:tls1.2"):
            with self.subTest(versions=versions):
                code, shown, pages = self.same_from_both(lambda port, versions=versions: self.nss(port, versions))
                self.assertEqual((code, shown, pages), (0, [f"subject DN: CN={COVER_NAME}"], 1))

    def test_nghttp(self):
        # nghttp takes no address beside the name: the origin answers "localhost" too.
        def visit(port):
            done = run(["nghttp", "-v", "--no-dep", f"https://localhost:{port}/"])
            text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode(errors="replace"))
            shown = re.findall(r"(?:protocol: h2|:status: \d+|content-length: \d+|server: \S+)", text)
            return done.returncode, shown, text.count(PAGE.decode())
        code, shown, pages = self.same_from_both(visit)
        self.assertEqual((code, pages), (0, 1), shown)
        self.assertIn(":status: 200", shown)

    def dump_dom(self, port):
        """Chromium with BoringSSL; it trusts exactly the origin's key."""
        key = run(["openssl", "x509", "-in", self.origin.certificate, "-noout", "-pubkey"], check=True).stdout
        der = run(["openssl", "pkey", "-pubin", "-outform", "der"], check=True, input=key).stdout
        pin = base64.b64encode(hashlib.sha256(der).digest()).decode()
        done = run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    f"--ignore-certificate-errors-spki-list={pin}", f"--user-data-dir={self.folder}/chromium-{port}",
                    "--dump-dom", f"--host-resolver-rules=MAP {COVER_NAME} 127.0.0.1", f"https://{COVER_NAME}:{port}/"],
                    seconds=90)
        return done.stdout

    def test_boringssl_in_chromium(self):
        self.assertIn(PAGE.strip(), self.same_from_both(self.dump_dom))


if __name__ == "__main__":
    unittest.main(verbosity=2)
