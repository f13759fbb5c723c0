"""The table of test_rewritten_records.py: each row is a name, a direction and what happens to a record.

RFC 8446: §5.1 (a plaintext record's version is ignored; messages may be cut into records at will), §5 and appendix
D.4 (ChangeCipherSpec), §5.2 (the header of an encrypted record is authenticated), §6 (alerts)."""

from tls_bytes import APPLICATION_DATA, CHANGE, CHANGE_CIPHER_SPEC, HANDSHAKE, alert, record, records

EMPTY = record(HANDSHAKE, b"")
USER_CANCELED, UNRECOGNISED_NAME, CLOSE_NOTIFY = 90, 112, 0


def version(number):
    return lambda it: it[:1] + number.to_bytes(2, "big") + it[3:]


def cut(*sizes):
    return lambda it: records(it[0], it[5:], sizes, int.from_bytes(it[1:3], "big"))


def crumbs(it):
    return cut(*[1] * len(it))(it)


def behind(more):
    return lambda it: it + more


def before(more):
    return lambda it: more + it


def between(more):
    """Cut in two, with `more` between the two parts."""
    return lambda it: it[:3] + b"\0\x32" + it[5:55] + more + record(it[0], it[55:], int.from_bytes(it[1:3], "big"))


def says_length(size):
    """By the handshake message's header: BoringSSL takes 100 KiB."""
    return lambda it: it[:6] + size.to_bytes(3, "big") + it[9:]


def hello(change):
    return lambda it, number, of_its_type: change(it) if number == 0 else it


def of_type(kind, change, which=0):
    return lambda it, number, of_its_type: change(it) if (it[0], of_its_type) == (kind, which) else it


def dropped(it):
    return b""


def specs_at_two_places(it, number, of_its_type):
    return it + CHANGE * 20 if number == 0 or (it[0], of_its_type) == (APPLICATION_DATA, 0) else it


HELLO = [
    ("version 0x0300", version(0x0300)),
    ("version 0x0301", version(0x0301)),
    ("version 0x0302", version(0x0302)),
    ("version 0x0303", version(0x0303)),
    ("version 0x0304", version(0x0304)),
    ("version 0x03ff", version(0x03FF)),
    ("version 0x0203", version(0x0203)),
    ("cut behind its first byte", cut(1)),
    ("cut inside the message's header", cut(3)),
    ("cut behind the message's header", cut(4)),
    ("cut in two", cut(50)),
    ("cut into records of 20 bytes", cut(*[20] * 200)),
    ("cut into single bytes", crumbs),
    ("cut in two with two versions", lambda it: version(0x0302)(it[:3] + b"\0\x32" + it[5:55])
     + record(HANDSHAKE, it[55:], 0x0301)),
    ("an empty record in front", before(EMPTY)),
    ("32 empty records in front", before(EMPTY * 32)),
    ("33 empty records in front", before(EMPTY * 33)),
    ("an empty record inside", between(EMPTY)),
    ("32 empty records inside", between(EMPTY * 32)),
    ("33 empty records inside", between(EMPTY * 33)),
    ("an empty record behind", behind(EMPTY)),
    ("a ChangeCipherSpec in front", before(CHANGE)),
    ("a ChangeCipherSpec inside", between(CHANGE)),
    ("a ChangeCipherSpec behind", behind(CHANGE)),
    ("31 ChangeCipherSpecs behind", behind(CHANGE * 31)),
    ("32 ChangeCipherSpecs behind", behind(CHANGE * 32)),
    ("33 ChangeCipherSpecs behind", behind(CHANGE * 33)),
    ("a ChangeCipherSpec of version 0x0301 behind", behind(version(0x0301)(CHANGE))),
    ("a warning in front", before(alert(1, UNRECOGNISED_NAME))),
    ("a warning of version 0x0301 in front", before(alert(1, UNRECOGNISED_NAME, 0x0301))),
    ("4 warnings in front", before(alert(1, UNRECOGNISED_NAME) * 4)),
    ("5 warnings in front", before(alert(1, UNRECOGNISED_NAME) * 5)),
    ("an alert of an unknown level in front", before(alert(3, UNRECOGNISED_NAME))),
    ("a warning inside", between(alert(1, UNRECOGNISED_NAME))),
    ("user_canceled in front", before(alert(1, USER_CANCELED))),
    ("user_canceled behind", behind(alert(1, USER_CANCELED))),
    ("close_notify in front", before(alert(1, CLOSE_NOTIFY))),
    ("a fatal alert in front", before(alert(2, 40))),
    ("an application record in front", before(record(APPLICATION_DATA, bytes(40)))),
    ("a heartbeat record in front", before(record(24, bytes(40)))),
    ("more handshake bytes in its record", lambda it: record(HANDSHAKE, it[5:] + b"\x08", 0x0301)),
    ("its message says 102,400 bytes", says_length(102_400)),
    ("its message says 102,401 bytes", says_length(102_401)),
    ("a record too long in front", before(b"\x16\x03\x03\x48\x01")),
]
CHANGES = [
    ("dropped", dropped),
    ("version 0x0301", version(0x0301)),
    ("version 0x0304", version(0x0304)),
    ("doubled", lambda it: it * 2),
    ("32 times", lambda it: it * 32),
    ("33 times", lambda it: it * 33),
    ("with another value", lambda it: it[:5] + b"\2"),
    ("of two bytes", lambda it: record(CHANGE_CIPHER_SPEC, b"\1\1")),
    ("empty", lambda it: record(CHANGE_CIPHER_SPEC, b"")),
    ("16 times, user_canceled, 17 times", lambda it: it * 16 + alert(1, USER_CANCELED) + it * 17),
    ("4 user_canceled, then it, then 4 more",
     lambda it: alert(1, USER_CANCELED) * 4 + it + alert(1, USER_CANCELED) * 4),
    ("user_canceled in front", before(alert(1, USER_CANCELED))),
    ("user_canceled of version 0x0301 in front", before(alert(1, USER_CANCELED, 0x0301))),
    ("an empty record in front", before(EMPTY)),
]
SEALED = [
    ("version 0x0301", version(0x0301)),
    ("version 0x0304", version(0x0304)),
    ("type handshake", lambda it: b"\x16" + it[1:]),
    ("cut in two", cut(20)),
    ("an empty record in front", before(record(APPLICATION_DATA, b""))),
    ("an empty handshake record in front", before(EMPTY)),
    ("a ChangeCipherSpec in front", before(CHANGE)),
    ("a ChangeCipherSpec behind", behind(CHANGE)),
    ("user_canceled in clear behind", behind(alert(1, USER_CANCELED))),
]

# (direction, name, rule). A name's first part says which record: "flight" is what nginx sends behind its ServerHello.
ROWS = [
    *[("down", f"ServerHello: {name}", hello(change)) for name, change in HELLO],
    *[("down", f"server's ChangeCipherSpec: {name}", of_type(CHANGE_CIPHER_SPEC, change)) for name, change in CHANGES],
    ("down", "20 ChangeCipherSpecs at each of two places", specs_at_two_places),
    *[("down", f"flight's first record: {name}", of_type(APPLICATION_DATA, change)) for name, change in SEALED],
    *[("down", f"flight's last record: {name}", of_type(APPLICATION_DATA, change, 3)) for name, change in SEALED],
    *[("down", f"first ticket: {name}", of_type(APPLICATION_DATA, change, 4)) for name, change in SEALED],
    *[("up", f"ClientHello: {name}", hello(change)) for name, change in HELLO],
    *[("up", f"client's ChangeCipherSpec: {name}", of_type(CHANGE_CIPHER_SPEC, change)) for name, change in CHANGES],
    *[("up", f"client's Finished: {name}", of_type(APPLICATION_DATA, change)) for name, change in SEALED],
    *[("up", f"first data: {name}", of_type(APPLICATION_DATA, change, 1)) for name, change in SEALED],
]
