"""Genuine QNet hellos without QNet's code, from docs/spec/htx.md: what a censor with a recording or an invite can send.

A hello recorded from the real client is the template; what §2 draws anew is drawn anew here.
"""

import base64
import os
import pathlib
import sys
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "vectors" / "htx"))

import verify  # noqa: E402
from tls_bytes import CHANGE, record  # noqa: E402

HYBRID, ML_KEM_KEY = 0x11EC, 1184
RANDOM, SESSION_ID = slice(11, 43), slice(44, 76)
SUITE, AES_256_GCM_SHA384 = slice(76, 78), b"\x13\x02"


def relay_key(invite):
    """`rs` of an invite: the third field of its CBOR array, behind the version and the identity."""
    text = invite.removeprefix("qnet://")
    body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    identity, key = body[2:36], body[36:70]
    assert body[1] == 1 and identity[:2] == key[:2] == b"\x58\x20", "not an invite of version 1"
    return key[2:]


class Symmetric(verify.Symmetric):
    def encrypt_and_hash(self, text):
        cipher = self.cipher
        sealed = ChaCha20Poly1305(cipher.key).encrypt(bytes(4) + cipher.n.to_bytes(8, "little"), text, self.h)
        cipher.n += 1
        self.mix_hash(sealed)
        return sealed


class Peer:
    """One handshake's initiator, up to its Finished."""

    def __init__(self, template, rs, when=None):
        self.secret = os.urandom(32)
        hello = bytearray(template)
        hello[RANDOM] = os.urandom(32)
        shares = verify.client_shares(template)
        known = shares[HYBRID][ML_KEM_KEY:] if HYBRID in shares else shares[0x1D]
        at = bytes(hello).index(known)
        hello[at:at + 32] = verify.public(self.secret)
        self.noise = Symmetric(b"Noise_XK_25519_ChaChaPoly_SHA256")
        self.noise.mix_hash(b"qnet-htx/1" + hello[5:44] + bytes(32) + hello[76:])
        self.noise.mix_hash(rs)
        self.noise.mix_hash(verify.public(self.secret))
        self.noise.mix_key(verify.agree(self.secret, rs))
        seconds = int(time.time() if when is None else when)
        hello[SESSION_ID] = self.noise.encrypt_and_hash(b"\x01\x00" + seconds.to_bytes(6, "big") + bytes(8))
        self.hello = bytes(hello)

    def recognised(self, flight):
        """Whether the ServerHello is a relay's (§5.1); ready for finished() then."""
        server_hello, _ = verify.take_record(flight)
        share = dict(verify.extensions(server_hello, True))[0x33]
        assert share[:2] == b"\x00\x1d", "the profile's group is not X25519: write ML-KEM's part"
        self.noise.mix_hash(share[4:])
        self.noise.mix_key(verify.agree(self.secret, share[4:]))
        self.noise.mix_hash(server_hello[5:11] + bytes(32) + server_hello[43:])
        try:
            self.noise.decrypt_and_hash(server_hello[11:43])
        except InvalidTag:
            return False
        self.server_share = share[4:]
        self.hash_size = 48 if server_hello[SUITE] == AES_256_GCM_SHA384 else 32
        return True

    def finished(self, size=None):
        """ChangeCipherSpec and the Finished-sized record (§5.3), without the record behind it."""
        size = size or 4 + self.hash_size + 17
        static = os.urandom(32)
        sealed = self.noise.encrypt_and_hash(verify.public(static))
        self.noise.mix_key(verify.agree(static, self.server_share))
        filler = verify.hkdf_expand(self.noise.ck, b"qnet-htx/1 finished", size - len(sealed))
        return CHANGE + record(23, sealed + filler)
