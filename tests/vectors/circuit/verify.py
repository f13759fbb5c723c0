#!/usr/bin/env python3
"""Checks circuit.json by docs/spec/circuit.md alone: a second implementation of circuits' cryptography.

It shares nothing with QNet's code. Noise's symmetric state and ML-KEM-768's decapsulation are those of
tests/vectors/htx/verify.py.
"""

import importlib.util
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("htx_verify", HERE.parent / "htx" / "verify.py")
htx = importlib.util.module_from_spec(spec)
spec.loader.exec_module(htx)
same = htx.same

NAME = b"Noise_NKhfs_25519+MLKEM768_ChaChaPoly_SHA256"
MESSAGE, NOISE_PART, TAG, HEADER, INNERMOST = 5632, 1288, 16, 40, 416
ANSWER = 1 + 32 + 1088 + 16 + 16
SIZES = (64, 256, 1024, 4096, 16299)


def started(peer, static):
    noise = htx.Symmetric(b"")
    noise.h = noise.ck = htx.hashlib.sha256(NAME).digest()
    noise.mix_hash(b"qnet-circuit/1" + peer)
    noise.mix_hash(static)
    return noise


def open_message(hop, message, vector, last):
    """What the hop finds in a first message: its Noise state, the KEM's key, and what is for the next hop."""
    get = lambda name: bytes.fromhex(hop[name])
    same("length", len(message), MESSAGE)
    same("circuit key", htx.public(get("circuit_secret")), get("circuit_public"))
    noise = started(get("peer"), get("circuit_public"))
    e = message[:32]
    same("e", e, htx.public(get("ephemeral_secret")))
    noise.mix_hash(e)
    noise.mix_key(htx.agree(get("circuit_secret"), e))
    kem_key = noise.decrypt_and_hash(message[32:32 + 1184 + TAG])
    header = noise.decrypt_and_hash(message[32 + 1184 + TAG:NOISE_PART])
    same("header", len(header), HEADER)
    same("minute", int.from_bytes(header[:4], "big"), vector["time"] // 60)
    same("instruction", header[4], 2 if last else 1)
    same("reserved", header[39], 0)
    inside = int.from_bytes(header[5:7], "big")
    rest = noise.decrypt_and_hash(message[NOISE_PART:NOISE_PART + inside + TAG])
    return noise, kem_key, header[7:39], rest


def take_answer(hop, noise, kem_key, answer):
    """The client's side of a hop's answer: the ciphers of its layer."""
    get = lambda name: bytes.fromhex(hop[name])
    same("size of an answer", len(answer), ANSWER)
    same("status", answer[0], 0)
    e = answer[1:33]
    same("the hop's e", e, htx.public(get("hop_ephemeral_secret")))
    noise.mix_hash(e)
    noise.mix_key(htx.agree(get("ephemeral_secret"), e))
    ciphertext = noise.decrypt_and_hash(answer[33:33 + 1088 + TAG])
    noise.mix_key(htx.ml_kem_decapsulate(get("ml_kem_seed"), ciphertext)(kem_key))
    same("payload of an answer", noise.decrypt_and_hash(answer[33 + 1088 + TAG:]), b"")
    same("handshake hash", noise.h, get("handshake_hash"))
    return noise.split()


def open_frame(cipher, frame):
    same("length of a frame", int.from_bytes(frame[:2], "big"), len(frame) - 2)
    return cipher.open(frame[:2], frame[2:])


def check(vector):
    hops = vector["hops"]
    message = bytes.fromhex(vector["message"])
    forward, backward = [], []
    for number, hop in enumerate(hops):
        last = number + 1 == len(hops)
        noise, kem_key, following, rest = open_message(hop, message, vector, last)
        answer = bytes.fromhex(hop["answer_at_client"])
        for cipher in backward:
            answer = open_frame(cipher, answer)
        from_client, from_hop = take_answer(hop, noise, kem_key, answer)
        forward.append(from_client)
        backward.append(from_hop)
        if last:
            same("next", following, bytes(32))
            early = vector["early"].encode()
            same("early", rest, len(early).to_bytes(2, "big") + early + bytes(INNERMOST - 2 - len(early)))
        else:
            same("next", following, bytes.fromhex(hops[number + 1]["peer"]))
            # The relay fills up what it has taken out; of that, nothing is looked at.
            message = rest + bytes(MESSAGE - len(rest))
    for row in vector["from_client"]:
        text = bytes.fromhex(row["frame"])
        for cipher in forward:
            cipher.n = row["number"]
            if row["number"] == 65536:
                cipher.rekey()
            text = open_frame(cipher, text)
        if len(text) not in SIZES:
            raise AssertionError(f"a frame has {len(text)} bytes inside")
        size = int.from_bytes(text[:2], "big")
        same("data", text[2:2 + size], row["data"].encode())
        same("zeros", text[2 + size:], bytes(len(text) - 2 - size))


def main():
    vectors = json.loads((HERE / "circuit.json").read_text())
    for vector in vectors:
        check(vector)
    print(f"{len(vectors)} circuits are as docs/spec/circuit.md says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
