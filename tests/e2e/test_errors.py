"""What a person sees when something is wrong: one clear sentence, and never a stack trace."""

import os
import pathlib
import socket
import tempfile
import time
import unittest

import harness
from harness import COVER_NAME, Network, Node, accepts, free_port, remove_folder, run, socks_connect, wait_until


def qnet(*arguments, env=None, seconds=20):
    done = run([harness.QNET, *arguments], env=env, seconds=seconds)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-e2e-"))
        self.addCleanup(remove_folder, self.folder)

    def assert_one_sentence(self, text, *words):
        lines = [line for line in text.strip().splitlines() if line.strip()]
        self.assertEqual(len(lines), 1, text)
        for word in words:
            self.assertIn(word, text)
        for trace in ("terminate called", "Assertion", "what():", "0x7f", "Sanitizer"):
            self.assertNotIn(trace, text)

    def refuse(self, *arguments, words, env=None):
        code, _, error = qnet(*arguments, env=env)
        self.assertNotEqual(code, 0)
        self.assert_one_sentence(error, *words)

    def client(self, *arguments):
        return ("run", "--state-dir", str(self.folder / "s"), "--socks-port", str(free_port()), "--status-port",
                str(free_port()), *arguments)

    def test_a_garbled_invite(self):
        self.refuse(*self.client("--peer", "qnet://not-an-invite"), words=["invite"])
        self.refuse(*self.client("--peer", "https://example.org"), words=["qnet://"])

    def test_a_client_without_peers_is_told_where_to_get_one(self):
        client = harness.Process([harness.QNET, *self.client()], self.folder / "client.log")
        self.addCleanup(client.stop)
        wait_until(lambda: "--peer" in client.text() or not client.running(), "it says so")
        self.assertIn("invite", client.text())
        self.assertTrue(client.running(), client.text())

    def test_a_taken_port_names_the_flag_and_the_owner(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            self.refuse("demo", "--state-dir", str(self.folder / "d"), "--socks-port", port,
                        "--status-port", str(free_port()), words=[port, "--socks-port", "python"])

    def test_an_unknown_key_suggests_the_nearest(self):
        config = self.folder / "qnet.toml"
        config.write_text("socks_prot = 1080\n")
        self.refuse(*self.client("--config", str(config)), words=["socks_prot", "socks_port", "qnet.toml"])

    def test_an_unknown_flag_suggests_the_nearest(self):
        self.refuse("run", "--socks-prot", "1080", words=["--socks-port"])

    def test_an_exit_without_a_contact_refuses_after_the_warning(self):
        code, out, error = qnet("run", "--helper-mode", "exit", "--state-dir", str(self.folder / "s"),
                                env={"EXIT_ABUSE_EMAIL": ""})
        self.assertNotEqual(code, 0)
        self.assertIn("EXIT_ABUSE_EMAIL", error)
        self.assertIn("law", (out + error).lower())

    def test_status_without_a_running_qnet(self):
        self.refuse("status", "--status-port", str(free_port()), words=["no QNet is running", "--status-port"])

    def test_help_fits_a_screen(self):
        for arguments in (["--help"], ["run", "--help"], ["run", "--help-relay"], ["run", "--help-directory"],
                          ["run", "--help-log"], ["demo", "--help"], ["invite", "--help"],
                          *([command, "--help"] for command in ("status", "circuits", "peers", "log", "mode", "connect",
                                                                "disconnect", "new-circuit", "open", "doctor"))):
            code, out, _ = qnet(*arguments)
            self.assertEqual(code, 0)
            lines = out.splitlines()
            self.assertLessEqual(max(len(line) for line in lines), 80, arguments)
            self.assertLessEqual(len(lines), 24, arguments)

    def test_version(self):
        code, out, _ = qnet("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^qnet \d+\.\d+\.\d+")

    def test_keygen_and_invite_with_qr(self):
        state = str(self.folder / "k")
        code, out, _ = qnet("keygen", "--state-dir", state)
        self.assertEqual(code, 0)
        self.assertIn("12D3KooW", out)
        code, out, error = qnet("invite", "--qr", "--state-dir", state, "--advertise", "192.0.2.7:443", "--cover-name",
                                COVER_NAME)
        self.assertEqual(code, 0, error)
        self.assertIn("qnet://", out)
        self.assertIn("\u2588", out)


class Connecting(Network):
    def state_of(self, node):
        return wait_until(node.told_problem, "the client tells its problem", 30)

    def start_client(self, name, invite, **more):
        return self.start_node(name, "client", ["--peer", invite], **more)

    def test_a_wrong_key(self):
        other = self.folder / "other"
        run([harness.QNET, "keygen", "--state-dir", other], check=True)
        invite = run([harness.QNET, "invite", "--state-dir", other, "--advertise",
                      f"127.0.0.1:{self.exit.listen_port}", "--cover-name", COVER_NAME],
                     check=True).stdout.decode().split()[-1]
        node = self.start_client("wrong-key", invite)
        text = self.state_of(node)
        self.assertIn("did not recognise this client", text)
        self.assertIn("invite", text)
        self.assertEqual(node.get("/ready")[0], 503)

    def test_a_clock_twenty_minutes_off(self):
        for name, offset in (("fast", "+20m"), ("slow", "-20m")):
            before = self.exit.status()["handshakes"]["clock_skewed"]
            node = self.start_client(name, self.exit.invite(), env=harness.clock(offset))
            text = self.state_of(node)
            self.assertIn("clock", text)
            self.assertGreater(self.exit.status()["handshakes"]["clock_skewed"], before)
            node.process.stop()

    def test_a_state_folder_that_another_peer_has(self):
        state = self.exit.folder / "state"
        invite = (state / "invite").read_bytes()
        done = run([harness.QNET, "run", "--helper-mode", "relay", "--state-dir", state, "--listen",
                    f"127.0.0.1:{free_port()}", "--status-port", free_port(), "--cover-origin",
                    f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME])
        text = done.stderr.decode()
        self.assertEqual(done.returncode, 1, text)
        self.assertIn(str(state), text)
        self.assertIn("--state-dir", text)
        self.assertEqual((state / "invite").read_bytes(), invite)

    def test_an_unreachable_relay(self):
        invite = run([harness.QNET, "invite", "--state-dir", self.exit.folder / "state", "--advertise",
                      f"127.0.0.1:{free_port()}", "--cover-name", COVER_NAME], check=True).stdout.decode().split()[-1]
        node = self.start_client("unreachable", invite)
        self.assertIn("Nothing answers", self.state_of(node))
        start = time.monotonic()
        code, connection = socks_connect(node.socks_port, "example.org", 443)
        connection.close()
        self.assertIn(code, (1, 4, 5, 6))
        self.assertLess(time.monotonic() - start, 5)

    def test_a_relay_whose_cover_origin_is_dead_says_so(self):
        relay = self.start_node("coverless", "relay", ["--cover-origin", f"127.0.0.1:{free_port()}",
                                                       "--cover-name", COVER_NAME])
        wait_until(lambda: accepts(relay.status_port), "the status page")
        wait_until(lambda: "cover origin" in (relay.status().get("last_error") or ""), "the relay tells its problem")
        self.assertEqual(relay.status()["state"], "calibrating")
        with socket.create_connection(("127.0.0.1", relay.listen_port), timeout=10) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
            wait_until(lambda: "strangers are turned away" in (relay.status().get("last_error") or ""), "it tells more")
        self.assertIn("cover origin", relay.process.text())

    def test_a_relay_that_comes_back_is_found_again(self):
        flags = ["--cover-origin", f"127.0.0.1:{self.cover.https_port}", "--cover-name", COVER_NAME]
        relay = self.start_node("returning", "super", flags)
        relay.wait_ready()
        client = self.start_client("waiting", relay.invite())
        client.wait_ready()
        relay.process.stop()
        wait_until(lambda: client.get("/ready")[0] == 503, "the client is offline")
        again = self.start_node("returning", "super", flags, listen_port=relay.listen_port)
        again.wait_ready()
        client.wait_ready(40)


if __name__ == "__main__":
    unittest.main(verbosity=2)
