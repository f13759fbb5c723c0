"""What the logs of a client, a relay and an exit tell: nobody's destination and nobody's address, unless the operator
has asked for it twice. And where a log goes, and what its lines look like."""

import contextlib
import json
import os
import secrets
import socket
import stat
import threading
import unittest

import harness
from circuit_network import SEEN_FROM
from directory_network import BODY, DirectoryNetwork
from harness import (Process, TcpServer, accepts, copy_until_end, free_port, run, socks_connect, temporary_folder,
                     wait_until)
from test_browse import NoSuchName

CLIENT = "127.66.77.88"  # where a relay sees clients come from
RELAY = "127.1.0.1"
EXIT = "127.2.0.1"
FORBIDDEN = "10.99.88.77"


class Doorway:
    """Passes connections on to a port, from an address that stands in no other place."""

    def __init__(self, host, port):
        self.to = (host, port)
        self.server = TcpServer(self._pass_on, host)
        self.port = self.server.port

    def _pass_on(self, connection):
        with socket.create_connection(self.to, source_address=(CLIENT, 0)) as onward:
            back = threading.Thread(target=copy_until_end, args=(onward, connection), daemon=True)
            back.start()
            copy_until_end(connection, onward)
            back.join()

    def stop(self):
        self.server.stop()


class LoggedNetwork(DirectoryNetwork):
    """A directory, a relay and an exit, and a client whose traffic crosses both; all with one log level."""

    level = ()

    def setUp(self):
        super().setUp()
        self.mark = secrets.token_hex(6)
        self.site_name = f"site-{self.mark}.qnet-test.org"
        name_server = self.start(NoSuchName())
        invites = self.operators(count=1, flags=self.level)
        port = free_port()
        doorway = self.start(Doorway(RELAY, port))
        self.relay("relay", "relay", invites, port, [*self.level, "--advertise", f"{RELAY}:{doorway.port}"], host=RELAY)
        self.relay("exit", "exit", invites, host=EXIT, flags=[
            *self.level, "--exit-bind", SEEN_FROM, "--dns-server", f"127.0.0.1:{name_server.port}",
            "--exit-allow", f"{self.site_name}:80=127.0.0.1:{self.site.http_port}"])
        self.wait_listed("operator-0", 2, 60)
        self.person = self.client("client", invites, ["--hops", "2", *self.level])
        self.person.wait_ready(60)

    def ask(self, host, port):
        code, connection = socks_connect(self.person.socks_port, host, port)
        connection.close()
        return code

    def browse(self):
        """To a site that is reached, and to one of each kind that is not."""
        user = f"user-{self.mark}"
        page = run(["curl", "-sS", "--max-time", 30, "--proxy", f"socks5h://{user}:x@{self.person.proxy()}",
                    f"http://{self.site_name}/"], seconds=40)
        self.assertEqual(page.stdout, BODY, page.stderr.decode() + self.person.process.text()[-3000:])
        slip = run(["curl", "-sS", "--max-time", 30, "--proxy", f"socks5h://{user},hop=3:x@{self.person.proxy()}",
                    f"http://{self.site_name}/"], seconds=40)
        self.assertNotEqual(slip.returncode, 0)
        self.assertEqual(self.ask(f"unknown-{self.mark}.qnet-test.org", 443), 4)
        self.assertEqual(self.ask(f"mail-{self.mark}.qnet-test.org", 25), 1)  # no exit says that it serves it
        self.assertEqual(self.ask(f"printer-{self.mark}.local", 443), 2)
        self.assertEqual(self.ask(FORBIDDEN, 443), 2)
        self.assertEqual(self.ask(f"-{self.mark}-.example", 80), 2)

    def stop_all(self):
        """Each ends in an orderly way, and writes what it still has."""
        for node in self.nodes.values():
            node.process.stop()

    def holders(self, word):
        """Of all files that the processes have written, those that have this word."""
        return {str(path.relative_to(self.folder)) for name in self.nodes for path in (self.folder / name).rglob("*")
                if path.is_file() and word.encode() in path.read_bytes()}


class Debug(LoggedNetwork):
    level = ("--log-level", "debug")

    def test_no_file_names_a_destination_or_a_client(self):
        self.browse()
        self.stop_all()
        self.assertIn("refused a destination", self.nodes["exit"].process.text())  # there is a log
        self.assertIn("hops=1 to hops=5", self.person.process.text())
        for word in (self.mark, FORBIDDEN, CLIENT):
            self.assertEqual(self.holders(word), set(), word)
        self.check_refusals(self.folder / "exit" / "state" / "logs")

    def check_refusals(self, folder):
        """Of today, and of yesterday when that has just ended."""
        files = list(folder.glob("exit-blocked.log*"))
        for path in files:
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        lines = [line for path in files for line in path.read_text().splitlines()]
        for line in lines:
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\dZ reason=.* times=\d+$")
        self.assertEqual({line.partition(" ")[2].rpartition(" ")[0] for line in lines},
                         {'reason=local_name destination="port 443, name"',
                          'reason=private_network destination="port 443, IPv4 private network"',
                          'reason=malformed_name destination="port 80, no host"'})


class Trace(LoggedNetwork):
    level = ("--log-level", "trace", "--log-destinations")

    def test_only_the_logs_name_them_where_both_options_were_given(self):
        self.browse()
        self.stop_all()
        self.assertEqual(self.holders(self.site_name), {"client/qnet.log", "exit/qnet.log"})
        self.assertEqual(self.holders(FORBIDDEN), {"client/qnet.log", "exit/qnet.log"})
        self.assertEqual(self.holders(CLIENT), {"relay/qnet.log"})


class Places(unittest.TestCase):
    """A client that reaches nobody, but has a log."""

    def setUp(self):
        self.folder, self.stack = temporary_folder(self)
        self.file = self.folder / "qnet.log"

    def invite(self):
        """Of a peer that does not run."""
        run([harness.QNET, "keygen", "--state-dir", self.folder / "peer"], check=True)
        return run([harness.QNET, "invite", "--state-dir", self.folder / "peer", "--advertise",
                    f"127.0.0.1:{free_port()}", "--cover-name", harness.COVER_NAME],
                   check=True).stdout.decode().strip()

    def start(self, *flags, before=()):
        """Starts one, and gives it a reason for a line in its log."""
        port = free_port()
        words = [*before, harness.QNET, "run", "--peer", self.invite(), "--state-dir", self.folder / "state",
                 "--socks-port", port, "--status-port", free_port(), *flags]
        process = Process(words, self.folder / "output")
        self.stack.callback(process.stop)
        process.wait_until(lambda: accepts(port), "the proxy listens")
        self.ask_for_nine_hops(port)
        return process

    @staticmethod
    def ask_for_nine_hops(port):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=20) as program:
            program.sendall(b"\x05\x01\x02\x01\x06hops=9\x01x")
            while program.recv(64):
                pass

    def wait_line(self, path, words="hops=1 to hops=5"):
        def found():
            return path.exists() and next((line for line in path.read_text().splitlines() if words in line), None)
        return wait_until(found, f"{path} has the line")

    def test_standard_error_has_text(self):
        process = self.start()
        self.assertRegex(self.wait_line(process.log), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warning: a program's user name")

    def test_a_file_has_it_instead_and_is_its_owners_alone(self):
        process = self.start("--log-file", self.file)
        self.assertRegex(self.wait_line(self.file), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warning: a program's user name")
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertNotIn("hops=1 to hops=5", process.text())

    def test_json_has_one_object_a_line(self):
        self.start("--log-file", self.file, "--log-json")
        self.wait_line(self.file)
        lines = [json.loads(line) for line in self.file.read_text().splitlines()]
        for line in lines:
            self.assertEqual(set(line), {"time", "level", "message"})
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertIn("warning", {line["level"] for line in lines})

    def test_the_journal_has_priorities_and_no_time(self):
        # As systemd does it: the device and the inode of what standard error is.
        tell = 'JOURNAL_STREAM=$(stat -L -c %d:%i /dev/fd/2) exec "$@"'
        process = self.start(before=("sh", "-c", tell, "sh"))
        self.assertRegex(self.wait_line(process.log), r"^<4>a program's user name")

    def test_a_variable_that_was_inherited_makes_no_journal(self):
        process = self.start(before=("env", "JOURNAL_STREAM=8:12345"))
        self.assertRegex(self.wait_line(process.log), r" warning: a program's user name")


class Refused(unittest.TestCase):
    def setUp(self):
        self.folder, _ = temporary_folder(self)

    def refuse(self, code, *flags, env=None):
        done = run([harness.QNET, "demo", "--state-dir", self.folder / "demo", *flags], env=env)
        text = done.stderr.decode()
        self.assertEqual(done.returncode, code, text)
        self.assertEqual(text.count("\n"), 1, text)
        return text

    def test_trace_alone(self):
        for flags, env in (["--log-level", "trace"], {}), ([], {"QNET_LOG_LEVEL": "trace"}):
            text = self.refuse(2, *flags, env=env)
            self.assertIn("--log-destinations", text)
            self.assertIn("what they ask for", text)

    def test_a_file_that_cannot_be_written(self):
        for path in (self.folder / "none" / "log", self.folder, os.devnull):
            text = self.refuse(1, "--log-file", path)
            self.assertIn(f"the log file cannot be written: {path} (", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
