"""Somebody on the path rewrites records: QNet's client goes on, or ends, as Chromium does, and its relay answers as
nginx does. `rewrites.py` has the table; Chromium visits nginx through every row of it in the same run."""

import collections
import concurrent.futures
import contextlib
import itertools
import os
import pathlib
import re
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import harness  # noqa: E402
from harness import COVER_NAME, Network, Node, TcpServer, run, wait_until  # noqa: E402
from rewriter import Rewriter  # noqa: E402
from rewrites import ROWS  # noqa: E402
from tls_bytes import ALERT  # noqa: E402

AT_ONCE = 4
# nginx's flight: ServerHello, ChangeCipherSpec and four sealed records, of which the third is CertificateVerify. Then
# it sends tickets.
FLIGHT, SIGNATURE, TICKETS = 6, 4, 2
# Chromium's: ClientHello, ChangeCipherSpec, Finished and its first data.
CLIENT_FLIGHT = 4

Outcome = collections.namedtuple("Outcome", "goes_on said answered")

# Rows whose rewritten record comes to the client behind the server's Finished. Whether Chromium says its first data
# before it ends depends on what it has read by then; QNet's client always does. The server's answer depends on that.
BEHIND_FINISHED = ("flight's last record: a ChangeCipherSpec behind",
                   "flight's last record: user_canceled in clear behind", "first ticket: ")


def shape(record):
    body = record[5:]
    return (record[0], record[1:3].hex(), body.hex() if record[0] == ALERT else len(body))


def said(row, connection):
    """What the client said: its handshake, and its last word. A hello's length differs from one to the next."""
    shapes = [shape(record) for record in connection.up.records]
    most = CLIENT_FLIGHT - 1 if row[1].startswith(BEHIND_FINISHED) else CLIENT_FLIGHT
    return ["hello", *shapes[1:most], *shapes[most:][-1:]]


def answered(connection, goes_on):
    """What the server said up to its tickets, and its last word where it ends. An ECDSA signature has several lengths.
    Which frames of HTTP/2 nginx sends before it ends depends on what came in one piece."""
    shapes = [shape(record) for record in connection.down.records]
    if len(shapes) > SIGNATURE:
        shapes[SIGNATURE] = "signature"
    return shapes[:FLIGHT + TICKETS] + ([] if goes_on else shapes[FLIGHT + TICKETS:][-1:])


def words(outcome):
    return "goes on" if outcome.goes_on else f"ends: {outcome.said[-1]}, {outcome.answered[-1:]}"


class RewrittenRecords(Network):
    @classmethod
    def prepare(cls):
        cls.echo = cls.start(TcpServer(lambda connection: connection.sendall(connection.recv(100))))

    @classmethod
    def allow(cls):
        return [f"127.0.0.1:{cls.echo.port}"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = itertools.count()

    def chromium(self):
        """One page with a script from every row: which of them loaded, and what was said."""
        rewriters = [Rewriter(self.cover.https_port, row[0], row[2]) for row in ROWS]
        try:
            return self.visit_all(rewriters)
        finally:
            for rewriter in rewriters:
                rewriter.stop()

    def visit_all(self, rewriters):
        (self.cover.root / "empty.js").write_bytes(b"")
        tags = (f'<script src="https://{COVER_NAME}:{rewriter.port}/empty.js" onload="loaded.push({number})"></script>'
                for number, rewriter in enumerate(rewriters))
        (self.cover.root / "rows.html").write_text(
            f"<body onload=\"document.body.textContent = 'loaded ' + loaded + '.'\"><script>loaded = []</script>"
            f"{''.join(tags)}</body>")
        done = run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--ignore-certificate-errors", f"--user-data-dir={self.folder}/chromium", "--dump-dom",
                    f"--host-resolver-rules=MAP {COVER_NAME} 127.0.0.1",
                    f"http://127.0.0.1:{self.cover.http_port}/rows.html"], seconds=180)
        found = re.search(r"loaded ([\d,]+)\.", done.stdout.decode())
        self.assertTrue(found, done.stderr.decode()[-3000:])
        loaded = {int(number) for number in found[1].split(",")}
        return [self.outcome(row, rewriter.connections[0], number in loaded)
                for number, (row, rewriter) in enumerate(zip(ROWS, rewriters, strict=True))]

    def outcome(self, row, connection, goes_on):
        if not goes_on:
            wait_until(lambda: connection.up.ended and connection.down.ended, "both sides have ended")
        return Outcome(goes_on, said(row, connection), answered(connection, goes_on))

    def peer(self, row):
        rewriter = Rewriter(self.exit.listen_port, row[0], row[2])
        invite = run([harness.QNET, "invite", "--state-dir", self.exit.folder / "state", "--advertise",
                      f"127.0.0.1:{rewriter.port}"], check=True).stdout.decode().split()[-1]
        node = Node(self.folder / f"client-{next(self.numbers)}", "client",
                    ["--peer", invite, "--template", "chromium-156"])
        try:
            return self.visit(row, node, rewriter)
        finally:
            node.process.kill()
            rewriter.stop()

    def visit(self, row, node, rewriter):
        over = lambda: rewriter.connections and rewriter.connections[0].over()
        wait_until(lambda: over() or node.ready(), "the client connects, or ends", 60)
        answers = []
        asking = threading.Thread(target=self.ask, args=(node, answers), daemon=True)
        if not over():
            asking.start()
        wait_until(lambda: over() or answers, "the client is answered, or ends", 60)
        return self.outcome(row, rewriter.connections[0], bool(answers) and not over())

    def ask(self, node, answers):
        with contextlib.suppress(OSError, AssertionError):
            code, connection = harness.socks_connect(node.socks_port, "127.0.0.1", self.echo.port)
            with connection:
                connection.sendall(b"hello")
                if code == 0 and harness.receive_exactly(connection, 5) == b"hello":
                    answers.append(code)

    def test_client_and_relay_take_what_chromium_and_nginx_take(self):
        browser = self.chromium()
        self.assertIn(True, [one.goes_on for one in browser])
        self.assertIn(False, [one.goes_on for one in browser])
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            clients = list(pool.map(self.peer, ROWS))
        for row, expected, seen in zip(ROWS, browser, clients, strict=True):
            if "QNET_SHOW_ROWS" in os.environ:
                print(*row[:2], *(words(one) for one in (expected, seen)), sep=" | ")
            with self.subTest(direction=row[0], row=row[1]):
                self.assertEqual(seen.goes_on, expected.goes_on)
                if not row[1].startswith(BEHIND_FINISHED):
                    self.assertEqual(seen.answered, expected.answered)
                if row[0] == "up":
                    continue
                if expected.goes_on:
                    self.assertEqual(seen.said[:CLIENT_FLIGHT], expected.said[:CLIENT_FLIGHT])
                else:
                    self.assertEqual(seen.said, expected.said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
