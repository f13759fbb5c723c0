"""Cover site behind a web server with Encrypted Client Hello (BoringSSL's): the site's name is not on the wire."""

import base64
import os
import pathlib
import socket
import subprocess
import threading

import harness
from harness import COVER_NAME, run
from site_network import SiteNetwork

SERVER = os.environ["QNET_ECH_SERVER"]
PUBLIC_NAME = "public.example.net"


class EchServer:
    """Ends TLS and passes on what is inside; one process for each connection, as inetd would."""

    def __init__(self, folder, port, number, tls):
        key = [f"{number:02x}" * 32, str(number), PUBLIC_NAME, "0"]
        self.configs = run([SERVER, "config", *key], check=True).stdout.decode().strip()
        self.arguments = [SERVER, "forward", str(port), *tls, *key]
        self.report = pathlib.Path(folder) / f"ech-server-{number}.log"
        self.hellos, self.children = [], []
        self.listener = harness.listen(timeout=None)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._take, args=(connection,), daemon=True).start()

    def _take(self, connection):
        connection.settimeout(None)
        hello = connection.recv(5, socket.MSG_PEEK | socket.MSG_WAITALL)
        hello = connection.recv(5 + int.from_bytes(hello[3:5], "big"), socket.MSG_PEEK | socket.MSG_WAITALL)
        self.hellos.append(hello)
        with self.report.open("a") as report, connection:
            self.children.append(subprocess.Popen(self.arguments, stdin=connection, stdout=connection, stderr=report))

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for child in self.children:
            child.kill()
            child.wait()


class Ech(SiteNetwork):
    @classmethod
    def site_flags(cls):
        return ["--site-root", cls.root, "--behind-proxy"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            der, key = cls.folder / "cert.der", cls.folder / "key.der"
            run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                 "/CN=x",
                 "-addext", f"subjectAltName=DNS:{COVER_NAME},DNS:{PUBLIC_NAME}", "-days", "30", "-keyout", cls.key,
                 "-out", cls.certificate], check=True)
            run(["openssl", "x509", "-in", cls.certificate, "-outform", "DER", "-out", der], check=True)
            run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", cls.key, "-outform", "DER", "-out", key], check=True)
            cls.tls = [der.read_bytes().hex(), key.read_bytes().hex()]
        except BaseException:
            cls.tearDownClass()
            raise

    def server(self, number):
        server = EchServer(self.folder, self.exit.listen_port, number, self.tls)
        self.addCleanup(server.stop)
        return server

    def browse(self, name, server, configs, template):
        invite = self.invite(None, "--advertise", f"127.0.0.1:{server.port}", "--ech-configs",
                             base64.b64encode(bytes.fromhex(configs)).decode())
        client = self.start_node(name, "client", ["--peer", invite, "--cover-ca", self.certificate, "--template",
                                                  template])
        client.wait_ready()
        self.assert_browses(client)

    def test_browsers_with_ech_hide_the_sites_name(self):
        for template in ("chromium-156", "firefox-esr-153"):
            with self.subTest(template=template):
                server = self.server(len(template))
                self.browse(f"hidden-{template}", server, server.configs, template)
                self.assertIn(f"name={COVER_NAME} accepted=1", server.report.read_text())
                for hello in server.hellos:
                    self.assertNotIn(COVER_NAME.encode(), hello)
                    self.assertIn(PUBLIC_NAME.encode(), hello)

    def test_a_changed_key_costs_one_connection_and_shows_no_name(self):
        old, server = self.server(31), self.server(32)
        self.browse("stale", server, old.configs, "chromium-156")
        report = server.report.read_text()
        self.assertIn(f"name={PUBLIC_NAME} accepted=0", report)
        self.assertIn(f"name={COVER_NAME} accepted=1", report)
        self.assertEqual([COVER_NAME.encode() in hello for hello in server.hellos], [False, False])

    def test_a_browser_without_ech_shows_the_name_as_that_browser_does(self):
        server = self.server(41)
        self.browse("safari", server, server.configs, "safari-26")
        self.assertIn(f"name={COVER_NAME} accepted=0", server.report.read_text())
