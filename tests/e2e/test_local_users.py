"""The proxy and the status port betray nobody: a scanner that runs as another user of this machine learns nothing from
any place where QNet listens, and the person's own programs work."""

import json
import os
import pathlib
import signal
import socket
import stat
import unittest
import urllib.request

import harness
from harness import Network, TcpServer, free_port, need, receive_exactly, run, wait_until
from test_browse import SITE_NAME, say_hello

SCANNER = pathlib.Path(__file__).with_name("scanner.py").read_text()
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
HELLO = [f"http://{SITE_NAME}/"]


def places_of(pid):
    """Every port and name where a process takes connections."""
    inodes = set()
    for file in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        kind, _, rest = os.readlink(file).partition(":[")
        if kind == "socket":
            inodes.add(rest.rstrip("]"))
    places = []
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                places.append(int(fields[1].rpartition(":")[2], 16))
    for line in pathlib.Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        if len(fields) == 8 and fields[6] in inodes and fields[3] == "00010000":  # it listens
            places.append(fields[7])
    return places


def scan(places, prefix=()):
    done = run([*prefix, "python3", "-c", SCANNER, *places], cwd="/", check=True)
    return json.loads(done.stdout)


def told(answers):
    """The questions that were answered with a byte, by place."""
    return {place: {name for name, got in of_place.items() if got and got != "refused"}
            for place, of_place in answers.items()}


class LocalUsers(Network):
    @classmethod
    def prepare(cls):
        need(None if os.geteuid() == 0 else "only root can run a scanner as another user")
        cls.site = cls.start(TcpServer(say_hello))

    @classmethod
    def allow(cls):
        return [f"{SITE_NAME}:80=127.0.0.1:{cls.site.port}"]

    def start_client(self, *flags, socks_unix=None):
        name = f"client-{len(os.listdir(self.folder))}"
        client = self.start_node(name, "client", ["--peer", self.exit.invite(), *flags], socks_unix=socks_unix)
        client.wait_ready()
        return client

    def folder_of_ours(self):
        folder = self.folder / f"run-{len(os.listdir(self.folder))}"
        folder.mkdir(mode=0o700)
        return folder

    def by_name(self, name, prefix=()):
        """curl through a proxy with a name in the file system."""
        return run([*prefix, "curl", "-sS", "--max-time", 30, "--proxy", f"socks5h://localhost{name}", *HELLO], cwd="/")

    def by_port(self, client, prefix=(), more=()):
        return run([*prefix, "curl", "-sS", "--max-time", 30, "--socks5-hostname", client.proxy(), *more, *HELLO],
                   cwd="/")


class ByPort(LocalUsers):
    def test_the_scanner_finds_what_it_may_see(self):
        answers = told(scan(places_of(self.client.process.pid)))
        self.assertEqual(set(answers), {str(self.client.socks_port), str(self.client.status_port)})
        self.assertLessEqual({"SOCKS5", "SOCKS4", "HTTP CONNECT"}, answers[str(self.client.socks_port)])
        self.assertIn("HTTP GET of the status", answers[str(self.client.status_port)])

    def test_another_user_learns_nothing_anywhere(self):
        places = places_of(self.client.process.pid)
        answers = scan(places, AS_NOBODY)
        self.assertEqual(len(answers), 2)
        for place, of_place in answers.items():
            # A reset that comes while it still connects looks like a port that is closed.
            self.assertLessEqual(set(of_place.values()), {"", "refused"}, place)

    def test_another_user_learns_nothing_from_a_relays_status_port(self):
        answers = told(scan([self.exit.status_port], AS_NOBODY))
        self.assertEqual(answers[str(self.exit.status_port)], set())

    def test_ones_own_programs_work(self):
        self.assertEqual(self.by_port(self.client).stdout, b"hello")
        over_http = run(["curl", "-sS", "--proxytunnel", "--proxy", f"http://{self.client.proxy()}", *HELLO])
        self.assertEqual(over_http.stdout, b"hello")

    def test_a_program_that_has_gone_already_is_nobody(self):
        for _ in range(50):
            socket.create_connection(("127.0.0.1", self.client.socks_port)).close()
        self.assertEqual(self.by_port(self.client).stdout, b"hello")

    def test_a_user_who_was_named_is_served(self):
        client = self.start_client("--allow-uid", str(NOBODY))
        self.assertEqual(self.by_port(client, AS_NOBODY).stdout, b"hello")
        self.assertEqual(self.by_port(client).stdout, b"hello")

    def test_everybody_is_served_where_that_is_wanted(self):
        client = self.start_client("--allow-uid", "any")
        self.assertIn("SOCKS5", told(scan([client.socks_port], AS_NOBODY))[str(client.socks_port)])
        self.assertIn("HTTP GET of the status", told(scan([client.status_port], AS_NOBODY))[str(client.status_port)])

    def test_the_log_says_once_why_another_users_program_got_nothing(self):
        client = self.start_client()
        scan([client.socks_port], AS_NOBODY)
        wait_until(lambda: client.process.text().count("--allow-uid") == 1, "the log tells of another user")


class ByName(LocalUsers):
    def test_there_is_no_port_and_own_programs_work(self):
        name = self.folder_of_ours() / "proxy"
        client = self.start_client(socks_unix=name)
        self.assertEqual(set(places_of(client.process.pid)), {str(name), client.status_port})
        self.assertEqual(stat.S_IMODE(name.stat().st_mode), 0o600)
        self.assertEqual(self.by_name(name).stdout, b"hello")
        with socket.socket(socket.AF_UNIX) as program:
            program.settimeout(20)
            program.connect(str(name))
            program.sendall(b"CONNECT %s:80 HTTP/1.1\r\n\r\n" % SITE_NAME.encode())
            granted = b"HTTP/1.1 200 Connection established\r\n\r\n"
            self.assertEqual(receive_exactly(program, len(granted)), granted)
            program.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertTrue(receive_exactly(program, 15).startswith(b"HTTP/1.1 200"))

    def test_the_status_tells_the_name(self):
        name = self.folder_of_ours() / "proxy"
        client = self.start_client(socks_unix=name)
        self.assertEqual(client.status()["socks_addr"], f"unix:{name}")
        self.assertEqual(client.get("/proxy.pac")[0], 404)
        self.assertIn(f"unix:{name}", client.process.text())

    def test_another_user_learns_nothing_also_where_the_file_system_lets_them(self):
        name = self.folder_of_ours() / "proxy"
        client = self.start_client(socks_unix=name)
        places = places_of(client.process.pid)
        self.assertEqual(set(scan(places, AS_NOBODY)[str(name)].values()), {"refused"})
        for path in (name, name.parent, self.folder):
            self.addCleanup(path.chmod, stat.S_IMODE(path.stat().st_mode))
            path.chmod(0o777)
        self.assertLessEqual(set(scan(places, AS_NOBODY)[str(name)].values()), {"", "refused"})
        self.assertIn("SOCKS5", told(scan(places))[str(name)])

    def test_a_port_beside_it_where_one_is_given(self):
        name = self.folder_of_ours() / "proxy"
        client = self.start_client("--socks-unix", str(name))
        self.assertEqual(self.by_name(name).stdout, b"hello")
        self.assertEqual(self.by_port(client).stdout, b"hello")
        self.assertEqual(client.status()["socks_addr"], client.proxy())

    def test_the_name_of_one_that_was_killed_is_taken_and_a_living_ones_is_not(self):
        name = self.folder_of_ours() / "proxy"
        killed = self.start_client(socks_unix=name)
        killed.process.kill()
        self.assertTrue(name.exists())
        client = self.start_client(socks_unix=name)
        second = run([harness.QNET, "run", "--peer", self.exit.invite(), "--socks-unix", name, "--status-port",
                      free_port(), "--state-dir", self.folder / "second"])
        self.assertEqual(second.returncode, 1)
        self.assertIn(b"another program listens", second.stderr)
        self.assertEqual(self.by_name(name).stdout, b"hello")
        client.process.stop(signal.SIGTERM)
        self.assertFalse(name.exists())

    def test_a_folder_of_everybody_is_refused(self):
        refused = run([harness.QNET, "run", "--peer", self.exit.invite(), "--socks-unix", "/tmp/qnet-test-name",
                       "--status-port", free_port(), "--state-dir", self.folder / "second"])
        self.assertEqual(refused.returncode, 1)
        self.assertIn(b"others can write to /tmp", refused.stderr)


class Password(LocalUsers):
    def access(self, client):
        token = (client.folder / "state" / f"api-token-{client.status_port}").read_text()
        asking = urllib.request.Request(f"http://127.0.0.1:{client.status_port}/proxy",
                                        headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(asking, timeout=20) as answer:
            return json.load(answer)

    def test_one_that_qnet_makes(self):
        client = self.start_client("--socks-auth", "auto")
        access = self.access(client)
        self.assertEqual(access["user"], "qnet")
        secret = f"qnet:{access['password']}"
        self.assertEqual(self.by_port(client, more=["--proxy-user", secret]).stdout, b"hello")
        self.assertNotEqual(self.by_port(client).returncode, 0)
        self.assertNotEqual(self.by_port(client, more=["--proxy-user", "qnet:x"]).returncode, 0)
        # Its wishes for one connection go behind the name (preference.hpp).
        self.assertEqual(self.by_port(client, more=["--proxy-user", f"qnet,hops=1:{access['password']}"]).stdout,
                         b"hello")
        file = client.folder / "state" / "proxy-password"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertNotIn(access["password"], client.process.text())
        self.assertEqual(client.get("/proxy")[0], 401)


if __name__ == "__main__":
    unittest.main()
