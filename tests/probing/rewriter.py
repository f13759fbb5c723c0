"""Somebody on the path who rewrites what TLS does not protect: record headers, the cuts between records, and records in
clear put in, left out or doubled."""

import contextlib
import socket
import threading

from harness import TcpServer


def whole_records(data):
    """The whole records of `data`, and the rest of it."""
    found = []
    while len(data) >= 5 and len(data) >= 5 + int.from_bytes(data[3:5], "big"):
        size = 5 + int.from_bytes(data[3:5], "big")
        found.append(data[:size])
        data = data[size:]
    return found, data


class Direction:
    """One direction of one connection: what its sender wrote, record by record, and how it ended."""

    def __init__(self):
        self.records = []
        self.ended = None


class Connection:
    def __init__(self):
        self.up, self.down = Direction(), Direction()

    def over(self):
        return self.up.ended is not None or self.down.ended is not None


class Rewriter:
    """A port in front of another. In `direction` ("up", "down") `rule` gives the bytes that go on in the place of a
    record. It is told the record, its number in that direction, and its number among those of its type."""

    def __init__(self, target, direction, rule):
        self.target, self.rules = target, {direction: rule}
        self.connections = []
        self.server = TcpServer(self._carry)
        self.port = self.server.port

    def _carry(self, near):
        connection = Connection()
        self.connections.append(connection)
        with socket.create_connection(("127.0.0.1", self.target), timeout=60) as far:
            near.settimeout(60)
            back = threading.Thread(target=self._copy, args=(far, near, connection.down, self.rules.get("down")))
            back.start()
            self._copy(near, far, connection.up, self.rules.get("up"))
            back.join()

    @staticmethod
    def _copy(source, sink, seen, rule):
        rest = b""
        try:
            while piece := source.recv(1 << 16):
                rewritten, (found, rest) = b"", whole_records(rest + piece)
                for record in found:
                    of_its_type = sum(known[0] == record[0] for known in seen.records)
                    rewritten += rule(record, len(seen.records), of_its_type) if rule else record
                    seen.records.append(record)
                # A receiver that has ended already does not end its sender's direction.
                with contextlib.suppress(OSError):
                    sink.sendall(rewritten)
            seen.ended = "FIN"
        except OSError:
            seen.ended = "RST"
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def stop(self):
        self.server.stop()
