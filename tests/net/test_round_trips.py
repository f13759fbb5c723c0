"""The handshake adds no round trip over plain TLS: measured with 100 ms between client and relay, and captured."""

import pathlib
import statistics
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import delay_link  # noqa: E402
from delay_link import DelayLink, tcp_payloads  # noqa: E402
from harness import COVER_NAME, QNET, Process, need, remove_folder, run  # noqa: E402
from site_host import SiteNginx  # noqa: E402

ROUND_TRIP = 0.1


class RoundTrips(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need(delay_link.why_not())
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-net-"))
        cls.addClassCleanup(remove_folder, cls.folder)
        cls.link = DelayLink(ROUND_TRIP / 2)
        cls.link.__enter__()
        cls.addClassCleanup(cls.link.__exit__)
        # nginx is the destination, and the cover origin too; both stand beside the exit, on the far side.
        cls.site = SiteNginx(cls.folder / "site", cls.link.far)
        cls.addClassCleanup(cls.site.stop)
        far, near = cls.link.far, cls.link.near
        state = cls.folder / "exit"
        cls.exit = Process(far.command(QNET, "run", "--helper-mode", "super", "--listen", f"{far.address}:8443",
                                       "--cover-origin", f"{far.address}:{cls.site.https_port}", "--cover-name",
                                       COVER_NAME, "--cover-ca", cls.site.certificate, "--state-dir", state,
                                       "--exit-allow", f"{far.address}:{cls.site.https_port}"),
                           cls.folder / "exit.log", {"EXIT_ABUSE_EMAIL": "abuse@example.org"})
        cls.addClassCleanup(cls.exit.stop)
        cls.exit.wait_until(lambda: far.run("curl", "-sf", "http://127.0.0.1:8088/ready").returncode == 0,
                            "the exit is ready")
        invite = run([QNET, "invite", "--state-dir", state], check=True).stdout.decode().split()[-1]
        cls.link.packets.clear()
        cls.client = Process(near.command(QNET, "run", "--peer", invite, "--state-dir", cls.folder / "client"),
                             cls.folder / "client.log")
        cls.addClassCleanup(cls.client.stop)
        cls.client.wait_until(lambda: near.run("curl", "-sf", "http://127.0.0.1:8088/ready").returncode == 0,
                              "the client is connected")
        time.sleep(0.5)
        cls.handshake = list(tcp_payloads(list(cls.link.packets), 8443))

    def time_to_first_byte(self, *proxy):
        origin = f"{self.link.far.address}:{self.site.https_port}"
        command = self.link.near.command("curl", "-sS", "-o", "/dev/null", "-w", "%{time_starttransfer}", "--cacert",
                                         self.site.certificate, "--connect-to",
                                         f"{COVER_NAME}:{self.site.https_port}:{origin}", *proxy,
                                         f"https://{COVER_NAME}:{self.site.https_port}/")
        times = []
        for _ in range(5):
            done = run(command)
            self.assertEqual(done.returncode, 0, done.stderr)
            times.append(float(done.stdout))
        return statistics.median(times)

    def test_the_first_byte_comes_as_soon_as_over_https_direct(self):
        direct = self.time_to_first_byte()
        tunnelled = self.time_to_first_byte("--socks5-hostname", "127.0.0.1:1088")
        print(f"\ntime to first byte: direct {direct * 1000:.0f} ms, through QNet {tunnelled * 1000:.0f} ms, "
              f"ratio {tunnelled / direct:.3f}")
        self.assertLess(tunnelled / direct, 1.10)

    def test_the_capture_shows_the_flights_of_tls(self):
        # SYN, SYN-ACK; ClientHello; the relay's flight; then the client's second flight with its first data.
        turns = []
        for when, direction, payload in self.handshake:
            if not turns or turns[-1][0] != direction:
                turns.append((direction, when, payload))
        directions = [direction for direction, _, _ in turns[:5]]
        self.assertEqual(directions, ["up", "down", "up", "down", "up"])
        first_data = turns[4][1] - turns[0][1]
        print(f"\nfirst application record {first_data * 1000:.0f} ms after the SYN")
        self.assertLess(first_data, 2.2 * ROUND_TRIP)
        self.assertEqual(turns[2][2][0], 22)
        self.assertEqual(turns[3][2][0], 22)
        self.assertEqual(turns[4][2][:6], bytes.fromhex("140303000101"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
