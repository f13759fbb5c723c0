#!/usr/bin/env python3
"""Checks mirror.json by docs/spec/htx.md alone: a second implementation of the handshake's cryptography.

It shares nothing with QNet's code; primitives are from Python's `cryptography`, and ML-KEM-768 is written out below
from FIPS 203, for checking only.
"""

import hashlib
import hmac
import json
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# --- ML-KEM-768 (FIPS 203), decapsulation of an honest ciphertext -----------------------------------------------------

Q, K, DU, DV = 3329, 3, 10, 4


def _bit_reverse(i):
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, _bit_reverse(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * _bit_reverse(i) + 1, Q) for i in range(128)]


def ntt(f):
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, 256, 2 * length):
            zeta, i = ZETAS[i], i + 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % Q
                f[j + length], f[j] = (f[j] - t) % Q, (f[j] + t) % Q
        length //= 2
    return f


def inverse_ntt(f):
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, 256, 2 * length):
            zeta, i = ZETAS[i], i - 1
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % Q
                f[j + length] = zeta * (f[j + length] - t) % Q
        length *= 2
    return [x * 3303 % Q for x in f]


def multiply(f, g):
    h = [0] * 256
    for i in range(128):
        a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
        h[2 * i] = (a0 * b0 + a1 * b1 * GAMMAS[i]) % Q
        h[2 * i + 1] = (a0 * b1 + a1 * b0) % Q
    return h


def decode(data, bits):
    number = int.from_bytes(data, "little")
    return [number >> (bits * i) & ((1 << bits) - 1) for i in range(256)]


def decompress(values, bits):
    return [(Q * y + (1 << (bits - 1))) >> bits for y in values]


def noise_polynomial(seed, n):
    bits = int.from_bytes(hashlib.shake_256(seed + bytes([n])).digest(128), "little")
    poly = []
    for i in range(256):
        four = bits >> (4 * i) & 15
        poly.append(((four & 1) + (four >> 1 & 1) - (four >> 2 & 1) - (four >> 3 & 1)) % Q)
    return poly


def ml_kem_decapsulate(seed, ciphertext):
    """`seed` is d || z. An honest ciphertext needs no implicit rejection; the caller sees a wrong secret otherwise."""
    sigma = hashlib.sha3_512(seed[:32] + bytes([K])).digest()[32:]
    secret = [ntt(noise_polynomial(sigma, n)) for n in range(K)]
    split = 32 * DU * K
    u = [decompress(decode(ciphertext[32 * DU * i:32 * DU * (i + 1)], DU), DU) for i in range(K)]
    v = decompress(decode(ciphertext[split:], DV), DV)
    product = [0] * 256
    for s, part in zip(secret, u):
        product = [(a + b) % Q for a, b in zip(product, multiply(s, ntt(part)))]
    w = [(a - b) % Q for a, b in zip(v, inverse_ntt(product))]
    bits = [((x << 1) + Q // 2) // Q % 2 for x in w]
    message = bytes(sum(bits[8 * i + j] << j for j in range(8)) for i in range(32))
    return lambda key: hashlib.sha3_512(message + hashlib.sha3_256(key).digest()).digest()[:32]


# --- Noise (revision 34) ----------------------------------------------------------------------------------------------

def hkdf_expand(key, info, size=32):
    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()[:size]


class Cipher:
    def __init__(self, key):
        self.key, self.n = key, 0

    def _nonce(self, n):
        return bytes(4) + n.to_bytes(8, "little")

    def open(self, ad, sealed):
        text = ChaCha20Poly1305(self.key).decrypt(self._nonce(self.n), sealed, ad)
        self.n += 1
        return text

    def rekey(self):
        self.key = ChaCha20Poly1305(self.key).encrypt(self._nonce(2 ** 64 - 1), bytes(32), b"")[:32]


class Symmetric:
    def __init__(self, name):
        self.h = self.ck = name.ljust(32, b"\0")

    def mix_hash(self, data):
        self.h = hashlib.sha256(self.h + data).digest()

    def _hkdf2(self, data):
        temporary = hmac.new(self.ck, data, hashlib.sha256).digest()
        first = hmac.new(temporary, b"\x01", hashlib.sha256).digest()
        return first, hmac.new(temporary, first + b"\x02", hashlib.sha256).digest()

    def mix_key(self, data):
        self.ck, key = self._hkdf2(data)
        self.cipher = Cipher(key)

    def decrypt_and_hash(self, sealed):
        text = self.cipher.open(self.h, sealed)
        self.mix_hash(sealed)
        return text

    def split(self):
        return [Cipher(key) for key in self._hkdf2(b"")]


def public(secret):
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def agree(secret, peer):
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(peer))


# --- TLS fields -------------------------------------------------------------------------------------------------------

def take_record(data):
    size = 5 + int.from_bytes(data[3:5], "big")
    return data[:size], data[size:]


def extensions(hello, server):
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    if server:
        at += 2 + 1
    else:
        at += 2 + int.from_bytes(hello[at:at + 2], "big")
        at += 1 + hello[at]
    at += 2
    while at < len(hello):
        kind, size = int.from_bytes(hello[at:at + 2], "big"), int.from_bytes(hello[at + 2:at + 4], "big")
        yield kind, hello[at + 4:at + 4 + size]
        at += 4 + size


def client_shares(hello):
    body = dict(extensions(hello, False))[0x33][2:]
    shares = {}
    while body:
        group, size = int.from_bytes(body[:2], "big"), int.from_bytes(body[2:4], "big")
        shares[group], body = body[4:4 + size], body[4 + size:]
    return shares


def same(what, ours, theirs):
    if ours != theirs:
        raise AssertionError(f"{what}: {ours!r} is not {theirs!r}")


def open_record(cipher, record):
    text = cipher.open(record[:5], record[5:])
    return text[2:2 + int.from_bytes(text[:2], "big")]


def check_records(cipher, records):
    same("first record", open_record(cipher, bytes.fromhex(records["first"]["record"])),
         records["first"]["data"].encode())
    same("second record", open_record(cipher, bytes.fromhex(records["second"]["record"])),
         records["second"]["data"].encode())
    cipher.n = 65536
    cipher.rekey()
    same("record 65536", open_record(cipher, bytes.fromhex(records["number_65536"]["record"])),
         records["number_65536"]["data"].encode())


def check(vector):
    get = lambda name: bytes.fromhex(vector[name])
    relay, e, s, re = (get(n) for n in ("relay_static_secret", "ephemeral_secret", "static_secret",
                                        "relay_ephemeral_secret"))
    same("rs", public(relay), get("relay_static_public"))
    hello = get("client_hello")
    shares = client_shares(hello)
    same("e in the hybrid share", shares[0x11EC][1184:], public(e))
    session_id = hello[44:76]

    noise = Symmetric(b"Noise_XK_25519_ChaChaPoly_SHA256")
    noise.mix_hash(b"qnet-htx/1" + hello[5:44] + bytes(32) + hello[76:])
    noise.mix_hash(public(relay))
    noise.mix_hash(public(e))
    noise.mix_key(agree(relay, public(e)))
    same("payload 1", noise.decrypt_and_hash(session_id), b"\x01\x00" + vector["time"].to_bytes(6, "big") + bytes(8))

    server_hello, rest = take_record(get("server_flight"))
    share = dict(extensions(server_hello, True))[0x33]
    group, key = int.from_bytes(share[:2], "big"), share[4:]
    same("re", key[-32:], public(re))
    noise.mix_hash(public(re))
    noise.mix_key(agree(e, public(re)))
    if group == 0x11EC:
        noise.mix_key(ml_kem_decapsulate(get("ml_kem_seed"), key[:1088])(shares[0x11EC][:1184]))
    noise.mix_hash(server_hello[5:11] + bytes(32) + server_hello[43:])
    payload = noise.decrypt_and_hash(server_hello[11:43])
    same("payload 2", payload[:8], b"\x01\x00" + vector["relay_time"].to_bytes(6, "big"))

    flight = Cipher(hkdf_expand(noise.ck, b"qnet-htx/1 flight"))
    change, alert = take_record(get("client_alert"))
    same("ChangeCipherSpec before the alert", change.hex(), "140303000101")
    same("alert", Cipher(hkdf_expand(noise.ck, b"qnet-htx/1 alert")).open(alert[:5], alert[5:]), bytes(3))
    count = 0
    while rest:
        record, rest = take_record(rest)
        if record[0] == 23:
            same("flight record", flight.open(record[:5], record[5:]).strip(b"\0"), b"")
            count += 1
    same("records in the flight", count, payload[8])

    change, rest = take_record(get("client_flight"))
    same("ChangeCipherSpec", change.hex(), "140303000101")
    finished, last = take_record(rest)
    same("s", noise.decrypt_and_hash(finished[5:53]), public(s))
    noise.mix_key(agree(re, public(s)))
    same("filler", finished[53:], hkdf_expand(noise.ck, b"qnet-htx/1 finished", len(finished) - 53))
    text = noise.decrypt_and_hash(last[5:])
    same("first data", text[2:2 + int.from_bytes(text[:2], "big")], vector["first_data"].encode())
    same("handshake hash", noise.h, get("handshake_hash"))
    from_initiator, from_responder = noise.split()
    check_records(from_initiator, vector["records_from_initiator"])
    check_records(from_responder, vector["records_from_responder"])


def main():
    vectors = json.loads(pathlib.Path(__file__).with_name("mirror.json").read_text())
    for vector in vectors:
        check(vector)
    print(f"{len(vectors)} vectors agree with docs/spec/htx.md")
    return 0 if vectors else 1


if __name__ == "__main__":
    sys.exit(main())
