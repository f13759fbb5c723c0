#!/usr/bin/env python3
"""From a client's start to its first page, in a network of three directories and two exits on loopback: with nothing on
disk, with the last lists on disk, and with one of the directories silent, then one of the exits dead. The page's own
time through a client that runs is the limit.
"""

import pathlib
import signal
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from harness import COVER_NAME, Nginx, Node, run, wait_until  # noqa: E402
from scratch import scratch  # noqa: E402

SITE = "site.qnet-test.example"
ROUNDS = 7


def page(client):
    return run(["curl", "-sS", "-o", "/dev/null", "--max-time", "10", "--socks5-hostname", client.proxy(),
                f"http://{SITE}/"])


def first_page(folder, invites):
    began = time.perf_counter()
    client = Node(folder, "client", ["--operators", ",".join(invites)])
    try:
        wait_until(lambda: page(client).returncode == 0, "a page comes through", 20, 0.01)
        took = time.perf_counter() - began
        began = time.perf_counter()
        page(client)
        return took, time.perf_counter() - began
    finally:
        client.process.stop()


def shown(name, times):
    print(f"{name:<40} median {statistics.median(times):.2f} s, longest {max(times):.2f} s")


def main():
    with scratch() as (folder, stack):
        cover, site = Nginx(folder / "cover"), Nginx(folder / "site")
        stack.callback(cover.stop)
        stack.callback(site.stop)
        flags = ["--cover-origin", f"127.0.0.1:{cover.https_port}", "--cover-name", COVER_NAME, "--directory-private"]
        nodes, invites = [], []
        for i in range(3):
            nodes.append(Node(folder / f"operator-{i}", "bootstrap", flags))
            stack.callback(nodes[-1].process.stop)
            nodes[-1].wait_ready()
            invites.append(nodes[-1].invite())
        exits = [Node(folder / f"exit-{i}", "exit", [*flags, "--operators", ",".join(invites), "--exit-allow",
                                                     f"{SITE}:80=127.0.0.1:{site.http_port}"]) for i in range(2)]
        for node in exits:
            stack.callback(node.process.stop)
        for node in nodes:
            wait_until(lambda: node.status()["directory"]["listed"] == 2, "both exits are listed", 60)
        fresh = [first_page(folder / f"fresh-{i}", invites) for i in range(ROUNDS)]
        shown("limit: a page of a client that runs", [page_time for _, page_time in fresh])
        shown("nothing on disk", [took for took, _ in fresh])
        shown("the last lists on disk", [first_page(folder / "fresh-0", invites)[0] for _ in range(ROUNDS)])
        # Frozen: the system takes connections for it, and nobody ever answers.
        nodes[0].process.child.send_signal(signal.SIGSTOP)
        silent = [first_page(folder / f"silent-{i}", invites)[0] for i in range(ROUNDS)]
        nodes[0].process.child.send_signal(signal.SIGCONT)
        shown("nothing on disk, one of three silent", silent)
        exits[0].process.kill()
        shown("the last lists on disk, one of two exits dead",
              [first_page(folder / "fresh-0", invites)[0] for _ in range(ROUNDS)])


if __name__ == "__main__":
    main()
