"""No probe tells a relay from its cover origin: the same bytes, in the same time, with the same end."""

import collections
import random
import time
import unittest

from fixture import PATIENCE, RelayAndOrigin, in_parallel
from observe import observe, time_class
from known import KNOWN
from probes import table

WIDTH = 160
# Answers of a race vary, at the origin too: what is compared is the set of those seen. The sets get more rounds to agree.
ROUNDS, MORE_ROUNDS = 2, 8


class Answers:
    """All that one address answered to one probe: each answer's count and fastest times."""

    def __init__(self):
        self.counts, self.times = collections.Counter(), {}

    def add(self, observation):
        self.counts[observation.seen] += 1
        fastest = self.times.setdefault(observation.seen, [None, None])
        for place, value in enumerate((observation.first_byte, observation.ended)):
            if value is not None:
                fastest[place] = value if fastest[place] is None else min(value, fastest[place])

    def comparable(self, known=()):
        """All that was seen, without what `known` differences change."""
        entries = {(seen, *map(time_class, self.times[seen])) for seen in self.counts}
        for difference in known:
            entries = {difference.excuse(entry) for entry in entries}
        return entries

    def text(self, other):
        rest = self.comparable() - other.comparable()
        return "\n".join(f"    {self.counts[seen]} × {seen}, first byte {first}, end {end} {self.times[seen]}"
                         for seen, first, end in rest) or "    (nothing that the other does not do)"


def differ(name, answers, without=None):
    known = [k for k in KNOWN if k.applies(name) and k is not without]
    return answers[0].comparable(known) != answers[1].comparable(known)


class Probing(RelayAndOrigin):
    @staticmethod
    def now():
        return time.time()

    def ask(self, probes, rounds, width=WIDTH):
        """{name: (the relay's answers, the origin's)}"""
        results = {probe.name: (Answers(), Answers()) for probe in probes}
        self.ask_again(results, probes, rounds, width)
        return results

    def ask_again(self, results, probes, rounds, width=WIDTH):
        jobs = [(probe, place) for probe in probes for place in (0, 1)] * rounds
        random.shuffle(jobs)  # not all of one kind at once
        ports = (self.relay_port, self.origin_port)
        seen = in_parallel(width, lambda job: observe(ports[job[1]], job[0].steps(self), PATIENCE), jobs)
        for (probe, place), observation in zip(jobs, seen):
            results[probe.name][place].add(observation)

    def test_every_probe_of_the_table(self):
        probes = table()
        self.assertGreaterEqual(len(probes), 60)
        results = self.ask(probes, ROUNDS)
        for more in range(MORE_ROUNDS):
            again = [probe for probe in probes if differ(probe.name, results[probe.name])]
            if not again:
                break
            self.ask_again(results, again, 1)
        connections = sum(a.counts.total() + b.counts.total() for a, b in results.values())
        print(f"\n{len(probes)} probes, {connections} connections")
        texts = [f"{name}\n  relay\n{ours.text(origin)}\n  origin\n{origin.text(ours)}"
                 for name, (ours, origin) in results.items() if differ(name, (ours, origin))]
        self.assertEqual(texts, [], "\n".join(texts))
        for known in KNOWN:
            shown = [name for name, answers in results.items() if known.applies(name) and differ(name, answers, known)]
            self.assertTrue(shown, f"{known.name} is no difference any more")
            print(f"known: {known.name}, in {len(shown)} probes")


if __name__ == "__main__":
    unittest.main(verbosity=2)
