"""Builds ClientHellos and records of any shape, good and bad (RFC 8446 §4.1.2 and §5.1)."""

import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HANDSHAKE, CHANGE_CIPHER_SPEC, ALERT, APPLICATION_DATA, HEARTBEAT = 22, 20, 21, 23, 24
TLS10, TLS11, TLS12, TLS13 = 0x0301, 0x0302, 0x0303, 0x0304
P256, P384, X25519, X448 = 23, 24, 29, 30
FFDHE2048 = 256
MODERN_CIPHERS = (0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030)
OLD_CIPHERS = (0xC009, 0xC00A, 0xC013, 0xC014, 0x002F, 0x0035)
SIGNATURES = (0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)


def u8(n):
    return n.to_bytes(1, "big")


def u16(n):
    return n.to_bytes(2, "big")


def vector(size, content):
    return len(content).to_bytes(size, "big") + content


def words(numbers):
    return b"".join(u16(n) for n in numbers)


def record(kind, body, version=TLS12):
    return u8(kind) + u16(version) + vector(2, body)


def records(kind, body, sizes, version=TLS10):
    """`body` cut into records of these sizes; the last takes the rest."""
    out, at = b"", 0
    for size in [*sizes, len(body)]:
        if at < len(body):
            out += record(kind, body[at:at + size], version)
        at += size
    return out


def public_key(group):
    if group in (P256, P384):
        curve = ec.SECP256R1() if group == P256 else ec.SECP384R1()
        return ec.generate_private_key(curve).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    if group == FFDHE2048:
        return bytes(255) + b"\x04"  # a square, as every right key is; half of all numbers are none, and refused
    return os.urandom({X25519: 32, X448: 56}.get(group, 32))


def extension(kind, body):
    return u16(kind) + vector(2, body)


def server_name(name):
    return extension(0, vector(2, b"\0" + vector(2, name)))


def hello_message(sni=b"www.example.com", version=TLS12, session_id=None, ciphers=MODERN_CIPHERS, compression=b"\0",
                  groups=(X25519, P256, P384), shares=(X25519,), versions=(TLS13, TLS12), alpn=(b"h2", b"http/1.1"),
                  signatures=SIGNATURES, extra=b""):
    """A ClientHello's handshake message. None leaves an extension out."""
    parts = []
    if sni is not None:
        parts.append(server_name(sni))
    parts += [extension(0x17, b""), extension(0xFF01, b"\0"), extension(0x0B, b"\x01\0"), extension(0x23, b"")]
    if groups is not None:
        parts.append(extension(0x0A, vector(2, words(groups))))
    if alpn is not None:
        parts.append(extension(0x10, vector(2, b"".join(vector(1, name) for name in alpn))))
    if signatures is not None:
        parts.append(extension(0x0D, vector(2, words(signatures))))
    if versions is not None:
        parts.append(extension(0x2B, vector(1, words(versions))))
        parts.append(extension(0x2D, b"\x01\x01"))
    if shares is not None:
        parts.append(extension(0x33, vector(2, b"".join(u16(g) + vector(2, public_key(g)) for g in shares))))
    session_id = os.urandom(32) if session_id is None else session_id
    body = (u16(version) + os.urandom(32) + vector(1, session_id) + vector(2, words(ciphers)) + vector(1, compression)
            + vector(2, b"".join(parts) + extra))
    return b"\x01" + vector(3, body)


def hello(record_version=TLS10, **fields):
    return record(HANDSHAKE, hello_message(**fields), record_version)


def old_hello(version, **fields):
    """What a client of TLS 1.0 to 1.2 sends."""
    fields = {"versions": None, "shares": None, "ciphers": MODERN_CIPHERS[3:] + OLD_CIPHERS, **fields}
    return hello(version=version, **fields)


CHANGE = record(CHANGE_CIPHER_SPEC, b"\x01")


def alert(level, description, version=TLS12):
    return record(ALERT, bytes([level, description]), version)


def sslv2_hello():
    """SSL 2.0's CLIENT-HELLO with three-byte ciphers, as old scanners send it."""
    ciphers = bytes.fromhex("010080 020080 030080 040080 050080 060040 0700c0")
    body = b"\x01\x00\x02" + u16(len(ciphers)) + u16(0) + u16(16) + ciphers + os.urandom(16)
    return u16(0x8000 | len(body)) + body


def sslv2_shaped_tls_hello():
    """A TLS 1.2 hello in SSL 2.0's framing (RFC 5246 appendix E.2)."""
    ciphers = b"".join(b"\0" + u16(c) for c in MODERN_CIPHERS[3:] + OLD_CIPHERS)
    body = b"\x01" + u16(TLS12) + u16(len(ciphers)) + u16(0) + u16(32) + ciphers + os.urandom(32)
    return u16(0x8000 | len(body)) + body
