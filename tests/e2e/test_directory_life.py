"""The life of relays in a directory by the real clock: one lives, one is killed, one has a machine that sleeps, and of
one the clock is set. All run at the same time, for it takes minutes; nearly all of it is waiting."""

import concurrent.futures
import contextlib
import http.client
import json
import signal
import time
import unittest

import harness
from directory_network import DirectoryNetwork
from harness import free_port, wait_until

WATCHED = 165  # seconds for which the living relay is watched: well beyond the 120 of a silent one
HEARTBEATS = range(4, 9)  # in that time, one each 30 ± 5 s
EXPIRY, PRUNING = 120, 60


class Life(DirectoryNetwork):
    def start_relay(self, name, operator, remote_address, env=None):
        """A relay, and a function that gives its row in the directory's list, or None."""
        node = self.relay(name, "relay", [self.invites[operator]], env=env)
        node.wait_ready()
        peer = node.status()["peer_id"]

        def row():
            connection = http.client.HTTPConnection("127.0.0.1", self.apis[operator], timeout=10,
                                                    source_address=(f"127.15.0.{remote_address}", 0))
            with contextlib.closing(connection):
                connection.request("GET", "/api/relays/by-country")
                rows = json.loads(connection.getresponse().read())["relays"]
            return next((row for row in rows if row["peer_id"] == peer), None)
        wait_until(row, f"{name} is listed", 20, 0.7)
        return node, row

    def one_that_lives(self):
        """Has the first directory for itself, so that only this relay counts there."""
        node, row = self.start_relay("lives", 0, 1)
        before, seen = self.nodes["operator-0"].status()["directory"], set()
        end = time.monotonic() + WATCHED
        while time.monotonic() < end:
            now = row()
            self.assertIsNotNone(now, "a relay that lives is not listed")
            seen.add(now["last_seen"])
            time.sleep(1)
        after = self.nodes["operator-0"].status()["directory"]
        self.assertIn(after["heartbeats"] - before["heartbeats"], HEARTBEATS)
        self.assertIn(len(seen) - 1, HEARTBEATS)
        self.assertEqual(after["registrations"], before["registrations"], "a heartbeat is no new registration")
        self.assertEqual((after["listed"], after["waiting"]), (1, 0))
        self.assertEqual(row()["first_seen"], now["first_seen"])

    def one_that_is_killed(self):
        node, row = self.start_relay("killed", 1, 2)
        node.process.kill()
        killed = time.monotonic()
        self.assertIsNotNone(row(), "nobody can know yet")
        wait_until(lambda: row() is None, "it is no longer listed", EXPIRY + PRUNING + 10, 1)
        # Its last heartbeat was a few seconds old when it died.
        self.assertGreater(time.monotonic() - killed, EXPIRY - 20)

    def one_whose_machine_sleeps(self):
        node, row = self.start_relay("sleeps", 1, 3)
        node.process.child.send_signal(signal.SIGSTOP)
        try:
            slept = time.monotonic()
            wait_until(lambda: row() is None, "a relay that sleeps is not listed", EXPIRY + PRUNING + 10, 1)
            self.assertGreater(time.monotonic() - slept, EXPIRY - 20)
        finally:
            node.process.child.send_signal(signal.SIGCONT)
        wait_until(row, "it is awake and listed", 15, 0.7)
        self.wait_registered("sleeps", 1)

    def one_whose_clock_is_set(self):
        clock = self.folder / "offset"

        def set_clock(offset):
            clock.with_suffix(".new").write_text(offset + "\n")
            clock.with_suffix(".new").replace(clock)
        set_clock("+0")
        node, row = self.start_relay("clock", 1, 4, harness.clock(file=clock))
        set_clock("+20m")
        wait_until(lambda: "clock" in (node.status()["registered"][0]["problem"] or ""),
                   "it reads what is wrong", 60, 0.5)
        self.assertFalse(node.status()["registered"][0]["listed"])
        time.sleep(20)
        set_clock("+0")
        self.wait_registered("clock", 1, seconds=40)
        self.assertIsNotNone(row())

    def test_who_lives_stays_and_who_is_silent_goes_and_who_wakes_is_back(self):
        self.apis = [free_port(), free_port()]
        ports = [free_port(), free_port()]
        self.invites = [self.invite_of(f"operator-{i}", port) for i, port in enumerate(ports)]
        for i, port in enumerate(ports):
            self.relay(f"operator-{i}", "bootstrap", port=port,
                       flags=["--directory-http", f"127.0.0.1:{self.apis[i]}"]).wait_ready()
        lives = [self.one_that_lives, self.one_that_is_killed, self.one_whose_machine_sleeps,
                 self.one_whose_clock_is_set]
        with concurrent.futures.ThreadPoolExecutor(len(lives)) as pool:
            runs = {life.__name__: pool.submit(life) for life in lives}
        for name, run in runs.items():
            with self.subTest(life=name):
                run.result()


if __name__ == "__main__":
    unittest.main()
