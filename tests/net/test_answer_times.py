"""A peer is answered when a stranger would be, also where the origin is far and a hello's tail comes late.

The link between relay and origin makes nothing come early, so the lower bounds are firm. A busy machine makes answers
late, for both: medians of answers in turns are compared, and may differ by less than the fault would be, a round trip.
"""

import contextlib
import pathlib
import socket
import statistics
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "probing"))

import delay_link  # noqa: E402
import harness  # noqa: E402
import hellos  # noqa: E402
from delay_link import DelayLink, tcp_callers, tcp_payloads  # noqa: E402
from harness import COVER_NAME, QNET, Process, need, remove_folder, run  # noqa: E402
from peer import Peer, relay_key  # noqa: E402
from site_host import SiteNginx  # noqa: E402

ROUND_TRIP = 0.2
PORT = 8443
SAMPLES = 5
# Behind which pause the last 100 bytes of a hello follow: none; sooner than the relay dials for an unfinished hello
# (150 ms); while that connection is on its way; and after it stands.
TAILS = {"whole": None, "in pieces": 0.05, "tail while the relay connects": 0.2, "tail when it is connected": 0.6}


class AnswerTimes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need(delay_link.why_not())
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-net-"))
        cls.addClassCleanup(remove_folder, cls.folder)
        cls.link = DelayLink(ROUND_TRIP / 2)
        cls.link.__enter__()
        cls.addClassCleanup(cls.link.__exit__)
        cls.origin = SiteNginx(cls.folder / "site", cls.link.far)
        cls.addClassCleanup(cls.origin.stop)
        near, state = cls.link.near, cls.folder / "relay"
        cls.relay = Process(near.command(QNET, "run", "--helper-mode", "relay", "--listen", f"127.0.0.1:{PORT}",
                                         "--cover-origin", f"{cls.link.far.address}:{cls.origin.https_port}",
                                         "--cover-name", COVER_NAME, "--cover-ca", cls.origin.certificate,
                                         "--state-dir", state), cls.folder / "relay.log")
        cls.addClassCleanup(cls.relay.stop)
        cls.relay.wait_until(lambda: near.run("curl", "-sf", "http://127.0.0.1:8088/ready").returncode == 0,
                             "the relay is ready", 60)
        cls.invite = run([QNET, "invite", "--state-dir", state, "--advertise", "127.0.0.1:1"],
                         check=True).stdout.decode().split()[-1]
        cls.openssl = hellos.openssl_hello(cls.folder)

    def peers_hello(self, template):
        """As a client sends it with that template, without the keys of its own: Peer() puts fresh ones in."""
        with harness.listen() as listener:
            port = listener.getsockname()[1]
            invite = run([QNET, "invite", "--state-dir", self.folder / "relay", "--advertise", f"127.0.0.1:{port}"],
                         check=True).stdout.decode().split()[-1]
            client = harness.Node(self.folder / f"client-{port}", "client",
                                  ["--peer", invite, "--template", template])
            try:
                return hellos.first_record(listener)
            finally:
                client.process.kill()

    def ask(self, hello, pause):
        """(seconds from the hello's last byte to the first of the answer, when that came, all that came). The answer
        is b"" where the connection was reset."""
        visitor = self.link.near.inside(lambda: socket.create_connection(("127.0.0.1", PORT), timeout=30))
        with visitor:
            visitor.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            head = len(hello) if pause is None else len(hello) - 100
            visitor.sendall(hello[:head])
            if pause is not None:
                time.sleep(pause)
                visitor.sendall(hello[head:])
            sent = time.monotonic()
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                answer = visitor.recv(1 << 16)
            came = time.monotonic()
            return came - sent, came, answer

    def compare(self, hello_of_a_peer):
        for name, pause in TAILS.items():
            times = {"peer": [], "stranger": []}
            for _ in range(SAMPLES):
                for who, hello in (("peer", hello_of_a_peer()), ("stranger", self.openssl)):
                    after, came, answer = self.ask(hello, pause)
                    self.assertEqual(answer[:3], b"\x16\x03\x03")
                    times[who].append(after)
            medians = {who: statistics.median(seen) for who, seen in times.items()}
            print(f"\n{name}: " + ", ".join(f"{who} {min(seen) * 1000:.0f}, {medians[who] * 1000:.0f}, "
                                            f"{max(seen) * 1000:.0f} ms" for who, seen in times.items()), end="")
            with self.subTest(name=name):
                # Until the origin is connected, and then until it has answered.
                soonest = {"tail while the relay connects": 1, "tail when it is connected": 1}.get(name, 2) * ROUND_TRIP
                for seen in times.values():
                    self.assertGreaterEqual(min(seen), soonest)
                self.assertLess(abs(medians["peer"] - medians["stranger"]), ROUND_TRIP / 2)

    def test_peers_and_strangers_wait_alike(self):
        for template in ("curl-7.88-openssl-3.0", "firefox-esr-153"):
            print(f"\n{template}", end="")
            recorded = self.peers_hello(template)
            self.compare(lambda: Peer(recorded, relay_key(self.invite)).hello)

    def test_a_peers_connection_to_the_origin_stands_first_and_carries_nothing(self):
        peer = Peer(self.peers_hello("curl-7.88-openssl-3.0"), relay_key(self.invite))
        self.link.packets.clear()
        _, came, _ = self.ask(peer.hello, None)
        seen = list(self.link.packets)
        # The relay's own visits may go on meanwhile; each of them says something.
        calls = [list(tcp_payloads(seen, caller)) for caller in tcp_callers(seen, self.origin.https_port)]
        silent = [call for call in calls if [packet[1:] for packet in call] == [("up", b""), ("down", b"")]]
        self.assertEqual(len(silent), 1)
        _, answer = silent[0]
        self.assertLess(answer[0] + ROUND_TRIP / 2, came)


if __name__ == "__main__":
    unittest.main(verbosity=2)
