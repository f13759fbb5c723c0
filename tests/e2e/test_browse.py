"""What a person does: web pages, git, WebSockets, through SOCKS5 and HTTP CONNECT."""

import base64
import hashlib
import re
import socket
import threading
import unittest

import harness
from harness import COVER_NAME, Network, Nginx, TcpServer, receive_exactly, run, socks_connect
from pages import chromium_dom, page_of

# A name that no resolver knows: a request that reaches the site was not resolved on this machine.
SITE_NAME = "site.qnet-test.example"


def make_repository(folder):
    """A bare repository that a web server can hand out as plain files (git's dumb protocol)."""
    work = folder / "work"
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"]
    run([*git, "init", "-q", work], check=True)
    for number in range(40):
        (work / f"file{number}.txt").write_text(f"{number}\n" * (number * 500))
    run([*git, "-C", work, "add", "."], check=True)
    run([*git, "-C", work, "commit", "-q", "-m", "first"], check=True)
    bare = folder / "site" / "project.git"
    run([*git, "clone", "-q", "--bare", work, bare], check=True)
    run([*git, "-C", bare, "update-server-info"], check=True)
    return run([*git, "-C", work, "rev-parse", "HEAD"], check=True).stdout.strip()


def websocket_echo(connection):
    """RFC 6455 by hand: the handshake, then every frame unmasked and sent back."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(4096)
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", request, re.I).group(1)
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    while len(head := connection.recv(2, socket.MSG_WAITALL)) == 2:
        size = head[1] & 127
        if size == 126:
            size = int.from_bytes(receive_exactly(connection, 2), "big")
        mask = receive_exactly(connection, 4)
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(receive_exactly(connection, size)))
        length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
        connection.sendall(head[:1] + length + data)
        if head[0] & 15 == 8:
            return


def say_hello(connection):
    """One HTTP answer."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")


class Browse(Network):
    @classmethod
    def prepare(cls):
        cls.site = cls.start(Nginx(cls.folder / "site", name=SITE_NAME, files=page_of(50)))
        cls.head = make_repository(cls.folder / "site" / "repository")
        repository = cls.folder / "site" / "repository" / "site" / "project.git"
        repository.rename(cls.site.root / "project.git")
        cls.echo = cls.start(TcpServer(websocket_echo))
        cls.over_ipv6 = cls.start(TcpServer(say_hello, "::1"))

    @classmethod
    def allow(cls):
        return [f"{SITE_NAME}:443=127.0.0.1:{cls.site.https_port}", f"{SITE_NAME}:80=127.0.0.1:{cls.site.http_port}",
                f"127.0.0.1:{cls.site.http_port}", f"ws.qnet-test.example:80=127.0.0.1:{cls.echo.port}",
                f"[::1]:{cls.over_ipv6.port}"]

    def test_curl_over_http_by_name(self):
        done = self.curl(f"http://{SITE_NAME}/")
        self.assertIn(b"<title>Resources</title>", done.stdout)

    def test_curl_over_http_by_address(self):
        done = self.curl(f"http://127.0.0.1:{self.site.http_port}/")
        self.assertIn(b"<title>Resources</title>", done.stdout)

    def test_curl_by_an_ipv6_address(self):
        done = self.curl("-g", f"http://[::1]:{self.over_ipv6.port}/")
        self.assertEqual(done.stdout, b"hello")

    def test_curl_over_https_with_the_certificate_checked(self):
        done = self.curl("--cacert", self.site.certificate, f"https://{SITE_NAME}/")
        self.assertIn(b"<title>Resources</title>", done.stdout)

    def test_curl_through_http_connect_on_the_same_port(self):
        done = run(["curl", "-sS", "--proxytunnel", "-x", f"http://{self.client.proxy()}", "--cacert",
                    self.site.certificate, f"https://{SITE_NAME}/"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"<title>Resources</title>", done.stdout)

    def test_a_plain_http_proxy_request_is_told_what_to_do(self):
        done = run(["curl", "-sS", "-i", "-x", f"http://{self.client.proxy()}", f"http://{SITE_NAME}/"])
        self.assertIn(b" 405 ", done.stdout.splitlines()[0])
        self.assertIn(b"CONNECT", done.stdout)

    def test_chromium_loads_a_page_of_fifty_resources(self):
        dom = chromium_dom(self.folder / "chromium", self.client.proxy(), f"https://{SITE_NAME}/")
        self.assertIn("loaded 50", dom)
        self.assertIn("<title>Resources</title>", dom)

    def test_git_clones_over_https(self):
        target = self.folder / "clone"
        done = run(["git", "-c", f"http.proxy=socks5h://{self.client.proxy()}",
                    "clone", "-q", f"https://{SITE_NAME}/project.git", target],
                   env={"GIT_SSL_CAINFO": str(self.site.certificate)})
        self.assertEqual(done.returncode, 0, done.stderr)
        head = run(["git", "-C", target, "rev-parse", "HEAD"], check=True).stdout.strip()
        self.assertEqual(head, self.head)
        self.assertEqual(run(["git", "-C", target, "fsck", "--strict"]).returncode, 0)

    def test_a_websocket_echoes(self):
        code, connection = socks_connect(self.client.socks_port, "ws.qnet-test.example", 80)
        self.assertEqual(code, 0)
        with connection:
            key = base64.b64encode(b"0123456789abcdef")
            connection.sendall(b"GET / HTTP/1.1\r\nHost: ws\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               b"Sec-WebSocket-Key: " + key + b"\r\nSec-WebSocket-Version: 13\r\n\r\n")
            answer = b""
            while not answer.endswith(b"\r\n\r\n"):
                answer += receive_exactly(connection, 1)
            self.assertIn(b"101 Switching Protocols", answer)
            for text in (b"hello", b"x" * 125, b"y" * 3000):
                size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
                connection.sendall(b"\x81" + size + b"\x00\x00\x00\x00" + text)
                head = receive_exactly(connection, 2)
                length = head[1] if head[1] < 126 else int.from_bytes(receive_exactly(connection, 2), "big")
                self.assertEqual(receive_exactly(connection, length), text)

    def test_the_exit_sees_http2_from_the_browser_unchanged(self):
        done = self.curl("--http2", "--cacert", self.site.certificate, "-o", "/dev/null", "-w", "%{http_version}",
                         f"https://{SITE_NAME}/")
        self.assertEqual(done.stdout, b"2")


class NoSuchName:
    """A name server that knows no name (RFC 1035 §4.1.1: RCODE 3)."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            question, client = self.socket.recvfrom(4096)
            if not question:
                return
            name_and_type = question[12:question.index(0, 12) + 5]
            self.socket.sendto(question[:2] + b"\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00" + name_and_type, client)

    def stop(self):
        with self.socket:
            self.socket.sendto(b"", ("127.0.0.1", self.port))


class Refusals(Network):
    def reply(self, host, port):
        code, connection = socks_connect(self.client.socks_port, host, port)
        connection.close()
        return code

    @classmethod
    def prepare(cls):
        cls.closed_port = harness.free_port()
        cls.name_server = cls.start(NoSuchName())
        cls.exit_flags = ("--dns-server", f"127.0.0.1:{cls.name_server.port}")

    @classmethod
    def allow(cls):
        return [f"127.0.0.1:{cls.closed_port}"]

    def test_a_refused_connection_is_05(self):
        self.assertEqual(self.reply("127.0.0.1", self.closed_port), 5)

    def test_a_forbidden_destination_is_02(self):
        for host, port in (("127.0.0.1", 80), ("localhost", 80), ("10.0.0.1", 443), ("0x7f.1", 80), ("2130706433", 80),
                           ("169.254.169.254", 80), ("93.184.216.34", 25)):
            self.assertEqual(self.reply(host, port), 2, (host, port))

    def test_an_unknown_name_is_04(self):
        self.assertEqual(self.reply("no-such-name.qnet-test.org", 443), 4)

    def test_a_reserved_name_is_02(self):
        self.assertEqual(self.reply("printer.local", 443), 2)

    def test_udp_associate_is_07(self):
        with socket.create_connection(("127.0.0.1", self.client.socks_port)) as connection:
            connection.sendall(b"\x05\x01\x00")
            receive_exactly(connection, 2)
            connection.sendall(b"\x05\x03\x00\x01\x00\x00\x00\x00\x00\x00")
            self.assertEqual(receive_exactly(connection, 2), b"\x05\x07")

    def test_a_relay_without_exit_answers_02(self):
        relay = self.start_node("relay", "relay", ["--cover-origin", f"127.0.0.1:{self.cover.https_port}",
                                                   "--cover-name", COVER_NAME])
        relay.wait_ready()
        client = self.start_node("client-of-relay", "client", ["--peer", relay.invite()])
        relay.wait_accepted()
        code, connection = socks_connect(client.socks_port, "93.184.216.34", 443)
        connection.close()
        self.assertEqual(code, 2)


class Credentials(Network):
    client_flags = ("--socks-auth", "alice:secret")

    @classmethod
    def prepare(cls):
        cls.site = cls.start(Nginx(cls.folder / "site"))

    @classmethod
    def allow(cls):
        return [f"127.0.0.1:{cls.site.http_port}"]

    def get(self, credentials):
        return run(["curl", "-sS", "-x", f"socks5h://{credentials}@{self.client.proxy()}",
                    f"http://127.0.0.1:{self.site.http_port}/"])

    def test_the_right_password_is_let_through(self):
        self.assertIn(b"ordinary site", self.get("alice:secret").stdout)

    def test_a_wrong_password_is_refused(self):
        self.assertNotEqual(self.get("alice:guess").returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
