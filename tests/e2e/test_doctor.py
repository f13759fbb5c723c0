"""qnet doctor, where all is well and where something is wrong; and what the commands say of an operator's node."""

import json
import unittest

from demo_network import DemoNetwork
from harness import COVER_NAME, QNET, Network, free_port, run, wait_until

PROBLEM_FOUND = 5


class Demo(DemoNetwork):
    def test_doctor_finds_nothing_wrong_with_a_demo_that_runs(self):
        env = {"HOME": str(self.folder / "nobody"), **dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY",
                                                                     "all_proxy", "ALL_PROXY"), "")}
        wait_until(lambda: self.json("status")["advice"]["code"] == "ok", "nothing is wrong any more", 60)
        code, out, error = self.qnet("doctor", env=env)
        self.assertEqual(code, 0, out + error)
        self.assertIn("Problems: 0", out)
        found = json.loads(self.qnet("doctor", "--json", env=env)[1])
        self.assertEqual(found["problems"], 0)
        self.assertEqual({one["check"] for one in found["findings"]},
                         {"running", "clock", "ports", "names", "reach", "keys", "proxies"})
        for one in found["findings"]:
            self.assertFalse(one["text"].startswith("doctor."), one)
            self.assertEqual(bool(one["todo"]), one["level"] != "ok", one)

    def test_doctor_finds_a_browser_that_looks_names_up_itself_and_a_secret_that_is_exposed(self):
        home = self.folder / "home"
        profile = home / ".mozilla" / "firefox" / "a.default"
        profile.mkdir(parents=True)
        (profile / "prefs.js").write_text(f'''user_pref("network.proxy.type", 1);
user_pref("network.proxy.socks", "127.0.0.1");
user_pref("network.proxy.socks_port", {self.socks});
user_pref("network.proxy.socks5_remote_dns", false);
''')
        key = self.state / "demo" / "relay-1" / "identity.key"
        self.addCleanup(key.chmod, 0o600)
        key.chmod(0o644)
        code, out, _ = self.qnet("doctor", "--json", env={"HOME": str(home)})
        self.assertEqual(code, PROBLEM_FOUND)
        problems = {one["code"] for one in json.loads(out)["findings"] if one["level"] == "problem"}
        self.assertLessEqual({"proxy_tells_names", "file_exposed"}, problems)


class Relay(Network):
    @classmethod
    def allow(cls):
        return [f"{COVER_NAME}:443=127.0.0.1:{cls.cover.https_port}"]

    def flags_of(self, node):
        return ["--status-port", node.status_port, "--state-dir", node.folder / "state"]

    def test_status_of_an_operators_node_is_the_operators(self):
        done = run([QNET, "status", *self.flags_of(self.exit)])
        self.assertEqual(done.returncode, 0, done.stderr)
        out = done.stdout.decode()
        for part in ("super peer", "Listens on", "Peer id", "Handshakes", "Exit", "Directory", "abuse@example.org"):
            self.assertIn(part, out)

    def test_what_is_a_clients_is_refused(self):
        for command in ("disconnect", "connect", "new-circuit"):
            done = run([QNET, command, *self.flags_of(self.exit)])
            self.assertEqual(done.returncode, 1)
            self.assertIn("no client", done.stderr.decode())
        self.assertIn(b"no client", run([QNET, "circuits", *self.flags_of(self.exit)]).stdout)

    def doctor(self, *words, env=None):
        done = run([QNET, "doctor", "--json", "--cover-ca", self.cover.certificate, *words],
                   env={"HOME": str(self.folder), **(env or {})})
        return done.returncode, {one["code"]: one for one in json.loads(done.stdout)["findings"]}

    def test_doctor_dials_the_peers_that_it_is_given(self):
        state = self.folder / "doctors"
        code, found = self.doctor("--peer", self.exit.invite(), "--state-dir", state, "--status-port", free_port(),
                                  "--socks-port", free_port())
        self.assertEqual(code, 0, found)
        self.assertIn("reach_ok", found)
        self.assertIn("clock_right", found)
        self.assertEqual(found["port_free"]["level"], "ok")
        self.assertFalse(state.exists(), "it makes no folder")

    def test_doctor_says_which_peer_cannot_be_dialled(self):
        silent = run([QNET, "invite", "--state-dir", self.exit.folder / "state", "--advertise",
                      f"127.0.0.1:{free_port()}", "--cover-name", COVER_NAME], check=True).stdout.decode().split()[-1]
        flags = ["--status-port", free_port(), "--socks-port", free_port()]
        code, found = self.doctor("--peer", silent, *flags)
        self.assertEqual((code, found["reach_refused"]["level"]), (PROBLEM_FOUND, "problem"))
        code, found = self.doctor("--peer", silent, "--peer", self.exit.invite(), *flags)
        self.assertEqual((code, found["reach_refused"]["level"]), (0, "warning"))

    def test_doctor_names_who_has_a_port(self):
        code, found = self.doctor("--peer", self.exit.invite(), "--socks-port", self.client.socks_port,
                                  "--status-port", free_port())
        self.assertEqual(code, PROBLEM_FOUND)
        self.assertIn(f"(pid {self.client.process.pid})", found["port_taken_by"]["text"])

    def test_doctor_checks_a_relays_cover(self):
        flags = ["--helper-mode", "relay", "--cover-name", COVER_NAME, "--listen", f"127.0.0.1:{free_port()}",
                 "--status-port", free_port(), "--state-dir", self.folder / "doctors-relay", "--cover-origin"]
        code, found = self.doctor(*flags, f"127.0.0.1:{self.cover.https_port}")
        self.assertEqual(code, 0, found)
        self.assertIn("cover_good", found)
        code, found = self.doctor(*flags, f"127.0.0.1:{free_port()}")
        self.assertEqual(code, PROBLEM_FOUND)

    def test_doctor_reaches_a_relay_that_runs_at_its_own_address(self):
        code, found = self.doctor("--status-port", self.exit.status_port)
        self.assertIn("reach_own", found)
        self.assertIn("clock_right", found)


if __name__ == "__main__":
    unittest.main(verbosity=2)
