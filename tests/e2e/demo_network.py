"""A demo for the tests of commands."""

import contextlib
import json
import pathlib
import tempfile
import unittest

from harness import QNET, Process, free_ports, remove_folder, run, wait_until


class DemoNetwork(unittest.TestCase):
    """The demo, connected, and commands that ask it."""

    @classmethod
    def setUpClass(cls):
        cls.folder, cls.stack = None, contextlib.ExitStack()
        try:
            cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-e2e-"))
            first = free_ports(7)
            cls.socks, cls.port = first, first + 1
            cls.state = cls.folder / "state"
            flags = ["--socks-port", first, "--status-port", cls.port, "--site-port", first + 2, "--base-port",
                     first + 4, "--state-dir", cls.state]
            cls.demo = demo = Process([QNET, "demo", *flags], cls.folder / "demo.log")
            cls.stack.callback(demo.stop)
            demo.wait_until(lambda: "Ctrl-C" in demo.text(), "the demo says that it runs", 60)
            wait_until(lambda: cls.qnet("status")[0] == 0, "it is connected", 30)
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()
        if cls.folder:
            remove_folder(cls.folder)

    @classmethod
    def flags(cls):
        return ["--status-port", cls.port, "--state-dir", cls.state]

    @classmethod
    def qnet(cls, *words, env=None):
        done = run([QNET, *words, *cls.flags()], env=env)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def done(self, *words):
        code, out, error = self.qnet(*words)
        self.assertEqual(code, 0, error)
        return out

    def json(self, *words):
        return json.loads(self.done(*words, "--json"))

    def wait_connected(self):
        wait_until(lambda: self.qnet("status")[0] == 0, "it is connected again", 30)
