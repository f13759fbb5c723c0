#!/usr/bin/env python3
"""What a client's refresh costs on the wire: the bytes of its connection to an operator, both ways, TCP's and IP's own
left out. First with nothing on disk, then with the list that the operator still has. The answer alone is held below 200
bytes by src/network/directory/exchange_test.cpp; the rest is what a browser's visit to the cover site costs, too.
"""

import contextlib
import pathlib
import socket
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from harness import COVER_NAME, Nginx, Node, TcpServer, free_port, run, wait_until  # noqa: E402
from scratch import scratch  # noqa: E402

ROUNDS = 5


class Counter:
    """A TCP proxy that counts; `total` is of all connections since it was last set to 0."""

    def __init__(self, port):
        self.to, self.total, self.lock = port, 0, threading.Lock()
        self.server = TcpServer(self.serve)

    def serve(self, connection):
        with socket.create_connection(("127.0.0.1", self.to)) as other:
            back = threading.Thread(target=self.copy, args=(other, connection), daemon=True)
            back.start()
            self.copy(connection, other)
            back.join()

    def copy(self, source, sink):
        with contextlib.suppress(OSError):
            while block := source.recv(65536):
                with self.lock:
                    self.total += len(block)
                sink.sendall(block)
            sink.shutdown(socket.SHUT_WR)


def refresh(folder, invite, counter):
    counter.total = 0
    client = Node(folder, "client", ["--operators", invite, "--template", "chromium-156"])
    try:
        wait_until(lambda: client.ready() and client.status()["network"]["agreeing"] == 1, "the operator has answered")
        time.sleep(1)
        return counter.total
    finally:
        client.process.stop()


def main():
    with scratch() as (folder, stack):
        cover = Nginx(folder / "cover")
        stack.callback(cover.stop)
        flags = ["--cover-origin", f"127.0.0.1:{cover.https_port}", "--cover-name", COVER_NAME, "--directory-private"]
        port = free_port()
        counter = Counter(port)
        stack.callback(counter.server.stop)
        operator = Node(folder / "operator", "bootstrap", flags, listen_port=port)
        stack.callback(operator.process.stop)
        operator.wait_ready()
        direct = operator.invite()
        invite = run([operator.process.arguments[0], "invite", "--state-dir",
                                              folder / "operator" / "state", "--advertise",
                                              f"127.0.0.1:{counter.server.port}",
                                              "--cover-name", COVER_NAME], check=True).stdout.decode().split()[-1]
        exit_node = Node(folder / "exit", "exit", [*flags, "--operators", direct])
        stack.callback(exit_node.process.stop)
        wait_until(lambda: operator.status()["directory"]["listed"] == 1, "the exit is listed", 60)
        fresh = [refresh(folder / f"client-{i}", invite, counter) for i in range(ROUNDS)]
        again = [refresh(folder / f"client-{i}", invite, counter) for i in range(ROUNDS)]
        print(f"one relay's list, nothing on disk: {statistics.median(fresh):.0f} bytes on the connection")
        print(f"the same list on disk:             {statistics.median(again):.0f} bytes on the connection")


if __name__ == "__main__":
    main()
