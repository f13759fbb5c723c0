"""A large file in private mode, while relays on its way die."""

import unittest

from circuit_network import PrivateCase
from directory_network import SITE
from harness import Process, run, sha256_of, wait_until

MEBIBYTE = 1 << 20
SIZE = 500 * MEBIBYTE
KILLED = 2  # relays


class PrivateBulk(PrivateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = cls.network.site.root / "five-hundred"
        with open(cls.file, "wb") as file:
            block = bytes(range(256)) * 4096
            for number in range(SIZE // len(block)):
                file.write(number.to_bytes(8, "big") + block[8:])

    def middle_in_use(self, client):
        """Its name, once a circuit carries the transfer."""
        wait_until(lambda: any(row["streams"] for row in self.circuits(client, "in use")), "a circuit is in use", 30)
        carrying = next(row for row in self.circuits(client, "in use") if row["streams"])
        return self.names_of(carrying)[1]

    def test_half_a_gigabyte_arrives_whole_though_middle_relays_die(self):
        """A transfer ends with an error at once when its circuit does: no relay can go on with it. A program that asks
        for the rest, as browsers and curl do, gets it over another circuit."""
        client = self.client()
        received = client.folder / "received"

        def download(number):
            # What is to be cut is read slowly: it must not be over before.
            slowly = ["--limit-rate", "30M"] if number < KILLED else []
            return Process(["curl", "-sS", "--fail", "--max-time", "300", "-C", "-", "-o", received, *slowly,
                            "--socks5-hostname", client.proxy(), f"http://{SITE}/five-hundred"],
                           client.folder / f"curl-{number}.log")

        killed = []
        while True:
            curl = download(len(killed))
            self.addCleanup(curl.kill)
            if len(killed) == KILLED:
                break
            before = received.stat().st_size if received.exists() else 0
            wait_until(lambda: received.exists() and received.stat().st_size > before + 8 * MEBIBYTE,
                       f"the transfer goes on after {killed}", 60, 0.01)
            killed.append(self.middle_in_use(client))
            self.network.nodes[killed[-1]].process.kill()
            wait_until(lambda: not curl.running(), "the transfer ends with an error", 30)
            self.assertNotEqual(curl.child.returncode, 0)
            self.network.restart(killed[-1])
        wait_until(lambda: not curl.running(), "the rest arrives", 200)
        self.assertEqual(curl.child.returncode, 0, (client.folder / f"curl-{len(killed)}.log").read_text())
        self.assertEqual(sha256_of(received), sha256_of(self.file))

    def test_a_fast_download_takes_few_new_pages(self):
        """The queues' blocks come from memory that was freed before, and that the process has kept."""
        client = self.client()
        self.fetch(client)
        before = client.process.page_faults()
        done = run(["curl", "-sS", "--fail", "-o", "/dev/null", "--socks5-hostname", client.proxy(),
                    f"http://{SITE}/five-hundred"], seconds=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Some 300. Where the C library gives freed memory back at once there are over 80,000.
        self.assertLess(client.process.page_faults() - before, 20_000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
