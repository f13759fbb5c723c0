"""A line that is slower than loopback: a relay of TCP with a bucket of bytes for what its far end sends."""

import contextlib
import socket
import threading
import time

import harness

PIECE = 4096


class SlowLine:
    """Takes connections at `host`, and joins each with `to`. All that comes from there shares `rate` bytes a second."""

    def __init__(self, host, to, rate):
        self.to, self.rate, self.lock, self.next = to, rate, threading.Lock(), 0.0
        self.port = harness.free_port()
        self.listener = socket.create_server((host, self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        with contextlib.suppress(OSError), near, socket.create_connection(self.to) as far:
            # Little may lie in between: what TCP holds would come at once.
            far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
            up = threading.Thread(target=self._move, args=(near, far, False), daemon=True)
            up.start()
            self._move(far, near, True)
            up.join()

    def _move(self, source, sink, slowly):
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                if slowly:
                    self._wait(len(piece))
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _wait(self, size):
        with self.lock:
            now = time.monotonic()
            begins = max(now, self.next)
            self.next = begins + size / self.rate
        time.sleep(max(0.0, self.next - now))
