"""QNet under a service manager: what it tells one (sd_notify(3)), sockets that one has opened (sd_listen_fds(3)), its
options read again after SIGHUP, and an end within five seconds."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import harness
from harness import COVER_NAME, Nginx, Process, authority_flags, free_port, run, temporary_folder, wait_until

# Between fork and exec: the sockets become 3, 4 …, and LISTEN_PID is this process.
PASS = """
import os, sys
sockets = [int(number) for number in sys.argv[1].split(",")]
copies = [os.dup2(number, 100 + i) for i, number in enumerate(sockets)]
for i, copy in enumerate(copies):
    os.dup2(copy, 3 + i, inheritable=True)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = str(len(sockets))
os.execv(sys.argv[2], sys.argv[2:])
"""


class Manager:
    """Takes what a service tells."""

    def __init__(self, folder, abstract=False):
        self.name = f"\0qnet-test-{os.getpid()}-{id(self)}" if abstract else str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name)
        self.messages = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        while message := self.socket.recv(65536):
            self.messages.append(message.decode().splitlines())

    def environment(self):
        return {"NOTIFY_SOCKET": self.name.replace("\0", "@")}

    def lines(self, start):
        return [line for message in list(self.messages) for line in message if line.startswith(start)]


class Service(unittest.TestCase):
    def setUp(self):
        self.folder, self.stack = temporary_folder(self)
        self.status_port = free_port()
        self.config = self.folder / "qnet.toml"
        self.config.write_text('log_level = "info"\n')

    def start(self, *flags, env=None, sockets=()):
        arguments = [harness.QNET, "run", "--config", self.config, "--status-port", self.status_port, *flags]
        if sockets:
            arguments = [sys.executable, "-c", PASS, ",".join(str(one.fileno()) for one in sockets), *arguments]
            for one in sockets:
                one.set_inheritable(True)
            # Python closes all but these.
            process = PassingProcess(arguments, self.folder / "qnet.log", env, [one.fileno() for one in sockets])
        else:
            process = Process(arguments, self.folder / "qnet.log", env)
        self.stack.callback(process.stop)
        return process

    def client(self, *flags, **more):
        """A client of a relay that is not there: it serves its programs."""
        self.socks_port = free_port()
        return self.start("--peer", self.invite(), "--socks-port", self.socks_port, *flags, **more)

    def invite(self):
        state = self.folder / "somebody"
        run([harness.QNET, "keygen", "--state-dir", state], check=True)
        return run([harness.QNET, "invite", "--state-dir", state, "--advertise", f"127.0.0.1:{free_port()}",
                    "--cover-name", COVER_NAME], check=True).stdout.decode().split()[-1]

    def tells(self, manager, start, process):
        process.wait_until(lambda: manager.lines(start), f"it tells {start}")
        return manager.lines(start)


class PassingProcess(Process):
    def __init__(self, arguments, log, env, sockets):
        self.log = pathlib.Path(log)
        self.arguments = [str(a) for a in arguments]
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen(self.arguments, stdout=out, stderr=subprocess.STDOUT,
                                          stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})},
                                          pass_fds=sockets)


class Notify(Service):
    def test_tells_that_it_serves_lives_and_goes(self):
        manager = Manager(self.folder)
        state = {"STATE_DIRECTORY": str(self.folder / "of-the-service")}
        client = self.client(env={**manager.environment(), **state, "WATCHDOG_USEC": "200000"})
        self.tells(manager, "READY=1", client)
        with socket.create_connection(("127.0.0.1", self.socks_port), timeout=20):
            pass
        self.tells(manager, "STATUS=", client)
        wait_until(lambda: len(manager.lines("WATCHDOG=1")) >= 3, "it tells again that it lives")
        self.assertTrue((self.folder / "of-the-service" / "template").exists())
        self.assertEqual(client.stop(), 0)
        wait_until(lambda: manager.lines("STOPPING=1"), "it tells that it goes")
        self.assertEqual(len(manager.lines("READY=1")), 1)

    def test_a_stopped_loop_tells_nothing(self):
        manager = Manager(self.folder)
        client = self.client("--state-dir", self.folder / "s", env={**manager.environment(), "WATCHDOG_USEC": "200000"})
        self.tells(manager, "WATCHDOG=1", client)
        os.kill(client.pid, signal.SIGSTOP)
        time.sleep(0.3)  # what was under way has come
        count = len(manager.lines("WATCHDOG=1"))
        time.sleep(1)
        self.assertEqual(len(manager.lines("WATCHDOG=1")), count)
        os.kill(client.pid, signal.SIGCONT)
        wait_until(lambda: len(manager.lines("WATCHDOG=1")) > count, "it tells again that it lives")

    def test_an_abstract_socket_and_another_process_watchdog(self):
        manager = Manager(self.folder, abstract=True)
        client = self.client("--state-dir", self.folder / "s",
                             env={**manager.environment(), "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"})
        self.tells(manager, "READY=1", client)
        self.assertEqual(manager.lines("WATCHDOG=1"), [])

    def test_a_manager_that_is_gone_is_no_reason_to_end(self):
        client = self.client("--state-dir", self.folder / "s", env={"NOTIFY_SOCKET": str(self.folder / "nobody")})
        client.wait_until(lambda: "QNet is running" in client.text(), "it runs")
        self.assertEqual(client.stop(), 0)


class Reload(Service):
    def reload(self, process, manager, config):
        self.config.write_text(config)
        count = len(manager.lines("READY=1"))
        os.kill(process.pid, signal.SIGHUP)
        process.wait_until(lambda: len(manager.lines("READY=1")) > count, "it has read its options again")

    def test_changes_what_can_change_and_names_what_cannot(self):
        manager = Manager(self.folder)
        client = self.client("--state-dir", self.folder / "s", env=manager.environment())
        self.tells(manager, "READY=1", client)
        self.reload(client, manager, 'log_level = "debug"\nthreads = 2\n')
        self.assertTrue(self.tells(manager, "RELOADING=1", client))
        self.assertRegex(manager.lines("MONOTONIC_USEC=")[0], r"=\d+$")
        self.assertIn("change with a restart only: threads", client.text())
        self.assertIn("log_level is what the options say now", client.text())

    def test_a_bad_file_changes_nothing_and_is_told(self):
        manager = Manager(self.folder)
        client = self.client("--state-dir", self.folder / "s", env=manager.environment())
        self.tells(manager, "READY=1", client)
        for bad, word in (('log_level = "loud"\n', "log level"), ("log_level = \n", "TOML"),
                          ("log_levle = 1\n", "log_level")):
            self.reload(client, manager, bad)
            self.assertIn("the options are as they were", client.text())
            self.assertIn(word, client.text())
        self.assertTrue(client.running())
        self.assertNotIn("is what the options say now", client.text())

    def test_without_file_and_manager_a_hangup_ends_it(self):
        process = Process([harness.QNET, "run", "--peer", self.invite(), "--socks-port", free_port(), "--status-port",
                           self.status_port, "--state-dir", self.folder / "s"], self.folder / "qnet.log")
        self.stack.callback(process.stop)
        process.wait_until(lambda: "QNet is running" in process.text(), "it runs")
        os.kill(process.pid, signal.SIGHUP)
        wait_until(lambda: not process.running(), "it ends")


class Sockets(Service):
    def test_takes_the_socket_for_each_of_its_ports(self):
        cover = Nginx(self.folder / "cover")
        self.stack.callback(cover.stop)
        at = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        for one in at:
            self.stack.callback(one.close)
        listen = at[0].getsockname()[1]
        self.status_port = at[1].getsockname()[1]
        flags = ["--cover-origin", f"127.0.0.1:{cover.https_port}", "--cover-name", COVER_NAME]
        relay = self.start("--helper-mode", "relay", "--listen", f"127.0.0.1:{listen}", "--state-dir",
                           self.folder / "s", *flags, *authority_flags(flags), sockets=at)
        for one in at:  # it has its own now
            one.close()
        relay.wait_until(lambda: "QNet is running" in relay.text(), "it runs")
        self.assertNotIn("has opened", relay.text())
        done = run(["curl", "-sS", "--max-time", 20, "--cacert", cover.certificate, "--resolve",
                    f"{COVER_NAME}:{listen}:127.0.0.1", f"https://{COVER_NAME}:{listen}/"])
        self.assertIn(b"An ordinary site", done.stdout)
        status = run(["curl", "-sS", "--max-time", 20, f"http://127.0.0.1:{self.status_port}/status"])
        self.assertEqual(json.loads(status.stdout)["mode"], "relay")

    def test_a_socket_of_all_addresses_serves_ipv4_too(self):
        port = free_port()
        both = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        self.stack.callback(both.close)
        cover = Nginx(self.folder / "cover")
        self.stack.callback(cover.stop)
        flags = ["--cover-origin", f"127.0.0.1:{cover.https_port}", "--cover-name", COVER_NAME]
        relay = self.start("--helper-mode", "relay", "--listen", f"0.0.0.0:{port}", "--state-dir", self.folder / "s",
                           *flags, *authority_flags(flags), sockets=[both])
        both.close()
        relay.wait_until(lambda: "QNet is running" in relay.text(), "it runs")
        for host in ("127.0.0.1", "[::1]"):
            done = run(["curl", "-sS", "--max-time", 20, "--cacert", cover.certificate, "--resolve",
                        f"{COVER_NAME}:{port}:{host}", f"https://{COVER_NAME}:{port}/"])
            self.assertIn(b"An ordinary site", done.stdout, done.stderr)

    def test_the_proxy_takes_a_name_and_an_unused_socket_is_told(self):
        name = self.folder / "proxy"
        named = socket.socket(socket.AF_UNIX)
        named.bind(str(name))
        named.listen()
        other = socket.create_server(("127.0.0.1", 0))
        self.stack.callback(other.close)
        client = self.start("--peer", self.invite(), "--socks-unix", name, "--state-dir", self.folder / "s",
                            sockets=[named, other])
        named.close()
        client.wait_until(lambda: "QNet is running" in client.text(), "it runs")
        with socket.socket(socket.AF_UNIX) as program:
            program.settimeout(20)
            program.connect(str(name))
            program.sendall(b"\x05\x01\x00")
            self.assertEqual(program.recv(2), b"\x05\x00")
        self.assertIn(f"has opened 127.0.0.1:{other.getsockname()[1]}", client.text())


class End(harness.Network):
    """Of a relay and a client that carry as much as they can."""

    @classmethod
    def prepare(cls):
        cls.site = cls.start(harness.TcpServer(cls.pour))

    @classmethod
    def allow(cls):
        return [f"127.0.0.1:{cls.site.port}"]

    @staticmethod
    def pour(connection):
        while True:
            connection.sendall(bytes(65536))

    def test_comes_within_five_seconds_under_load(self):
        programs = []
        for _ in range(20):
            code, program = harness.socks_connect(self.client.socks_port, "127.0.0.1", self.site.port)
            self.assertEqual(code, 0)
            self.addCleanup(program.close)
            program.recv(1)
            programs.append(program)

        def read_all(program):
            try:
                while program.recv(65536):
                    pass
            except OSError:
                pass

        for program in programs:
            threading.Thread(target=read_all, args=(program,), daemon=True).start()
        self.assertEqual(self.client.process.stop(seconds=5), 0)
        self.assertEqual(self.exit.process.stop(seconds=5), 0)


if __name__ == "__main__":
    unittest.main()
