"""Probes with real, odd and broken TLS of clients that are not QNet's."""

import os

import tls_bytes as tls
from observe import AwaitAnswer, Fin, Pause, Rst
from plain_probes import noise
from tls_bytes import APPLICATION_DATA, CHANGE, HANDSHAKE, HEARTBEAT, hello, hello_message, old_hello, record, records

WHOLE = {
    "an ordinary hello": {},
    "another SNI": {"sni": b"www.example.net"},
    "SNI in capitals": {"sni": b"WWW.EXAMPLE.COM"},
    "an address as SNI": {"sni": b"192.0.2.1"},
    "an empty SNI": {"sni": b""},
    "an SNI of 255 bytes": {"sni": b"a" * 255},
    "an SNI with a zero byte": {"sni": b"www.example.com\0.net"},
    "no SNI": {"sni": None},
    "no ALPN": {"alpn": None},
    "an unknown ALPN": {"alpn": (b"qnet/1",)},
    "an empty ALPN name": {"alpn": (b"",)},
    "ALPN http/1.0 and spdy": {"alpn": (b"http/1.0", b"spdy/3")},
    "TLS 1.3 alone": {"versions": (tls.TLS13,)},
    "an unknown version alone": {"versions": (0x0305,)},
    "draft 28 of TLS 1.3": {"versions": (0x7F1C,)},
    "legacy version 0x0304": {"version": 0x0304},
    "legacy version 0x0301": {"version": 0x0301},
    "legacy version 0x0404": {"version": 0x0404},
    "only P-256": {"groups": (tls.P256,), "shares": (tls.P256,)},
    "only P-384": {"groups": (tls.P384,), "shares": (tls.P384,)},
    "only X448": {"groups": (tls.X448,), "shares": (tls.X448,)},
    "only ffdhe2048": {"groups": (tls.FFDHE2048,), "shares": (tls.FFDHE2048,)},
    "only X25519MLKEM768, cut short": {"groups": (0x11EC,), "shares": (0x11EC,)},
    "only an unknown group": {"groups": (0x1234,), "shares": (0x1234,)},
    "no share, so a retry": {"shares": ()},
    "a share of another group, so a retry": {"groups": (tls.P384, tls.P256), "shares": (0x1234,)},
    "no key_share": {"shares": None},
    "no groups": {"groups": None},
    "no signature algorithms": {"signatures": None},
    "RSA signatures alone": {"signatures": (0x0804, 0x0401)},
    "AES-256 alone": {"ciphers": (0x1302,)},
    "ChaCha20 alone": {"ciphers": (0x1303,)},
    "AES-CCM alone": {"ciphers": (0x1304, 0x1305)},
    "unknown ciphers alone": {"ciphers": (0x5A5A, 0xFAFA)},
    "no cipher": {"ciphers": ()},
    "SCSV of a fallback": {"ciphers": (0x1301, 0x5600)},
    "compression": {"compression": b"\x01\x00"},
    "no compression method": {"compression": b""},
    "an empty session id": {"session_id": b""},
    "a session id of 16 bytes": {"session_id": b"s" * 16},
    "a session id of 33 bytes": {"session_id": b"s" * 33},
    "an extension twice": {"extra": tls.extension(0x23, b"")},
    "an unknown extension of 9,000 bytes": {"extra": tls.extension(0x4A4A, bytes(9000))},
    "70 unknown extensions": {"extra": b"".join(tls.extension(0x5000 + n, b"") for n in range(70))},
    "bytes behind the extensions": {"extra": b"\0\0\0"},
    "heartbeat offered": {"extra": tls.extension(15, b"\x01")},
    "early data offered": {"extra": tls.extension(42, b"")},
    "record version 0x0300": {"record_version": 0x0300},
    "record version 0x0302": {"record_version": 0x0302},
    "record version 0x0303": {"record_version": 0x0303},
    "record version 0x0304": {"record_version": 0x0304},
    "record version 0x0200": {"record_version": 0x0200},
    "record version 0x16ff": {"record_version": 0x16FF},
}

OLD = {
    "TLS 1.2": {"version": tls.TLS12},
    "TLS 1.2 without SNI": {"version": tls.TLS12, "sni": None},
    "TLS 1.2, only P-256": {"version": tls.TLS12, "groups": (tls.P256,)},
    "TLS 1.2, unknown groups": {"version": tls.TLS12, "groups": (0x1234,)},
    "TLS 1.2, CBC ciphers": {"version": tls.TLS12, "ciphers": tls.OLD_CIPHERS},
    "TLS 1.2, RC4 and export ciphers": {"version": tls.TLS12, "ciphers": (0x0004, 0x0005, 0x0003)},
    "TLS 1.2, empty session id": {"version": tls.TLS12, "session_id": b""},
    "TLS 1.1": {"version": tls.TLS11},
    "TLS 1.0": {"version": tls.TLS10},
    "SSL 3": {"version": 0x0300, "record_version": 0x0300},
}


def oversized():
    return b"\x16\x03\x01" + (16384 + 1).to_bytes(2, "big") + hello_message() + bytes(17000)


def in_pieces(data, size, pause):
    return [step for at in range(0, len(data), size) for step in (data[at:at + size], Pause(pause))]


FOLLOW_UPS = {
    "an alert": tls.alert(2, 40),
    "close_notify": tls.alert(1, 0),
    "user_canceled": tls.alert(1, 90),
    "user_canceled, 4 times": tls.alert(1, 90) * 4,
    "user_canceled and an alert": tls.alert(1, 90) + tls.alert(2, 40),
    "user_canceled and a random Finished": tls.alert(1, 90) + CHANGE + record(APPLICATION_DATA, os.urandom(53)),
    "a warning": tls.alert(1, 100),
    "an alert of no known level": tls.alert(3, 40),
    "an alert of one byte": record(21, b"\x02"),
    "an alert of four bytes": record(21, b"\x02\x28\x02\x28"),
    "an alert in a record of version 0x0301": tls.alert(2, 40, tls.TLS10),
    "an alert cut short": tls.alert(2, 40)[:6],
    "ChangeCipherSpec and an alert": CHANGE + tls.alert(2, 40),
    "an alert-sized encrypted record": CHANGE + record(APPLICATION_DATA, os.urandom(19)),
    "a random Finished": CHANGE + record(APPLICATION_DATA, os.urandom(53)),
    "a random Finished without ChangeCipherSpec": record(APPLICATION_DATA, os.urandom(53)),
    "a random Finished and a byte": CHANGE + record(APPLICATION_DATA, os.urandom(53)) + b"x",
    "a random Finished and 4 KiB": CHANGE + record(APPLICATION_DATA, os.urandom(53)) + bytes(4096),
    "a random Finished and 20,000 bytes": CHANGE + record(APPLICATION_DATA, os.urandom(53)) + bytes(20_000),
    "a short Finished": CHANGE + record(APPLICATION_DATA, os.urandom(17)),
    "a long Finished": CHANGE + record(APPLICATION_DATA, os.urandom(2000)),
    "garbage": os.urandom(300),
    "plain HTTP": b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
    "one ChangeCipherSpec": CHANGE,
    "20 ChangeCipherSpecs": CHANGE * 20,
    "33 ChangeCipherSpecs": CHANGE * 33,
    "5,000 ChangeCipherSpecs": CHANGE * 5000,
    "a wrong ChangeCipherSpec": record(20, b"\x02"),
    "an empty ChangeCipherSpec": record(20, b""),
    "a heartbeat": record(HEARTBEAT, b"\x01\x40\x00"),
    "an empty application record": record(APPLICATION_DATA, b""),
    "16 empty application records": record(APPLICATION_DATA, b"") * 16,
    "an empty handshake record": record(HANDSHAKE, b""),
    "an oversized record": b"\x17\x03\x03\x41\x02" + bytes(17000),
    "half a Finished": CHANGE + record(APPLICATION_DATA, os.urandom(53))[:30],
    "a plaintext Finished": record(HANDSHAKE, b"\x14\x00\x00\x20" + bytes(32)),
    "an unknown record type": record(99, b"hello"),
    "a record of version 0x0305": CHANGE + record(APPLICATION_DATA, os.urandom(53), 0x0305),
}


def follow_up_probes(what, first):
    """What may come behind a hello whose answer has been read; `first(it)` is a hello."""
    for name, data in FOLLOW_UPS.items():
        yield f"{what}, answered, then {name}", lambda it, data=data: [first(it), AwaitAnswer(), data]
    yield f"{what}, answered, then a second hello", lambda it: [first(it), AwaitAnswer(), hello()]
    yield f"{what}, answered, then FIN", lambda it: [first(it), AwaitAnswer(), Fin()]
    yield f"{what}, answered, then half a Finished and FIN", lambda it: [first(it), AwaitAnswer(),
                                                                         CHANGE + b"\x17\x03\x03", Fin()]
    yield f"{what}, answered, then a random Finished and FIN", lambda it: [
        first(it), AwaitAnswer(), FOLLOW_UPS["a random Finished"], Fin()]
    yield f"{what}, answered, then RST", lambda it: [first(it), AwaitAnswer(), Rst()]


def cut_probes(what, first):
    """A hello that is not whole, or comes in other records and segments than it was made in."""
    for size in (1, 3, 5, 6, 9, 11, 43, 44, 76, 200):
        yield f"{what}, its first {size} bytes", lambda it, size=size: [first(it)[:size]]
    yield f"{what} without its last byte", lambda it: [first(it)[:-1]]
    yield f"{what} without its last byte, then FIN", lambda it: [first(it)[:-1], Fin()]
    yield f"{what}, FIN in the middle", lambda it: [first(it)[:150], Fin()]
    yield f"{what}, RST in the middle", lambda it: [first(it)[:150], Rst()]
    yield f"{what} and FIN", lambda it: [first(it), Fin()]
    yield f"{what} and RST", lambda it: [first(it), Rst()]
    yield f"{what}, slow, byte by byte at first", lambda it: [*in_pieces((h := first(it))[:8], 1, 0.12), h[8:]]
    yield f"{what}, pieces of 40 bytes", lambda it: in_pieces(first(it), 40, 0.01)
    yield f"{what}, two segments", lambda it: [(h := first(it))[:100], Pause(0.5), h[100:]]
    yield f"{what}, the rest never", lambda it: [(h := first(it))[:100], Pause(0.5), h[100:-4]]


def probes():
    for name, fields in WHOLE.items():
        yield f"hello: {name}", lambda it, fields=fields: [hello(**fields)]
    for name, fields in OLD.items():
        yield f"hello: {name}", lambda it, fields=fields: [old_hello(**fields)]
    yield "hello: OpenSSL's own", lambda it: [it.openssl]
    yield "hello: SSL 2's", lambda it: [tls.sslv2_hello()]
    yield "hello: TLS 1.2's in SSL 2's frame", lambda it: [tls.sslv2_shaped_tls_hello()]
    yield "hello split over two records", lambda it: [records(HANDSHAKE, hello_message(), [100])]
    yield "hello split within its header", lambda it: [records(HANDSHAKE, hello_message(), [2])]
    yield "hello split over records of one byte", lambda it: [records(HANDSHAKE, hello_message(), [1] * 60)]
    yield "hello behind an empty record", lambda it: [record(HANDSHAKE, b"") + hello()]
    yield "hello behind an alert", lambda it: [tls.alert(1, 90) + hello()]
    yield "hello behind a ChangeCipherSpec", lambda it: [CHANGE + hello()]
    yield "two hellos in two records", lambda it: [hello() + hello()]
    yield "two hellos in one record", lambda it: [record(HANDSHAKE, hello_message() + hello_message())]
    yield "hello, an application record behind it", lambda it: [hello() + record(APPLICATION_DATA, os.urandom(40))]
    yield "hello with early data", lambda it: [
        hello(extra=tls.extension(42, b"")) + record(APPLICATION_DATA, os.urandom(200))]
    yield "a hello's length too small", lambda it: [record(HANDSHAKE, (m := hello_message())[:1] + b"\0\0\x80" + m[4:])]
    yield "a hello's length too large", lambda it: [
        record(HANDSHAKE, (m := hello_message())[:1] + b"\0\xff\xff" + m[4:])]
    yield "an oversized record", lambda it: [oversized()]
    yield "a record of 65,535 bytes announced", lambda it: [b"\x16\x03\x01\xff\xff" + hello_message()]
    yield "a record of no length", lambda it: [record(HANDSHAKE, b"")]
    yield "many records of no length", lambda it: [record(HANDSHAKE, b"") * 40]
    yield "a HelloRequest", lambda it: [record(HANDSHAKE, b"\0\0\0\0")]
    yield "a ServerHello", lambda it: [record(HANDSHAKE, b"\x02\0\0\x26" + bytes(38))]
    yield "an application record first", lambda it: [record(APPLICATION_DATA, os.urandom(100))]
    yield "a heartbeat first", lambda it: [record(HEARTBEAT, b"\x01\x40\x00")]
    yield "a heartbeat behind the hello", lambda it: [hello() + record(HEARTBEAT, b"\x01\x40\x00" + bytes(16))]
    yield "TLS 1.2, answered, then a hello to renegotiate", lambda it: [
        old_hello(tls.TLS12), AwaitAnswer(), old_hello(tls.TLS12)]
    yield "TLS 1.2, answered, then a fatal alert", lambda it: [old_hello(tls.TLS12), AwaitAnswer(), tls.alert(2, 48)]
    yield "TLS 1.2, answered, then garbage", lambda it: [old_hello(tls.TLS12), AwaitAnswer(), noise(200)]
    yield "retry, then the same hello again", lambda it: [(h := hello(shares=())), AwaitAnswer(), h]
    yield "retry, then another hello", lambda it: [hello(shares=()), AwaitAnswer(), hello()]
    yield from cut_probes("hello", lambda it: hello())
    yield from follow_up_probes("hello", lambda it: hello())
