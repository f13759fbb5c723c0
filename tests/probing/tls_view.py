"""An answer without what is random in it: everything else stays, in the clear as bytes, encrypted as lengths."""

import re

# RFC 8446 §4.1.3: a ServerHello with this random is a HelloRetryRequest.
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
DOWNGRADES = (b"DOWNGRD\x01", b"DOWNGRD\x00")
SERVER_HELLO, SESSION_TICKET, KEY_EXCHANGE = 2, 4, 12
COOKIE = 44  # an extension of a retry request, in which NSS keeps its state, sealed


def split_records(data):
    """([(type, version, body)], what is behind them)"""
    records = []
    while len(data) >= 5 and data[0] in (20, 21, 22, 23, 24) and data[1] == 3:
        size = int.from_bytes(data[3:5], "big")
        if len(data) < 5 + size:
            break
        records.append((data[0], int.from_bytes(data[1:3], "big"), data[5:5 + size]))
        data = data[5 + size:]
    return records, data


def extensions(block):
    while len(block) >= 4:
        size = int.from_bytes(block[2:4], "big")
        yield int.from_bytes(block[:2], "big"), block[4:4 + size]
        block = block[4 + size:]


def server_hello(body):
    """Fields of a ServerHello, in order; random, session id, key and cookie as words."""
    random, at = body[2:34], 35 + body[34]
    nonce = "retry" if random == RETRY else random[24:] if random[24:] in DOWNGRADES else "random"
    fields = ["server hello", body[:2], nonce, body[34], body[at:at + 3]]
    for kind, content in extensions(body[at + 5:]):
        if kind == 0x33 and len(content) > 4:
            content = (content[:4], "key")
        if kind == COOKIE:
            content = ("cookie", len(content))
        fields.append((kind, content))
    return tuple(fields)


def handshake(message):
    kind, body = message[0], message[4:]
    if kind == SERVER_HELLO:
        return server_hello(body)
    if kind == KEY_EXCHANGE:
        return "key exchange", body[:4], "key", body[4 + body[3]:6 + body[3]]
    if kind == SESSION_TICKET:
        return "ticket", len(body)
    return kind, body


def messages(body):
    while len(body) >= 4:
        size = 4 + int.from_bytes(body[1:4], "big")
        if len(body) < size:
            return
        yield body[:size]
        body = body[size:]


def encrypted(body):
    # A DER-coded ECDSA signature of P-256 takes 70 to 72 bytes, from one handshake to the next: CertificateVerify.
    return "signature" if 90 <= len(body) <= 99 else len(body)


def view(data):
    records, rest = split_records(data)
    if not records:
        return ("plain", re.sub(rb"Date: [^\r]*", b"Date:", data)) if data else ()
    shown, protected = [], False
    for kind, version, body in records:
        if kind == 22 and not protected:
            content = tuple(handshake(m) for m in messages(body)) or len(body)
        elif kind in (20, 21) and not protected:
            content = body
        else:
            content = encrypted(body)
        # In TLS 1.2 and 1.3 alike nothing is in the clear behind a ChangeCipherSpec, except behind a retry request.
        protected = protected or (kind == 20 and "retry" not in str(shown[-1:]))
        shown.append((kind, version, content))
    return (*shown, ("cut record", rest)) if rest else tuple(shown)
