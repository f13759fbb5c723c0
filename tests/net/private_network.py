"""A network namespace for this process alone: real ports such as 443, and nothing that could leave it."""

import contextlib
import ctypes
import os
import subprocess

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000


def why_not():
    """Why this machine gives us no namespace; None when it does."""
    try:
        with private_network():
            return None
    except (OSError, subprocess.CalledProcessError) as error:
        return f"a network namespace needs CAP_SYS_ADMIN ({error})"


@contextlib.contextmanager
def private_network():
    """For the calling thread, and for the processes that it starts."""
    with open("/proc/thread-self/ns/net") as before:
        if _LIBC.unshare(_CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        try:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            yield
        finally:
            if _LIBC.setns(before.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "cannot go back to the first network namespace")
