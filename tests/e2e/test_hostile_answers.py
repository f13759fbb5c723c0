"""Whoever listens on the status port may say what it likes to the commands that ask there."""

import http.server
import json
import threading
import unittest

from harness import QNET, run, temporary_folder
from terminal import on_terminal, visible

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202eesrever"


class Impostor(unittest.TestCase):
    def setUp(self):
        self.folder, self.stack = temporary_folder(self)
        self.answers = {}
        answers = self.answers

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = answers.get(self.path.split("?")[0], "").encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.stack.callback(server.server_close)
        self.stack.callback(server.shutdown)
        self.port = server.server_address[1]
        token = self.folder / f"api-token-{self.port}"
        token.write_text("A" * 43)
        token.chmod(0o600)
        self.flags = ["--status-port", self.port, "--state-dir", self.folder]

    def assert_harmless(self, text):
        for c in visible(text):
            self.assertTrue(c == "\n" or (c >= " " and c != "\x7f" and not "\x80" <= c < "\xa0" and c != "\u202e"),
                            repr(text))
        self.assertNotIn("\x1b]", text)
        self.assertNotIn("\x1b[2J", text)

    def test_what_it_says_does_not_speak_to_the_terminal(self):
        hop = {"address": HOSTILE, "country": HOSTILE}
        circuit = {"hops": [hop, hop], "state": HOSTILE, "streams": 1, "age_seconds": 1, "round_trip_ms": 1}
        peer = {"name": HOSTILE, "cover": HOSTILE, "address": HOSTILE, "state": HOSTILE, "country": HOSTILE,
                "last_error": HOSTILE}
        status = {"state": HOSTILE, "mode": HOSTILE, "version": HOSTILE, "hops": 2, "circuits": [circuit],
                  "peers": [peer], "exit_seen": hop, "socks_addr": HOSTILE, "last_error": HOSTILE,
                  "advice": {"code": "x", "text": HOSTILE, "todo": HOSTILE}, "happened": [{"text": HOSTILE}],
                  "exit_countries": [HOSTILE], "network": {"problem": HOSTILE}, "nodes": {HOSTILE: {"state": HOSTILE}}}
        self.answers["/status"] = json.dumps(status)
        self.answers["/logs"] = f"first\n{HOSTILE}\nlast\n"
        self.answers["/ping"] = "pong\n"
        for words in (["status"], ["status", "--json"], ["circuits"], ["peers"], ["circuits", "--json"], ["log"],
                      ["log", "--json"], ["doctor"]):
            _, out = on_terminal(*words, *self.flags)
            self.assertTrue(out.strip())
            self.assert_harmless(out)
            self.assert_harmless(run([QNET, *words, *self.flags]).stdout.decode())
        status["hops"] = None
        status["relayed"] = {"rate": -1}
        status["exit"] = {"refused": {HOSTILE: 1}}
        status["limits"] = {HOSTILE: 1}
        status["registered"] = [{"directory": HOSTILE, "problem": HOSTILE}]
        self.answers["/status"] = json.dumps(status)
        self.assert_harmless(on_terminal("status", *self.flags)[1])

    def test_nonsense_gets_a_sentence(self):
        for body in ("<html>", "[]", "{}", '{"state": 7}', "\x00", "7"):
            self.answers["/status"] = body
            for words in (["status"], ["status", "--json"], ["circuits"], ["peers"]):
                done = run([QNET, *words, *self.flags])
                self.assertEqual(done.returncode, 1, body)
                self.assertIn("not QNet", done.stderr.decode())

    def test_an_error_is_told_without_its_control_characters(self):
        done = run([QNET, "mode", *self.flags])
        self.assertEqual(done.returncode, 1)
        self.assert_harmless(done.stderr.decode())


if __name__ == "__main__":
    unittest.main(verbosity=2)
