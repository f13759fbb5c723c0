"""The file of a client's guards, written by hand from docs/spec/path.md: a client that has had them for days."""

import hashlib
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from directory_documents import ALPHABET, cbor  # noqa: E402

DAY = 24 * 3600


def peer_key(peer_id):
    """The 32 bytes of the Ed25519 key at the end of a peer id's multihash."""
    number = 0
    for letter in peer_id:
        number = number * 58 + ALPHABET.index(letter)
    return (number % (1 << 256)).to_bytes(32, "big")


def write_guards(folder, peer_ids):
    now = int(time.time())
    guards = [[peer_key(peer), now - 5 * DAY, now + 80 * DAY, now - 4 * DAY, 0, 0, 0] for peer in peer_ids]
    body = cbor([guards, [], 0])
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / "guards").write_bytes(cbor([1, body, hashlib.sha256(body).digest()[:8]]))
    (folder / "guards").chmod(0o600)
