"""No certificate's size tells a relay from its cover origin, whichever TLS library that has: chains of 2, 8 and 16 KiB.

The relay itself answers hellos that are its own kind's, and what follows them; the origin answers all others in both
places. So these are asked here, three times each: a relay draws the lengths of its answer, an origin's signatures vary,
and what comes behind a hello meets a race in both.
"""

import os
import unittest

import other_stacks
import test_other_stacks as stacks
from fixture import in_parallel
from probes import table

KIB = 1024
SIZES = (2 * KIB, 8 * KIB, 16.1 * KIB)  # the last needs two records
# Nobody answers these: a hello that is not whole, or is another one.
NOT_ANSWERED = ("changed", "its first", "without its last byte", "in the middle", "the rest never")
ROUNDS, WIDTH = 3, 50


def answered():
    return [probe for probe in table()
            if probe.name.startswith("held hello") and not any(part in probe.name for part in NOT_ANSWERED)]


class Sizes:
    """Of two libraries at a time: six relays, each with an origin of its own. They mostly wait."""

    stacks = ()

    @classmethod
    def setUpClass(cls):
        cls.sides = [cls.side(stack, size) for stack in cls.stacks for size in SIZES]
        for side in cls.sides:
            cls.addClassCleanup(side.doClassCleanups)
        in_parallel(len(cls.sides), lambda side: side.setUpClass(), cls.sides)

    @staticmethod
    def side(stack, size):
        kind = type(stack.origin_kind.__name__, (other_stacks.WithChain, stack.origin_kind), {})
        return type(f"{stack.__name__}, {size / KIB:.0f} KiB", (stack,),
                    {"origin_kind": kind, "certificate_size": size, "rounds": ROUNDS})

    def test_no_answer_to_a_genuine_hello_differs(self):
        probes = answered()
        self.assertGreaterEqual(len(probes), 50)

        def one(side):
            it = side("compare")
            results = it.compare(probes, WIDTH)
            return sum(a.counts.total() + b.counts.total() for a, b in results.values()), it.differences(results)
        found = in_parallel(len(self.sides), one, self.sides)
        for side, (connections, texts) in zip(self.sides, found):
            print(f"\n{side.__name__}: {len(probes)} probes, {connections} connections, {len(texts)} differ")
        texts = [f"{side.__name__}: {text}" for side, (_, texts) in zip(self.sides, found) for text in texts]
        self.assertEqual(texts, [], "\n".join(texts))


class OpenSsl(Sizes, unittest.TestCase):
    stacks = (stacks.NginxWithOpenSsl30, *([stacks.NodeWithOpenSsl35] if "QNET_TEST_NODE" in os.environ else []))


class GoAndNss(Sizes, unittest.TestCase):
    stacks = (stacks.CaddyWithGo, stacks.Nss)


class GnuTlsAndBoringSsl(Sizes, unittest.TestCase):
    stacks = (stacks.GnuTls, stacks.BoringSsl)


if __name__ == "__main__":
    unittest.main(verbosity=2)
