"""What every benchmark of whole processes begins with."""

import contextlib
import pathlib
import shutil
import tempfile


@contextlib.contextmanager
def scratch():
    """A folder and a stack of things to undo, both gone at the end of the block."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qnet-bench-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder, stack
