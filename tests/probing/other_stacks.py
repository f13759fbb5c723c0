"""Cover origins with all common TLS libraries, each a server with a certificate of its own."""

import os
import pathlib
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import (AUTHORITIES, COVER_NAME, P256, ROOT, Process, accepts, free_port, make_certificate,  # noqa: E402
                     run, wait_until)

# Some servers have the signature in one record with other messages. Of this kind its length does not vary.
RSA = ("rsa:2048",)
# A server's time limit for a handshake, in seconds, where it has one that can be set.
GIVES_UP = 3


class Origin:
    """Subclasses say by what command the server starts, which may write its files into `folder` first."""

    kind_of_key = P256

    def __init__(self, folder, certificate_size=0):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.https_port = free_port()
        self.certificate, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        AUTHORITIES[str(self.https_port)] = self.make_certificate(certificate_size)
        homes = {name: str(self.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        self.process = Process(self.command(), self.folder / "origin.log", env={**os.environ, **homes})
        wait_until(lambda: accepts(self.https_port) or not self.process.running(), "the origin listens")
        if not self.process.running():
            raise AssertionError(self.process.text())

    def make_certificate(self, size):
        """Gives the authority that vouches for it."""
        make_certificate(self.certificate, self.key, kind=self.kind_of_key, comment=max(0, int(size) - 500))
        return self.certificate

    def stop(self):
        self.process.kill()


def issue(folder, name, issuer, extensions, size, key=P256):
    """NAME.pem and NAME.key, by `issuer` or by itself; `size` bytes long where that is more than it needs."""
    certificate, signed = folder / f"{name}.pem", []
    if issuer:
        signed = ["-CA", folder / f"{issuer}.pem", "-CAkey", folder / f"{issuer}.key"]
    subject = COVER_NAME if name == "leaf" else f"Test {name}"

    def make(comment):
        more = ["-addext", "nsComment=" + "x" * comment] if comment else []
        run(["openssl", "req", "-x509", "-newkey", *key, "-nodes", "-days", "30", "-subj", f"/CN={subject}", *signed,
             *[part for one in extensions for part in ("-addext", one)], *more,
             "-keyout", folder / f"{name}.key", "-out", certificate], check=True)
        return len(ssl.PEM_cert_to_DER_cert(certificate.read_text()))

    bare = make(0)
    # The comment's own header takes some bytes; an ECDSA signature's length varies by two.
    if size > bare:
        make(max(1, size - bare - 21))
    return certificate


class WithChain:
    """Sends its own certificate and an intermediate one's; both together are `size` long."""

    def make_certificate(self, size):
        authority = issue(self.folder, "root", None, ["keyUsage=critical,keyCertSign"], 0)
        middle = issue(self.folder, "intermediate", "root",
                       ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"], int(size * 0.4))
        leaf = issue(self.folder, "leaf", "intermediate",
                     [f"subjectAltName=DNS:{COVER_NAME},DNS:localhost,IP:127.0.0.1", "basicConstraints=CA:FALSE"],
                     int(size * 0.6), self.kind_of_key)
        sizes = [len(ssl.PEM_cert_to_DER_cert(part.read_text())) for part in (leaf, middle)]
        assert abs(sum(sizes) - size) < 40, f"{sizes} make no {size}"
        self.certificate.write_text(leaf.read_text() + middle.read_text())
        (self.folder / "leaf.key").rename(self.key)
        return authority


class NginxOpenSsl(Origin):
    """OpenSSL 3.0 in nginx: HTTP/2."""

    def command(self):
        (self.folder / "nginx.conf").write_text(f"""
user root;
worker_processes 1;
pid {self.folder}/nginx.pid;
error_log {self.folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_header_timeout {GIVES_UP}s;
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
  fastcgi_temp_path {self.folder}/fastcgi; uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi;
  ssl_certificate {self.certificate}; ssl_certificate_key {self.key}; ssl_protocols TLSv1.2 TLSv1.3;
  server {{
    listen 127.0.0.1:{self.https_port} ssl http2;
    server_name {COVER_NAME};
    location / {{ return 200 "<h1>An ordinary site</h1>"; }}
  }}
}}
""")
        return ["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf", "-g", "daemon off;"]


class Caddy(Origin):
    """Go's crypto/tls, with HTTP/2."""

    def command(self):
        (self.folder / "Caddyfile").write_text(f"""{{
  admin off
  auto_https off
  servers {{
    timeouts {{
      read_header {GIVES_UP}s
    }}
  }}
}}
https://{COVER_NAME}:{self.https_port} {{
  bind 127.0.0.1
  tls {self.certificate} {self.key}
  respond "<h1>An ordinary site</h1>"
}}
""")
        return ["caddy", "run", "--config", self.folder / "Caddyfile", "--adapter", "caddyfile"]


class GnuTlsServ(Origin):
    """GnuTLS's own server: HTTP/1, no ALPN, one thread, so that it serves nobody while a handshake stalls."""

    def command(self):
        return ["gnutls-serv", "--quiet", "--disable-client-cert", "--http", "--port", self.https_port,
                "--x509certfile", self.certificate, "--x509keyfile", self.key]


class ThreadedServer(Origin):
    """HTTP/1, no ALPN."""

    library, kind_of_key = None, RSA

    def command(self):
        return [sys.executable, pathlib.Path(__file__).with_name("threaded_server.py"), self.library, self.key,
                self.certificate, self.https_port, GIVES_UP]


class GnuTls(ThreadedServer):
    library = "gnutls"


class BoringSsl(ThreadedServer):
    """Of 2022, as Debian has it for Android's tools."""

    library = "boringssl"


class Nss(Origin):
    """NSS's own server: HTTP/1, no ALPN, no time limit."""

    kind_of_key = RSA

    def command(self):
        database, bundle = self.folder / "nss", self.folder / "origin.p12"
        database.mkdir()
        run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"], check=True)
        run(["openssl", "pkcs12", "-export", "-inkey", self.key, "-in", self.certificate, "-name", "origin",
             "-passout", "pass:", "-out", bundle], check=True)
        run(["pk12util", "-i", bundle, "-d", f"sql:{database}", "-W", "", "-K", ""], check=True)
        return ["selfserv", "-d", f"sql:{database}", "-n", "origin", "-p", self.https_port, "-V", "tls1.2:tls1.3",
                "-t", 400]


class Node24(Origin):
    """OpenSSL 3.5, which chooses X25519MLKEM768, in Node.js: HTTP/2."""

    def command(self):
        return [os.environ["QNET_TEST_NODE"], ROOT / "tests/e2e/origin/origin.mjs", self.key, self.certificate,
                self.https_port, GIVES_UP * 1000]
