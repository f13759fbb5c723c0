#!/usr/bin/env python3
"""Runs a command, and fails when something that it started is left behind: a process, a network namespace, or a file in
its folder for temporary files. What is left is told, and taken away.

    leftovers.py COMMAND [ARGUMENT ...]
"""

import contextlib
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

MARK = "QNET_TEST_RUN"
NAMESPACES = pathlib.Path("/var/run/netns")
GRACE = 20.0  # seconds that a process has to end when the one it served has ended


def processes(mark):
    """Processes that have inherited the mark, with their command lines."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue  # it has ended, or is somebody else's
        if words:  # one that has ended, and that nobody has waited for, has none
            found[int(folder.name)] = words
    return found


def namespaces():
    """Network namespaces of tests (tests/net) whose process, which their names tell, has ended."""
    names = [entry.name for entry in NAMESPACES.iterdir()] if NAMESPACES.is_dir() else []
    numbers = {name: re.match(r"qnet-(?:near-|far-)?(\d+)", name) for name in names}
    return [name for name, number in numbers.items() if number and not pathlib.Path("/proc", number[1]).exists()]


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.iterdir())


def wait_for_ends(mark):
    end = time.monotonic() + GRACE
    while (left := processes(mark)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def take_away(mark, folder):
    """What was left, a line for each."""
    left = []
    for process, words in wait_for_ends(mark).items():
        left.append(f"process {process}: {words}")
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    for name in namespaces():
        left.append(f"network namespace {name}")
        subprocess.run(["ip", "netns", "del", name], check=False)
    left += [f"temporary file or folder {name}" for name in files(folder)]
    shutil.rmtree(folder, ignore_errors=True)
    return left


def main(command):
    mark = secrets.token_hex(8)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-"))
    folder.chmod(0o711)  # databases run as another user
    environment = {**os.environ, MARK: mark, "TMPDIR": str(folder), "TEST_TMPDIR": str(folder)}
    status = subprocess.run(command, env=environment, check=False).returncode
    left = take_away(mark, folder)
    for line in left:
        print(f"left behind: {line}", file=sys.stderr)
    return status or (1 if left else 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
