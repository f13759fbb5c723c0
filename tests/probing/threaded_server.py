"""threaded_server.py gnutls|boringssl KEY CERTIFICATE PORT SECONDS: a small web site over HTTP/1.1 on loopback, by a
TLS library of which Debian has no web server that serves several clients. Each connection has a thread of its own, and
ends after SECONDS.
"""

import contextlib
import ctypes
import queue
import socket
import sys
import threading
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n<h1>An ordinary site</h1>\n\n"
PEM = 1  # both libraries' number for it


class Library:
    """A library's functions by their names; those of `pointers` return one."""

    def __init__(self, file, pointers=()):
        self.file = ctypes.CDLL(file)
        for name in pointers:
            getattr(self.file, name).restype = ctypes.c_void_p

    def __getattr__(self, name):
        return getattr(self.file, name)

    @staticmethod
    def require(done, what):
        if not done:
            sys.exit(f"the TLS library cannot {what}")


class GnuTls:
    SERVER, CERTIFICATE_CREDENTIALS, AGAIN, INTERRUPTED = 1, 1, -28, -52

    def __init__(self, key, certificate):
        self.library = Library("libgnutls.so.30")
        self.credentials = ctypes.c_void_p()
        self.library.gnutls_certificate_allocate_credentials(ctypes.byref(self.credentials))
        self.library.require(self.library.gnutls_certificate_set_x509_key_file(
            self.credentials, certificate.encode(), key.encode(), PEM) >= 0, "read the certificate")

    def serve(self, connection):
        library, session, buffer = self.library, ctypes.c_void_p(), ctypes.create_string_buffer(16384)
        library.gnutls_init(ctypes.byref(session), self.SERVER)
        library.gnutls_set_default_priority(session)
        library.gnutls_credentials_set(session, self.CERTIFICATE_CREDENTIALS, self.credentials)
        ticket_key = (ctypes.c_void_p * 2)()  # a gnutls_datum_t
        library.gnutls_session_ticket_key_generate(ticket_key)
        library.gnutls_session_ticket_enable_server(session, ticket_key)
        library.gnutls_transport_set_int2(session, connection, connection)
        # As gnutls-serv does: it goes on behind warnings, and tells an alert of every other error.
        while (result := library.gnutls_handshake(session)) < 0 and not library.gnutls_error_is_fatal(result):
            pass
        if result < 0:
            library.gnutls_alert_send_appropriate(session, result)
        while result >= 0:
            size = library.gnutls_record_recv(session, buffer, ctypes.c_size_t(len(buffer)))
            if size in (self.AGAIN, self.INTERRUPTED):
                continue
            if size <= 0:
                break
            library.gnutls_record_send(session, ANSWER, ctypes.c_size_t(len(ANSWER)))
        if result >= 0:
            library.gnutls_bye(session, 1)
        library.gnutls_deinit(session)


class BoringSsl:
    def __init__(self, key, certificate):
        # By its whole name: its own libcrypto is the one beside it.
        self.library = Library("/usr/lib/x86_64-linux-gnu/android/libssl.so.0",
                               ("TLS_method", "SSL_CTX_new", "SSL_new"))
        self.context = ctypes.c_void_p(self.library.SSL_CTX_new(ctypes.c_void_p(self.library.TLS_method())))
        self.library.require(
            self.library.SSL_CTX_use_certificate_chain_file(self.context, certificate.encode()) == 1 and
            self.library.SSL_CTX_use_PrivateKey_file(self.context, key.encode(), PEM) == 1, "read the certificate")

    def serve(self, connection):
        library, buffer = self.library, ctypes.create_string_buffer(16384)
        session = ctypes.c_void_p(library.SSL_new(self.context))
        library.SSL_set_fd(session, connection)
        if library.SSL_accept(session) == 1:
            while library.SSL_read(session, buffer, len(buffer)) > 0:
                library.SSL_write(session, ANSWER, len(ANSWER))
            library.SSL_shutdown(session)
        library.SSL_free(session)


def end_in_time(connections, seconds):
    """Ends those that are still there when their time is over; all have the same."""
    while True:
        opened, connection = connections.get()
        time.sleep(max(0.0, opened + seconds - time.monotonic()))
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def main():
    stack, key, certificate, port, seconds = sys.argv[1:]
    server = {"gnutls": GnuTls, "boringssl": BoringSsl}[stack](key, certificate)
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=512)
    connections = queue.SimpleQueue()
    threading.Thread(target=end_in_time, args=(connections, int(seconds)), daemon=True).start()

    def serve(connection):
        with connection:
            server.serve(connection.fileno())

    while True:
        connection, _ = listener.accept()
        connections.put((time.monotonic(), connection))
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
