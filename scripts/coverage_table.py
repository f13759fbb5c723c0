#!/usr/bin/env python3
"""coverage_table.py [--all PROFILE] [--fail-under FOLDER=PERCENT]… UNIT_PROFILE -- PROGRAM…: covered lines of each
folder under src/, without tests and what is only for them. A folder is what src/layers.txt calls one."""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def folders():
    rows = [line.partition("#")[0].split() for line in (ROOT / "src/layers.txt").read_text().splitlines()]
    return [row[0] for row in rows if row and row[0] != "allow"]


def is_product(file):
    return "testing" not in file.parts and not file.name.endswith(("_test.cpp", "_fuzz.cpp"))


def covered_lines(profile, programs, names):
    """Of each folder: lines covered, lines."""
    objects = [word for program in programs[1:] for word in ("-object", program)]
    exported = subprocess.run(
        ["llvm-cov-19", "export", "-summary-only", "-skip-expansions", f"-instr-profile={profile}", programs[0],
         *objects],
        stdout=subprocess.PIPE, check=True, cwd=ROOT)
    counts = collections.defaultdict(lambda: [0, 0])
    for entry in json.loads(exported.stdout)["data"][0]["files"]:
        file = pathlib.Path(entry["filename"])
        if not file.is_relative_to(ROOT / "src") or not is_product(file):
            continue
        file = file.relative_to(ROOT / "src")
        folder = next((name for name in names if file.is_relative_to(name)), "?")
        lines = entry["summary"]["lines"]
        counts[folder][0] += lines["covered"]
        counts[folder][1] += lines["count"]
    for covered, total in list(counts.values()):
        counts["total"][0] += covered
        counts["total"][1] += total
    return counts


def percent(covered, total):
    return 100 * covered / total if total else 100.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("unit")
    parser.add_argument("--all")
    parser.add_argument("--fail-under", action="append", default=[])
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    names = folders()
    unit = covered_lines(options.unit, options.programs, names)
    everything = covered_lines(options.all, options.programs, names) if options.all else None

    print(f"{'folder':<22}{'lines':>8}{'by unit tests':>20}" + (f"{'by all tests':>20}" if everything else ""))
    for name in [*names, "?", "total"]:
        if name not in unit:
            continue
        line = f"{name:<22}{unit[name][1]:>8}"
        for counts in filter(None, (unit, everything)):
            line += f"{counts[name][0]:>12}{percent(*counts[name]):>6.1f} %"
        print(line)

    failed = False
    for limit in options.fail_under:
        name, _, wanted = limit.partition("=")
        if name not in unit:
            sys.exit(f"--fail-under {limit}: no such folder was measured")
        if percent(*unit[name]) < float(wanted):
            print(f"{name}: {percent(*unit[name]):.1f} % of its lines are covered by unit tests, {wanted} % are wanted",
                  file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
