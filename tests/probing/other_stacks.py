"""Cover origins whose TLS is not OpenSSL's, each a real web server with a certificate of its own."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import AUTHORITIES, COVER_NAME, Process, accepts, free_port, make_certificate, wait_until  # noqa: E402


class Origin:
    """Subclasses say by what command the server starts, which may write its files into `folder` first."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.https_port = free_port()
        self.certificate, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        make_certificate(self.certificate, self.key)
        AUTHORITIES[str(self.https_port)] = self.certificate
        homes = {name: str(self.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        self.process = Process(self.command(), self.folder / "origin.log", env={**os.environ, **homes})
        wait_until(lambda: accepts(self.https_port) or not self.process.running(), "the origin listens")
        if not self.process.running():
            raise AssertionError(self.process.text())

    def stop(self):
        self.process.kill()


class Caddy(Origin):
    """Go's crypto/tls, with HTTP/2."""

    def command(self):
        (self.folder / "Caddyfile").write_text(f"""{{
  admin off
  auto_https off
}}
https://{COVER_NAME}:{self.https_port} {{
  bind 127.0.0.1
  tls {self.certificate} {self.key}
  respond "<h1>An ordinary site</h1>"
}}
""")
        return ["caddy", "run", "--config", self.folder / "Caddyfile", "--adapter", "caddyfile"]


class GnuTls(Origin):
    """GnuTLS's own server: HTTP/1, no ALPN, one thread."""

    def command(self):
        return ["gnutls-serv", "--quiet", "--disable-client-cert", "--http", "--port", self.https_port,
                "--x509certfile", self.certificate, "--x509keyfile", self.key]
