"""Differences that are known: each has its reason, the probes that show it, and what it changes in an observation.

With all of these taken away relay and origin must agree, and each must still be seen in some probe: a difference that
vanishes fails the test as one that is new does, because both change what docs/threat-model.md must say.
"""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Known:
    name: str
    reason: str
    applies: typing.Callable     # to a probe's name
    excuse: typing.Callable      # (seen, first byte, end) without the difference


KNOWN = (
    Known("urgent data", "TCP's urgent byte is not carried: the origin sees a connection without it",
          lambda name: name.startswith("an urgent byte"), lambda entry: "anything"),
)
