"""Two network namespaces joined by the line of this folder, and nothing that leads out of them."""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("net", "e2e")]

from harness import Process, need, wait_until  # noqa: E402
from namespace import Namespace, ip  # noqa: E402

DEVICE = "line0"


def binary():
    """QNET_LINE, or the fastest that is built."""
    places = [ROOT / "build" / kind / "bin" / "line" for kind in ("bench", "debug", "dev")]
    given = os.environ.get("QNET_LINE")
    found = [place for place in ([pathlib.Path(given)] if given else places) if place.is_file()]
    if not found:
        raise OSError("build the line first: ninja -C build/dev line, or name one in QNET_LINE")
    return found[0]


class Side(Namespace):
    """A namespace with one end of the line."""

    def __init__(self, name, address):
        super().__init__(name)
        self.address = address
        try:
            # Neighbour discovery would draw from the line's losses, and no run would be as the one before.
            self.run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1", check=True)
            # A device that outlives the program: the line can be changed under connections that live.
            ip("-n", name, "tuntap", "add", "dev", DEVICE, "mode", "tun")
            ip("-n", name, "addr", "add", f"{address}/24", "dev", DEVICE)
            ip("-n", name, "link", "set", DEVICE, "up", "mtu", "1500")
        except subprocess.CalledProcessError:
            self.remove()
            raise


class Line:
    """`with Line("--delay", "75ms", "--loss", "0.5%") as line:` has `line.near` and `line.far`. The words are the
    program's (line --help)."""

    def __init__(self, *settings):
        self.settings = settings
        self.near = self.far = self.process = None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="qnet-line-")
        tag = os.getpid()
        try:
            self.near = Side(f"qnet-near-{tag}", "10.77.0.1")
            self.far = Side(f"qnet-far-{tag}", "10.77.0.2")
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        self.process = Process([binary(), "--near", self.near.name, "--far", self.far.name, "--device", DEVICE,
                                *self.settings], pathlib.Path(self.folder.name) / "line.log")
        wait_until(lambda: "ready\n" in self.process.text() or not self.process.running(), "the line is ready")
        if not self.process.running():
            raise OSError(self.process.text().strip())

    def change(self, *settings):
        """Another line between the same namespaces. Packets on their way are lost; connections live on. Returns what
        the line before did."""
        told = self.stop()
        self.settings = settings
        self._start()
        return told

    def stop(self):
        """Returns what the line says that it did."""
        if self.process is None:
            return ""
        process, self.process = self.process, None
        process.stop()
        text = process.text()
        process.log.unlink()
        return text.removeprefix("ready\n")

    def set_congestion_control(self, name):
        """For connections that are made after this."""
        for side in (self.near, self.far):
            side.run("sysctl", "-qw", f"net.ipv4.tcp_congestion_control={name}", check=True)

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            for side in (self.near, self.far):
                if side is not None:
                    side.remove()
            self.folder.cleanup()


def why_not():
    """Why this machine gives us no line; None when it does."""
    try:
        with Line():
            return None
    except (OSError, subprocess.CalledProcessError) as error:
        return f"a line needs root, network namespaces, TUN devices and its program ({error})"


def need_line():
    need(why_not())
