"""Cover `site`: strangers see an ordinary web site over real TLS, and a QNet client browses through it."""

import contextlib
import hashlib
import os
import pathlib
import re
import select
import signal
import socket
import ssl
import tempfile
import threading
import unittest

import harness
from harness import (COVER_NAME, Network, Nginx, Process, TcpServer, free_port, make_certificate, run,
                     wait_until)

INDEX = b"<!doctype html><title>Bakery</title><h1>Bread of the day</h1>\n"
BULK = 64 * 1024 * 1024


class SiteNetwork(Network):
    """An exit behind cover `site`, and a destination that it may reach. Clients are started by the tests."""

    relay_flags = ()
    transport = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-e2e-"))
        cls.stack = contextlib.ExitStack()
        try:
            cls.root = cls.folder / "www"
            (cls.root / "sub").mkdir(parents=True)
            (cls.root / "index.html").write_bytes(INDEX)
            (cls.root / "sub" / "index.html").write_bytes(b"sub")
            (cls.root / "big.bin").write_bytes(os.urandom(3_000_000))
            (cls.root / ".hidden").write_bytes(b"secret")
            cls.certificate, cls.key = cls.folder / "cert.pem", cls.folder / "key.pem"
            make_certificate(cls.certificate, cls.key)
            bulk = os.urandom(1024 * 1024) * (BULK // (1024 * 1024))
            cls.bulk_digest = hashlib.sha256(bulk).hexdigest()
            cls.destination = cls.start(Nginx(cls.folder / "destination", name="destination.example",
                                              files={"index.html": b"the destination\n", "bulk": bulk}))
            cls.exit = cls.start_relay("exit")
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def site_flags(cls):
        return ["--site-root", cls.root, "--tls-cert", cls.certificate, "--tls-key", cls.key]

    @classmethod
    def start_relay(cls, name, flags=None, **more):
        node = cls.start_node(name, "super", [
            "--cover", "site", "--cover-name", COVER_NAME, *(cls.site_flags() if flags is None else flags),
            "--exit-allow", f"destination.example:80=127.0.0.1:{cls.destination.http_port}"], **more)
        node.wait_ready()
        return node

    @classmethod
    def invite(cls, node=None, *more):
        node = node or cls.exit
        done = run([harness.QNET, "invite", "--state-dir", node.folder / "state", *cls.transport, *more])
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode())
        return done.stdout.decode().split()[-1]

    @classmethod
    def start_client(cls, name, invite=None, ca=None):
        return cls.start_node(name, "client", ["--peer", invite or cls.invite(), "--cover-ca", ca or cls.certificate])

    def visit(self, *arguments, port=None, path="/", check=True):
        """curl as an ordinary visitor, without QNet."""
        port = port or self.exit.listen_port
        done = run(["curl", "-sS", "--max-time", 20, "--cacert", self.certificate, "--connect-to",
                    f"{COVER_NAME}:443:127.0.0.1:{port}", *arguments, f"https://{COVER_NAME}{path}"])
        if check and done.returncode != 0:
            raise AssertionError(done.stderr.decode())
        return done

    def assert_browses(self, client):
        self.assertEqual(self.curl("http://destination.example/", client=client).stdout, b"the destination\n")

    def assert_downloads(self, client):
        target = self.folder / f"{client.folder.name}.bulk"
        self.curl("-o", target, "http://destination.example/bulk", client=client, seconds=240)
        self.assertEqual(harness.sha256_of(target), self.bulk_digest)

    def handshakes(self, node=None):
        return (node or self.exit).status()["counters"]["handshakes"]


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
        wait_until(lambda: self.exit.status()["counters"]["streams_open"] > 0, "the download runs")
        # Only now: a client may be ready before the exit has counted its session.
        before = self.exit.status()["counters"]
        client.process.kill()
        wait_until(lambda: self.exit.status()["counters"]["streams_open"] == 0, "the stream is gone")
        wait_until(lambda: self.exit.status()["counters"]["sessions_open"] < before["sessions_open"],
                   "the session is gone")

    def problem(self, client):
        def told():
            with contextlib.suppress(OSError):
                return client.status().get("problem")
            return None
        return wait_until(told, "the client tells its problem", 30)

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


class Interceptor:
    """Ends TLS with a certificate of its own, and passes on what is inside over TLS to the relay."""

    def __init__(self, folder, relay_port):
        folder.mkdir()
        self.certificate, key = folder / "cert.pem", folder / "key.pem"
        make_certificate(self.certificate, key)
        self.server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server_side.load_cert_chain(self.certificate, key)
        self.server_side.set_alpn_protocols(["h2", "http/1.1"])
        self.relay_port = relay_port
        self.connections = 0
        self.seen = b""
        self.server = TcpServer(self.serve)
        self.port, self.stop = self.server.port, self.server.stop

    def serve(self, connection):
        with self.server_side.wrap_socket(connection, server_side=True) as client:
            context = ssl._create_unverified_context()
            context.set_alpn_protocols([client.selected_alpn_protocol() or "http/1.1"])
            raw = socket.create_connection(("127.0.0.1", self.relay_port))
            with context.wrap_socket(raw, server_hostname=COVER_NAME) as relay:
                self.connections += 1
                self.pass_on(client, relay)

    def pass_on(self, client, relay):
        # One thread for both directions: OpenSSL forbids a read and a write of one connection at the same time.
        with contextlib.suppress(OSError):
            while True:
                ready = [side for side in (client, relay)
                         if side.pending()] or select.select([client, relay], [], [])[0]
                for source in ready:
                    piece = source.recv(65536)
                    if not piece:
                        return
                    if source is client:
                        self.seen += piece
                    (relay if source is client else client).sendall(piece)


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


class TokenThief:
    """Between nginx and the relay: keeps what each connection begins with."""

    def __init__(self, relay_port):
        self.relay_port, self.requests = relay_port, []
        self.server = TcpServer(self.serve)
        self.port = self.server.port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()

    def serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        self.requests.append(head[:head.index(b"\r\n\r\n") + 4])
        with socket.create_connection(("127.0.0.1", self.relay_port)) as relay:
            relay.sendall(head)
            back = threading.Thread(target=self.copy, args=(relay, connection), daemon=True)
            back.start()
            self.copy(connection, relay)
            back.join(10)

    @staticmethod
    def copy(source, to):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                to.sendall(piece)
            to.shutdown(socket.SHUT_WR)


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
        since = client.status()["since"]
        for by_signal in (True, False):
            old = self.shown()
            self.replace()
            if by_signal:
                os.kill(self.exit.process.pid, signal.SIGHUP)
            wait_until(lambda: self.shown() != old, "the new certificate is shown", 10 if by_signal else 30)
            self.assertEqual(self.shown(), self.certificate.read_text().strip())
            self.assert_browses(client)
            self.assertEqual(client.status()["since"], since)

    def test_an_unusable_new_certificate_leaves_the_old_one(self):
        old, good = self.shown(), self.certificate.read_bytes()
        self.certificate.write_bytes(b"garbage")
        os.kill(self.exit.process.pid, signal.SIGHUP)
        wait_until(lambda: "old one is shown" in (self.exit.status().get("problem") or ""), "the status tells it")
        self.assertEqual(self.shown(), old)
        self.certificate.write_bytes(good)
        os.kill(self.exit.process.pid, signal.SIGHUP)
        wait_until(lambda: not self.exit.status().get("problem"), "the status is good again")


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
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-e2e-"))
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
