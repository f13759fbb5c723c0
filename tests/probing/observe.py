"""Runs one probe against one address, and says what anybody outside can see of the answer.

An observation has the bytes without what is random in them, how soon they came, how and when the connection ended, and
what became of a byte sent after the end.
"""

import contextlib
import dataclasses
import errno
import select
import socket
import struct
import time

from tls_view import view


@dataclasses.dataclass(frozen=True)
class Pause:
    seconds: float


@dataclasses.dataclass(frozen=True)
class Urgent:
    """TCP's urgent data."""
    byte: bytes


class AwaitAnswer:
    """Goes on when something has come and then nothing for a moment."""


class Fin:
    """Ends our direction only."""


class Rst:
    """Ends the connection at once; nothing can be observed behind it."""


# Under the sanitizers, with a hundred probes at once on two cores, "at once" may take most of a second. An origin that
# gives up does so after fixture.GIVES_UP.
AT_ONCE = 1.5
QUIET = 0.25


@dataclasses.dataclass(frozen=True)
class Seen:
    answer: tuple
    ending: str       # "fin", "rst", "open", or "ours" when we ended it
    after_fin: str    # to a byte sent behind their FIN: "rst" or "silence"; "rst unasked" when it came by itself


@dataclasses.dataclass
class Observation:
    seen: Seen
    first_byte: float | None   # seconds from our last step
    ended: float | None


def time_class(seconds):
    if seconds is None:
        return "never"
    return "at once" if seconds < AT_ONCE else "when the origin gives up"


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data, self.first_at, self.ending, self.ended_at = b"", None, None, None

    def wait(self, seconds):
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000))

    def receive(self, seconds):
        """Takes what comes within `seconds`; False when nothing did or the end is known."""
        if self.ending or not self.wait(seconds):
            return False
        try:
            piece = self.socket.recv(1 << 16)
        except ConnectionError:
            self._end("rst")
            return False
        if not piece:
            self._end("fin")
            return False
        self.first_at = self.first_at or time.monotonic()
        self.data += piece
        return True

    def _end(self, how):
        self.ending, self.ended_at = how, time.monotonic()

    def end_writing(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            if error.errno == errno.ENOTCONN:  # it has been reset already: no ConnectionError in Python
                raise ConnectionResetError from error
            raise

    def step(self, step):
        """One step of a probe; False when the connection is no more."""
        with contextlib.suppress(ConnectionError):
            if isinstance(step, Pause):
                time.sleep(step.seconds)
            elif isinstance(step, AwaitAnswer):
                if self.receive(3.0):
                    while self.receive(QUIET):
                        pass
            elif isinstance(step, Fin):
                self.end_writing()
            elif isinstance(step, Rst):
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.socket.close()
                self.ending = "ours"
            elif isinstance(step, Urgent):
                self.socket.send(step.byte, socket.MSG_OOB)
            elif callable(step):  # a step that depends on what has been answered
                self.socket.sendall(step(self.data))
            else:
                self.socket.sendall(step)
            return self.ending != "ours"
        return False

    def after_fin(self):
        poll = select.poll()
        poll.register(self.socket, 0)  # POLLERR and POLLHUP come unasked for
        if poll.poll(100):
            return "rst unasked"
        try:
            self.socket.send(b"\0")
        except OSError:
            return "rst unasked"
        return "rst" if poll.poll(1000) else "silence"


def observe(port, steps, longest_wait, strip=view):
    """Runs `steps`, then watches until the end, or for `longest_wait` seconds."""
    connection = Connection(port)
    with connection.socket:
        ended_writing = False
        for step in steps:
            if not connection.step(step):
                break
            ended_writing = ended_writing or isinstance(step, Fin)
        last = time.monotonic()
        while connection.ending is None and connection.receive(last + longest_wait - time.monotonic()):
            pass
        after = "-"
        if connection.ending == "fin" and not ended_writing:
            after = connection.after_fin()
    since = lambda moment: None if moment is None else max(0.0, moment - last)
    seen = Seen(strip(connection.data), connection.ending or "open", after)
    return Observation(seen, since(connection.first_at), since(connection.ended_at))
