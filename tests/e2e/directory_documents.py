"""A second implementation of the directory's documents (docs/spec/directory.md), for tests."""

import base64
import contextlib
import hashlib
import ipaddress
import json
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

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
        self.fields = {"addresses": [[host, port]], "cover_name": cover_name,
                       "noise": noise_key or bytes(32), "cover": 0,
                       "ech": b"", "capabilities": 1, "country": "", "bandwidth": 0, "ports": [], "software": "test",
                       "issued": int(time.time()), "life": 86400, "circuit_keys": [], "family": None, **more}
        self.sequence = int(time.time() * 1000)

    def signed(self, kind, body):
        return cbor([body, self.key.sign(kind + body)])

    @property
    def peer_id(self):
        return self.peer_id_of(self.public)

    @staticmethod
    def peer_id_of(public):
        return base58(b"\x00\x24\x08\x01\x12\x20" + public)

    def descriptor(self, **changes):
        f = {**self.fields, **changes}
        # Without the fields of the second version it is written in the first.
        later = [f["circuit_keys"], self.family_proof(f["family"])]
        version = 2 if any(later) else 1
        body = cbor([version, self.public, f["noise"], f["addresses"], f["cover_name"], f["cover"], f["ech"],
                     f["capabilities"], f["country"], f["bandwidth"], f["ports"], f["software"], f["issued"],
                     f["issued"] + f["life"], *(later if version == 2 else [])])
        return self.signed(b"qnet-descriptor-1:", body)

    def family_proof(self, family):
        """`family`: the family's private key, or a proof of any form, or None."""
        if not isinstance(family, Ed25519PrivateKey):
            return family or []
        public = family.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return [public, family.sign(b"qnet-family-1:" + self.public)]

    def registration(self, descriptor=None, whole=True, goodbye=False, at=None, sequence=None):
        descriptor = descriptor or self.descriptor()
        self.sequence += 1
        body = cbor([1, self.public, int(time.time()) if at is None else at,
                     self.sequence if sequence is None else sequence, int(goodbye),
                     hashlib.sha256(descriptor).digest()])
        parts = [body, self.key.sign(b"qnet-registration-1:" + body)]
        return cbor(parts + [descriptor] if whole else parts)

    def rate_report(self, rates, at=None):
        """`rates`: by peer key, what this relay measured of others."""
        told = [list(one) for one in sorted(rates.items())]
        body = cbor([1, self.public, int(time.time()) if at is None else at, told])
        return self.signed(b"qnet-rates-1:", body)

    def body(self, **more):
        return json.dumps({"registration": base64url(self.registration(**more))}).encode()


def uncbor(data):
    """One item of deterministic CBOR, and nothing after it."""
    item, rest = _item(data)
    assert not rest, "something follows the item"
    assert cbor(item) == data, "the form is not the deterministic one"
    return item


def _item(data):
    major, number, rest = data[0] >> 5, data[0] & 31, data[1:]
    if number >= 24:
        size = 1 << number - 24
        assert size <= 8, "an indefinite length"
        number, rest = int.from_bytes(rest[:size], "big"), rest[size:]
    if major == 0:
        return number, rest
    if major in (2, 3):
        assert len(rest) >= number, "cut off"
        text = rest[:number]
        return (text if major == 2 else text.decode()), rest[number:]
    assert major == 4, f"major type {major} has no place here"
    items = []
    for _ in range(number):
        item, rest = _item(rest)
        items.append(item)
    return items, rest


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def noise_key_of(invite):
    """[format, peer, Noise key, …], and four bytes of checksum."""
    return uncbor(unbase64url(invite.removeprefix("qnet://"))[:-4])[2]


def keys_of(node):
    """A running peer's own keys: Relay(**keys_of(node)) signs for it."""
    seed = (node.folder / "state" / "identity.key").read_bytes()[16:48]
    return {"seed": seed, "noise_key": noise_key_of(node.invite())}


def verified(kind, wire, public=None):
    """The body of a signed document. Its signer is the one given, or else the body's second field."""
    body, signature = uncbor(wire)
    fields = uncbor(body)
    Ed25519PublicKey.from_public_bytes(public or fields[1]).verify(signature, kind + body)
    return fields


def snapshot_header(wire):
    """The fields of a signed header; fails on a wrong signature."""
    names = ("format", "directory", "version", "issued", "expires", "digest", "count")
    fields = verified(b"qnet-snapshot-1:", wire)
    assert len(fields) == len(names) and fields[0] in (1, 2)
    return dict(zip(names, fields))


def verified_descriptor(wire):
    """The fields of a signed descriptor, whose family is proven where it names one."""
    fields = verified(b"qnet-descriptor-1:", wire)
    assert len(fields) == {1: 14, 2: 16}[fields[0]]
    if fields[0] == 2 and fields[15]:
        family, proof = fields[15]
        Ed25519PublicKey.from_public_bytes(family).verify(proof, b"qnet-family-1:" + fields[1])
    return fields


def snapshot_list(data, form=2):
    """[(descriptor's fields, country, source, measured rate, address behind a name)], each descriptor with good
    signatures. `form`: the header's."""
    relays = []
    while data:
        size = int.from_bytes(data[:2], "big")
        wire, country, source, *more = uncbor(data[2:2 + size])
        fields = verified_descriptor(wire)
        measured, address = more if form == 2 else (0, b"")
        assert 0 <= measured < 1 << 32 and len(address) in (0, 4, 16)
        assert not address or not is_number(fields[3][0][0]), "an address beside a number"
        relays.append((fields, country, source, measured, address))
        data = data[2 + size:]
    return relays


def is_number(host):
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def agreed_rate(told, operators):
    """Of one relay, by what operators' lists say: the highest rate that most operators say or exceed. Who has not
    measured it says 0, and so does an operator without a list."""
    rates = sorted([*told, *[0] * (operators - len(told))], reverse=True)
    return rates[operators // 2]
