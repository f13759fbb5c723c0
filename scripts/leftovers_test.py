"""Tests of leftovers.py: what a command leaves is told, taken away, and makes the run fail."""

import contextlib
import io
import pathlib
import time
import unittest

import leftovers


def run(script):
    told = io.StringIO()
    with contextlib.redirect_stderr(told):
        status = leftovers.main(["sh", "-c", script])
    return status, told.getvalue()


def alive(process):
    try:
        return pathlib.Path("/proc", process, "cmdline").read_bytes() != b""
    except OSError:
        return False


class Leftovers(unittest.TestCase):
    def setUp(self):
        self.addCleanup(setattr, leftovers, "GRACE", leftovers.GRACE)
        leftovers.GRACE = 0.1

    def test_a_command_that_leaves_nothing_has_its_own_status(self):
        self.assertEqual(run("exit 0"), (0, ""))
        self.assertEqual(run("exit 7"), (7, ""))

    def test_a_process_is_told_and_ended(self):
        status, told = run("sleep 1234 >/dev/null &")
        self.assertEqual(status, 1)
        number, words = told.removeprefix("left behind: process ").strip().split(": ")
        self.assertEqual(words, "sleep 1234")
        end = time.monotonic() + 20
        while alive(number) and time.monotonic() < end:
            time.sleep(0.02)
        self.assertFalse(alive(number))

    def test_a_process_that_ends_soon_is_no_leftover(self):
        leftovers.GRACE = 20.0
        self.assertEqual(run("sleep 0.3 >/dev/null &"), (0, ""))

    def test_a_temporary_file_is_told_and_removed(self):
        status, told = run('touch "$TMPDIR/forgotten"; [ "$TMPDIR" = "$TEST_TMPDIR" ] || exit 7')
        self.assertEqual((status, told), (1, "left behind: temporary file or folder forgotten\n"))


if __name__ == "__main__":
    unittest.main()
