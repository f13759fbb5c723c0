"""What a visitor sees who waits: nginx's own limits, and Linux's for a connection half closed."""

import select
import unittest

from fixture import ImpatientNginx, RelayAndOrigin, in_parallel
from observe import AwaitAnswer, Connection, observe

GIVES_UP = 20
# Linux's net.ipv4.tcp_fin_timeout is a minute by default.
LONGER = 64


class PatientNginx(ImpatientNginx):
    gives_up = GIVES_UP


def waits_for_the_end(port, steps):
    seen = observe(port, steps, GIVES_UP + 4)
    return seen.seen.ending, seen.seen.after_fin, None if seen.ended is None else round(seen.ended / 5) * 5


def stays_after_the_end(port, steps):
    """Whether a reset comes by itself more than a minute after their FIN, and what a byte brings then."""
    connection = Connection(port)
    with connection.socket:
        for step in (*steps, AwaitAnswer()):
            connection.step(step)
        if connection.ending != "fin":
            return connection.ending
        poll = select.poll()
        poll.register(connection.socket, 0)
        unasked = bool(poll.poll(LONGER * 1000))
        return "reset" if unasked else connection.after_fin()


class LongWaits(RelayAndOrigin):
    origin_kind = PatientNginx

    def test_as_long_as_the_origin_waits_and_longer(self):
        cases = {
            "nothing": (waits_for_the_end, lambda: []),
            "half a hello": (waits_for_the_end, lambda: [self.openssl[:100]]),
            "a replay": (waits_for_the_end, lambda: [self.spent]),
            "a held hello": (waits_for_the_end, lambda: [self.peer().hello]),
            "random bytes, and staying": (stays_after_the_end, lambda: [b"\xa7" * 221]),
            "a held hello, garbage, and staying": (stays_after_the_end,
                                                   lambda: [self.peer().hello, AwaitAnswer(), b"\xa7" * 221]),
        }
        jobs = [(name, port) for name in cases for port in (self.relay_port, self.origin_port)]
        seen = in_parallel(len(jobs), lambda job: cases[job[0]][0](job[1], cases[job[0]][1]()), jobs)
        for place, (name, _) in enumerate(jobs[::2]):
            with self.subTest(name=name):
                print(f"\n{name}: {seen[2 * place + 1]}", end="")
                self.assertEqual(seen[2 * place], seen[2 * place + 1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
