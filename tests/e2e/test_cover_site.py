"""Cover `site`: strangers see an ordinary web site over real TLS, and a QNet client browses through it."""

import re
import socket
import ssl
import unittest

import harness
from harness import COVER_NAME, Nginx, Process, make_certificate, run, wait_until
from site_attackers import Interceptor, SlowLine, TokenThief
from site_network import INDEX, SiteNetwork


class Visitors(SiteNetwork):
    def test_curl_sees_the_site_by_both_versions_of_http(self):
        for flag, version in (("--http1.1", b"1.1"), ("--http2", b"2")):
            done = self.visit(flag, "-w", "\n%{http_version}")
            self.assertEqual(done.stdout, INDEX + b"\n" + version)

    def test_tls_1_2_visitors_are_served_too(self):
        self.assertEqual(self.visit("--tls-max", "1.2").stdout, INDEX)

    def test_the_certificate_is_the_operators(self):
        shown = ssl.get_server_certificate(("127.0.0.1", self.exit.listen_port))
        self.assertEqual(shown.strip(), self.certificate.read_text().strip())

    def test_files_are_served_as_a_web_server_serves_them(self):
        for flag in ("--http1.1", "--http2"):
            head = self.visit(flag, "-I").stdout.decode().lower()
            self.assertRegex(head, r"http/\S+ 200")
            self.assertIn(f"content-length: {len(INDEX)}", head)
            self.assertIn("content-type: text/html", head)
            etag = re.search(r"etag: (\S+)", head).group(1)
            self.assertIn("304", self.visit(flag, "-I", "-H", f"If-None-Match: {etag}").stdout.decode())
            big = (self.root / "big.bin").read_bytes()
            self.assertEqual(self.visit(flag, path="/big.bin").stdout, big)
            self.assertEqual(self.visit(flag, "-r", "100-199", path="/big.bin").stdout, big[100:200])
            self.assertEqual(self.visit(flag, "-r", "-5", path="/big.bin").stdout, big[-5:])
            self.assertEqual(self.visit(flag, "-L", path="/sub").stdout, b"sub")

    def code(self, *arguments, path="/"):
        return self.visit("-o", "/dev/null", "-w", "%{http_code}", *arguments, path=path).stdout.decode()

    def test_what_is_not_there_is_refused_as_a_web_server_refuses_it(self):
        for flag in ("--http1.1", "--http2"):
            self.assertEqual(self.code(flag, path="/missing"), "404")
            self.assertEqual(self.code(flag, path="/.hidden"), "404")
            self.assertEqual(self.code(flag, "--path-as-is", path="/../cert.pem"), "404")
            self.assertEqual(self.code(flag, "--path-as-is", path="/sub/%2e%2e/%2e%2e/cert.pem"), "404")
            self.assertEqual(self.code(flag, "-d", "a=b"), "405")
            self.assertEqual(self.code(flag, "-d", "a=b", path="/missing"), "404")
            self.assertEqual(self.code(flag, "-X", "DELETE"), "405")
            self.assertEqual(self.code(flag, "-r", "9999999-", path="/big.bin"), "416")

    def test_garbage_over_tls_is_answered_with_400(self):
        context = ssl._create_unverified_context()
        with socket.create_connection(("127.0.0.1", self.exit.listen_port), timeout=10) as raw:
            with context.wrap_socket(raw, server_hostname=COVER_NAME) as tls:
                tls.sendall(b"this is no HTTP\r\n\r\n")
                self.assertTrue(tls.recv(1000).startswith(b"HTTP/1.1 400 "))

    def test_many_requests_at_once_over_http_2(self):
        done = run(["h2load", "-n", 2000, "-c", 10, "-m", 20, f"https://127.0.0.1:{self.exit.listen_port}/"])
        self.assertIn("2000 succeeded, 0 failed", done.stdout.decode())

    def test_chromium_shows_the_site(self):
        page = run(["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                    f"--user-data-dir={self.folder}/chromium",
                    "--ignore-certificate-errors", "--virtual-time-budget=5000",
                    f"--host-resolver-rules=MAP {COVER_NAME} 127.0.0.1:{self.exit.listen_port}", "--dump-dom",
                    f"https://{COVER_NAME}/"], seconds=90)
        self.assertIn(b"Bread of the day", page.stdout)


class OverHttp2(SiteNetwork):
    def test_a_client_browses(self):
        client = self.start_client("browsing")
        client.wait_ready()
        self.assert_browses(client)
        self.assertEqual(self.visit().stdout, INDEX)

    def test_a_client_downloads_64_mib(self):
        client = self.start_client("downloading")
        client.wait_ready()
        self.assert_downloads(client)

    def test_a_killed_client_leaves_nothing_behind(self):
        client = self.start_client("killed")
        client.wait_ready()
        download = Process(["curl", "-sS", "--limit-rate", "1M", "-o", "/dev/null", "--socks5-hostname", client.proxy(),
                            "http://destination.example/bulk"], self.folder / "curl.log")
        self.addCleanup(download.kill)
        wait_until(lambda: self.exit.status()["streams_open"] > 0, "the download runs")
        # Only now: a client may be ready before the exit has counted its session.
        before = self.exit.status()
        client.process.kill()
        wait_until(lambda: self.exit.status()["streams_open"] == 0, "the stream is gone")
        wait_until(lambda: self.exit.status()["sessions_open"] < before["sessions_open"],
                   "the session is gone")

    def problem(self, client):
        return wait_until(client.told_problem, "the client tells its problem", 30)

    def test_a_wrong_key_is_an_ordinary_visitors(self):
        other = self.folder / "other"
        run([harness.QNET, "keygen", "--state-dir", other], check=True)
        invite = run([harness.QNET, "invite", "--state-dir", other, "--advertise", f"127.0.0.1:{self.exit.listen_port}",
                      "--cover-name", COVER_NAME, "--cover", "site", *self.transport], check=True).stdout.decode()
        before = self.handshakes()
        client = self.start_client("wrong-key", invite.split()[-1])
        self.assertIn("did not recognise this client", self.problem(client))
        self.assertEqual(self.handshakes()["accepted"], before["accepted"])

    def test_an_untrusted_certificate_is_told(self):
        stranger = self.folder / "stranger.pem"
        make_certificate(stranger, self.folder / "stranger.key")
        client = self.start_client("untrusting", ca=stranger)
        self.assertIn("is not trusted", self.problem(client))

    def test_a_bound_session_does_not_pass_an_interceptor_whose_certificate_is_believed(self):
        interceptor = Interceptor(self.folder / f"interceptor-{type(self).__name__}", self.exit.listen_port)
        self.addCleanup(interceptor.stop)
        before = self.handshakes()
        invite = self.invite(None, "--advertise", f"127.0.0.1:{interceptor.port}")
        client = self.start_client("intercepted", invite, ca=interceptor.certificate)
        self.assertIn("did not recognise this client", self.problem(client))
        self.assertGreater(interceptor.connections, 0)
        self.assertEqual(self.handshakes()["accepted"], before["accepted"])
        self.assertGreater(self.handshakes()["spliced"], before["spliced"])


    def test_tls_records_are_full_on_a_slow_line(self):
        line = SlowLine(self.exit.listen_port, 1_500_000)
        self.addCleanup(line.stop)
        client = self.start_client("slow-line", self.invite(None, "--advertise", f"127.0.0.1:{line.port}"))
        client.wait_ready()
        self.curl("-o", "/dev/null", "-r", "0-3999999", "http://destination.example/bulk", client=client, seconds=120)
        sizes = line.record_sizes()
        full = sizes.count(16384 + 17)
        self.assertGreater(full, 230)
        # Handshakes, answers, and the ends of what was there to send. Each write had left one, or two, before.
        self.assertLess(len(sizes) - full, 20, sizes)


class OverWebSocket(OverHttp2):
    transport = ("--site-transport", "websocket")


class BehindNginx(SiteNetwork):
    """nginx ends TLS and passes everything on, WebSockets among it."""

    @classmethod
    def site_flags(cls):
        return ["--site-root", cls.root, "--behind-proxy"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            cls.nginx = cls.start(Nginx(cls.folder / "nginx", f"""
    location / {{
      proxy_pass http://127.0.0.1:{cls.exit.listen_port}; proxy_http_version 1.1;
      proxy_set_header Host $host; proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade; proxy_read_timeout 1h;
    }}""", preamble="map $http_upgrade $connection_upgrade { default upgrade; '' close; }"))
            cls.certificate = cls.nginx.certificate
        except BaseException:
            cls.tearDownClass()
            raise

    def public_invite(self):
        return self.invite(None, "--advertise", f"127.0.0.1:{self.nginx.https_port}")

    def test_strangers_see_the_site_through_nginx(self):
        for flag in ("--http1.1", "--http2"):
            self.assertEqual(self.visit(flag, port=self.nginx.https_port).stdout, INDEX)

    def test_a_client_browses_and_downloads_through_nginx(self):
        client = self.start_client("through-nginx", self.public_invite())
        client.wait_ready()
        self.assert_browses(client)
        self.assert_downloads(client)

    def recorded_request(self, relay, name):
        """What a client says to this relay inside TLS."""
        with TokenThief(relay.listen_port) as thief:
            client = self.start_node(name, "client", [
                "--peer", self.invite(relay, "--advertise", f"127.0.0.1:{self.start_tls(thief.port)}"), "--cover-ca",
                self.certificate])
            client.wait_ready()
            client.process.stop()
            return thief.requests[0]

    def answer_to(self, relay, text):
        with socket.create_connection(("127.0.0.1", relay.listen_port), timeout=10) as visitor:
            visitor.sendall(text)
            answer = b""
            while b"</html>" not in answer:
                piece = visitor.recv(65536)
                if not piece:
                    break
                answer += piece
        return re.sub(rb"Date: [^\r]*", b"", answer)

    def assert_replay_is_an_ordinary_visitors(self, relay, request):
        before = self.handshakes(relay)
        answers = [self.answer_to(relay, text) for text in (request, re.sub(rb"\r\nCookie: [^\r]*", b"", request))]
        self.assertTrue(answers[0].startswith(b"HTTP/1.1 404 "), answers[0])
        self.assertEqual(answers[0], answers[1])
        after = self.handshakes(relay)
        self.assertEqual(after["replayed"], before["replayed"] + 1)
        self.assertEqual(after["accepted"], before["accepted"])

    def test_a_replayed_token_is_an_ordinary_visitors(self):
        self.assert_replay_is_an_ordinary_visitors(self.exit, self.recorded_request(self.exit, "thief-client"))

    def test_a_replayed_token_is_an_ordinary_visitors_after_a_restart(self):
        relay = self.start_relay("restarted")
        request = self.recorded_request(relay, "restart-client")
        relay.process.stop()
        again = self.start_relay("restarted", listen_port=relay.listen_port)
        self.assert_replay_is_an_ordinary_visitors(again, request)

    def start_tls(self, port):
        """nginx in front of another port."""
        nginx = Nginx(self.folder / f"nginx-{port}", f"""
    location / {{
      proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
    }}""", preamble="map $http_upgrade $connection_upgrade { default upgrade; '' close; }")
        self.addCleanup(nginx.stop)
        nginx.certificate.replace(self.folder / "thief.pem")
        self.certificate = self.folder / "thief.pem"
        return nginx.https_port


if __name__ == "__main__":
    unittest.main(verbosity=2)
