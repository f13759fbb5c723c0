"""What a person sees who has just typed ./run.sh."""

import json
import os
import pathlib
import re
import shlex
import signal
import socket
import tempfile
import unittest

from harness import QNET, Process, accepts, free_ports, remove_folder, run, wait_until


class Demo(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-demo-"))
        self.addCleanup(remove_folder, self.folder)
        first = free_ports(7)
        self.socks, self.status, self.site, self.base = first, first + 1, first + 2, first + 4
        self.flags = ["--socks-port", self.socks, "--status-port", self.status, "--site-port", self.site,
                      "--base-port", self.base, "--state-dir", self.folder / "state"]

    def start(self):
        self.starts = getattr(self, "starts", 0) + 1
        demo = Process([QNET, "demo", *self.flags], self.folder / f"demo-{self.starts}.log")
        self.addCleanup(demo.stop)
        wait_until(lambda: "Ctrl-C" in demo.text() or not demo.running(), "the demo says that it runs", 60)
        self.assertTrue(demo.running(), demo.text())
        return demo

    def tried_lines(self, demo):
        lines = demo.text().split("Try, ")[1].replace("\\\n", "").splitlines()
        return [line.strip() for line in lines[1:4]]

    def test_says_where_everything_is_and_what_to_try(self):
        text = self.start().text()
        self.assertIn(f"127.0.0.1:{self.socks}", text)
        self.assertIn(f"127.0.0.1:{self.status}", text)

    def test_the_lines_it_offers_work(self):
        curl, chromium, status = self.tried_lines(self.start())
        page = run(shlex.split(curl))
        self.assertEqual(page.returncode, 0, page.stderr)
        self.assertIn(b"<html", page.stdout)
        words = shlex.split(chromium)
        words[1:1] = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
        words = [f"--user-data-dir={self.folder}/chromium" if w.startswith("--user-data-dir") else w for w in words]
        dom = run(words, seconds=60).stdout.decode()
        self.assertIn("QNet", dom)
        told = run([QNET, *shlex.split(status)[1:]])
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn(b"Connected", told.stdout)

    def test_is_a_network_of_four_each_with_its_identity(self):
        self.start()
        status = json.loads(run([QNET, "status", "--json", "--status-port", self.status]).stdout)
        nodes = status["nodes"]
        self.assertEqual({name: node["mode"] for name, node in nodes.items()},
                         {"client": "client", "super": "super", "relay-1": "relay", "relay-2": "relay"})
        self.assertEqual(len({node["peer_id"] for node in nodes.values() if node.get("peer_id")}), 3)
        self.assertEqual(len(list((self.folder / "state").rglob("identity*"))), 3)

    def test_keeps_its_identities(self):
        ids = []
        for _ in range(2):
            demo = self.start()
            ids.append(re.findall(r"12D3\w+", run([QNET, "status", "--status-port", self.status]).stdout.decode()))
            self.assertEqual(demo.stop(signal.SIGINT), 0)
        self.assertEqual(len(ids[0]), 3)
        self.assertEqual(ids[0], ids[1])

    def test_ctrl_c_stops_it_cleanly(self):
        demo = self.start()
        run(["curl", "-s", "--socks5-hostname", f"127.0.0.1:{self.socks}", "http://site.qnet.demo/"])
        self.assertEqual(demo.stop(signal.SIGINT, seconds=5), 0)
        for port in (self.socks, self.status, self.site, self.base):
            self.assertFalse(accepts(port))

    def test_its_proxy_reaches_nothing_else_on_this_machine(self):
        self.start()
        done = run(["curl", "-sS", "--socks5-hostname", f"127.0.0.1:{self.socks}",
                    f"http://127.0.0.1:{self.status}/status"])
        self.assertEqual(done.returncode, 97, done.stderr)

    def test_a_taken_port_is_named_with_its_owner_and_flag(self):
        for port, flag in ((self.socks, "--socks-port"), (self.status, "--status-port"), (self.site, "--site-port"),
                           (self.base, "--base-port")):
            with socket.create_server(("127.0.0.1", port)):
                done = run([QNET, "demo", *self.flags])
            self.assertEqual(done.returncode, 1)
            text = done.stderr.decode()
            self.assertIn(str(port), text)
            self.assertIn(flag, text)
            self.assertIn(str(os.getpid()), text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
