"""What stands in a process's memory, and on the wires of its host."""

import pathlib
import re
import signal
import socket


def memory_of(pid):
    """All that the process can read of its own, piece by piece. It should stand still meanwhile."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            area, rights, _, _, _, *name = line.split(maxsplit=5)
            if "r" not in rights or (name and name[0] in ("[vvar]", "[vsyscall]")):
                continue
            begin, end = (int(part, 16) for part in area.split("-"))
            try:
                memory.seek(begin)
                yield memory.read(end - begin)
            except (OSError, ValueError, OverflowError):
                continue


def count_in_memory(process, patterns):
    """How often each pattern stands there: {name: count}. Patterns are regular expressions of bytes."""
    process.child.send_signal(signal.SIGSTOP)
    try:
        found = dict.fromkeys(patterns, 0)
        for piece in memory_of(process.pid):
            for name, pattern in patterns.items():
                found[name] += len(re.findall(pattern, piece, re.DOTALL))
        return found
    finally:
        process.child.send_signal(signal.SIGCONT)


def text_pattern(text):
    return re.escape(text.encode())


def address_pattern(address):
    """As text, in a sockaddr_in, in Asio's form, and mapped into IPv6. Four bytes alone stand anywhere by chance."""
    raw = re.escape(socket.inet_aton(address))
    mapped = re.escape(bytes(10) + b"\xff\xff") + raw
    return re.escape(address.encode()) + rb"(?![0-9.])|(?:\x02\x00..|\x00{4})" + raw + rb"|" + mapped


class Capture:
    """Every TCP packet of a host, from now on."""

    def __init__(self, host, folder):
        self.file = folder / f"{host.name}.pcap"
        self.process = host.start("tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", self.file, "tcp",
                                  log=folder / f"{host.name}.tcpdump")
        self.process.wait_until(lambda: "listening on" in self.process.text(), "tcpdump listens")

    def read(self):
        self.process.stop(signal.SIGINT)
        return self.file.read_bytes()
