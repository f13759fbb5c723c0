#!/usr/bin/env python3
"""clang_tidy.py BUILD_FOLDER: runs clang-tidy-19 over our sources in its compile_commands.json, on all cores.

What was clean is remembered by a hash of the preprocessed source and the configuration, and not analysed again.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TIDY = "clang-tidy-19"


def key_of(entry):
    """Everything that clang-tidy could see: the source with its headers, the command, the configuration."""
    command = [word for word in shlex.split(entry["command"]) if not word.endswith("ccache")]
    for option in ("-o", "-c"):
        at = command.index(option)
        del command[at:at + (2 if option == "-o" else 1)]
    text = subprocess.run([*command, "-E", "-C"], cwd=entry["directory"], stdout=subprocess.PIPE, check=True).stdout
    return hashlib.sha256(text + (ROOT / ".clang-tidy").read_bytes() + TIDY.encode()).hexdigest()


def check(entry, build, clean):
    key = key_of(entry)
    if (clean / key).exists():
        return entry["file"], True, ""
    # A test reads best when it is plain; what it copies does not matter.
    checks = ["--checks=-performance-*"] if entry["file"].endswith("_test.cpp") else []
    done = subprocess.run([TIDY, "--quiet", *checks, "-p", str(build), entry["file"]], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    # The analyzer follows coroutines into Boost.Asio's headers, and loses its way there: only our own files count.
    ours = re.compile(rf"^{re.escape(str(ROOT))}/.*: (warning|error):", re.MULTILINE)
    passed = not ours.search(done.stdout) and "clang-diagnostic-error" not in done.stdout
    if passed:
        (clean / key).touch()
    return entry["file"], passed, done.stdout


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    clean = build / "tidy-clean"
    clean.mkdir(exist_ok=True)
    entries = [e for e in json.loads((build / "compile_commands.json").read_text())
               if pathlib.Path(e["file"]).is_relative_to(ROOT)
               and not pathlib.Path(e["file"]).is_relative_to(ROOT / "build")]
    failed = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, passed, output in pool.map(lambda e: check(e, build, clean), entries):
            if not passed:
                failed.append(file)
                print(output, flush=True)
    print(f"   clang-tidy: {len(entries) - len(failed)} of {len(entries)} files are clean")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
