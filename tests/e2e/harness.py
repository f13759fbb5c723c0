"""Starts real QNet processes and real servers on loopback, and stops them again.

Every test gets its own folder, free ports and processes; a server that does not come up fails the test with its log.
"""

import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import socket
import tempfile
import threading
import unittest

from processes import (Process, accepts, clock, cpu_seconds, free_port, free_ports,  # noqa: F401: as tests have them
                       listen, need, remove_folder, run, temporary_folder, wait_until)

ROOT = pathlib.Path(__file__).resolve().parents[2]
QNET = os.environ.get("QNET_BINARY", str(ROOT / "build" / "release" / "bin" / "qnet"))
COVER_NAME = "www.example.com"


P256 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def make_certificate(certificate, key, name=COVER_NAME, kind=P256, made_at=None, comment=0):
    """A self-signed certificate, which is also the authority that vouches for itself. `comment` adds so many bytes."""
    clock = ["faketime", made_at] if made_at else []
    more = ["-addext", "nsComment=" + "x" * comment] if comment else []
    run([*clock, "openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "30",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},DNS:localhost,IP:127.0.0.1", *more,
         "-keyout", key, "-out", certificate], check=True)


class Nginx:
    """A real web site over TLS 1.3 and HTTP/2: the cover origin, or a destination."""

    def __init__(self, folder, extra_locations="", name=COVER_NAME, files=None, key=P256,
                 tls="ssl_protocols TLSv1.2 TLSv1.3;", made_at=None, idle=65, preamble=""):
        self.folder = pathlib.Path(folder)
        self.preamble = preamble
        self.folder.mkdir(parents=True)
        self.root = self.folder / "site"
        self.root.mkdir()
        self.name = name
        self.https_port, self.http_port = free_port(), free_port()
        self.certificate, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        for path, content in (files or {"index.html": b"<h1>An ordinary site</h1>\n"}).items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        self.tls, self.idle = tls, idle
        make_certificate(self.certificate, self.key, name, key, made_at)
        (self.folder / "nginx.conf").write_text(self._configuration(extra_locations))
        AUTHORITIES[str(self.https_port)] = self.certificate
        self.process = Process(["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf", "-g", "daemon off;"],
                               self.folder / "nginx.log")
        wait_until(lambda: accepts(self.https_port) or not self.process.running(), "nginx listens")
        if not self.process.running():
            raise AssertionError(self.process.text())

    def _configuration(self, extra):
        body = f"""
    server_name {self.name} localhost;
    root {self.root};
    location /upload {{ client_max_body_size 0; client_body_in_file_only off; return 200 "ok\\n"; }}
    {extra}
"""
        return f"""
user root;
worker_processes 1;
pid {self.folder}/nginx.pid;
error_log {self.folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  {self.preamble}
  access_log {self.folder}/access.log;
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
  fastcgi_temp_path {self.folder}/fastcgi; uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi;
  keepalive_timeout {self.idle}; sendfile on; default_type application/octet-stream;
  types {{ text/html html; text/css css; application/javascript js; image/svg+xml svg; }}
  ssl_certificate {self.certificate}; ssl_certificate_key {self.key}; {self.tls}
  server {{ listen 127.0.0.1:{self.https_port} ssl http2; {body} }}
  server {{ listen 127.0.0.1:{self.http_port}; {body} }}
}}
"""

    def stop(self):
        self.process.stop()


# Which certificate vouches for the web site on a port.
AUTHORITIES = {}


def authority_flags(flags):
    """--cover-ca for a relay whose --cover-origin is a web site of ours."""
    words = [str(flag) for flag in flags]
    if "--cover-origin" not in words or "--cover-ca" in words:
        return []
    authority = AUTHORITIES.get(words[words.index("--cover-origin") + 1].rpartition(":")[2])
    return ["--cover-ca", authority] if authority else []


def template_flags(flags):
    """A client draws its browser by lot; QNET_TEST_TEMPLATE makes all that do not care draw this one."""
    chosen = os.environ.get("QNET_TEST_TEMPLATE")
    return ["--template", chosen] if chosen and "--template" not in flags else []


class Node:
    """One `qnet run` in a folder of its own."""

    def __init__(self, folder, mode, flags=(), env=None, listen_port=None, host="127.0.0.1", socks_unix=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.status_port = free_port()
        self.listen_port = self.socks_port = None
        arguments = [QNET, "run", "--helper-mode", mode, "--status-port", self.status_port,
                     "--state-dir", self.folder / "state"]
        if mode == "client":
            self.socks_port = None if socks_unix else free_port()
            proxy = ["--socks-unix", socks_unix] if socks_unix else ["--socks-port", self.socks_port]
            arguments += [*proxy, *template_flags(flags)]
        else:
            self.listen_port = listen_port or free_port()
            self.host = host
            arguments += ["--listen", f"{host}:{self.listen_port}"]
        environment = {"EXIT_ABUSE_EMAIL": "abuse@example.org"} if mode in ("exit", "super") else {}
        self.process = Process([*arguments, *flags, *authority_flags(flags)], self.folder / "qnet.log",
                               {**environment, **(env or {})})

    def invite(self):
        done = run([QNET, "invite", "--state-dir", self.folder / "state"])
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode())
        return done.stdout.decode().split()[-1]

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.status_port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def status(self):
        return json.loads(self.get("/status")[1])

    def told_problem(self):
        """What is wrong, in the status; empty or None while it says nothing."""
        with contextlib.suppress(OSError):
            return self.status().get("last_error")
        return None

    def ready(self):
        if not self.process.running():
            raise AssertionError(f"qnet ended with {self.process.child.returncode}:\n{self.process.text()}")
        with contextlib.suppress(OSError):
            return self.get("/ready")[0] == 200
        return False

    def wait_ready(self, seconds=20):
        try:
            wait_until(self.ready, "the node is ready", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.process.text()[-3000:]}") from None

    def wait_accepted(self, seconds=20):
        """A client of a relay that reaches no web site is never ready: the relay has had its session."""
        wait_until(lambda: self.status()["handshakes"]["accepted"] > 0, "the relay has accepted a session", seconds)

    def proxy(self):
        return f"127.0.0.1:{self.socks_port}"


class Network(unittest.TestCase):
    """A cover origin, an exit and a client; subclasses say what the exit may reach by `allow()`."""

    exit_flags = ()
    client_flags = ()

    @classmethod
    def allow(cls):
        return []

    @classmethod
    def prepare(cls):
        """Starts what allow() needs."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-e2e-"))
        cls.stack = contextlib.ExitStack()
        try:
            cls.prepare()
            cls.cover = cls.start(Nginx(cls.folder / "cover"))
            flags = ["--cover-origin", f"127.0.0.1:{cls.cover.https_port}", "--cover-name", COVER_NAME]
            for entry in cls.allow():
                flags += ["--exit-allow", entry]
            cls.exit = cls.start_node("exit", "super", [*flags, *cls.exit_flags])
            cls.exit.wait_ready()
            cls.client = cls.start_node("client", "client", ["--peer", cls.exit.invite(), *cls.client_flags])
            cls.client.wait_ready()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def start(cls, server):
        cls.stack.callback(server.stop)
        return server

    @classmethod
    def start_node(cls, name, mode, flags=(), **more):
        node = Node(cls.folder / name, mode, flags, **more)
        cls.stack.callback(node.process.stop)
        return node

    @classmethod
    def tearDownClass(cls):
        try:
            cls.stack.close()
        finally:
            remove_folder(cls.folder)

    def curl(self, *arguments, seconds=60, check=True, client=None):
        client = client or self.client
        done = run(["curl", "-sS", "--max-time", seconds, "--socks5-hostname", client.proxy(), *arguments],
                   seconds=seconds + 10)
        if check and done.returncode != 0:
            raise AssertionError(f"curl: {done.stderr.decode()}\n{client.process.text()[-2000:]}")
        return done


class TcpServer:
    """Runs `handler(connection)` in a thread for each connection, on a free loopback port where none is named."""

    def __init__(self, handler, host="127.0.0.1", port=0):
        self.handler = handler
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, port), family=family, backlog=512)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:
            self.handler(connection)

    def stop(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def copy_until_end(source, sink):
    """One direction of a connection that is passed on: its bytes, and then its end."""
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 16):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


def socks_connect(proxy_port, host, port, timeout=20):
    """A SOCKS5 CONNECT by name or IPv4 text; returns (reply code, connected socket)."""
    connection = socket.create_connection(("127.0.0.1", proxy_port), timeout=timeout)
    connection.sendall(b"\x05\x01\x00")
    assert receive_exactly(connection, 2) == b"\x05\x00"
    try:
        address = b"\x01" + socket.inet_aton(host)
    except OSError:
        address = b"\x03" + bytes([len(host)]) + host.encode()
    connection.sendall(b"\x05\x01\x00" + address + port.to_bytes(2, "big"))
    head = receive_exactly(connection, 4)
    receive_exactly(connection, {1: 4, 4: 16}[head[3]] + 2)
    return head[1], connection


def receive_exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise AssertionError(f"ended after {len(data)} of {count} bytes")
        data += piece
    return data


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
