"""No probe tells a relay from its cover origin: the same bytes, in the same time, with the same end."""

import collections
import contextlib
import random
import ssl
import time
import unittest

from fixture import COVER_NAME, LONGEST_WAIT, RelayAndOrigin, in_parallel, wait_until
from known import KNOWN
from observe import AwaitAnswer, Connection, observe, time_class
from peer_probes import changed
from probes import table
from tls_view import split_records

WIDTH = 160
# Answers of a race vary, at the origin too: what is compared is the set of those seen. The sets get more rounds to
# agree.
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


def differ(name, answers, known, without=None):
    excused = [k for k in known if k.applies(name) and k is not without]
    return answers[0].comparable(excused) != answers[1].comparable(excused)


class Probing(RelayAndOrigin):
    known, known_must_show, rounds, attempts, longest_wait = KNOWN, True, ROUNDS, 1, LONGEST_WAIT

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
        seen = in_parallel(width, lambda job: observe(ports[job[1]], job[0].steps(self), self.longest_wait), jobs)
        for (probe, place), observation in zip(jobs, seen):
            results[probe.name][place].add(observation)

    def compare(self, probes, width=WIDTH):
        """As ask(), with more rounds where the two differ."""
        results = self.ask(probes, self.rounds, width)
        for attempt in range(self.attempts):
            again = [probe for probe in probes if differ(probe.name, results[probe.name], self.known)]
            if attempt > 0:
                results.update({probe.name: (Answers(), Answers()) for probe in again})
            for more in range(MORE_ROUNDS):
                if not again:
                    break
                self.ask_again(results, again, 1, width)
                again = [probe for probe in again if differ(probe.name, results[probe.name], self.known)]
        return results

    def differences(self, results):
        return [f"{name}\n  relay\n{ours.text(origin)}\n  origin\n{origin.text(ours)}"
                for name, (ours, origin) in results.items() if differ(name, (ours, origin), self.known)]

    def test_every_probe_of_the_table(self):
        probes = table()
        self.assertGreaterEqual(len(probes), 60)
        results = self.compare(probes)
        connections = sum(a.counts.total() + b.counts.total() for a, b in results.values())
        print(f"\n{len(probes)} probes, {connections} connections")
        texts = self.differences(results)
        self.assertEqual(texts, [], "\n".join(texts))
        for known in self.known:
            shown = [name for name, answers in results.items()
                     if known.applies(name) and differ(name, answers, self.known, known)]
            self.assertTrue(shown or not self.known_must_show, f"{known.name} is no difference any more")
            print(f"known: {known.name}, in {len(shown)} probes")

    def test_a_change_at_every_offset_of_a_genuine_hello(self):
        # All bits of a byte at once; a lone bit of every field is in the table.
        longest_wait, size = 0.6, len(self.template)
        jobs = [(offset, port) for offset in range(size) for port in (self.relay_port, self.origin_port)]

        def one(job):
            offset, port = job
            steps = [changed(self.peer().hello, offset, 0xFF)]
            return observe(port, steps, longest_wait).seen

        seen = in_parallel(WIDTH, one, jobs)
        differing = [offset for offset in range(size) if seen[2 * offset] != seen[2 * offset + 1]]

        def agrees(offset):
            """With fewer at once: on a busy machine a hundred answers come too late. One by one they would take
            minutes."""
            ours, theirs = ({one((offset, port)) for _ in range(5)} for port in (self.relay_port, self.origin_port))
            return bool(ours & theirs)
        agreeing = in_parallel(10, agrees, differing)
        self.assertEqual([offset for offset, agreed in zip(differing, agreeing) if not agreed], [])
        print(f"\n{size} offsets, {len(set(seen))} different answers, {len(differing)} asked again")

    def test_a_flood_of_mixed_connections_gets_the_origins_answers(self):
        quick = [probe for probe in table() if not any(known.applies(probe.name) for known in KNOWN)]
        chosen = random.sample(quick, 200)
        before = self.relay.process.descriptors()

        def seen_at(port, width):
            return in_parallel(width, lambda probe: observe(port, probe.steps(self), LONGEST_WAIT).seen, chosen)

        origins, ours = seen_at(self.origin_port, WIDTH), seen_at(self.relay_port, 200)
        differing = [one for one in zip(chosen, ours, origins) if one[1] != one[2]]
        print(f"\n{len(differing)} asked again")

        def agrees(one):
            """One by one, with the wait that each needs, they would take minutes."""
            probe, mine, theirs = one
            for _ in range(5):
                if mine != theirs:
                    theirs = observe(self.origin_port, probe.steps(self), LONGEST_WAIT).seen
            return None if mine == theirs else (probe.name, mine, theirs)
        self.assertEqual([unlike for unlike in in_parallel(10, agrees, differing) if unlike], [])
        wait_until(lambda: self.relay.process.descriptors() <= before, "the flood's descriptors are given back", 15)

    def tickets_behind_finished(self, port, finish):
        """Whether records come behind Finished while the client says nothing more."""
        connection = Connection(port)
        with connection.socket:
            flight = finish(connection)
            while connection.receive(1.5):
                pass
            self.assertIsNone(connection.ending)
            return [kind for kind, _, _ in split_records(connection.data[flight:])[0]]

    def test_tickets_come_though_the_record_behind_finished_is_held_back(self):
        def as_peer(connection):
            peer = self.peer()
            connection.step(peer.hello)
            connection.step(AwaitAnswer())
            self.assertTrue(peer.recognised(connection.data))
            connection.step(peer.finished())
            return len(connection.data)

        def as_browser(connection):
            context = ssl.create_default_context(cafile=str(self.origin.certificate))
            context.set_alpn_protocols(["h2", "http/1.1"])  # as the peer's: an h2 server speaks first
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            session = context.wrap_bio(incoming, outgoing, server_hostname=COVER_NAME)
            with contextlib.suppress(ssl.SSLWantReadError):
                session.do_handshake()
            connection.step(outgoing.read())
            connection.step(AwaitAnswer())
            incoming.write(connection.data)
            session.do_handshake()
            connection.step(outgoing.read())
            return len(connection.data)

        origins = self.tickets_behind_finished(self.origin_port, as_browser)
        self.assertTrue(origins)
        self.assertEqual(self.tickets_behind_finished(self.relay_port, as_peer), origins)


if __name__ == "__main__":
    unittest.main(verbosity=2)
