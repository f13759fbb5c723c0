"""Who stands in the line to a relay with cover `site`: one that ends TLS, and one that keeps what passes."""

import contextlib
import select
import socket
import ssl
import threading
import time

from harness import COVER_NAME, TcpServer, copy_until_end, make_certificate


class Interceptor:
    """Ends TLS with a certificate of its own, and passes on what is inside over TLS to the relay."""

    def __init__(self, folder, relay_port):
        folder.mkdir()
        self.certificate, key = folder / "cert.pem", folder / "key.pem"
        make_certificate(self.certificate, key)
        self.server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server_side.load_cert_chain(self.certificate, key)
        self.server_side.set_alpn_protocols(["h2", "http/1.1"])
        self.relay_port = relay_port
        self.connections = 0
        self.seen = b""
        self.server = TcpServer(self.serve)
        self.port, self.stop = self.server.port, self.server.stop

    def serve(self, connection):
        with self.server_side.wrap_socket(connection, server_side=True) as client:
            context = ssl._create_unverified_context()
            context.set_alpn_protocols([client.selected_alpn_protocol() or "http/1.1"])
            raw = socket.create_connection(("127.0.0.1", self.relay_port))
            with context.wrap_socket(raw, server_hostname=COVER_NAME) as relay:
                self.connections += 1
                self.pass_on(client, relay)

    def pass_on(self, client, relay):
        # One thread for both directions: OpenSSL forbids a read and a write of one connection at the same time.
        with contextlib.suppress(OSError):
            while True:
                ready = [side for side in (client, relay)
                         if side.pending()] or select.select([client, relay], [], [])[0]
                for source in ready:
                    source.settimeout(0)  # a session ticket is something to read, too, but gives no byte
                    try:
                        piece = source.recv(65536)
                    except ssl.SSLWantReadError:
                        continue
                    finally:
                        source.settimeout(None)
                    if not piece:
                        return
                    if source is client:
                        self.seen += piece
                    (relay if source is client else client).sendall(piece)


class TokenThief:
    """Between nginx and the relay: keeps what each connection begins with."""

    def __init__(self, relay_port):
        self.relay_port, self.requests = relay_port, []
        self.server = TcpServer(self.serve)
        self.port = self.server.port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()

    def serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        self.requests.append(head[:head.index(b"\r\n\r\n") + 4])
        with socket.create_connection(("127.0.0.1", self.relay_port)) as relay:
            relay.sendall(head)
            back = threading.Thread(target=copy_until_end, args=(relay, connection), daemon=True)
            back.start()
            copy_until_end(connection, relay)
            back.join(10)


class SlowLine:
    """Carries a client's connections to a relay, the relay's words slowly, and counts the sizes of TLS records."""

    def __init__(self, relay_port, bytes_a_second):
        self.relay_port, self.rate = relay_port, bytes_a_second
        self.from_relay = b""
        self.server = TcpServer(self.serve)
        self.port, self.stop = self.server.port, self.server.stop

    def serve(self, client):
        with socket.socket() as relay:
            relay.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)  # before the window is told
            relay.connect(("127.0.0.1", self.relay_port))
            up = threading.Thread(target=copy_until_end, args=(client, relay), daemon=True)
            up.start()
            with contextlib.suppress(OSError):
                while piece := relay.recv(16384):
                    self.from_relay += piece
                    client.sendall(piece)
                    time.sleep(len(piece) / self.rate)

    def record_sizes(self):
        """Of all records that were whole so far, in their order."""
        sizes, at, seen = [], 0, self.from_relay
        while at + 5 <= len(seen):
            sizes.append(int.from_bytes(seen[at + 3:at + 5], "big"))
            at += 5 + sizes[-1]
        return sizes
