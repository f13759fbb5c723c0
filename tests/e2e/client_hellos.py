"""ClientHellos on loopback: a listener that takes them, the clients that send them, and what they have in common.

The parser is not QNet's own: a fault of the one must not hide in the other.
"""

import collections
import hashlib
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

import harness
from harness import TcpServer, remove_folder

Hello = collections.namedtuple("Hello", "record record_version version session_id ciphers compression extensions")

ECH, KEY_SHARE, SERVER_NAME, PADDING, PRE_SHARED_KEY = 0xFE0D, 0x33, 0x00, 0x15, 0x29
GREASE = 0x0A0A


def is_grease(value):
    return value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF


def tamed(value):
    return GREASE if is_grease(value) else value


def number(data, at, size=2):
    return int.from_bytes(data[at:at + size], "big")


def numbers(data):
    return [number(data, at) for at in range(0, len(data), 2)]


def parse(record):
    """RFC 8446 §4.1.2. Raises on whatever is no whole ClientHello in one record."""
    assert record[0] == 22 and number(record, 3) == len(record) - 5, "not one record"
    message = record[5:]
    assert message[0] == 1 and number(message, 1, 3) == len(message) - 4, "not one ClientHello"
    at = 4 + 2 + 32
    session_id = message[at + 1:at + 1 + message[at]]
    at += 1 + len(session_id)
    ciphers = numbers(message[at + 2:at + 2 + number(message, at)])
    at += 2 + 2 * len(ciphers)
    compression = message[at + 1:at + 1 + message[at]]
    at += 1 + len(compression)
    assert number(message, at) == len(message) - at - 2, "the extensions do not end with the message"
    at += 2
    extensions = []
    while at < len(message):
        size = number(message, at + 2)
        extensions.append((number(message, at), message[at + 4:at + 4 + size]))
        at += 4 + size
    return Hello(record, number(record, 1), number(message, 4), session_id, ciphers, compression, extensions)


def key_shares(hello):
    body, at, shares = dict(hello.extensions)[KEY_SHARE], 2, []
    while at < len(body):
        size = number(body, at + 2)
        shares.append((number(body, at), body[at + 4:at + 4 + size]))
        at += 4 + size
    return shares


def key_reuse(hello):
    """Whether the plain X25519 share is the hybrid's; None where there are not both."""
    shares = dict(key_shares(hello))
    return shares[0x11EC][-32:] == shares[0x1D] if 0x11EC in shares and 0x1D in shares else None


def normal_body(kind, body):
    """An extension's content with what is random in it replaced by its length."""
    if kind == KEY_SHARE:
        shares, at = [], 2
        while at < len(body):
            shares.append((tamed(number(body, at)), number(body, at + 2)))
            at += 4 + shares[-1][1]
        return number(body, 0), shares
    if kind == ECH:  # the payload's length and the AEAD are compared over many hellos
        return body[:3].hex(), number(body, 6)
    if kind in (0x0A, 0x0D):
        return [tamed(value) for value in numbers(body)]
    if kind == 0x2B:
        return body[0], [tamed(value) for value in numbers(body[1:])]
    return body.hex()


def fields(hello):
    """All fields by name, so that a difference can be told by name."""
    named = {"record version": hello.record_version, "legacy version": hello.version,
             "session id length": len(hello.session_id), "compression": hello.compression.hex(),
             "ciphers": [tamed(value) for value in hello.ciphers], "X25519 key reused": key_reuse(hello)}
    seen = collections.Counter()
    for kind, body in hello.extensions:
        kind = tamed(kind)
        named[f"extension {kind:04x} number {seen[kind]}"] = normal_body(kind, body)
        seen[kind] += 1
    return named


def order(hello):
    return [tamed(kind) for kind, _ in hello.extensions]


def differences(ours, theirs):
    """The names of the fields that differ, with both values."""
    left, right = fields(ours), fields(theirs)
    return {name: (left.get(name, "absent"), right.get(name, "absent"))
            for name in {*left, *right} if left.get(name, "absent") != right.get(name, "absent")}


def ech(hello):
    """(AEAD, payload's length), or None."""
    body = dict(hello.extensions).get(ECH)
    return (number(body, 3), number(body, 8 + number(body, 6))) if body else None


def ja3(hello, ordered):
    bodies = dict(hello.extensions)
    kinds = [kind for kind, _ in hello.extensions if not is_grease(kind)]
    groups = [value for value in numbers(bodies[0x0A][2:]) if not is_grease(value)]
    parts = [[hello.version], [value for value in hello.ciphers if not is_grease(value)],
             kinds if ordered else sorted(kinds), groups, list(bodies[0x0B][1:])]
    return hashlib.md5(",".join("-".join(map(str, part)) for part in parts).encode()).hexdigest()


def ja4(hello):
    bodies = dict(hello.extensions)
    ciphers = sorted(f"{value:04x}" for value in hello.ciphers if not is_grease(value))
    kinds = sorted(f"{kind:04x}" for kind, _ in hello.extensions if not is_grease(kind))
    alpn = bodies[0x10][3:3 + bodies[0x10][2]].decode()
    signatures = [f"{value:04x}" for value in numbers(bodies[0x0D][2:]) if not is_grease(value)]
    rest = ",".join(kind for kind in kinds if kind not in ("0000", "0010")) + "_" + ",".join(signatures)
    short = [hashlib.sha256(text.encode()).hexdigest()[:12] for text in (",".join(ciphers), rest)]
    start = f"t13{'d' if SERVER_NAME in bodies else 'i'}{len(ciphers):02}{len(kinds):02}{alpn[0]}{alpn[-1]}"
    return f"{start}_{short[0]}_{short[1]}"


class Listener:
    """Takes one ClientHello from each connection, and closes it."""

    def __init__(self):
        self.records = []
        self.changed = threading.Condition()
        self.server = TcpServer(self._take)
        self.port = self.server.port

    def _take(self, connection):
        connection.settimeout(5)
        data = b""
        while len(data) < 5 or len(data) < 5 + number(data, 3):
            piece = connection.recv(65536)
            if not piece:
                return
            data += piece
        with self.changed:
            self.records.append(data)
            self.changed.notify_all()

    def wait_for(self, count, seconds, name=None):
        """At least `count` hellos, for the server name when it is given; sooner when time is up."""
        end = time.monotonic() + seconds
        with self.changed:
            while len(self.hellos(name)) < count and (left := end - time.monotonic()) > 0:
                self.changed.wait(left)
        return self.hellos(name)

    def hellos(self, name=None):
        hellos = [parse(record) for record in list(self.records)]
        return [hello for hello in hellos if name is None
                or dict(hello.extensions).get(SERVER_NAME, b"")[5:] == name.encode()]

    def stop(self):
        self.server.stop()


class Browser:
    """A headless browser with a fresh profile; its whole process group is ended by stop()."""

    def __init__(self, arguments, files=()):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="qnet-browser-"))
        for name, text in files:
            (self.home / name).write_text(text)
        self.child = subprocess.Popen([str(a).replace("PROFILE", str(self.home)) for a in arguments],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                      env={**os.environ, "HOME": str(self.home), "TMPDIR": str(self.home),
                                           "MOZ_CRASHREPORTER_DISABLE": "1"},
                                      start_new_session=True)

    def stop(self):
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        remove_folder(self.home)


# Nothing is to leave the machine, whatever a browser would like to tell its maker.
CHROMIUM = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--user-data-dir=PROFILE",
            "--disable-features=OptimizationHints,MediaRouter"]
FIREFOX_PREFERENCES = {
    "network.connectivity-service.enabled": "false", "network.captive-portal-service.enabled": "false",
    "toolkit.telemetry.enabled": "false", "app.normandy.enabled": "false", "app.update.enabled": "false",
    "services.settings.server": '""', "browser.safebrowsing.update.enabled": "false",
    "browser.aboutwelcome.enabled": "false", "extensions.update.enabled": "false", "network.trr.mode": "5",
    "network.dns.disableIPv6": "true", "browser.newtabpage.activity-stream.feeds.topsites": "false",
}


def chromium(url, name):
    rules = f"MAP {name} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    return Browser([*CHROMIUM, "--no-proxy-server", f"--host-resolver-rules={rules}", url])


def firefox(url, name):
    return firefox_with({"network.dns.localDomains": f'"{name}"'}, url)


def firefox_with(preferences, url, command=lambda *words: words):
    """`command` gives the words that start a program of these words, as Namespace.command does."""
    text = "".join(f'user_pref("{key}", {value});\n' for key, value in {**FIREFOX_PREFERENCES, **preferences}.items())
    return Browser(command("firefox-esr", "--headless", "--no-remote", "--profile", "PROFILE", url),
                   [("user.js", text)])


def curl(listener, name, count):
    for _ in range(count):
        harness.run(["curl", "-sk", "--max-time", "5", "--resolve", f"{name}:{listener.port}:127.0.0.1",
                     f"https://{name}:{listener.port}/"], seconds=10)
