"""Probes with genuine QNet hellos: what a censor does who has recorded one, holds one back, or changes one.

"Held" hellos are fresh: the relay answers them itself, where the origin answers them as an ordinary browser's.
"""

import os

import tls_bytes as tls
from observe import Fin, Pause
from plain_probes import noise
from tls_bytes import APPLICATION_DATA, HANDSHAKE, record, records
from tls_probes import cut_probes, follow_up_probes


def changed(data, offset, value=1):
    return data[:offset] + bytes([data[offset] ^ value]) + data[offset + 1:]


# The places that mean something: record header, handshake header, version, random, session id, and behind.
FIELDS = {"record type": 0, "record version, high": 1, "record length, high": 3, "record length, low": 4,
          "handshake type": 5, "handshake length": 8, "version": 9, "random": 20, "session id's length": 43,
          "session id": 44, "session id's end": 75, "ciphers' length": 77, "first cipher": 78, "last byte": -1}


def flip(it, offset):
    hello = it.peer().hello
    return changed(hello, offset % len(hello))


def probes():
    held = lambda it: it.peer().hello
    spent = lambda it: it.spent
    yield "held hello", lambda it: [held(it)]
    yield "replay, whole", lambda it: [spent(it)]
    yield "replay, whole, then FIN", lambda it: [spent(it), Fin()]
    yield "replay with another record version", lambda it: [it.spent[:2] + b"\x03" + it.spent[3:]]
    yield "replay with a changed random", lambda it: [changed(it.spent, 15)]
    yield "replay with bytes 16 and 17 changed", lambda it: [it.spent[:16] + os.urandom(2) + it.spent[18:]]
    yield "replay with a changed session id", lambda it: [changed(it.spent, 50)]
    yield "replay in two records", lambda it: [records(HANDSHAKE, it.spent[5:], [300])]
    yield "replay, random bytes behind", lambda it: [it.spent + noise(40)]
    yield "replay twice in one connection", lambda it: [it.spent * 2]
    yield "hello of an hour ago", lambda it: [it.peer(it.now() - 3600).hello]
    yield "hello of an hour ahead", lambda it: [it.peer(it.now() + 3600).hello]
    yield "held hello, an application record behind it", lambda it: [
        held(it) + record(APPLICATION_DATA, os.urandom(40))]
    yield "held hello, a ChangeCipherSpec behind it", lambda it: [held(it) + tls.CHANGE]
    yield "held hello in two records", lambda it: [records(HANDSHAKE, held(it)[5:], [300])]
    yield "held hello in a record of version 0x0303", lambda it: [(h := held(it))[:2] + b"\x03" + h[3:]]
    yield "held hello, a long pause in it", lambda it: [(h := held(it))[:700], Pause(0.7), h[700:]]
    for name, offset in FIELDS.items():
        yield f"held hello, {name} changed", lambda it, offset=offset: [flip(it, offset)]
    yield from cut_probes("held hello", held)
    yield from cut_probes("replay", spent)
    yield from follow_up_probes("held hello", held)
    yield from follow_up_probes("replay", spent)
