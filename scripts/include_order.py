#!/usr/bin/env python3
"""include_order.py [ROOT]: checks that folders under src/ include only folders before them.

The order is the list of folders in the top CMakeLists.txt, lowest first. Tests are held to it as well as the product;
`testing` folders belong to their folder.
"""

import pathlib
import re
import sys

LIST = re.compile(r"foreach\(folder IN ITEMS([^)]*)\)\s*if\(EXISTS \"\$\{PROJECT_SOURCE_DIR\}/src/")
INCLUDE = re.compile(r'^[ \t]*#\s*include\s+"([^"]+)"', re.MULTILINE)
# OpenSSL is the only cryptography, and is reached from here alone (design §8). The TLS servers use its libssl.
OPENSSL = re.compile(r"^[ \t]*#\s*include\s+<(openssl/[^>]+)>", re.MULTILINE)
MAY_USE_OPENSSL = {"crypto", "openssl_tls", "site"}


def folder_order(root):
    """The folders of src/, lowest first."""
    found = LIST.search((root / "CMakeLists.txt").read_text())
    if not found:
        raise SystemExit("include_order: CMakeLists.txt has no list of the folders of src/")
    return found.group(1).split()


def line_of(text, match):
    return text.count("\n", 0, match.start()) + 1


def is_test(path):
    return path.stem.endswith("_test") or "testing" in path.parts


def faults_of(path, root, order):
    """Sentences about one file."""
    text = path.read_text()
    shown = path.relative_to(root)
    own = shown.parts[1]
    for match in INCLUDE.finditer(text):
        other = match.group(1).split("/")[0]
        at = f"{shown}:{line_of(text, match)}: "
        if "/" not in match.group(1) or not (root / "src" / match.group(1)).exists():
            yield at + f'"{match.group(1)}" is no file of src/; write the path from src/'
        elif other != own and order.index(other) > order.index(own):
            yield at + f"`{own}` may not include `{other}`, which comes after it in CMakeLists.txt"
    if own not in MAY_USE_OPENSSL and not is_test(path):
        for match in OPENSSL.finditer(text):
            yield f"{shown}:{line_of(text, match)}: <{match.group(1)}> is reached from `crypto` only"


def check(root):
    """All faults of the tree."""
    order = folder_order(root)
    faults = []
    for folder in sorted(p for p in (root / "src").iterdir() if p.is_dir()):
        if folder.name not in order:
            faults.append(f"src/{folder.name}: the folder is not in the list of CMakeLists.txt")
            continue
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                faults += faults_of(path, root, order)
    return faults


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1]
    faults = check(root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
