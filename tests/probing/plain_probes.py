"""Probes that are no TLS: random bytes, other protocols, silence, and ends of every kind."""

import random
import struct

from observe import AwaitAnswer, Fin, Pause, Rst, Urgent

# "How China Detects and Blocks Shadowsocks" (IMC 2020): probes of random data have 7, 8, 11, 12, 15, 16, 21, 22, 32,
# 33, 40, 41, 48 or 49 bytes (type NR1), or 221 (NR2); the others stand at the edges of what this relay looks at.
RANDOM_LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 21, 22, 32, 33, 40, 41, 48, 49, 50, 64, 100, 221, 256,
                  517, 1400, 1460, 4096, 4097, 16384, 16389, 20000, 65536)

HTTP = {
    "GET": b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
    "GET without an end": b"GET / HTTP/1.1\r\nHost: www.exa",
    "HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n",
    "POST": b"POST /form HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 5\r\n\r\nhello",
    "CONNECT": b"CONNECT www.example.net:443 HTTP/1.1\r\nHost: www.example.net:443\r\n\r\n",
    "a proxy's GET": b"GET http://www.example.net/ HTTP/1.1\r\nHost: www.example.net\r\n\r\n",
    "WebSocket": b"GET / HTTP/1.1\r\nHost: www.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "HTTP/2 with prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 100) for n in range(100)) + b"\r\n",
    "two requests": b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
}

PROTOCOLS = {
    "SSH": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
    "SMTP": b"EHLO mail.example.net\r\n",
    "FTP": b"USER anonymous\r\n",
    "IMAP": b"a1 CAPABILITY\r\n",
    "POP3 with STLS": b"STLS\r\n",
    "SOCKS4": b"\x04\x01\x00\x50\x5d\xb8\xd8\x22\x00",
    "SOCKS4a": b"\x04\x01\x00\x50\x00\x00\x00\x01\x00www.example.net\x00",
    "SOCKS5": b"\x05\x01\x00",
    "SOCKS5 with passwords": b"\x05\x02\x00\x02",
    "BitTorrent": b"\x13BitTorrent protocol" + bytes(8) + b"i" * 20 + b"-qB4500-" + b"p" * 12,
    "RDP": bytes.fromhex("030000130ee000000000000100080003000000"),
    "DNS": struct.pack(">H", 29) + bytes.fromhex("123401000001000000000000")
           + b"\x07example\x03com\x00\x00\x01\x00\x01",
    "MQTT": b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00",
    "Redis": b"*1\r\n$4\r\nPING\r\n",
    "PostgreSQL's SSLRequest": bytes.fromhex("0000000804d2162f"),
    "MySQL's SSL request": bytes.fromhex("20000001 05ae0300 00000001 21") + bytes(23),
    "SMB": bytes.fromhex("00000045ff534d4272000000001801c8") + bytes(53),
    "LDAP": bytes.fromhex("300c020101600702010304008000"),
    "VNC": b"RFB 003.008\n",
    "SIP": b"OPTIONS sip:a@b SIP/2.0\r\n\r\n",
    "OpenVPN": b"\x00\x0e\x38" + b"sessioni" + bytes(5),
    "Tor's VERSIONS cell": bytes.fromhex("00000700020003") + b"\x00\x04",
    "Trojan's request in the clear": b"d" * 56 + b"\r\n\x01\x03\x0fwww.example.net\x00\x50\r\n",
    "VMess-like": random.Random("VMess").randbytes(61),
    "PROXY protocol": b"PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\n",
    "PROXY protocol 2": b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00",
    "zeros": bytes(300),
    "ones": b"\xff" * 300,
    "printable text": b"abcdefghijklmnopqrstuvwxyz" * 10,
    "line ends": b"\r\n\r\n\r\n\r\n",
    "a TLS alert first": bytes.fromhex("15030300020100"),
}


def fixed(*steps):
    return lambda it: list(steps)


def noise(size):
    """The same for relay and origin, and in every run."""
    return random.Random(size).randbytes(size)


def probes():
    for size in RANDOM_LENGTHS:
        yield f"random, {size} bytes", fixed(noise(size))
        if size >= 8:
            yield f"random behind 16 03 01, {size} bytes", fixed(b"\x16\x03\x01" + noise(size - 3))
            yield f"random behind 16 03 01 and a length, {size} bytes", fixed(
                b"\x16\x03\x01" + min(size - 5, 16384).to_bytes(2, "big") + noise(size - 5))
    for name, data in HTTP.items():
        yield f"plain HTTP: {name}", fixed(data)
    for name, data in PROTOCOLS.items():
        yield name, fixed(data)
    yield "random in two segments", fixed(noise(50), Pause(0.4), noise(171))
    yield "random, then FIN", fixed(noise(221), Fin())
    yield "plain GET, then FIN", fixed(HTTP["GET"], Fin())
    yield "plain GET byte by byte", fixed(*[part for n in HTTP["GET"][:12] for part in (bytes([n]), Pause(0.05))])
    yield "plain GET twice, a pause between", fixed(HTTP["GET"], AwaitAnswer(), HTTP["GET"])
    yield "nothing", fixed()
    yield "nothing, then FIN", fixed(Fin())
    yield "a while of nothing, then FIN", fixed(Pause(0.6), Fin())
    yield "nothing, then RST", fixed(Rst())
    yield "a while of nothing, then RST", fixed(Pause(0.6), Rst())
    yield "a while of nothing, then a GET", fixed(Pause(0.6), HTTP["GET"])
    yield "an urgent byte", fixed(Urgent(b"\x16"))
    yield "an urgent byte in a GET", fixed(b"GET / HT", Urgent(b"!"), b"TP/1.1\r\n\r\n")
