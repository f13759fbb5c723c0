"""A flood of strangers harms nobody who is known: the download is right, memory stays bounded, descriptors come back.

How fast it is then, bench/flood.py measures; nothing here is timed.
"""

import hashlib
import os
import threading
import unittest

import flooder  # finds the harness
from harness import Network, Nginx, wait_until

MEBIBYTE = 1 << 20
SECONDS, PER_SECOND = 8, 167
# Of the relay above what it had before: the sanitizers' bookkeeping and what they hold back of freed memory are in it
# (64 MiB here, set below). 500 connections at once with 64 KiB each would be 32 MiB.
GROWTH = 160 * MEBIBYTE


class Flood(Network):
    @classmethod
    def prepare(cls):
        cls.content = os.urandom(MEBIBYTE) * 64
        # So slow that the flood is over before the download is.
        cls.site = cls.start(Nginx(cls.folder / "site", extra_locations="location /file { limit_rate 7m; }",
                                   files={"file": cls.content}))
        os.environ["ASAN_OPTIONS"] = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=64"]))

    @classmethod
    def allow(cls):
        return [f"127.0.0.1:{cls.site.http_port}"]

    def test_a_download_survives_ten_thousand_strangers_a_minute(self):
        hello = flooder.recorded_hello(self.exit, self.folder)
        wait_until(lambda: self.exit.status()["sessions_open"] == 1, "only our session is open")
        descriptors, memory = self.exit.process.descriptors(), self.exit.process.resident()
        highest, most, over = memory, descriptors, threading.Event()

        def watch():
            nonlocal highest, most
            while not over.wait(0.2):
                highest, most = max(highest, self.exit.process.resident()), max(most, self.exit.process.descriptors())

        watcher = threading.Thread(target=watch)
        watcher.start()
        results = []
        flood = threading.Thread(target=lambda: results.append(
            flooder.flood(self.exit.listen_port, hello, PER_SECOND, SECONDS)))
        flood.start()
        try:
            page = self.curl(f"http://127.0.0.1:{self.site.http_port}/file", seconds=90).stdout
        finally:
            flood.join()
            over.set()
            watcher.join()
        self.assertEqual(hashlib.sha256(page).digest(), hashlib.sha256(self.content).digest())
        self.assertGreater(results[0], 0.8 * SECONDS * PER_SECOND)
        self.assertGreater(most, descriptors + 100, "the flood was open at once")
        self.assertLess(highest, memory + GROWTH)
        handshakes = self.exit.status()["handshakes"]
        self.assertGreater(handshakes["replayed"], 0.8 * results[0] / 4)
        self.assertEqual(handshakes["accepted"], 1)
        wait_until(lambda: self.exit.process.descriptors() <= descriptors, "the descriptors are given back", 15)
        print(f"\n{results[0]} strangers, descriptors {descriptors}, at most {most}; "
              f"resident {memory / MEBIBYTE:.0f} MiB, at most {highest / MEBIBYTE:.0f}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
