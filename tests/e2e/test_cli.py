"""The commands that ask a running QNet, as a person at a terminal and a script see them."""

import json
import os
import pathlib
import re
import signal
import unittest

import jsonschema
import yaml

from demo_network import DemoNetwork
from harness import QNET, ROOT, Process, free_port, run, wait_until
from terminal import Terminal, on_terminal, visible

NOT_RUNNING, NOT_CONNECTED, WRONG_WORDS = 3, 4, 2


def conforms(value, schema):
    """Whether a JSON value is what openapi.yaml says under components/schemas."""
    document = yaml.safe_load((ROOT / "docs" / "spec" / "openapi.yaml").read_text())
    jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
                                    ).validate(value)


class Demo(DemoNetwork):
    def test_status_without_a_terminal_is_ascii_without_colours(self):
        out = self.done("status")
        self.assertTrue(out.isascii())
        self.assertNotIn("\x1b", out)
        for part in ("[*] Connected for", "Private: 3 relays", "Path", f"127.0.0.1:{self.socks}", "relay-1",
                     "12D3KooW"):
            self.assertIn(part, out)

    def test_status_on_a_terminal_fits_its_width_in_colour(self):
        for columns in (60, 80, 120):
            code, out = on_terminal("status", *self.flags(), columns=columns)
            self.assertEqual(code, 0)
            self.assertIn("\x1b[32m\u25cf Connected\x1b[0m", out)
            self.assertIn("\u2192", out)
            for line in visible(out).splitlines():
                self.assertLessEqual(len(line), columns, line)

    def test_colours_can_be_refused(self):
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            _, out = on_terminal("status", *self.flags(), env=env)
            self.assertNotIn("\x1b", out)
            self.assertIn("\u25cf Connected", out)

    def test_an_ascii_locale_gets_ascii(self):
        _, out = on_terminal("status", *self.flags(), env={"LC_ALL": "C"})
        self.assertTrue(out.isascii())
        self.assertIn("[*] Connected", visible(out))

    def test_watch_draws_in_place_until_ctrl_c(self):
        terminal = Terminal([QNET, "status", "--watch", *self.flags()])
        wait_until(lambda: visible(terminal.read()).count("Connected for") >= 3, "three pictures")
        self.assertEqual(terminal.end(signal.SIGINT), 0)
        lines = re.search(r"\x1b\[(\d+)A", terminal.text)
        self.assertTrue(lines, "the cursor goes up")
        first = terminal.text.split("\x1b[J")[0]
        self.assertEqual(int(lines[1]), first.count("\n"))
        self.assertTrue(terminal.text.endswith("\x1b[J"), repr(terminal.text[-40:]))

    def test_watch_stays_on_a_low_terminal(self):
        terminal = Terminal([QNET, "status", "--watch", *self.flags()], lines=6)
        wait_until(lambda: visible(terminal.read()).count("Connected for") >= 2, "two pictures")
        self.assertEqual(terminal.end(signal.SIGTERM), 0)
        self.assertIn("\x1b[5A", terminal.text)

    def test_watch_as_json_is_a_status_a_line(self):
        watch = Process([QNET, "status", "--watch", "--json", *self.flags()], self.folder / f"watch-{self.id()}.log")
        self.addCleanup(watch.stop)
        wait_until(lambda: watch.text().count("\n") >= 2, "two lines")
        self.assertEqual(watch.stop(signal.SIGINT), 0)
        for line in watch.text().splitlines():
            conforms(json.loads(line), "Status")

    def test_json_is_the_apis(self):
        conforms(self.json("status"), "Status")
        circuits = self.json("circuits")
        self.assertTrue(circuits)
        for circuit in circuits:
            conforms(circuit, "Circuit")
        for peer in self.json("peers"):
            conforms(peer, "Peer")
        conforms(self.json("mode"), "Hops")

    def test_circuits_are_shown_hop_by_hop(self):
        out = self.done("circuits")
        for part in ("Circuit 1", "guard", "middle", "exit", "127.0.0.1:"):
            self.assertIn(part, out)

    def test_mode_is_changed_and_told(self):
        self.addCleanup(self.wait_connected)
        self.addCleanup(self.done, "mode", "private")
        self.assertEqual(self.done("mode"), "3 hops (private mode)\n")
        self.assertEqual(self.json("mode", "fast"), {"hops": 1})
        self.assertEqual(self.done("mode"), "1 hop (fast mode)\n")
        wait_until(lambda: [peer for peer in self.json("peers") if peer["state"] == "connected"], "a peer is connected")
        self.assertIn("connected", self.done("peers"))

    def test_a_wrong_mode_gets_a_suggestion_and_asks_nothing(self):
        code, _, error = self.qnet("mode", "privat")
        self.assertEqual(code, WRONG_WORDS)
        self.assertIn("did you mean private?", error)
        self.assertEqual(self.qnet("mode", "6")[0], WRONG_WORDS)
        self.assertEqual(self.qnet("mode", "fast", "private")[0], WRONG_WORDS)

    def test_disconnect_ends_it_and_connect_begins_again(self):
        self.addCleanup(self.wait_connected)
        self.addCleanup(self.done, "connect")
        self.assertIn("refuses every connection", self.done("disconnect"))
        code, out, _ = self.qnet("status")
        self.assertEqual(code, NOT_CONNECTED)
        self.assertIn("Disconnected", out)
        self.assertEqual(self.qnet("status", "--json")[0], NOT_CONNECTED)
        page = run(["curl", "-sS", "--max-time", 5, "--socks5-hostname", f"127.0.0.1:{self.socks}",
                    "http://site.qnet.demo/"])
        self.assertNotEqual(page.returncode, 0)
        self.assertEqual(self.json("connect"), {})
        self.wait_connected()

    def test_new_circuit_gives_another_path(self):
        self.assertIn("another path", self.done("new-circuit"))
        self.assertEqual(self.json("new-circuit"), {})
        self.wait_connected()

    def test_log_gives_the_last_lines_where_there_are_some(self):
        code, out, error = self.qnet("log", "-n", "2")
        if code == 0:
            self.assertLessEqual(len(out.splitlines()), 2)
            self.assertIsInstance(self.json("log", "--tail", "2"), list)
        else:
            self.assertIn("keeps no log lines", error)
        self.assertEqual(self.qnet("log", "-n", "0")[0], WRONG_WORDS)

    def test_open_prints_the_link_that_opens_the_page(self):
        token = (self.state / f"api-token-{self.port}").read_text()
        out = self.done("open", "--print")
        self.assertTrue(out.startswith(f"http://127.0.0.1:{self.port}/#key={token}\n"))
        self.assertIn("secret", out)
        self.assertEqual(self.json("open"), {"link": f"http://127.0.0.1:{self.port}/#key={token}"})

    def test_open_gives_the_browser_a_file_that_nobody_else_reads(self):
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "xdg-open").write_text(f'#!/bin/sh\necho "$@" > {self.folder}/opened\n')
        (tools / "xdg-open").chmod(0o700)
        code, out, error = self.qnet("open", env={"DISPLAY": ":7", "PATH": f"{tools}:{os.environ['PATH']}"})
        self.assertEqual(code, 0, error)
        self.assertIn("opens in your browser", out)
        token = (self.state / f"api-token-{self.port}").read_text()
        opened = pathlib.Path((self.folder / "opened").read_text().strip())
        self.assertNotIn(token, str(opened))
        self.assertEqual(opened.stat().st_mode & 0o777, 0o600)
        self.assertIn(f"http://127.0.0.1:{self.port}/#key={token}", opened.read_text())

    def test_open_says_when_there_is_no_desktop_or_no_browser(self):
        nothing = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
        self.assertIn("no desktop here", self.qnet("open", env=nothing)[1])
        self.assertIn("No browser could be started", self.qnet("open", env={"DISPLAY": ":7", "PATH": "/nowhere"})[1])

    def test_without_the_secret_nothing_is_changed(self):
        for words in (["mode", "fast"], ["disconnect"], ["new-circuit"], ["log"], ["open"]):
            done = run([QNET, *words, "--status-port", self.port, "--state-dir", self.folder / "elsewhere"])
            self.assertEqual(done.returncode, 1)
            self.assertIn("--state-dir", done.stderr.decode())
        self.assertEqual(self.done("mode"), "3 hops (private mode)\n")

    def test_a_wrong_secret_is_refused_and_one_that_others_may_read_is_not_sent(self):
        wrong = self.folder / "wrong"
        wrong.mkdir(mode=0o700, exist_ok=True)
        file = wrong / f"api-token-{self.port}"
        file.write_text("A" * 43)
        file.chmod(0o600)
        words = [QNET, "disconnect", "--status-port", self.port, "--state-dir", wrong]
        done = run(words)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn("api-token", done.stderr.decode())
        file.chmod(0o644)
        self.assertIn("other users have rights", run(words).stderr.decode())


class DemoThatEnds(DemoNetwork):
    def test_watch_tells_that_qnet_has_ended_and_goes_on(self):
        terminal = Terminal([QNET, "status", "--watch", *self.flags()])
        wait_until(lambda: "Connected for" in visible(terminal.read()), "a picture")
        self.assertEqual(self.demo.stop(), 0)
        wait_until(lambda: "no QNet is running here" in terminal.read(), "it says so")
        self.assertEqual(terminal.end(signal.SIGINT), 0)


class NobodyRuns(unittest.TestCase):
    def test_every_command_says_so_and_ends_with_3(self):
        for words in (["status"], ["status", "--json"], ["status", "--watch"], ["circuits"], ["peers"], ["mode"],
                      ["mode", "fast"], ["new-circuit"], ["log"], ["connect"], ["disconnect"], ["open", "--print"]):
            done = run([QNET, *words, "--status-port", free_port()])
            self.assertEqual(done.returncode, NOT_RUNNING, words)
            self.assertEqual(done.stdout, b"")
            self.assertIn("no QNet is running here", done.stderr.decode())

    def test_wrong_words_end_with_2(self):
        for words in (["stats"], ["status", "--jsn"], ["log", "--tail", "many"], ["circuits", "all"], ["doctor", "me"]):
            done = run([QNET, *words])
            self.assertEqual(done.returncode, WRONG_WORDS, words)
            self.assertEqual(len(done.stderr.decode().splitlines()), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
