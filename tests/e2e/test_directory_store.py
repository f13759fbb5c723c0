"""Two directories on one PostgreSQL: one is killed under load, then the database goes and comes back."""

import concurrent.futures
import contextlib
import http.client
import json
import threading
import unittest

from directory_documents import Relay
from harness import COVER_NAME, Nginx, Node, free_port, temporary_folder, wait_until
from postgres_server import Postgres


class SharedStore(unittest.TestCase):
    def setUp(self):
        self.folder, self.stack = temporary_folder(self)
        self.postgres = Postgres(self.folder / "postgres")
        self.addCleanup(self.stop_postgres)
        self.cover = Nginx(self.folder / "cover")
        self.stack.callback(self.cover.stop)
        self.remote_address = 0

    def stop_postgres(self):
        with contextlib.suppress(AssertionError):
            self.postgres.stop()

    def directory(self, name):
        node = Node(self.folder / name, "bootstrap",
                    ["--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME,
                     "--directory-private", "--directory-store", self.postgres.url, "--directory-http",
                     f"127.0.0.1:{(port := free_port())}"])
        node.api = port
        self.stack.callback(node.process.stop)
        node.wait_ready()
        return node

    def ask(self, node, method, path, body=None):
        self.remote_address += 1
        source = f"127.1.{self.remote_address // 200 % 250}.{1 + self.remote_address % 200}"
        connection = http.client.HTTPConnection("127.0.0.1", node.api, timeout=10, source_address=(source, 0))
        with contextlib.closing(connection):
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def register(self, node, relay, **more):
        return self.ask(node, "POST", "/api/relay/register", relay.body(**more))

    def known(self, node):
        directory = node.status()["directory"]
        return directory["listed"] + directory["waiting"]

    def relay(self, number):
        return Relay(host=f"127.2.{number // 200}.{1 + number % 200}", port=free_port() if number % 50 == 0 else 9)

    def test_one_directory_dies_under_load_and_the_other_knows_all_that_was_acknowledged(self):
        one, other = self.directory("one"), self.directory("other")
        acknowledged, lock, killed = [], threading.Lock(), threading.Event()

        def load(start):
            for number in range(start, start + 100):
                relay = self.relay(number)
                try:
                    status, _, _ = self.register(one, relay)
                except OSError:
                    return
                if status == 200:
                    with lock:
                        acknowledged.append(relay.public.hex())
                        if len(acknowledged) == 150:
                            killed.set()

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(load, 100 * worker) for worker in range(4)]
            self.assertTrue(killed.wait(60), "the load never came to 150 registrations")
            one.process.kill()
            concurrent.futures.wait(runs)
        self.assertGreaterEqual(len(acknowledged), 150)
        kept = set(self.postgres.ask("SELECT encode(peer, 'hex') FROM qnet_relays").split())
        self.assertEqual(set(acknowledged) - kept, set(), "acknowledged registrations were lost")
        wait_until(lambda: self.known(other) >= len(acknowledged), "the other directory knows all of them", 15, 0.3)
        # It goes on alone, also for a relay that had registered with the dead one.
        status, _, body = self.register(other, self.relay(500))
        self.assertEqual(status, 200, body)

    def test_while_the_database_is_gone_reads_go_on_and_writes_are_put_off(self):
        node = self.directory("one")
        relay = self.relay(1)
        self.assertEqual(self.register(node, relay)[0], 200)
        self.postgres.stop()
        wait_until(lambda: not node.status()["directory"]["store_works"], "the loss is noticed", 15, 0.3)
        status, headers, body = self.register(node, self.relay(2))
        self.assertEqual(status, 503)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertIn("hint", json.loads(body))
        self.assertEqual(self.ask(node, "GET", "/api/relays/by-country")[0], 200)
        self.assertEqual(self.known(node), 1)
        self.postgres.start()
        wait_until(lambda: node.status()["directory"]["store_works"], "the database is found again", 20, 0.3)
        late = self.relay(3)
        self.assertEqual(self.register(node, late)[0], 200)
        kept = set(self.postgres.ask("SELECT encode(peer, 'hex') FROM qnet_relays").split())
        self.assertEqual(kept, {relay.public.hex(), late.public.hex()}, "what was put off was not acknowledged either")

    def test_a_database_that_is_not_there_is_told_without_the_password(self):
        node = Node(self.folder / "lost", "bootstrap",
                    ["--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME,
                     "--directory-store", "postgres://qnet:sesame@127.0.0.1:1/none"])
        self.assertEqual(node.process.child.wait(20), 1)
        self.assertIn("database cannot be used", node.process.text())
        self.assertNotIn("sesame", node.process.text())


if __name__ == "__main__":
    unittest.main()
