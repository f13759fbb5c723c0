"""ClientHellos of real programs, recorded by a listener of ours that never answers."""

import harness
from harness import COVER_NAME, Process, free_port, listen, run


def first_record(listener):
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(5)
        data = connection.recv(1 << 16)
        while len(data) < 5 or len(data) < 5 + int.from_bytes(data[3:5], "big"):
            piece = connection.recv(1 << 16)
            if not piece:
                raise AssertionError(f"the hello ended after {len(data)} bytes")
            data += piece
    return data


def openssl_hello(folder):
    with listen() as listener:
        process = Process(["openssl", "s_client", "-connect", f"127.0.0.1:{listener.getsockname()[1]}", "-servername",
                           COVER_NAME], folder / "s_client.log")
        try:
            return first_record(listener)
        finally:
            process.kill()


def invite_to(relay, port):
    """The relay's invite, with another address in it."""
    done = run([harness.QNET, "invite", "--state-dir", relay.folder / "state", "--advertise", f"127.0.0.1:{port}"],
               check=True)
    return done.stdout.decode().split()[-1]


def peer_hello(relay, folder):
    """A genuine QNet hello for this relay, which has not seen it."""
    port = free_port()
    with listen(port) as listener:
        node = harness.Node(folder / f"recorded-{port}", "client", ["--peer", invite_to(relay, port)])
        try:
            return first_record(listener)
        except TimeoutError:
            raise AssertionError(f"no hello came:\n{node.process.text()}") from None
        finally:
            node.process.kill()
