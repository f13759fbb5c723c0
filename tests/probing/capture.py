"""What crosses loopback on port 443, and what inspection tools say of it."""

import hashlib
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import Process, run, wait_until  # noqa: E402


class Capture:
    """`with Capture(path):` records packets to and from port 443 of one address."""

    def __init__(self, path, address):
        self.path, self.address = pathlib.Path(path), address

    def __enter__(self):
        # Packets at once, with room for all, each whole; without a change of user, which could not write here.
        self.process = Process(["tcpdump", "-i", "lo", "-U", "--immediate-mode", "-B", "32768", "-Z", "root", "-s", "0",
                                "-w", self.path, f"host {self.address} and port 443"], f"{self.path}.log")
        wait_until(lambda: "listening on" in self.process.text(), "tcpdump listens")
        return self

    def __exit__(self, *_):
        self.process.stop()


def tshark(path, *arguments):
    done = run(["tshark", "-r", path, "-o", "tcp.check_checksum:FALSE", *arguments], check=True)
    return done.stdout.decode()


def fields(path, display_filter, *names):
    """One tuple of texts for each packet that the filter shows."""
    flags = [flag for name in names for flag in ("-e", name)]
    lines = tshark(path, "-Y", display_filter, "-T", "fields", "-E", "occurrence=a", *flags).splitlines()
    return [tuple(line.split("\t")) for line in lines]


# What a busy kernel does to any connection over loopback, whoever's it is.
_KERNELS = ("D-SACK", "retransmission", "Previous segment", "ACKed segment", "Duplicate ACK", "out-of-order")


def experts(path):
    """{(severity, protocol's message)} of warnings and errors: tshark's own summary, without its counts."""
    found, severity = set(), None
    for line in tshark(path, "-q", "-z", "expert,warn").splitlines():
        words = line.split()
        if words and words[0] in ("Errors", "Warns"):
            severity = words[0]
        elif severity and len(words) >= 4 and words[0].isdigit():
            found.add((severity, " ".join(words[1:])))
    return {one for one in found if not any(word in one[1] for word in _KERNELS)}


# Of a flow's line: what a censor that uses nDPI would decide by.
_VERDICT = {"protocol": r"\[proto: ([^\]]*)\]", "category": r"\[cat: ([^\]]*)\]", "risks": r"\[Risk: ([^\]]*)\]",
            "score": r"\[Risk Score: (\d+)\]", "name": r"\[Hostname/SNI: ([^\]]*)\]", "alpn": r"\[ALPN: ([^\]]*)\]",
            "version": r"\[(TLSv[^\]]*)\]", "client": r"\[(Chrome|Firefox|Safari)\]", "JA3S": r"\[JA3S: ([^\]]*)\]",
            "cipher": r"\[Cipher: ([^\]]*)\]", "unsafe": r"(INSECURE|WEAK)",
            "certificate": r"\[Certificate SHA-1: ([^\]]*)\]", "confidence": r"\[Confidence: ([^\]]*)\]"}


def verdicts(path):
    """What nDPI says of each TCP flow."""
    text = run(["ndpiReader", "-i", path, "-v", "2"], check=True).stdout.decode()
    found = []
    for line in text.splitlines():
        if re.match(r"\s+\d+\s+TCP ", line):
            matches = {name: re.search(pattern, line) for name, pattern in _VERDICT.items()}
            found.append({name: match and match.group(1) for name, match in matches.items()})
    return found


def _is_grease(number):
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def ja4(path):
    """JA4 of every ClientHello (FoxIO's technical details, TLS over TCP)."""
    names = ("tls.handshake.ciphersuite", "tls.handshake.extension.type", "tls.handshake.sig_hash_alg",
             "tls.handshake.extensions.supported_version", "tls.handshake.extensions_alpn_str")
    found = set()
    for row in fields(path, "tls.handshake.type == 1", *names):
        ciphers, kinds, signatures, versions = ([n for n in (int(x, 0) for x in cell.split(",") if x)
                                                 if not _is_grease(n)] for cell in row[:4])
        alpn = row[4].split(",")[0] or "00"
        version = {0x0304: "13", 0x0303: "12"}[max(versions)]
        start = f"t{version}{'d' if 0 in kinds else 'i'}{len(ciphers):02}{len(kinds):02}"
        hidden = sorted(f"{kind:04x}" for kind in kinds if kind not in (0, 16))
        found.add("_".join((start + alpn[0] + alpn[-1], _hash(",".join(sorted(f"{c:04x}" for c in ciphers))),
                            _hash(",".join(hidden) + "_" + ",".join(f"{s:04x}" for s in signatures)))))
    return found
