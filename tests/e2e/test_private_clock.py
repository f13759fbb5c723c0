"""Private mode of a client whose clock is off by more than what relays accept in a circuit's first message."""

import unittest

import harness
from circuit_network import EXITS, RELAYS, PrivateCase


class PrivateClock(PrivateCase):
    def refused(self):
        return sum(self.network.nodes[name].status()["relayed"]["refused"] for name in (*RELAYS, *EXITS))

    def has_circuits_with(self, offset):
        client = self.client(env=harness.clock(offset))
        self.fetch(client)
        self.assertIsNone(client.status()["last_error"])
        self.assertEqual(self.refused(), 0, "and no relay has seen a wrong time")

    def test_a_clock_that_is_five_minutes_fast(self):
        self.has_circuits_with("+5m")

    def test_a_clock_that_is_five_minutes_slow(self):
        self.has_circuits_with("-5m")


if __name__ == "__main__":
    unittest.main(verbosity=2)
