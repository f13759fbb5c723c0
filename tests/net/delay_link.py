"""Two network namespaces joined by a link with a delay, made of two TUN devices and one small loop.

The kernel's netem would do, but not every kernel has it. Nothing leaves the two namespaces.
"""

import collections
import contextlib
import fcntl
import os
import select
import struct
import subprocess
import threading
import time

from namespace import Namespace, ip

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 1, 0x1000


def why_not():
    """Why this machine gives us no namespaces or TUN devices; None when it does."""
    try:
        with DelayLink(0.001):
            return None
    except (OSError, subprocess.CalledProcessError) as error:
        return f"network namespaces with TUN devices need root and CAP_SYS_ADMIN ({error})"


class Side(Namespace):
    """A namespace with one end of the link."""

    def __init__(self, name, address):
        super().__init__(name)
        self.address = address

    def open_tun(self):
        """A TUN device inside this namespace; the descriptor works outside of it."""
        def make():
            made = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(made, _TUNSETIFF, struct.pack("16sH", b"delay0", _IFF_TUN | _IFF_NO_PI))
            return made

        tun = self.inside(make)
        ip("-n", self.name, "addr", "add", f"{self.address}/24", "dev", "delay0")
        ip("-n", self.name, "link", "set", "delay0", "up", "mtu", "1500")
        return tun


class DelayLink:
    """`with DelayLink(0.05) as (near, far)`: packets take 50 ms each way. Records (time, direction, packet)."""

    def __init__(self, one_way_seconds):
        self.delay = one_way_seconds
        self.packets = []

    def __enter__(self):
        tag = os.getpid()
        self.near = self.far = None
        try:
            self.near = Side(f"qnet-near-{tag}", "10.77.0.1")
            self.far = Side(f"qnet-far-{tag}", "10.77.0.2")
            self.tuns = [self.near.open_tun(), self.far.open_tun()]
        except (OSError, subprocess.CalledProcessError):
            self._remove()
            raise
        self.running = True
        self.thread = threading.Thread(target=self._carry, daemon=True)
        self.thread.start()
        return self

    def _carry(self):
        waiting = collections.deque()
        near, far = self.tuns
        while self.running:
            timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 0.2
            readable, _, _ = select.select(self.tuns, [], [], timeout)
            now = time.monotonic()
            for tun in readable:
                with contextlib.suppress(BlockingIOError):
                    packet = os.read(tun, 65536)
                    self.packets.append((now, "up" if tun == near else "down", packet))
                    waiting.append((now + self.delay, far if tun == near else near, packet))
            while waiting and waiting[0][0] <= time.monotonic():
                _, target, packet = waiting.popleft()
                with contextlib.suppress(OSError):
                    os.write(target, packet)

    def __exit__(self, *_):
        self.running = False
        self.thread.join()
        for tun in self.tuns:
            os.close(tun)
        self._remove()

    def _remove(self):
        for namespace in (self.near, self.far):
            if namespace is not None:
                namespace.remove()


_SYN, _ACK = 2, 16


def tcp_packets(packets, port):
    """(time, direction, ports, flags, payload) of the IPv4 TCP packets to or from `port`."""
    for when, direction, packet in packets:
        if len(packet) < 40 or packet[0] >> 4 != 4 or packet[9] != 6:
            continue
        header = (packet[0] & 15) * 4
        ports = struct.unpack_from(">HH", packet, header)
        if port in ports:
            payload = packet[header + (packet[header + 12] >> 4) * 4:struct.unpack_from(">H", packet, 2)[0]]
            yield when, direction, ports, packet[header + 13], payload


def tcp_payloads(packets, port):
    """(time, direction, payload) of those that carry data, and of SYNs."""
    for when, direction, _, flags, payload in tcp_packets(packets, port):
        if payload or flags & _SYN:
            yield when, direction, payload


def tcp_callers(packets, port):
    """The ports from which connections to `port` were opened."""
    return [ports[0] for _, _, ports, flags, _ in tcp_packets(packets, port) if flags & (_SYN | _ACK) == _SYN]
