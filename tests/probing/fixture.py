"""One relay and its cover origin, asked the same questions."""

import concurrent.futures
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import hellos  # noqa: E402
from harness import COVER_NAME, Nginx, Node, remove_folder, wait_until  # noqa: E402, F401 - for the tests too
from observe import observe  # noqa: E402
from peer import Peer, relay_key  # noqa: E402

# The origin's time limit for a handshake, nginx's client_header_timeout; and how long a test waits for its end.
GIVES_UP = 3
LONGEST_WAIT = GIVES_UP + 2.0


class ImpatientNginx(Nginx):
    gives_up = GIVES_UP

    def _configuration(self, extra):
        return super()._configuration(extra).replace("keepalive_timeout 65;",
                                                     f"keepalive_timeout 65; client_header_timeout {self.gives_up}s;")


class RelayAndOrigin(unittest.TestCase):
    """Subclasses compare what `relay_port` and `origin_port` answer."""

    origin_kind = ImpatientNginx

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-probing-"))
        cls.addClassCleanup(remove_folder, cls.folder)
        cls.origin = cls.make_origin()
        cls.addClassCleanup(cls.origin.stop)
        cls.relay = Node(cls.folder / "relay", "relay", ["--cover-origin", f"127.0.0.1:{cls.origin.https_port}",
                                                         "--cover-name", COVER_NAME])
        cls.addClassCleanup(cls.relay.process.stop)
        cls.relay.wait_ready()
        wait_until(cls.longest_wait_is_known, "the origin's time limit is measured", 90)
        cls.origin_port, cls.relay_port = cls.origin.https_port, cls.relay.listen_port
        cls.rs = relay_key(cls.relay.invite())
        cls.template = hellos.peer_hello(cls.relay, cls.folder)
        cls.openssl = hellos.openssl_hello(cls.folder)
        cls.spent = cls.peer().hello
        first = observe(cls.relay_port, [cls.spent], 1.0, strip=bytes)
        assert first.seen.answer.startswith(b"\x16\x03\x03"), "the relay answers its own kind"

    @classmethod
    def make_origin(cls):
        return cls.origin_kind(cls.folder / "origin")

    @classmethod
    def longest_wait_is_known(cls):
        profiles = list((cls.folder / "relay" / "state" / "mirror").glob("*.toml"))
        return profiles and all("stall_after_ms = 0\n" not in file.read_text() for file in profiles)

    @classmethod
    def peer(cls, when=None):
        """A handshake that the relay has not seen."""
        return Peer(cls.template, cls.rs, when)


def in_parallel(width, function, items):
    with concurrent.futures.ThreadPoolExecutor(width) as pool:
        return list(pool.map(function, items))
