"""A relay with cover `site`, its operator's files, and a destination, for tests."""

import contextlib
import hashlib
import os
import pathlib
import tempfile

import harness
from harness import COVER_NAME, Network, Nginx, make_certificate, run

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
            "--exit-allow", f"destination.example:80=127.0.0.1:{cls.destination.http_port}",
            # What a client asks to see whether anything comes back.
            "--exit-allow", f"{COVER_NAME}:443=127.0.0.1:{cls.destination.http_port}"], **more)
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
        return (node or self.exit).status()["handshakes"]
