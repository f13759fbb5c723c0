"""Commands on a pseudo-terminal."""

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios

from harness import QNET, wait_until


class Terminal:
    """A command on a pseudo-terminal of its own, and what it has written there."""

    def __init__(self, arguments, columns=80, lines=50, env=None):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **(env or {})}
        self.child = subprocess.Popen([str(word) for word in arguments], stdin=slave, stdout=slave, stderr=slave,
                                      env=environment, start_new_session=True)
        os.close(slave)
        self.master, self.text = master, ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()  # a character may come in two pieces

    def read(self):
        """What has come until now."""
        with contextlib.suppress(OSError):  # Linux: EIO when nobody has the other end any more
            while select.select([self.master], [], [], 0.05)[0]:
                piece = os.read(self.master, 65536)
                if not piece:
                    break
                self.text += self.decoder.decode(piece)
        return self.text

    def end(self, how=None):
        if how:
            self.child.send_signal(how)
        wait_until(lambda: self.read() is not None and self.child.poll() is not None, "the command ends")
        self.read()
        os.close(self.master)
        return self.child.returncode


def on_terminal(*arguments, **more):
    terminal = Terminal([QNET, *arguments], **more)
    code = terminal.end()
    return code, terminal.text.replace("\r\n", "\n")


def visible(text):
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
