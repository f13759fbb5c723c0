#!/usr/bin/env python3
"""What a relay stands in private mode: circuits that nobody uses, first messages of strangers, and a short message
beside a long download.

Real `qnet` processes: an operator, the relay, and exits that are hops behind it. The load is build/bench/bin/
circuit_load, as many clients from as many addresses of 127.0.0.0/8. Needs the preset `bench`.
"""

import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("lab/line", "tests/net", "tests/e2e")]
os.environ.setdefault("QNET_BINARY", str(ROOT / "build" / "bench" / "bin" / "qnet"))

import harness  # noqa: E402
from harness import (COVER_NAME, Nginx, Node, TcpServer, cpu_seconds, free_port, receive_exactly, run,  # noqa: E402
                     wait_until)
from line import Line  # noqa: E402
from scratch import scratch  # noqa: E402

LOAD = ROOT / "build" / "bench" / "bin" / "circuit_load"
SETTLE = 5  # seconds: memory that was used for handshakes goes back
KIB, MEBIBYTE = 1 << 10, 1 << 20


class Load:
    """One circuit_load: commands go in, and answers come in the order in which they are ready."""

    def __init__(self, stack, network, relay, net):
        self.child = subprocess.Popen([LOAD, network.snapshot, relay, str(net)], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, bufsize=1)
        stack.callback(self.child.wait)
        stack.callback(self.child.kill)

    def ask(self, *words):
        self.begin(*words)
        return self.answer()

    def begin(self, *words):
        self.child.stdin.write(" ".join(str(word) for word in words) + "\n")

    def answer(self):
        line = self.child.stdout.readline()
        assert line, "circuit_load has ended"
        return json.loads(line)


class Network:
    """An operator, one relay, exits, and a site that they reach; a client has found them all, and left its list. The
    exits may be at the far end of a line (lab/line)."""

    def __init__(self, stack, folder, exits, threads, line=None):
        self.stack, self.folder = stack, folder
        self.far = line.far.inside if line else lambda function: function()
        near_host, far_host = (line.near.address, line.far.address) if line else (None, None)
        self.cover = Nginx(folder / "cover")
        stack.callback(self.cover.stop)
        self.site = self.far(lambda: Nginx(folder / "site"))
        stack.callback(self.site.stop)
        with open(self.site.root / "file", "wb") as file:
            file.truncate(64 << 30)  # sparse: longer than any round
        self.echo_port = free_port()
        port = free_port()
        state = folder / "operator" / "state"
        run([harness.QNET, "keygen", "--state-dir", state], check=True)
        invite = run([harness.QNET, "invite", "--state-dir", state, "--advertise", f"{near_host or '127.0.0.1'}:{port}",
                      "--cover-name", COVER_NAME], check=True).stdout.decode().strip()
        operator = self.start("operator", "bootstrap", self.flags(self.cover), listen_port=port,
                              host=near_host or "127.0.0.1")
        listed = ["--operators", invite]
        self.relay = self.start("relay", "relay", [*self.flags(self.cover), *listed, "--threads", threads],
                                host=near_host or "127.1.0.1")
        allow = f"127.0.0.1:{self.site.http_port},127.0.0.1:{self.echo_port}"
        ports = f"{self.site.http_port},{self.echo_port}"
        self.exits = [self.far(lambda n=n: self.start(
            f"exit-{n}", "exit", [*self.flags(self.site), *listed, "--threads", 1, "--exit-allow", allow,
                                  "--exit-ports", ports], host=far_host or f"127.{n + 11}.0.1")) for n in range(exits)]
        wait_until(lambda: operator.ready() and operator.status()["directory"]["listed"] == exits + 1, "all are listed",
                   90, 0.5)
        self.snapshot = None
        wait_until(lambda: self.finds_all(listed), "a client finds all", 60, 2)
        time.sleep(2)  # the relays have the list as well

    def finds_all(self, listed):
        """A list is signed some seconds after the last relay has come."""
        client = self.start("client", "client", listed)
        client.wait_ready(60)
        client.process.stop()
        self.snapshot = next(iter((client.folder / "state").rglob("*.snapshot")))
        return all(run([LOAD, self.snapshot, self.address(node), 0]).returncode == 0
                   for node in (self.relay, *self.exits))

    @staticmethod
    def flags(cover):
        return ["--cover-origin", f"127.0.0.1:{cover.https_port}", "--cover-name", COVER_NAME, "--directory-private"]

    def start(self, name, mode, flags, **more):
        node = Node(self.folder / name, mode, flags, **more)
        self.stack.callback(node.process.stop)
        return node

    def load(self, node, net):
        return Load(self.stack, self, self.address(node), net)

    @staticmethod
    def address(node):
        return f"{node.host}:{node.listen_port}"

    def ways(self):
        """To each exit, one hop."""
        return ";".join(self.address(node) for node in self.exits)


def circuits_of(node):
    return node.status()["relayed"]["open"]


def idle(network, options):
    """KiB of the relay for each circuit that nobody uses, and what a download through it keeps beside them."""
    site, hops = network.site.http_port, ",".join(network.address(node) for node in network.exits[:2])
    bulk, load = network.load(network.relay, 210), network.load(network.relay, 200)
    ways = ";".join(f"{network.address(network.relay)},{way}" if options.what == "middle" else way
                    for way in map(network.address, network.exits))
    role, first = "hop" if options.what == "middle" else "guard", options.circuits // 5
    load.ask("connect", -(-options.circuits // 60))

    def download():
        return bulk.ask("download", hops, site, options.seconds, 0)["rate"]

    def hold(count):
        told = load.ask("hold", role, count, ways)
        assert circuits_of(network.relay) == count, told
        time.sleep(SETTLE)
        return network.relay.process.resident(), sum(node.process.resident() for node in network.exits)
    alone = [download() for _ in range(options.rounds)]
    few, many = hold(first), hold(options.circuits)
    each = [(after - before) / KIB / (options.circuits - first) for before, after in zip(few, many)]
    print(f"{options.circuits} circuits: {each[0]:.2f} KiB of the {options.what} for each, {each[1]:.2f} KiB of its "
          "end", flush=True)
    beside = [download() for _ in range(options.rounds)]
    load.ask("drop")
    wait_until(lambda: circuits_of(network.relay) == 0, "all circuits have ended", 60)
    alone += [download() for _ in range(options.rounds)]
    print(f"download: {statistics.median(alone) / MEBIBYTE:.0f} MiB/s ({spread(alone)}), beside them "
          f"{statistics.median(beside) / MEBIBYTE:.0f} ({spread(beside)}), ratio "
          f"{statistics.median(beside) / statistics.median(alone):.2f}", flush=True)


def spread(rates):
    return f"{min(rates) / MEBIBYTE:.0f} to {max(rates) / MEBIBYTE:.0f}"


def flood(network, options):
    """What first messages cost a relay, and what a download through it keeps beside 2,000 of them a second."""
    target, other = network.exits[:2]
    hops, site = network.address(other), network.site.http_port
    bulk, strangers = network.load(target, 210), network.load(target, 211)
    if options.pin:
        for pid in (target.process.pid, other.process.pid, bulk.child.pid, network.site.process.pid):
            pin(pid, 0)
        pin(strangers.child.pid, 1)
    strangers.ask("connect", 128)
    time.sleep(2)
    before, seconds = target.process.resident(), options.seconds
    for kind, sessions in (("rubbish", 128), ("wrong-key", 128), ("old", 128), ("replay", 128), ("mixed", 4),
                           ("valid", 128)):
        used = cpu_seconds(target.process.pid)
        told = strangers.ask("flood", kind, options.per_second, seconds, sessions)
        each = (cpu_seconds(target.process.pid) - used) / told["sent"] * 1000
        print(f"{kind} in {sessions} sessions: {each:.3f} ms of the relay's CPU each; {told}", flush=True)
    print(f"peak {peak(target.process) / MEBIBYTE:.1f} MiB, before {before / MEBIBYTE:.1f}", flush=True)
    for kind, sessions in (("mixed", 128), ("mixed", 4), ("valid", 128)):
        alone, beside, cpu = [], [], []
        for _ in range(options.rounds):
            alone.append(bulk.ask("download", hops, site, seconds, 0)["rate"])
            strangers.begin("flood", kind, options.per_second, seconds + 1, sessions)
            time.sleep(0.5 if kind == "mixed" else 4)  # valid ones are made before
            beside.append(bulk.ask("download", hops, site, seconds - 1, 0)["rate"])
            cpu.append(strangers.answer()["sent"])
        quiet, busy = statistics.median(alone), statistics.median(beside)
        print(f"download beside {kind} in {sessions} sessions: {quiet / MEBIBYTE:.0f} MiB/s alone, "
              f"{busy / MEBIBYTE:.0f}, ratio {busy / quiet:.2f}; "
              f"{statistics.median(cpu) / (seconds + 1):.0f} a second", flush=True)
    print(f"peak {peak(target.process) / MEBIBYTE:.1f} MiB; after {SETTLE} s "
          f"{settled(target.process) / MEBIBYTE:.1f}", flush=True)


def pin(pid, core):
    run(["taskset", "-a", "-p", "-c", core, pid], check=True)


def settled(process):
    time.sleep(SETTLE)
    return process.resident()


def peak(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * KIB
    raise AssertionError("no VmHWM")


def send_back(connection):
    while data := connection.recv(64):
        connection.sendall(data)


def plain_times(host, port, seconds, pause):
    """ms of short messages to and fro, by TCP alone: what the line and the machine cost."""
    times, end = [], time.monotonic() + seconds
    with socket.create_connection((host, port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (began := time.monotonic()) < end:
            connection.sendall(bytes(64))
            receive_exactly(connection, 64)
            times.append((time.monotonic() - began) * 1000)
            time.sleep(max(0, began + pause - time.monotonic()))
    return times


def beside(network, options):
    """A short message to and fro, alone and beside downloads over the same relays: guard, middle and end."""
    hops, site = ",".join(network.address(node) for node in network.exits[:2]), network.site.http_port
    echo = network.far(lambda: network.load(network.relay, 212))
    echo.begin("echo", network.echo_port)
    talk, bulk = network.load(network.relay, 213), network.load(network.relay, 214)
    time.sleep(0.5)

    plain = network.far(lambda: TcpServer(send_back, host=network.exits[0].host))

    def times(what, downloads, in_talk=False):
        load = talk if in_talk else bulk
        for number in range(downloads):
            load.begin("download", hops, site, options.seconds + 2, number if load is bulk else 0)
        time.sleep(1)
        talk.begin("ping", hops, network.echo_port, options.seconds, options.pause, 0)
        line = sorted(plain_times(network.exits[0].host, plain.port, options.seconds, options.pause / 1000))
        answers = [talk.answer()]
        if downloads:
            answers += [load.answer() for _ in range(downloads)]
        told = next(answer for answer in answers if "p99" in answer)
        rate = sum(answer.get("rate", 0) for answer in answers)
        print(f"{what}: {told['p50']:.2f} ms at the median, {told['p90']:.2f} at 90 %, {told['p99']:.2f} at 99 %, "
              f"worst {told['worst']:.2f}, of {told['count']}; past QNet {statistics.median(line):.2f} "
              f"and {line[len(line) * 99 // 100]:.2f}; downloads {rate / MEBIBYTE:.1f} MiB/s", flush=True)
        return told

    for _ in range(options.rounds):
        alone = times("alone", 0)
        for what, downloads, in_talk in (("beside a download of another client", 1, False),
                                         ("beside four of another client", 4, False),
                                         ("beside one in the same client's session", 1, True)):
            told = times(what, downloads, in_talk)
            print(f"  it costs {told['p99'] - alone['p99']:.2f} ms at 99 %", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("guard", "middle", "flood", "beside"))
    parser.add_argument("--circuits", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--per-second", type=int, default=2000, help="first messages")
    parser.add_argument("--pause", type=int, default=10, help="ms between two short messages")
    parser.add_argument("--line", help="the exits are behind it: words of lab/line, as '--rate 100mbit --delay 10ms'")
    parser.add_argument("--pin", action="store_true", help="the flood on core 1, all that it is to hinder on core 0")
    parser.add_argument("--threads", type=int, default=1, help="of the relay")
    options = parser.parse_args()
    if not options.line:
        return measure(options)
    with Line(*options.line.split()) as line:
        line.near.inside(lambda: measure(options, line))


def measure(options, line=None):
    with scratch() as (folder, stack):
        exits = 6 if options.what in ("guard", "middle") else 2
        network = Network(stack, folder, exits, options.threads, line)
        {"flood": flood, "beside": beside}.get(options.what, idle)(network, options)


if __name__ == "__main__":
    main()
