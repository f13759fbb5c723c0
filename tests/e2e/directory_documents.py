"""A second implementation of the directory's documents (docs/spec/directory.md): what a relay signs, for tests."""

import base64
import hashlib
import json
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def cbor(item):
    """Deterministic CBOR (RFC 8949 §4.2) of integers, bytes, texts and lists."""
    if isinstance(item, int):
        return head(0, item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    return head(4, len(item)) + b"".join(cbor(one) for one in item)


def head(major, number):
    for bits, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 1 << 8 * size:
            return bytes([major << 5 | bits]) + number.to_bytes(size, "big")
    raise ValueError(number)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


class Relay:
    """A relay's keys, and the documents that they sign."""

    def __init__(self, host="127.0.0.1", port=443, seed=None, noise_key=None, cover_name="www.example.com", **more):
        self.key = Ed25519PrivateKey.from_private_bytes(seed) if seed else Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.fields = {"addresses": [[host, port]], "cover_name": cover_name, "noise": noise_key or bytes(32), "cover": 0,
                       "ech": b"", "capabilities": 1, "country": "", "bandwidth": 0, "ports": [], "software": "test",
                       "issued": int(time.time()), "life": 86400, **more}
        self.sequence = int(time.time() * 1000)

    def signed(self, kind, body):
        return cbor([body, self.key.sign(kind + body)])

    @property
    def peer_id(self):
        return base58(b"\x00\x24\x08\x01\x12\x20" + self.public)

    def descriptor(self, **changes):
        f = {**self.fields, **changes}
        body = cbor([1, self.public, f["noise"], f["addresses"], f["cover_name"], f["cover"], f["ech"],
                     f["capabilities"], f["country"], f["bandwidth"], f["ports"], f["software"], f["issued"],
                     f["issued"] + f["life"]])
        return self.signed(b"qnet-descriptor-1:", body)

    def registration(self, descriptor=None, whole=True, goodbye=False, at=None, sequence=None):
        descriptor = descriptor or self.descriptor()
        self.sequence += 1
        body = cbor([1, self.public, int(time.time()) if at is None else at,
                     self.sequence if sequence is None else sequence, int(goodbye),
                     hashlib.sha256(descriptor).digest()])
        parts = [body, self.key.sign(b"qnet-registration-1:" + body)]
        return cbor(parts + [descriptor] if whole else parts)

    def body(self, **more):
        return json.dumps({"registration": base64url(self.registration(**more))}).encode()
