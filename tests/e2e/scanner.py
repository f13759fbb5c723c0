"""A program that looks for proxies on this machine, as those do that report what they find. It says of each port and
name what each of its questions was answered. Alone in its file: the tests run it as another user, who cannot read
theirs."""

import json
import socket
import ssl
import sys

GET = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def client_hello():
    sent = ssl.MemoryBIO()
    context = ssl.create_default_context()
    try:
        context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return sent.read()


QUESTIONS = {
    "nothing": b"",
    "SOCKS5": b"\x05\x01\x00",
    "SOCKS5 with a password": b"\x05\x02\x00\x02",
    "SOCKS5 and a request": b"\x05\x01\x00\x05\x01\x00\x03\x0bexample.com\x01\xbb",
    "SOCKS4": b"\x04\x01\x01\xbb\xc0\x00\x02\x01user\x00",
    "SOCKS4a": b"\x04\x01\x01\xbb\x00\x00\x00\x01user\x00example.com\x00",
    "HTTP CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    "HTTP GET": GET % b"/",
    "HTTP GET of a page": GET % b"http://example.com/",
    "HTTP GET of the status": GET % b"/status",
    "nonsense": b"\r\n\r\n\x00\xff",
    "TLS": client_hello(),
}


def answer(place, question):
    """What came back, in hex; "refused" where nobody listens, or this user may not connect."""
    family = socket.AF_INET if isinstance(place, int) else socket.AF_UNIX
    with socket.socket(family, socket.SOCK_STREAM) as asking:
        asking.settimeout(1)
        try:
            asking.connect(("127.0.0.1", place) if isinstance(place, int) else place)
        except OSError:
            return "refused"
        got = b""
        try:
            asking.sendall(question)
            while piece := asking.recv(4096):
                got += piece
        except OSError:
            pass
        return got.hex()


def main(places):
    print(json.dumps({str(place): {name: answer(place, question) for name, question in QUESTIONS.items()}
                      for place in places}))


main([int(word) if word.isdigit() else word for word in sys.argv[1:]])
