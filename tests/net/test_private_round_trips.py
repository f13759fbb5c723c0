"""A request in private mode takes one round trip, on a circuit that stands and on a cold start: counted in the packets
between client and guard, over lines with a delay. A turn is a piece of that link's traffic in one direction."""

import itertools
import pathlib
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lab" / "line"))

from line import need_line  # noqa: E402
from delay_link import tcp_payloads  # noqa: E402
from harness import temporary_folder, wait_until  # noqa: E402
from private_star import PrivateStar  # noqa: E402

ETH_P_ALL = 0x0003  # what goes out is told to those alone who ask for all
OUTGOING = socket.PACKET_OUTGOING


class Packets:
    """What one host sends and gets on its line, from here to the block's end."""

    def __init__(self, host):
        self.socket = host.inside(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL)))
        self.socket.bind((host.device, ETH_P_ALL))
        self.socket.settimeout(0.1)
        self.seen, self.ended = [], False
        self.thread = threading.Thread(target=self.read)

    def read(self):
        while not self.ended:
            try:
                packet, (_, _, kind, *_) = self.socket.recvfrom(65536)
            except TimeoutError:
                continue
            self.seen.append((0, "up" if kind == OUTGOING else "down", packet))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended = True
        self.thread.join()
        self.socket.close()

    def of(self, peer):
        """(time, direction, payload) of those with data, between this host and the peer's port 443."""
        address = socket.inet_aton(peer)
        theirs = [one for one in list(self.seen) if address in (one[2][12:16], one[2][16:20])]
        return list(tcp_payloads(theirs, 443))

    def turns(self, peer, first):
        """The directions in which they went, from the first of that number on."""
        return [direction for direction, _ in itertools.groupby(one[1] for one in self.of(peer)[first:])]


class PrivateRoundTrips(unittest.TestCase):
    def setUp(self):
        need_line()
        folder, stack = temporary_folder(self)
        self.star = PrivateStar(stack, folder, "--delay", "25ms")

    def connect(self, user):
        """The connection stays: its end would be more traffic."""
        _, program = self.star.connect(user)
        self.addCleanup(program.close)

    def turns_of(self, user):
        """Of one request, until the site's first byte is there."""
        guard, = {row["hops"][0]["address"] for row in self.star.circuits()}
        guard = guard.rpartition(":")[0]
        with Packets(self.star.hosts["client"]) as packets:
            self.wait_for_silence(packets, guard)
            before = len(packets.of(guard))
            self.connect(user)
            return packets.turns(guard, before)

    @staticmethod
    def wait_for_silence(packets, guard):
        """Longer than the longest round trip: what was asked before has been answered."""
        def silent():
            before = len(packets.of(guard))
            time.sleep(1)
            return len(packets.of(guard)) == before

        wait_until(silent, "nothing is on the line", 60)

    def start_client(self, state, *flags):
        """With one hop, no circuits are built ahead: nothing but the test's requests is on the guard's line."""
        client = self.star.client(state, "--hops", "1", *flags)
        self.addCleanup(client.stop)
        self.star.wait_connected()
        self.connect("first,hops=3")
        wait_until(lambda: self.star.circuits("in use"), "a circuit stands")
        return client

    def test_a_request_takes_one_round_trip_cold_and_warm(self):
        client = self.start_client("early")
        one = ["up", "down"]
        warm, cold = self.turns_of("first,hops=3"), self.turns_of("second,hops=3")
        client.stop()
        self.start_client("late", "--no-early-request")
        late = self.turns_of("second,hops=3")
        print(f"\nwarm: {warm}\ncold: {cold}\ncold, nothing early: {late}")
        self.assertEqual(warm, one)
        self.assertEqual(cold, one)
        self.assertEqual(late, ["up", "down", *one], "so the test sees a round trip more")


if __name__ == "__main__":
    unittest.main(verbosity=2)
